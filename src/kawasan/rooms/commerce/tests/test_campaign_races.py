"""Races in a campaign with real threads: fifty buyers for ten units, one buyer in many hands, the end and a sale."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders.campaigns import END, START, a_campaign, entered, now_of
from tests.builders.orders import PRICE, a_buyer, a_checkout, seller_of, something_for_sale, wanted

from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.tests.test_order_races import prepare, race
from kawasan.rooms.ledger import api as ledger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOON = START + timedelta(hours=12)
CHEAP = PRICE * 4 // 5
METHODS = (commerce.Method.WALLET, commerce.Method.QRIS)


def faults() -> list:
    return prepare(lambda: [*commerce.verify_campaigns(), *commerce.verify_orders(), *ledger.verify()])


def test_fifty_buyers_and_ten_units_with_a_limit_of_one_make_exactly_ten_orders():
    product = prepare(lambda: something_for_sale(stock=100))
    offer = prepare(lambda: entered(product, units=10, per_buyer=1))
    buyers = prepare(lambda: [a_buyer() for _ in range(50)])
    answers = race(
        *(
            lambda buyer=buyer, method=METHODS[n % 2]: a_checkout(
                buyer=buyer, lines=[wanted(product, unit_price_minor=CHEAP)], method=method, at=NOON
            )
            for n, buyer in enumerate(buyers)
        )
    )
    placed = [answer for answer in answers if isinstance(answer, commerce.OrderGroup)]
    assert len(placed) == 10
    assert {answer.total_minor for answer in placed} == {CHEAP}
    # Everybody else is told that the price has changed; nobody pays another one than was seen.
    assert {type(answer) for answer in answers if isinstance(answer, Refusal)} == {commerce.PriceChanged}
    found = prepare(lambda: now_of(offer))
    assert (found.left, found.held + found.sold) == (0, 10)
    assert faults() == []


def test_one_buyer_in_ten_windows_gets_the_limit_once():
    product = prepare(lambda: something_for_sale(stock=100))
    offer = prepare(lambda: entered(product, units=50, per_buyer=2))
    buyer = prepare(a_buyer)
    answers = race(
        *(
            lambda method=method: a_checkout(buyer=buyer, lines=[wanted(product)], method=method, at=NOON)
            for method in METHODS * 5
        )
    )
    assert sum(isinstance(answer, commerce.OrderGroup) for answer in answers) == 2
    refused = {type(answer) for answer in answers if isinstance(answer, Refusal)}
    assert refused == {commerce.CampaignLimitReached}
    found = prepare(lambda: now_of(offer))
    assert (found.left, found.held + found.sold) == (48, 2)
    assert faults() == []


def test_a_withdrawal_among_sales_moves_every_unsold_unit_once():
    for _ in range(3):
        product = prepare(lambda: something_for_sale(stock=20))
        offer = prepare(lambda product=product: entered(product, units=8, per_buyer=2))
        buyers = prepare(lambda: [a_buyer() for _ in range(6)])
        seller = prepare(lambda product=product: seller_of(product.business_id))
        race(
            *(
                lambda buyer=buyer, product=product: a_checkout(
                    buyer=buyer, lines=[wanted(product, unit_price_minor=CHEAP)], at=NOON
                )
                for buyer in buyers
            ),
            lambda product=product, offer=offer, seller=seller: commerce.withdraw_from_campaign(
                actor=seller, business_id=product.business_id, offer_id=offer.id, at=NOON
            ),
            lambda: commerce.settle_campaigns(at=NOON),
        )
        prepare(lambda: commerce.settle_campaigns(at=NOON))
        found = prepare(lambda offer=offer: now_of(offer))
        assert (found.left, found.held, found.sold + found.returned) == (0, 0, 8)
        assert faults() == []


def test_a_cancelled_order_and_the_end_of_its_campaign_lose_no_unit():
    for _ in range(3):
        product = prepare(lambda: something_for_sale(stock=20))
        offer = prepare(lambda product=product: entered(product, a_campaign(), units=5, per_buyer=2))
        buyer = prepare(a_buyer)
        order = prepare(
            lambda buyer=buyer, product=product: a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON).orders[0]
        )
        race(
            lambda buyer=buyer, order=order: commerce.cancel_order(
                actor=buyer, order_id=order.id, reason="Salah pesan", at=END - timedelta(milliseconds=1)
            ),
            *(lambda: commerce.settle_campaigns(at=END),) * 3,
        )
        prepare(lambda: commerce.settle_campaigns(at=END))
        found = prepare(lambda offer=offer: now_of(offer))
        variant = product.variants[0].id
        level = prepare(
            lambda product=product, variant=variant: commerce.stock_levels([(product.business_id, variant)])
        )
        assert (level[variant].available, found.left, found.held) == (20, 0, 0)
        assert faults() == []


def test_entering_one_product_by_two_hands_sets_its_units_aside_once():
    product, campaign = prepare(lambda: (something_for_sale(stock=20), a_campaign()))
    first, second = race(*(lambda: entered(product, campaign, units=5),) * 2)
    assert sum(isinstance(answer, commerce.CampaignOffer) for answer in (first, second)) == 1
    refused = first if isinstance(first, Refusal) else second
    assert isinstance(refused, commerce.AlreadyInCampaign)
    assert prepare(lambda: commerce.campaign_results(actor=SYSTEM, campaign_id=campaign.id))[0].offer.left == 5
    assert faults() == []
