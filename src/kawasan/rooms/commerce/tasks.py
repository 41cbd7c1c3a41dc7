"""The room's background work: listeners of payments, and what ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.jobs import DUE_PRIORITY, periodic
from kawasan.rooms.commerce import api
from kawasan.rooms.commerce.facts import OrderCancelled, OrderPaid
from kawasan.rooms.payments.facts import PaymentClosedUnpaid, PaymentSucceeded
from kawasan.rooms.zone.facts import BusinessAdmitted, BusinessRestored, BusinessSuspended

ROUNDS_MAX = 20  # a sweep ends after so many batches; the next one follows in a minute


def on_business_changed(fact: BusinessAdmitted | BusinessSuspended | BusinessRestored, *, at: datetime) -> None:
    """Open or close a seller's shop as the zone decided, and show its name and region as they are now."""
    api.refresh_seller(business_id=fact.business_id, at=at)


def on_payment_succeeded(fact: PaymentSucceeded, *, at: datetime) -> None:
    """Mark a checkout's orders as paid; a payment of something else has none."""
    api.mark_paid(group_id=fact.payment_id, at=at)


def on_payment_closed_unpaid(fact: PaymentClosedUnpaid, *, at: datetime) -> None:
    """Let a checkout's orders expire where they still wait."""
    api.mark_unpaid(group_id=fact.payment_id, at=at)


def on_order_paid(fact: OrderPaid, *, at: datetime) -> None:
    """Count an order's units as sold."""
    api.count_sold(order_id=fact.order_id, sign=1)


def on_order_cancelled(fact: OrderCancelled, *, at: datetime) -> None:
    """Count the units of an order that was paid before as not sold."""
    if fact.refunded_minor:
        api.count_sold(order_id=fact.order_id, sign=-1)


@periodic("* * * * * */5", priority=DUE_PRIORITY)
def expire_unpaid_orders() -> None:
    """Settle orders whose payment time is over."""
    _in_rounds(api.expire_unpaid)


@periodic("* * * * * */10")
def settle_campaigns() -> None:
    """Give unsold units of campaigns that are over back to their sellers' stock."""
    _in_rounds(api.settle_campaigns)


@periodic("* * * * *")
def settle_vouchers() -> None:
    """Give what over vouchers of the zone did not give away back to its fees."""
    with transaction(SYSTEM):
        api.settle_vouchers(at=clock.now())


@periodic("* * * * *")
def complete_due_orders() -> None:
    """Complete orders whose return window is over."""
    _in_rounds(api.complete_due)


def _in_rounds(sweep: Callable[..., int]) -> None:
    for _ in range(ROUNDS_MAX):
        with transaction(SYSTEM):
            done = sweep(at=clock.now())
        if not done:
            break
