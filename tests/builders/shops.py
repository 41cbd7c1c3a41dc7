"""Shops with codes of their own, and payers who pay them at the sandbox bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.zone import api as zone
from kawasan.sandbox.scenarios import Pay
from kawasan.sandbox.server import Sandbox
from kawasan.sandbox.state import Money as Moved
from tests.builders.zone import a_business, an_actor

# Yearly sales that make a business micro or small (PP 7/2021 art. 35).
_SALES = {"micro": 300_000_000_00, "small": 5_000_000_000_00}


@dataclass(frozen=True, slots=True)
class Shop:
    """A business and its owner as an actor."""

    business: zone.Business
    actor: Actor

    @property
    def id(self) -> UUID:
        """The business's id."""
        return self.business.id


def an_actor_of(business: zone.Business, role: str = "owner") -> Actor:
    """Return somebody with a role in a business."""
    return an_actor(business=business, role=role)


def a_shop_with_a_code(*, size: str = "micro", is_made: bool = True) -> Shop:
    """Return a shop that asked for its static code; the bank has made it unless told otherwise."""
    business = a_business(size_amount_minor=_SALES[size])
    shop = Shop(business, an_actor_of(business))
    payments.want_static_code(actor=shop.actor, business_id=shop.id, at=clock.now())
    if is_made:
        make_shop_codes()
    return shop


def a_counter_payment(shop: Shop, amount_minor: int, **changes: Any) -> payments.CounterPayment:
    """Ask for a payment at the counter, and let the bank make its code."""
    given = {"counter_id": ids.uuid7(), "at": clock.now()} | changes
    asked = payments.request_counter_payment(actor=shop.actor, business_id=shop.id, amount=Money(amount_minor), **given)
    make_shop_codes()
    return payments.counter_payment(actor=shop.actor, counter_id=asked.id, at=clock.now())


def make_shop_codes() -> None:
    """Run the jobs that let the bank make every shop's code that is wanted."""
    for code_id in models.ShopCode.objects.filter(state="asked").values_list("pk", flat=True):
        tasks.make_shop_code(code_id=str(code_id))


def pay_shop(
    sandbox: Sandbox, shop: Shop, amount_minor: int | None, how: Pay = Pay.SILENT, *, counter: UUID | None = None
) -> list[Moved]:
    """Let somebody pay a shop's static code (or one of its counter) at the bank; return what moved."""
    rows = models.ShopCode.objects.filter(business_id=shop.id)
    code = rows.get(pk=counter) if counter else rows.get(kind="static")
    bill = sandbox.bank.bill_of_code(code.content)
    assert bill is not None
    return sandbox.bank.pay(bill, how, visit=str(ids.uuid7()), at=clock.now(), amount_minor=amount_minor)


def a_paid_counter(business: zone.Business, amount_minor: int, *, at: datetime) -> UUID:
    """Ask for a payment at a counter and let the bank tell that it was paid; return its id."""
    counter_id = ids.uuid7()
    payments.request_counter_payment(
        actor=an_actor_of(business), business_id=business.id, counter_id=counter_id, amount=Money(amount_minor), at=at
    )
    told = payments.Notification(
        provider="sandbox",
        event_id=f"event-{counter_id}",
        kind=payments.NotificationKind.PAID,
        reference=models.ShopCode.objects.get(pk=counter_id).reference,
        money_id=f"money-{counter_id}",
        amount_minor=amount_minor,
        happened_at=at,
    )
    payments.notify(notification=told, at=at)
    return counter_id
