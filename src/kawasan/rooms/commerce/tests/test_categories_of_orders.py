"""What orders are for, asked by the rooms above for figures that name nobody."""

from __future__ import annotations

import pytest
from tests.builders.commerce import a_product, a_variant
from tests.builders.orders import AT, an_order, seller_of, something_for_sale, wanted

from kawasan.core import ids
from kawasan.rooms.commerce import api as commerce

pytestmark = pytest.mark.django_db


def test_the_line_with_the_most_money_decides_what_an_order_is_for(django_assert_num_queries):
    snacks = something_for_sale(price=9_000_00)
    cheap = a_variant(price_minor=1_000_00, stock=100)
    scarf = a_product(snacks.business_id, category="busana-muslim", variants=(cheap,), at=AT)
    mostly_snacks = an_order(lines=[wanted(scarf, 8), wanted(snacks, 1)])
    mostly_scarves = an_order(lines=[wanted(snacks, 1), wanted(scarf, 10)])
    even = an_order(lines=[wanted(scarf, 9), wanted(snacks, 1)])
    commerce.categories()

    with django_assert_num_queries(1):
        found = commerce.categories_of_orders(ids=[mostly_snacks.id, mostly_scarves.id, even.id])

    assert {order_id: category.slug for order_id, category in found.items()} == {
        mostly_snacks.id: "makanan-minuman",
        mostly_scarves.id: "busana-muslim",
        even.id: "busana-muslim",  # the first of equals
    }
    assert found[mostly_snacks.id].name_in("en") == "Food & Drink"


def test_orders_that_commerce_does_not_know_are_left_out():
    order = an_order()

    assert commerce.categories_of_orders(ids=[]) == {}
    assert set(commerce.categories_of_orders(ids=[order.id, ids.uuid7()])) == {order.id}


def test_the_category_of_a_product_no_longer_for_sale_is_still_known():
    product = something_for_sale()
    order = an_order(lines=[wanted(product)])
    seller = seller_of(product.business_id)

    commerce.archive_product(actor=seller, business_id=product.business_id, product_id=product.id, at=AT)

    assert commerce.categories_of_orders(ids=[order.id])[order.id].slug == product.category.slug
