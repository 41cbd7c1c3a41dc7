"""Orders in every state, made through the commerce room's own door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone
from tests.builders.commerce import a_product, a_variant
from tests.builders.payments import a_funded_wallet, money_for
from tests.builders.zone import a_business, a_person

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
PRICE = 50_000_00
SHIP_TO = commerce.ShipTo(name="Siti Aminah", phone="0812-3456-7890", address="Jl. Merdeka 17, Pekalongan 51111")
RICH = 5_000_000  # whole rupiah


def something_for_sale(
    *,
    business: zone.Business | None = None,
    price: int = PRICE,
    stock: int = 100,
    name: str = "Batik tulis",
    variants: int = 1,
    at: datetime = AT,
) -> commerce.Product:
    """Put a product on the shelf of an admitted business."""
    business = business or a_business()
    new = tuple(a_variant(price_minor=price, stock=stock, name=f"V{number}") for number in range(variants))
    return a_product(business.id, name=name, variants=new, at=at)


def a_buyer(*, wallet: int = RICH) -> Actor:
    """Return a person with so many rupiah in the wallet."""
    person = a_person()
    a_funded_wallet(person.pk, wallet) if wallet else payments.ensure_wallet(person_id=person.pk)
    return zone.actor_of_person(person_id=person.pk)


def seller_of(business_id: UUID) -> Actor:
    """Return the owner of a business."""
    member = zone.members(actor=SYSTEM, business_id=business_id)[0]
    return zone.actor_of_person(person_id=member.person_id)


def wanted(product: commerce.Product, quantity: int = 1, **fields: Any) -> commerce.Wanted:
    """Return a line for a product's first variant."""
    return commerce.Wanted(product.variants[0].id, quantity, **fields)


def a_checkout(
    *,
    buyer: Actor | None = None,
    lines: Sequence[commerce.Wanted] | None = None,
    method: commerce.Method = commerce.Method.WALLET,
    at: datetime = AT,
    **fields: Any,
) -> commerce.OrderGroup:
    """Place orders: one unit of one new product unless told otherwise."""
    given: dict[str, Any] = {
        "actor": buyer or a_buyer(),
        "group_id": ids.uuid7(),
        "lines": [wanted(something_for_sale())] if lines is None else lines,
        "method": method,
        "ship_to": SHIP_TO,
        "at": at,
    }
    return commerce.place_orders(**(given | fields))


def an_order(
    *, quantity: int = 1, state: commerce.OrderState = commerce.OrderState.PAID, at: datetime = AT, **fields: Any
) -> commerce.Order:
    """Return an order of one line that has come as far as ``state``."""
    if "lines" not in fields:
        fields["lines"] = [wanted(something_for_sale(), quantity)]
    waits = state in (commerce.OrderState.AWAITING_PAYMENT, commerce.OrderState.EXPIRED)
    method = commerce.Method.QRIS if waits else commerce.Method.WALLET
    order = a_checkout(method=method, at=at, **fields).orders[0]
    seller, buyer = seller_of(order.business_id), zone.actor_of_person(person_id=order.buyer_id)
    if state is commerce.OrderState.EXPIRED:
        commerce.expire_unpaid(at=at + timedelta(hours=1))
    elif state is commerce.OrderState.CANCELLED:
        commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=at)
    else:
        _carry(order, state, seller, buyer, at)
    return commerce.order(actor=SYSTEM, order_id=order.id)


def _carry(order: commerce.Order, state: commerce.OrderState, seller: Actor, buyer: Actor, at: datetime) -> None:
    order_states = list(commerce.OrderState)
    reached = order_states.index(state)
    if reached >= order_states.index(commerce.OrderState.PACKED):
        commerce.pack_orders(actor=seller, business_id=order.business_id, order_ids=[order.id], at=at)
    if reached >= order_states.index(commerce.OrderState.SHIPPED):
        commerce.ship_order(actor=seller, order_id=order.id, courier="JNE", tracking="JP1234567890", at=at)
    if reached >= order_states.index(commerce.OrderState.DELIVERED):
        commerce.mark_delivered(actor=seller, order_id=order.id, at=at)
    if reached >= order_states.index(commerce.OrderState.COMPLETED):
        commerce.confirm_delivery(actor=buyer, order_id=order.id, at=at)


def pay(payment_id: UUID, *, at: datetime = AT) -> None:
    """Let the money of a payment come in, and its orders hear of it."""
    payment = payments.payment(actor=SYSTEM, payment_id=payment_id)
    payments.notify(notification=money_for(payment, happened_at=at), at=at)
    commerce.mark_paid(group_id=payment_id, at=at)
