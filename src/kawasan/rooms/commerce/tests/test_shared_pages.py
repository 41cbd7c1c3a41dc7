"""Pages that readers share: made once, right after every change, and never with something of another reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders.campaigns import a_campaign
from tests.builders.commerce import AT, a_new_product, a_product, a_seller_actor, a_variant
from tests.builders.orders import a_buyer, an_order
from tests.builders.shared_pages import Shop, change_price, text_of
from tests.builders.zone import a_business, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform import shared_pages
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.tests.test_shop_pages import a_picture
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db


@dataclass
class Clock:
    """A clock that the test moves."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "now", lambda: moved.at)
    return moved


def _asked(ask: Callable[[], object]) -> list[str]:
    """Return the questions to the database, without edges' savepoints and settings and the directory of zones."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    others = re.compile(r"RELEASE |SAVEPOINT|select set_config|.* from public.kawasan_zone ", re.IGNORECASE)
    return [query["sql"] for query in queries if not others.match(query["sql"])]


@pytest.mark.parametrize("address", ["/", "/cari?q=barang", "/kategori/dapur", "/toko/{seller}", "/produk/{product}"])
def test_a_page_asks_the_same_number_of_questions_with_ten_and_with_a_thousand_products(
    client: Client, address: str
) -> None:
    business = a_business()
    actor = a_seller_actor(business.id)
    products = [a_product(business.id, name=f"Barang {n}", category="dapur") for n in range(10)]
    address = address.format(seller=business.slug, product=products[0].slug)
    client.get(address)  # what a process asks once only, such as the categories
    few = _fresh(client, address)
    more = [a_new_product(business.id, name=f"Barang {n}", category="dapur") for n in range(990)]
    commerce.bulk_create_products(actor=actor, products=more, at=AT)
    assert _fresh(client, address) == few <= 10
    assert len(_asked(lambda: client.get(address))) == 1  # the version, and nothing else


def test_a_page_that_is_kept_takes_its_own_text_once(client: Client) -> None:
    shared_pages.pages.forget()
    answer = client.get(f"/produk/{a_product(a_business().id, description='Panjang. ' * 850).slug}")
    assert answer.status_code == 200
    (kept,) = shared_pages.pages._pages.values()
    assert kept.size < len(answer.content) + 5_000


def _fresh(client: Client, address: str) -> int:
    shared_pages.pages.forget()
    return len(_asked(lambda: client.get(address)))


def _name(shop: Shop) -> None:
    commerce.update_product(actor=shop.seller, **shop.mine, name="Keripik Baru", at=AT)


def _archive(shop: Shop) -> None:
    commerce.archive_product(actor=shop.seller, **shop.mine, at=AT)


def _new_variant(shop: Shop) -> None:
    commerce.add_variant(actor=shop.seller, **shop.mine, variant=a_variant(price_minor=1_000_00), at=AT)


def _archive_variant(shop: Shop) -> None:
    commerce.add_variant(actor=shop.seller, **shop.mine, variant=a_variant(price_minor=99_000_00), at=AT)
    shared_pages.pages.forget()
    commerce.archive_variant(actor=shop.seller, **shop.variant, at=AT)


def _special(shop: Shop) -> None:
    now = clock.now()
    commerce.set_price_window(
        actor=shop.seller,
        **shop.variant,
        window_id=ids.uuid7(),
        price_minor=10_000_00,
        starts_at=now - timedelta(seconds=1),
        ends_at=None,
        at=now,
    )


def _picture(shop: Shop) -> None:
    commerce.add_picture(actor=shop.seller, **shop.mine, uploaded=a_picture(), at=AT)


def _stock_out(shop: Shop) -> None:
    commerce.count_stock(actor=shop.seller, **shop.variant, movement_id=ids.uuid7(), counted=0, at=AT)


def _suspend(shop: Shop) -> None:
    zone.suspend(actor=SYSTEM, business_id=shop.business.id, reason="Izin dicabut", at=AT)
    commerce.refresh_seller(business_id=shop.business.id, at=AT)


@pytest.mark.parametrize(
    "happens",
    [change_price, _name, _archive, _new_variant, _archive_variant, _special, _picture, _stock_out, _suspend],
)
def test_every_list_and_page_is_new_after_a_change(client: Client, happens: Callable[[Shop], None]) -> None:
    business = a_business()
    shop = Shop(business, a_product(business.id, category="dapur"))
    addresses = ["/", "/cari?q=keripik", "/kategori/dapur", f"/toko/{business.slug}", f"/produk/{shop.product.slug}"]
    before = [_plain(client, address) for address in addresses]
    assert [_plain(client, address) for address in addresses] == before
    happens(shop)
    assert [address for address, old in zip(addresses, before, strict=True) if _plain(client, address) == old] == []


def _plain(client: Client, address: str) -> str:
    """Return a page without what differs each time."""
    text = text_of(client, address)
    return re.sub(r'(csrfmiddlewaretoken" value|request_id" value|data-server-now)="[^"]*"', "", text)


def test_a_review_its_answer_and_its_hiding_show_at_once(client: Client) -> None:
    buyer = a_buyer()
    order = an_order(state=commerce.OrderState.DELIVERED, buyer=buyer)
    line = order.lines[0]
    address = f"/produk/{commerce.product(product_id=line.product_id, at=AT).slug}"
    assert "Renyah sekali" not in text_of(client, address)
    commerce.review_line(actor=buyer, line_id=line.id, author_name="Ani", rating=5, text="Renyah sekali", at=AT)
    assert "Renyah sekali" in text_of(client, address)
    (review,) = commerce.reviews(product_id=line.product_id).items
    commerce.reply_to_review(
        actor=a_seller_actor(order.business_id), review_id=review.id, text="Terima kasih, Kak", at=AT
    )
    assert "Terima kasih, Kak" in text_of(client, address)
    staff = zone.actor_of_person(person_id=zone_staff().pk)
    commerce.hide_review(actor=staff, review_id=review.id, reason="Kasar", at=AT)
    assert "Renyah sekali" not in text_of(client, address)
    commerce.show_review(actor=staff, review_id=review.id)
    assert "Renyah sekali" in text_of(client, address)


def test_a_change_of_one_business_leaves_product_pages_of_others_as_they_are(client: Client) -> None:
    one = a_business()
    other = next(b for b in iter(a_business, None) if commerce.place_of(b.id) != commerce.place_of(one.id))
    kept, changed = a_product(one.id), a_product(other.id)
    client.get(f"/produk/{kept.slug}")
    change_price(Shop(other, changed))
    assert len(_asked(lambda: client.get(f"/produk/{kept.slug}"))) == 1


def test_a_special_price_begins_and_ends_to_the_second(client: Client, hands: Clock) -> None:
    business = a_business()
    shop = Shop(business, a_product(business.id))
    starts = (hands.at + timedelta(seconds=10)).replace(microsecond=0)
    commerce.set_price_window(
        actor=shop.seller,
        **shop.variant,
        window_id=ids.uuid7(),
        price_minor=20_000_00,
        starts_at=starts,
        ends_at=starts + timedelta(seconds=5),
        at=hands.at,
    )
    for address in ("/", "/cari", f"/produk/{shop.product.slug}"):
        seen = []
        for seconds in (-0.001, 0, 4.999, 5):
            hands.at = starts + timedelta(seconds=seconds)
            seen.append("Rp20.000" in text_of(client, address))
        assert seen == [False, True, True, False], address


def test_units_that_buyers_take_show_seconds_later_on_pages_and_cards(client: Client, hands: Clock) -> None:
    business = a_business()
    product = a_product(business.id, variants=(a_variant(stock=1),))
    pages = ["/", f"/produk/{product.slug}"]
    assert not any("sold-out" in text_of(client, page) or "Habis" in text_of(client, page) for page in pages)
    commerce.add_to_cart(
        actor=a_buyer(), variant_id=product.variants[0].id, quantity=1, request_id=ids.uuid7(), at=hands.at
    )
    hands.move(shared_pages.CHECK_SECONDS)
    assert 'class="product sold-out"' in text_of(client, "/")
    assert "data-buy" in text_of(client, pages[1])
    assert 'name="then" value="cart"' not in text_of(client, pages[1])


def test_a_page_in_which_nothing_changed_is_looked_at_and_kept(client: Client, hands: Clock) -> None:
    a_product(a_business().id)
    client.get("/cari")
    hands.move(shared_pages.CHECK_SECONDS)
    looked = _asked(lambda: client.get("/cari"))
    assert 1 < len(looked) < 5
    assert len(_asked(lambda: client.get("/cari"))) == 1


def test_no_page_is_older_than_a_minute(client: Client, hands: Clock) -> None:
    product, figure = a_product(a_business().id), "4,3\N{NO-BREAK SPACE}rb"
    client.get("/cari")
    models.ProductFigures.objects.filter(product_id=product.id).update(sold=4321)  # as a lost invalidation would
    assert figure not in text_of(client, "/cari")
    hands.move(shared_pages.SECONDS_MAX)
    assert figure in text_of(client, "/cari")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of pages whose template was drawn."""
    draw, addresses = shared_pages._drawn, []
    monkeypatch.setattr(shared_pages, "_drawn", lambda made, asked: addresses.append(asked.path) or draw(made, asked))
    return addresses


