"""What of a shared page belongs to one reader, one language or one zone."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from tests.builders.commerce import AT, a_product
from tests.builders.exchange import some_rates
from tests.builders.shared_pages import Shop, change_price, text_of
from tests.builders.zone import a_business, a_person

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.platform import schemas, shared_pages
from kawasan.platform.db import transaction
from kawasan.platform.roles import drop_zone, prepare_zone
from kawasan.rooms.commerce import api as commerce

pytestmark = pytest.mark.django_db


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
        assert "Siti Rahayu" in text_of(reader, address)


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
    assert 'class="toast" data-level="success"' in text_of(reader, "/")
    assert 'class="toast" data-level="success"' not in text_of(reader, "/")
    assert 'class="toast" data-level="success"' not in text_of(Client(), "/")


def test_the_tally_follows_the_cart_however_it_was_changed() -> None:
    product = a_product(a_business().id)
    person = a_person()
    reader = Client()
    reader.force_login(person)
    assert "tally" not in text_of(reader, "/")
    with transaction(SYSTEM):  # as the JSON API does, in another process
        commerce.add_to_cart(
            actor=Actor(person_id=person.pk),
            variant_id=product.variants[0].id,
            quantity=3,
            request_id=ids.uuid7(),
            at=clock.now(),
        )
    assert '<span class="tally">3</span>' in text_of(reader, "/")
    assert '<span class="tally">3</span>' in text_of(reader, "/keranjang")
    assert "tally" not in text_of(Client(), "/")


def test_another_language_is_another_page(client: Client) -> None:
    a_product(a_business().id)
    texts = [text_of(client, "/", **{"accept-language": language}) for language in ("id", "en", "zh-hans", "id")]
    assert ['lang="id"' in texts[0], 'lang="en"' in texts[1], 'lang="zh-Hans"' in texts[2]] == [True] * 3
    assert 'lang="id"' in texts[3]
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in text_of(client, "/", **{"accept-language": "id"})


def test_parameters_that_mean_nothing_neither_make_pages_nor_travel_on(client: Client) -> None:
    a_product(a_business().id)
    client.get("/cari?q=keripik&urut=newest")
    kept = len(shared_pages.pages._pages)
    page = text_of(client, "/cari?utm_source=x&urut=newest&q=%20keripik%20&fbclid=abc")
    assert len(shared_pages.pages._pages) == kept
    assert "fbclid" not in page


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    business = a_business()
    shop = Shop(business, a_product(business.id))
    client.get("/")  # brings the cookie of the forms' tokens, which is part of what a page is made of
    etag = client.get("/")["ETag"]
    again = client.get("/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert "Cookie" in again["Vary"]
    change_price(shop)
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


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_zones_in_one_process_have_their_own_pages(client: Client) -> None:
    prepare_zone(schema="zone_other", name="Kawasan Lain", hosts=["lain.example"], at=AT)
    prepare_zone(schema="zone_test", name="Kawasan Uji", hosts=["uji.example"], at=AT)
    try:
        with transaction(SYSTEM):
            product = a_product(a_business().id, name="Hanya di Uji")
        for _ in range(2):
            here = text_of(client, "/", host="uji.example")
            there = text_of(client, "/", host="lain.example")
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
        change_price(Shop(business, product))
        assert commerce.shelf_versions() == before
    assert sum(commerce.shelf_versions()) > sum(before)
    before = commerce.shelf_versions()
    with pytest.raises(RuntimeError), transaction(SYSTEM):
        change_price(Shop(business, product))
        raise RuntimeError
    assert commerce.shelf_versions() == before


def test_prices_in_another_currency_are_shown_to_who_chose_it_and_to_nobody_else(client: Client) -> None:
    some_rates(day=clock.business_day(clock.now()), at=clock.now())
    product = a_product(a_business().id)
    address, chooser = f"/produk/{product.slug}", Client()
    assert "≈" not in text_of(client, address)
    chooser.post("/mata-uang", {"currency": "CNY", "next": address})
    for _ in range(2):
        assert "≈ CN¥10,42" in text_of(chooser, address)
        assert "≈" not in text_of(client, address)
    assert "≈ ¥10.42" in text_of(client, address, **{"accept-language": "zh-hans"})
    chooser.post("/mata-uang", {"currency": "IDR", "next": address})
    assert "≈" not in text_of(chooser, address, **{"accept-language": "zh-hans"})
    assert '<option value="IDR" selected>' in text_of(chooser, address)
