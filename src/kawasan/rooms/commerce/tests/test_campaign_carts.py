"""What a cart holds of a campaign's units, and how a campaign ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.builders.campaigns import END, START, a_campaign, entered
from tests.builders.orders import PRICE, a_buyer, a_checkout, seller_of, something_for_sale, wanted
from tests.builders.selling_campaigns import CHEAP, NOON, SECOND, STAFF, faults, level, refused, units_of

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.rooms.commerce import api as commerce

pytestmark = pytest.mark.django_db


def put(buyer: Actor, product: commerce.Product, quantity: int, at, **given) -> commerce.Cart:
    variant = product.variants[0].id
    return commerce.add_to_cart(
        actor=buyer, variant_id=variant, quantity=quantity, request_id=ids.uuid7(), at=at, **given
    )


def order_cart(buyer: Actor, at, method=commerce.Method.WALLET) -> commerce.OrderGroup:
    cart = commerce.cart(actor=buyer, at=at)
    lines = [commerce.Wanted(line.variant_id, line.quantity, line.unit_price_minor) for line in cart.lines]
    return a_checkout(buyer=buyer, lines=lines, at=at, from_cart=True, method=method)


@pytest.mark.parametrize("method", list(commerce.Method))
def test_a_cart_holds_campaign_units_at_their_price_also_when_others_find_none(method):
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, units=2, per_buyer=2)
    put(buyer, product, 2, NOON, seen_minor=CHEAP)
    assert units_of(offer) == (0, 2, 0, 0)
    assert commerce.price_at(variant_id=offer.variant_id, at=NOON).amount_minor == PRICE
    (line,) = commerce.cart(actor=buyer, at=NOON).lines
    assert (line.unit_price_minor, line.ordinary_minor, line.quantity_max) == (CHEAP, PRICE, 2)
    group = order_cart(buyer, NOON, method)
    assert group.total_minor == 2 * CHEAP
    assert units_of(offer) == ((0, 0, 2, 0) if method is commerce.Method.WALLET else (0, 2, 0, 0))
    assert level(product).available == 18
    assert faults() == []


def test_adding_more_than_the_limit_or_at_an_old_price_is_refused_and_holds_nothing():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, units=3, per_buyer=2)
    with refused(commerce.CampaignLimitReached):
        put(buyer, product, 3, NOON)
    with refused(commerce.PriceChanged):
        put(buyer, product, 1, NOON, seen_minor=PRICE)
    assert units_of(offer) == (3, 0, 0, 0)


def test_taking_a_line_out_of_the_cart_frees_units_and_limit():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, per_buyer=2)
    put(buyer, product, 2, NOON)
    commerce.change_cart(actor=buyer, variant_id=offer.variant_id, quantity=1, at=NOON)
    assert units_of(offer) == (9, 1, 0, 0)
    commerce.remove_from_cart(actor=buyer, variant_id=offer.variant_id, at=NOON)
    assert units_of(offer) == (10, 0, 0, 0)
    put(buyer, product, 2, NOON)
    assert units_of(offer) == (8, 2, 0, 0)
    assert faults() == []


def test_a_cart_held_over_the_end_pays_the_ordinary_price_for_the_units_it_holds():
    product, buyer = something_for_sale(stock=3), a_buyer()
    offer = entered(product, units=3, per_buyer=2)
    put(buyer, product, 2, END - SECOND)
    commerce.settle_campaigns(at=END)
    a_checkout(lines=[wanted(product)], at=END)  # the last one of the stock
    with refused(commerce.PriceChanged):
        a_checkout(buyer=buyer, lines=[wanted(product, 2, unit_price_minor=CHEAP)], at=END, from_cart=True)
    assert order_cart(buyer, END).total_minor == 2 * PRICE
    commerce.settle_campaigns(at=END)
    assert (level(product).available, units_of(offer)) == (0, (0, 0, 0, 3))
    assert faults() == []


def test_a_cart_held_from_before_the_start_pays_the_campaign_price():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, units=5)
    put(buyer, product, 2, START - SECOND)
    assert order_cart(buyer, START).total_minor == 2 * CHEAP
    assert (level(product).available, units_of(offer)) == (15, (3, 0, 2, 0))
    assert faults() == []


def test_withdrawing_gives_back_what_was_not_sold_once_and_ends_the_price():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer, seller = entered(product), seller_of(product.business_id)
    a_checkout(lines=[wanted(product, 2)], at=NOON)
    put(buyer, product, 1, NOON)
    for _ in range(2):
        commerce.withdraw_from_campaign(actor=seller, business_id=product.business_id, offer_id=offer.id, at=NOON)
        assert (level(product).available, units_of(offer)) == (17, (0, 1, 2, 7))
    assert commerce.price_at(variant_id=offer.variant_id, at=NOON).amount_minor == PRICE
    commerce.remove_from_cart(actor=buyer, variant_id=offer.variant_id, at=NOON)
    commerce.settle_campaigns(at=NOON)
    assert (level(product).available, units_of(offer)) == (18, (0, 0, 2, 8))
    with refused(commerce.AlreadyInCampaign):
        entered(product, commerce.campaign_by_id(campaign_id=offer.campaign_id), at=NOON)
    assert faults() == []


def test_ending_a_campaign_early_stops_its_prices_at_once():
    product, campaign = something_for_sale(stock=20), a_campaign()
    offer = entered(product, campaign)
    a_checkout(lines=[wanted(product)], at=NOON)
    ended = commerce.end_campaign(actor=STAFF, campaign_id=campaign.id, at=NOON + timedelta(milliseconds=300))
    assert commerce.end_campaign(actor=STAFF, campaign_id=campaign.id, at=END) == ended
    assert (ended.closes_at, commerce.state_of_campaign(ended, at=NOON)) == (NOON, commerce.CampaignState.ENDED)
    assert a_checkout(lines=[wanted(product)], at=NOON).total_minor == PRICE
    commerce.settle_campaigns(at=NOON)
    assert units_of(offer) == (0, 0, 1, 9)
    assert faults() == []


def test_results_count_what_was_paid_less_what_came_back():
    product, campaign = something_for_sale(stock=50), a_campaign()
    offer = entered(product, campaign, units=20, per_buyer=5)
    a_checkout(lines=[wanted(product, 3)], at=NOON)
    buyer = a_buyer()
    order = a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON).orders[0]
    commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=NOON)
    (result,) = commerce.campaign_results(actor=STAFF, campaign_id=campaign.id)
    assert (result.orders, result.sold_units, result.sold_minor) == (1, 3, 3 * CHEAP)
    assert result.offer.id == offer.id
    seller = seller_of(product.business_id)
    assert commerce.campaign_results(actor=seller, campaign_id=campaign.id, business_id=product.business_id) == [result]


def test_a_unit_that_vanishes_is_found():
    offer = entered(something_for_sale())
    with connection.cursor() as cursor:
        cursor.execute("update commerce_campaign_offer set units = units + 1 where id = %s", [offer.id])
    assert {finding.code for finding in commerce.verify_campaigns()} == {"campaign-set-aside", "campaign-units"}
