"""Pages that readers share: made once, right after every change, and never with something of another reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders.commerce import AT, a_new_product, a_product, a_seller_actor, a_variant
from tests.builders.exchange import some_rates
from tests.builders.orders import a_buyer, an_order
from tests.builders.zone import a_business, a_person, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.platform import schemas, shared_pages
from kawasan.platform.db import transaction
from kawasan.platform.roles import drop_zone, prepare_zone
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


def _text(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


# --- how little is asked ---


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


def _fresh(client: Client, address: str) -> int:
    shared_pages.pages.forget()
    return len(_asked(lambda: client.get(address)))


# --- what makes a page new ---


@dataclass
class Shop:
    """A business with a product, and what happens to them."""

    business: zone.Business
    product: commerce.Product

    @property
    def seller(self) -> Actor:
        return a_seller_actor(self.business.id)

    @property
    def mine(self) -> dict[str, UUID]:
        return {"business_id": self.business.id, "product_id": self.product.id}

    @property
    def variant(self) -> dict[str, UUID]:
        return {"business_id": self.business.id, "variant_id": self.product.variants[0].id}


def _price(shop: Shop) -> None:
    commerce.update_variant(actor=shop.seller, **shop.variant, price_minor=19_000_00, at=AT)


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
    [_price, _name, _archive, _new_variant, _archive_variant, _special, _picture, _stock_out, _suspend],
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
    text = _text(client, address)
    return re.sub(r'(csrfmiddlewaretoken" value|request_id" value|data-server-now)="[^"]*"', "", text)


def test_a_review_its_answer_and_its_hiding_show_at_once(client: Client) -> None:
    buyer = a_buyer()
    order = an_order(state=commerce.OrderState.DELIVERED, buyer=buyer)
    line = order.lines[0]
    address = f"/produk/{commerce.product(product_id=line.product_id, at=AT).slug}"
    assert "Renyah sekali" not in _text(client, address)
    commerce.review_line(actor=buyer, line_id=line.id, author_name="Ani", rating=5, text="Renyah sekali", at=AT)
    assert "Renyah sekali" in _text(client, address)
    (review,) = commerce.reviews(product_id=line.product_id).items
    commerce.reply_to_review(
        actor=a_seller_actor(order.business_id), review_id=review.id, text="Terima kasih, Kak", at=AT
    )
    assert "Terima kasih, Kak" in _text(client, address)
    staff = zone.actor_of_person(person_id=zone_staff().pk)
    commerce.hide_review(actor=staff, review_id=review.id, reason="Kasar", at=AT)
    assert "Renyah sekali" not in _text(client, address)
    commerce.show_review(actor=staff, review_id=review.id)
    assert "Renyah sekali" in _text(client, address)


def test_a_change_of_one_business_leaves_product_pages_of_others_as_they_are(client: Client) -> None:
    one = a_business()
    other = next(b for b in iter(a_business, None) if commerce.place_of(b.id) != commerce.place_of(one.id))
    kept, changed = a_product(one.id), a_product(other.id)
    client.get(f"/produk/{kept.slug}")
    _price(Shop(other, changed))
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
            seen.append("Rp20.000" in _text(client, address))
        assert seen == [False, True, True, False], address


def test_units_that_buyers_take_show_seconds_later_on_pages_and_cards(client: Client, hands: Clock) -> None:
    business = a_business()
    product = a_product(business.id, variants=(a_variant(stock=1),))
    pages = ["/", f"/produk/{product.slug}"]
    assert not any("sold-out" in _text(client, page) or "Habis" in _text(client, page) for page in pages)
    commerce.add_to_cart(
        actor=a_buyer(), variant_id=product.variants[0].id, quantity=1, request_id=ids.uuid7(), at=hands.at
    )
    hands.move(shared_pages.CHECK_SECONDS)
    assert 'class="product sold-out"' in _text(client, "/")
    assert "data-buy" in _text(client, pages[1])
    assert 'name="then" value="cart"' not in _text(client, pages[1])


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
    assert figure not in _text(client, "/cari")
    hands.move(shared_pages.SECONDS_MAX)
    assert figure in _text(client, "/cari")


# --- whose page it is ---


def test_what_belongs_to_one_reader_is_in_that_readers_page_only(client: Client) -> None:
    product = a_product(a_business().id)
    person = a_person(name="Siti Rahayu")
    reader = Client()
    reader.force_login(person)
    for address in ("/", "/cari?q=keripik", f"/produk/{product.slug}"):
        own = reader.get(address)  # first: it is the one that is kept
        assert "Siti Rahayu" in own.content.decode()
        assert own["Cache-Control"] == "private, no-cache"
        assert "ETag" not in own
        stranger = Client().get(address)
        page = stranger.content.decode()
        assert "Siti Rahayu" not in page
        assert reader.cookies["sessionid"].value not in page
        assert reader.cookies["csrftoken"].value not in page
        assert settings.SESSION_COOKIE_NAME not in stranger.cookies
        assert "Cookie" in stranger["Vary"]
        assert "Siti Rahayu" in _text(reader, address)


def test_nothing_that_is_kept_holds_a_token_a_name_or_a_form_id(client: Client) -> None:
    product = a_product(a_business().id)
    reader = Client()
    reader.force_login(a_person(name="Siti Rahayu"))
    pages = [asker.get(f"/produk/{product.slug}").content.decode() for asker in (reader, client)]
    kept = b"".join(b"".join((*page.pieces, *page.nobody)) for page in shared_pages.pages._pages.values()).decode()
    assert "Keripik" in kept
    for page in pages:
        for secret in re.findall(r'(?:csrfmiddlewaretoken|request_id)" value="([^"]+)"', page):
            assert secret not in kept
    assert "Siti" not in kept


def test_each_reader_has_a_token_that_works_and_a_form_id_of_their_own() -> None:
    product = a_product(a_business().id)
    seen = set()
    for _ in range(3):
        reader = Client(enforce_csrf_checks=True)
        page = reader.get(f"/produk/{product.slug}").content.decode()
        form = re.search(r'action="/keranjang/tambah".*?</form>', page, re.DOTALL)[0]
        values = dict(re.findall(r'name="(csrfmiddlewaretoken|request_id|variant)" value="([^"]*)"', form))
        seen.add((values["csrfmiddlewaretoken"], values["request_id"]))
        assert reader.post("/keranjang/tambah", values | {"quantity": "1"}).status_code == 302
        assert reader.post("/keranjang/tambah", values | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert len({token for token, _ in seen}) == len({form for _, form in seen}) == 3


def test_a_message_is_shown_once_to_whom_it_belongs() -> None:
    product = a_product(a_business().id)
    reader = Client()
    reader.force_login(a_person())
    reader.get("/")
    added = {"variant": ids.public("var", product.variants[0].id), "quantity": "1"}
    reader.post("/keranjang/tambah", added)
    assert 'class="toast" data-level="success"' in _text(reader, "/")
    assert 'class="toast" data-level="success"' not in _text(reader, "/")
    assert 'class="toast" data-level="success"' not in _text(Client(), "/")


def test_the_tally_follows_the_cart_however_it_was_changed() -> None:
    product = a_product(a_business().id)
    person = a_person()
    reader = Client()
    reader.force_login(person)
    assert "tally" not in _text(reader, "/")
    with transaction(SYSTEM):  # as the JSON API does, in another process
        commerce.add_to_cart(
            actor=Actor(person_id=person.pk),
            variant_id=product.variants[0].id,
            quantity=3,
            request_id=ids.uuid7(),
            at=clock.now(),
        )
    assert '<span class="tally">3</span>' in _text(reader, "/")
    assert '<span class="tally">3</span>' in _text(reader, "/keranjang")
    assert "tally" not in _text(Client(), "/")


def test_another_language_is_another_page(client: Client) -> None:
    a_product(a_business().id)
    texts = [_text(client, "/", **{"accept-language": language}) for language in ("id", "en", "zh-hans", "id")]
    assert ['lang="id"' in texts[0], 'lang="en"' in texts[1], 'lang="zh-Hans"' in texts[2]] == [True] * 3
    assert 'lang="id"' in texts[3]
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in _text(client, "/", **{"accept-language": "id"})


def test_parameters_that_mean_nothing_neither_make_pages_nor_travel_on(client: Client) -> None:
    a_product(a_business().id)
    client.get("/cari?q=keripik&urut=newest")
    kept = len(shared_pages.pages._pages)
    page = _text(client, "/cari?utm_source=x&urut=newest&q=%20keripik%20&fbclid=abc")
    assert len(shared_pages.pages._pages) == kept
    assert "fbclid" not in page


# --- 304 ---


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    business = a_business()
    shop = Shop(business, a_product(business.id))
    client.get("/")  # brings the cookie of the forms' tokens, which is part of what a page is made of
    etag = client.get("/")["ETag"]
    again = client.get("/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert "Cookie" in again["Vary"]
    _price(shop)
    changed = client.get("/", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_somebody_elses_etag_is_not_mine(client: Client) -> None:
    a_product(a_business().id)
    client.get("/")
    etag = client.get("/")["ETag"]
    other = Client()
    assert "ETag" not in other.get("/")
    assert other.get("/", headers={"If-None-Match": etag}).status_code == 200
    client.force_login(a_person())
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 200


def test_a_page_with_a_form_that_counts_once_is_always_sent(client: Client) -> None:
    product = a_product(a_business().id)
    client.get(f"/produk/{product.slug}")
    assert "ETag" not in client.get(f"/produk/{product.slug}")


# --- zones ---


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_zones_in_one_process_have_their_own_pages(client: Client) -> None:
    prepare_zone(schema="zone_other", name="Kawasan Lain", hosts=["lain.example"], at=AT)
    prepare_zone(schema="zone_test", name="Kawasan Uji", hosts=["uji.example"], at=AT)
    try:
        with transaction(SYSTEM):
            product = a_product(a_business().id, name="Hanya di Uji")
        for _ in range(2):
            here = _text(client, "/", host="uji.example")
            there = _text(client, "/", host="lain.example")
            assert "Hanya di Uji" in here
            assert "Kawasan Uji" in here
            assert "Hanya di Uji" not in there
            assert "Kawasan Lain" in there
        assert client.get(f"/produk/{product.slug}", headers={"host": "uji.example"}).status_code == 200
        assert client.get(f"/produk/{product.slug}", headers={"host": "lain.example"}).status_code == 404
    finally:
        drop_zone("zone_other")
        schemas.forget_directory()


@pytest.mark.django_db(transaction=True)
def test_a_version_rises_after_the_commit_and_not_before() -> None:
    business = a_business()
    with transaction(SYSTEM):
        product = a_product(business.id)
    before = commerce.shelf_versions()
    with transaction(SYSTEM):
        _price(Shop(business, product))
        assert commerce.shelf_versions() == before
    assert sum(commerce.shelf_versions()) > sum(before)
    before = commerce.shelf_versions()
    with pytest.raises(RuntimeError), transaction(SYSTEM):
        _price(Shop(business, product))
        raise RuntimeError
    assert commerce.shelf_versions() == before


def test_prices_in_another_currency_are_shown_to_who_chose_it_and_to_nobody_else(client: Client) -> None:
    some_rates(day=clock.business_day(clock.now()), at=clock.now())
    product = a_product(a_business().id)
    address, chooser = f"/produk/{product.slug}", Client()
    assert "≈" not in _text(client, address)
    chooser.post("/mata-uang", {"currency": "CNY", "next": address})
    for _ in range(2):
        assert "≈ CN¥10,42" in _text(chooser, address)
        assert "≈" not in _text(client, address)
    assert "≈ ¥10.42" in _text(client, address, **{"accept-language": "zh-hans"})
    chooser.post("/mata-uang", {"currency": "IDR", "next": address})
    assert "≈" not in _text(chooser, address, **{"accept-language": "zh-hans"})
    assert '<option value="IDR" selected>' in _text(chooser, address)
