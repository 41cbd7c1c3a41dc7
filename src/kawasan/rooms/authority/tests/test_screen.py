"""A zone where nothing was sold before: its screen's figures and ticker, who counts as selling, who is not known."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.builders.authority import a_sale
from tests.builders.commerce import a_product, a_variant
from tests.builders.orders import an_order, something_for_sale, wanted
from tests.builders.zone import a_business, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.rooms.authority.tests.test_pages import text_of
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client):
    client.force_login(zone_staff("auditor"))
    return client


def test_the_screen_of_a_zone_without_orders_says_so(auditor):
    assert auditor.get("/layar").status_code == 200
    assert "Rp0" in text_of(auditor.get("/layar/angka"))


def ticker(page) -> list[str]:
    """Return what each order of the ticker is for, newest first."""
    return re.findall(r"<li><span>([^<]+)<small>", page.content.decode())


@pytest.mark.parametrize(
    ("language", "name", "sector"),
    [
        ("id", "Makanan &amp; Minuman", "Industri pengolahan"),
        ("en", "Food &amp; Drink", "Manufacturing"),
        ("zh-hans", "食品饮料", "制造业"),
    ],
)
def test_the_ticker_says_what_was_bought_in_the_readers_language(auditor, language, name, sector):
    now = clock.now()
    snacks = something_for_sale(price=9_000_00, at=now)  # the builder's category: food and drink
    trifle = a_product(snacks.business_id, category="busana-muslim", variants=(a_variant(price_minor=1_000_00),))
    an_order(lines=[wanted(trifle, 8), wanted(snacks)], at=now)
    a_sale(a_business(kbli_code="13121").id, 70_000_00, at=now)  # paid, but no order of commerce
    followers.catch_up()

    first, second = ticker(auditor.get("/layar/angka", headers={"accept-language": language}))

    assert (first, second) == (sector, name)  # the dearest line decides


def test_the_ticker_shown_in_one_language_is_not_shown_to_readers_of_another(auditor):
    an_order(at=clock.now())
    followers.catch_up()

    shown = {code: ticker(auditor.get("/layar/angka", headers={"accept-language": code})) for code in ("id", "en")}

    assert shown == {"id": ["Makanan &amp; Minuman"], "en": ["Food &amp; Drink"]}


def test_an_order_of_more_than_thirty_days_ago_does_not_count_as_selling(auditor):
    a_sale(a_business().id, 10_000_00, at=clock.now() - timedelta(days=31))
    followers.catch_up()

    assert auditor.get("/layar/digitalisasi").context["panel"].total.sold == 0


def test_a_business_that_the_register_does_not_know_can_be_opened(client):
    sale = a_sale(ids.uuid7(), 10_000_00)
    followers.catch_up()
    client.force_login(zone_staff("auditor"))

    answer = client.get(f"/layar/laporan/usaha/{ids.public('biz', sale.business_id)}?dari=2026-11-11&sampai=2026-11-12")

    assert answer.status_code == 200
    assert len(answer.context["page"].items) == 1
    assert zone.access_log(actor=SYSTEM).items == ()
