"""The sample is whole: every listing has a place, a shop, a sector and a chance to be bought."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from kawasan.core.clock import now
from kawasan.demo.baskets import BASKET_RUPIAH_MAX, basket, product_of_code
from kawasan.demo.listings import SECTORS, baskets, listings, regency_of, reviews
from kawasan.demo.sample import plan, shopping_day, words
from kawasan.demo.sample.businesses import application_of
from kawasan.demo.sample.shelves import product_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.rules.applications import check_application


def test_there_are_1308_listings_in_29_categories_with_reviews():
    assert len(listings()) == len({listing.no for listing in listings()}) == 1308
    assert len({listing.category for listing in listings()}) == 29 == len(SECTORS)
    assert sum(map(len, reviews().values())) == 5400
    assert set(reviews()) <= {listing.no for listing in listings()}
    assert all(1 <= rating <= 5 and text for items in reviews().values() for rating, text in items)


def test_every_location_is_a_real_regency():
    for listing in listings():
        assert zone.regency(regency_of(listing.location)).code


def test_an_unknown_location_is_told():
    with pytest.raises(KeyError, match="Kota Entah"):
        regency_of("Kota Entah")


@pytest.mark.parametrize("category", SECTORS)
def test_every_sector_is_a_kbli_2025_code_and_every_category_has_a_family(category):
    for code in SECTORS[category]:
        assert zone.kbli(code, zone.KBLI_EDITION_NOW).code == code
        assert code[:2] in words.ABOUT
    assert category in {name for categories, _ in words.FAMILIES.values() for name in categories}


@pytest.mark.django_db
def test_every_category_is_a_shelf_of_the_shop():
    shelves = {category.slug for category in commerce.categories()}
    assert set(SECTORS) == shelves


def test_every_listing_is_in_exactly_one_shop_of_its_own_town():
    held = Counter(listing.no for shop in plan.shops() for listing in shop.listings)
    assert held == Counter({listing.no: 1 for listing in listings()})
    for shop in plan.shops():
        assert {regency_of(listing.location) for listing in shop.listings} == {shop.regency_code}
        assert shop.kbli_code in {code for listing in shop.listings for code in SECTORS[listing.category]}


def test_shops_differ_in_name_number_and_address_and_keep_their_place_from_run_to_run():
    shops = plan.shops()
    assert 160 <= len(shops) <= 230
    for what in ("name", "nib", "npwp", "email", "id"):
        assert len({getattr(shop, what) for shop in shops}) == len(shops), what
    plan.shops.cache_clear()
    assert plan.shops() == shops


def test_every_application_is_one_that_the_zone_accepts_and_clearly_a_sample():
    for shop in (*plan.shops(), plan.applicant()):
        checked = check_application(application_of(shop), on=now().date())
        assert checked.nib.startswith("0000")
        assert checked.npwp.startswith("00000")


def test_an_invented_taxpayer_number_fits_its_check_digit():
    from kawasan.rooms.zone.rules.identity import check_npwp

    assert all(not check_npwp(shop.npwp).warnings for shop in plan.shops())


def test_the_visitors_shop_is_rich_and_in_bandung():
    rich = plan.shops()[0]
    assert len(rich.listings) >= 20
    assert zone.regency(rich.regency_code).name == "Kota Bandung"
    assert max(len(shop.listings) for shop in plan.shops()[1:]) <= plan.PRODUCTS_MAX


def test_every_product_has_price_stock_and_nobodys_name():
    for shop in plan.shops():
        for listing in shop.listings:
            product = product_of(shop, listing, at=now())
            assert product.variants[0].price_minor == listing.price * 100 > 0
            assert product.variants[0].stock > 0
            assert {review.author_name for review in product.reviews} <= {"Pembeli"}
            assert len(product.name) <= commerce.NAME_LENGTH_MAX


def test_every_stock_code_stands_for_a_listing_and_every_listing_for_a_code():
    mapping = product_of_code()
    assert set(mapping) == {code for items in baskets() for code in items}
    assert {listing.no for listing in mapping.values()} == {listing.no for listing in listings()}


def test_what_is_often_in_baskets_stands_for_what_sells_often():
    counts = Counter(code for items in baskets() for code in items)
    codes = [code for code, _ in counts.most_common()]
    often = [product_of_code()[code].sold for code in codes[:200]]
    seldom = [product_of_code()[code].sold for code in codes[-200:]]
    assert min(often) > max(seldom)


def test_a_basket_holds_each_listing_once_and_fits_one_payment():
    random = Random(1)
    for _ in range(2_000):
        items = basket(random)
        assert items
        assert len({item.listing.no for item in items}) == len(items) <= commerce.LINES_MAX
        total = sum(item.listing.price * item.quantity for item in items)
        assert total <= BASKET_RUPIAH_MAX or len(items) == 1


def test_buyers_live_somewhere_and_cannot_be_mistaken_for_people():
    for buyer in plan.buyers():
        assert buyer.email.endswith("@kawasan.example")
        assert re.fullmatch(r"0813 0000 \d{4}", plan.ship_to(buyer).phone)
    assert len({buyer.email for buyer in plan.buyers()}) == plan.BUYERS


def test_the_shopping_day_has_the_visitors_products_and_one_of_each_other_shop_below_their_prices():
    found = shopping_day.chosen(plan.shops())
    assert sum(shop.is_rich for shop, _ in found) == shopping_day.OF_RICH
    others = [shop.number for shop, _ in found if not shop.is_rich]
    assert len(others) == len(set(others)) == shopping_day.OF_OTHERS
    assert all(0 < shopping_day.price_of(listing, n) < listing.price for n, (_, listing) in enumerate(found))
