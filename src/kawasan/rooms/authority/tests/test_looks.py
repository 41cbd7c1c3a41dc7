"""Looks at one business's transfers are written down, once each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.authority import a_sale
from tests.builders.zone import a_business, a_person, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.rooms.authority import api as authority
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 12, 3, 0, tzinfo=UTC)
DAYS = "dari=2026-11-11&sampai=2026-11-12"


@pytest.fixture(scope="module")
def shop(rows_of_module):
    found = a_business(name="Toko Cihampelas")
    for _ in range(30):
        a_sale(found.id, 10_000_00)
    followers.catch_up()
    return found


@pytest.fixture
def at_time(monkeypatch):
    """Let it be so many minutes after AT."""

    def turn(minutes: int = 0) -> None:
        monkeypatch.setattr(clock, "now", lambda: AT + timedelta(minutes=minutes))

    return turn


def looks(business) -> list[tuple]:
    entries = zone.access_log(actor=SYSTEM, business_id=business.id).items
    return [(one.person_id, one.at, one.note) for one in reversed(entries) if one.action == "transfers_seen"]


def page_of(business, query: str = DAYS) -> str:
    return f"/layar/laporan/usaha/{ids.public('biz', business.id)}?{query}"


def test_a_look_is_written_down_with_its_person_time_and_days(client, shop, at_time):
    auditor = zone_staff("auditor")
    client.force_login(auditor)
    at_time()
    assert client.get(page_of(shop)).status_code == 200

    assert looks(shop) == [(auditor.pk, AT, "2026-11-11 – 2026-11-12")]


def test_turning_the_page_and_reloading_are_the_same_look_and_coming_back_later_is_another(client, shop, at_time):
    auditor, staff = zone_staff("auditor"), zone_staff("staff")
    client.force_login(auditor)
    at_time()
    cursor = client.get(page_of(shop)).context["page"].next_cursor
    at_time(14)
    assert client.get(page_of(shop, f"{DAYS}&cursor={cursor}")).status_code == 200
    client.get(page_of(shop))
    assert len(looks(shop)) == 1
    at_time(15)
    client.get(page_of(shop))
    assert [at for _, at, _ in looks(shop)] == [AT, AT + timedelta(minutes=15)]
    client.get(page_of(shop, "dari=2026-11-11&sampai=2026-11-11"))  # other days
    client.force_login(staff)
    client.get(page_of(shop))  # another person

    assert [(who, days) for who, _, days in looks(shop)[2:]] == [
        (auditor.pk, "2026-11-11 – 2026-11-11"),
        (staff.pk, "2026-11-11 – 2026-11-12"),
    ]


def test_a_program_looks_as_its_person(client, shop):
    auditor = zone_staff("auditor")
    client.force_login(auditor)
    path = f"/v1/authority/businesses/{ids.public('biz', shop.id)}/transfers?from=2026-11-11&to=2026-11-12"
    assert len(client.get(path).json()["items"]) == 24

    assert [(who, days) for who, _, days in looks(shop)] == [(auditor.pk, "2026-11-11 – 2026-11-12")]


@pytest.mark.parametrize("who", ["stranger", "buyer", "owner"])
def test_who_is_refused_saw_nothing_and_is_not_written_down(client, shop, who):
    if who != "stranger":
        client.force_login(a_person() if who == "buyer" else owner_of(shop))

    assert client.get(page_of(shop)).status_code == (302 if who == "stranger" else 403)
    assert looks(shop) == []


def test_a_question_that_cannot_be_right_is_no_look(client, shop):
    client.force_login(zone_staff("auditor"))

    assert client.get(page_of(shop, f"{DAYS}&cursor=x")).status_code == 422
    assert looks(shop) == []


def test_the_systems_own_reading_is_no_look(shop):
    days = authority.checked_period(AT.date() - timedelta(days=1), AT.date())
    assert len(authority.open_transfers(actor=SYSTEM, business_id=shop.id, period=days, at=AT, limit=100).items) == 30

    assert looks(shop) == []


def test_the_look_stands_on_the_businesss_page_at_the_desk(client, shop):
    client.force_login(zone_staff("operator"))
    client.get(page_of(shop))

    page = client.get(f"/kawasan/usaha/{shop.slug}", headers={"accept-language": "en"}).content.decode()

    assert "looked at the business&#x27;s transfers" in page
    assert "2026-11-11 – 2026-11-12" in page
