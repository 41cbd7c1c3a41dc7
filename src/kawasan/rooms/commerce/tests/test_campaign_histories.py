"""Whatever happens in a campaign, in whatever sequence: no unit appears or vanishes, nobody exceeds the limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.campaigns import END, START, a_campaign, entered
from tests.builders.orders import SHIP_TO, a_buyer, pay, seller_of, something_for_sale

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import CampaignOffer, Order, OrderLine
from kawasan.rooms.ledger import api as ledger

STOCK, UNITS, LIMIT = 12, 6, 3
ACTS = ("wallet", "qris", "pay", "cart", "take-out", "order-cart", "cancel", "ship", "return", "withdraw", "end")
ACTS += ("minutes", "hours", "settle")
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(1, 4)), min_size=4, max_size=30)


class Day:
    """A campaign of a day, one product, three buyers, and a clock that starts ten minutes before it."""

    def __init__(self) -> None:
        self.at = START - timedelta(minutes=10)
        self.product = something_for_sale(stock=STOCK, at=self.at)
        self.variant = self.product.variants[0].id
        self.campaign = a_campaign()
        self.offer = entered(self.product, self.campaign, units=UNITS, per_buyer=LIMIT)
        self.seller = seller_of(self.product.business_id)
        self.buyers = [a_buyer(wallet=2_000_000) for _ in range(3)]

    def play(self, act: str, which: int, quantity: int) -> None:
        buyer = self.buyers[which % 3]
        if act == "minutes":
            self.at += timedelta(minutes=6 * quantity)
        elif act == "hours":
            self.at += timedelta(hours=4 * quantity)
        elif act in ("wallet", "qris"):
            self._order(buyer, act, [commerce.Wanted(self.variant, quantity)], from_cart=False)
        elif act == "order-cart":
            lines = commerce.cart(actor=buyer, at=self.at).lines
            wanted = [commerce.Wanted(line.variant_id, line.quantity, line.unit_price_minor) for line in lines]
            self._order(buyer, "wallet" if quantity % 2 else "qris", wanted, from_cart=True)
        elif act == "cart":
            commerce.add_to_cart(
                actor=buyer, variant_id=self.variant, quantity=quantity, request_id=ids.uuid7(), at=self.at
            )
        elif act == "take-out":
            commerce.remove_from_cart(actor=buyer, variant_id=self.variant, at=self.at)
        elif act == "withdraw":
            commerce.withdraw_from_campaign(
                actor=self.seller, business_id=self.product.business_id, offer_id=self.offer.id, at=self.at
            )
        elif act == "end":
            commerce.end_campaign(actor=SYSTEM, campaign_id=self.campaign.id, at=self.at)
        elif act == "settle":
            ledger.expire_due(self.at, 100)
            commerce.settle_campaigns(at=self.at)
        else:
            self._with_an_order(act, which, quantity)

    def _order(self, buyer, method: str, lines: list, *, from_cart: bool) -> None:
        commerce.place_orders(
            actor=buyer,
            group_id=ids.uuid7(),
            lines=lines,
            method=commerce.Method(method),
            ship_to=SHIP_TO,
            at=self.at,
            from_cart=from_cart,
        )

    def _with_an_order(self, act: str, which: int, quantity: int) -> None:
        keys = list(
            Order.objects.filter(business_id=self.product.business_id).order_by("id").values_list("id", flat=True)
        )
        if not keys:
            return
        order = commerce.order(actor=SYSTEM, order_id=keys[which % len(keys)])
        buyer = next(item for item in self.buyers if item.person_id == order.buyer_id)
        if act == "pay" and order.payment_id:
            pay(order.payment_id, at=self.at)
        elif act == "cancel":
            commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=self.at)
        elif act == "ship":
            commerce.ship_order(actor=self.seller, order_id=order.id, courier="JNE", tracking="1", at=self.at)
        elif act == "return":
            back = commerce.request_return(
                actor=buyer,
                return_id=ids.uuid7(),
                order_id=order.id,
                lines=[commerce.ReturnedLine(order.lines[0].id, min(quantity, order.lines[0].quantity))],
                reason="Robek",
                at=self.at,
            )
            commerce.approve_return(actor=self.seller, return_id=back.id, restock=bool(which % 2), at=self.at)


def check(day: Day) -> None:
    offer = commerce.campaign_offer(offer_id=day.offer.id)
    level = commerce.stock_levels([(day.product.business_id, day.variant)])[day.variant]
    in_campaign = ledger.balance(commerce.campaign_account(offer.id, day.variant)).posted
    # Every unit is in the stock, set aside, or sold; the campaign's own are where they were told to be.
    assert level.on_shelf + in_campaign + level.sold == STOCK
    assert offer.left + offer.held + offer.sold + offer.returned == UNITS
    assert min(level.available, offer.left, offer.held, offer.sold, offer.returned) >= 0
    for buyer in day.buyers:
        rows = OrderLine.objects.filter(buyer_id=buyer.person_id, campaign_offer_id=offer.id)
        alive = rows.filter(order__cancelled_at=None, order__expired_at=None)
        kept = sum(quantity - back for quantity, back in alive.values_list("quantity", "refunded_quantity"))
        assert kept <= LIMIT
        left = ledger.balances([commerce.limit_account(offer.id, buyer.person_id)])
        assert all(0 <= item.available <= LIMIT for item in left.values())
    faults = [*commerce.verify_campaigns(), *commerce.verify_orders(), *ledger.verify()]
    assert faults == []


def finish(day: Day) -> None:
    """Long after the end nothing is set aside any more, and every unit that was not sold can be bought again."""
    day.at = max(day.at, END) + timedelta(hours=1)
    ledger.expire_due(day.at, 1_000)
    commerce.expire_unpaid(at=day.at)
    commerce.settle_campaigns(at=day.at)
    check(day)
    row = CampaignOffer.objects.get(pk=day.offer.id)
    offer = commerce.campaign_offer(offer_id=row.pk)
    assert row.settled_at is not None
    assert (offer.left, offer.held) == (0, 0)


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=steps)
def test_no_history_of_a_campaign_loses_a_unit_or_breaks_a_limit(steps):
    with transaction.atomic():
        day = Day()
        for act, which, quantity in steps:
            try:
                with transaction.atomic():
                    day.play(act, which, quantity)
            except Refusal:
                continue
        check(day)
        finish(day)
        transaction.set_rollback(True)
