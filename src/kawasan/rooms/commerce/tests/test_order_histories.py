"""Whatever happens to orders, in whatever sequence: every rupiah and every unit stays accounted for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.orders import AT, PRICE, SHIP_TO, a_buyer, pay, seller_of, something_for_sale
from tests.builders.payments import posted

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import Order
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

STOCK = 12
ACTS = ("wallet", "qris", "pay", "pack", "ship", "arrive", "confirm", "buyer-cancels", "seller-cancels", "return")
ACTS += ("approve", "approve-half", "reject", "minutes", "days")
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(1, 4)), min_size=4, max_size=24)


class Story:
    """Two sellers, one buyer, and a clock."""

    def __init__(self) -> None:
        self.products = [something_for_sale(stock=STOCK, price=PRICE + n * 333) for n in range(2)]
        self.buyer = a_buyer(wallet=1_000_000)
        self.start = posted(payments.wallet(self.buyer.person_id))
        self.at = AT

    def play(self, act: str, which: int, quantity: int) -> None:
        if act == "minutes":
            self.at += timedelta(minutes=5 * quantity)
        elif act == "days":
            self.at += timedelta(days=quantity)
        elif act in ("wallet", "qris"):
            lines = [commerce.Wanted(p.variants[0].id, quantity) for p in self.products[: 1 + which % 2]]
            commerce.place_orders(
                actor=self.buyer,
                group_id=ids.uuid7(),
                lines=lines,
                method=commerce.Method(act),
                ship_to=SHIP_TO,
                at=self.at,
            )
        elif found := self._pick(which):
            self._move(act, found, quantity)
        commerce.expire_unpaid(at=self.at)
        commerce.complete_due(at=self.at)

    def _pick(self, which: int) -> commerce.Order | None:
        rows = list(Order.objects.filter(buyer_id=self.buyer.person_id).order_by("id").values_list("id", flat=True))
        return commerce.order(actor=SYSTEM, order_id=rows[which % len(rows)]) if rows else None

    def _move(self, act: str, order: commerce.Order, quantity: int) -> None:
        seller, key, at = seller_of(order.business_id), {"order_id": order.id}, self.at
        asked = order.returns[-1] if order.returns else None
        if act == "pay" and order.payment_id:
            pay(order.payment_id, at=at)
        elif act == "pack":
            commerce.pack_orders(actor=seller, business_id=order.business_id, order_ids=[order.id], at=at)
        elif act == "ship":
            commerce.ship_order(actor=seller, **key, courier="JNE", tracking="1", at=at)
        elif act == "arrive":
            commerce.mark_delivered(actor=seller, **key, at=at)
        elif act == "confirm":
            commerce.confirm_delivery(actor=self.buyer, **key, at=at)
        elif act == "buyer-cancels":
            commerce.cancel_order(actor=self.buyer, **key, reason="Salah pesan", at=at)
        elif act == "seller-cancels":
            commerce.cancel_order(actor=seller, **key, reason="Stok rusak", at=at)
        elif act == "return":
            lines = [commerce.ReturnedLine(order.lines[0].id, quantity)]
            commerce.request_return(actor=self.buyer, return_id=ids.uuid7(), **key, lines=lines, reason="Robek", at=at)
        elif asked and act.startswith("approve"):
            amount = asked.asked_minor if act == "approve" else asked.asked_minor // 2
            commerce.approve_return(
                actor=seller, return_id=asked.id, amount_minor=amount, restock=bool(quantity % 2), at=at
            )
        elif asked and act == "reject":
            commerce.reject_return(actor=seller, return_id=asked.id, reason="Sudah dipakai", at=at)


def check(story: Story) -> None:
    orders = [commerce.order(actor=SYSTEM, order_id=key) for key in Order.objects.values_list("id", flat=True)]
    paid = [order for order in orders if order.paid_at]
    businesses = [product.business_id for product in story.products]
    escrow = sum(posted(payments.escrow(business)) for business in businesses)
    balances = sum(posted(payments.balance(business)) for business in businesses)
    refunded = sum(order.refunded_minor for order in paid)
    by_qris = sum(order.total_minor for order in paid if order.method is commerce.Method.QRIS)
    assert sum(order.total_minor for order in paid) == escrow + refunded + balances + posted(payments.fee())
    bills = {order.payment_id for order in orders if order.payment_id}
    late = sum(payments.payment(payment_id=bill).returned_minor for bill in bills)
    spent = sum(order.total_minor for order in paid)
    assert posted(payments.wallet(story.buyer.person_id)) == story.start + by_qris + late + refunded - spent
    for product in story.products:
        variant = product.variants[0].id
        level = commerce.stock_levels([(product.business_id, variant)])[variant]
        assert level.available >= 0
        assert level.available + level.held + level.sold == STOCK
    assert commerce.verify_orders() == ledger.verify() == []


@pytest.mark.django_db
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=steps)
def test_no_history_loses_a_rupiah_or_a_unit(steps):
    with transaction.atomic():
        story = Story()
        for act, which, quantity in steps:
            try:
                with transaction.atomic():
                    story.play(act, which, quantity)
            except Refusal:
                continue
        check(story)
        transaction.set_rollback(True)