def test_a_page_that_is_read_anew_is_drawn_anew_only_where_it_says_something_else(
    client: Client, hands: Clock, drawn: list[str]
) -> None:
    one = a_business()
    neighbour = next(b for b in iter(a_business, None) if commerce.place_of(b.id) == commerce.place_of(one.id))
    shop = Shop(one, a_product(one.id))
    address = f"/produk/{shop.product.slug}"
    for happens in (
        lambda: None,
        lambda: hands.move(shared_pages.SECONDS_MAX),
        lambda: change_price(Shop(neighbour, a_product(neighbour.id))),
    ):
        happens()
        assert len(_asked(lambda: client.get(address))) > 1
        assert drawn == [address]
    models.ProductFigures.objects.filter(product_id=shop.product.id).update(sold=4321)
    hands.move(shared_pages.SECONDS_MAX)
    assert "4,3" in text_of(client, address)
    change_price(shop)
    assert "Rp19.000" in text_of(client, address)
    assert drawn == [address] * 3


def test_a_page_that_shows_time_left_is_drawn_each_minute(client: Client, hands: Clock, drawn: list[str]) -> None:
    start = hands.at - timedelta(hours=1)
    a_campaign(at=start, starts_at=start, ends_at=hands.at + timedelta(hours=5, seconds=30))
    assert '<b data-part="hours">05</b>' in text_of(client, "/")
    hands.move(shared_pages.SECONDS_MAX)
    assert '<b data-part="hours">04</b>' in text_of(client, "/")
    assert len(drawn) == 2
