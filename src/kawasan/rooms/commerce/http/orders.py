"""Orders over JSON: place, read, cancel, ship, deliver, return."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.http import shapes
from kawasan.rooms.zone import api as zone

router = Router(tags=["orders"])


def _order_id(order_id: str) -> UUID:
    return ids.parse(commerce.ORDER_PREFIX, order_id)


@router.post("/orders", summary="Order at one or many sellers, paid together")
def place(request: HttpRequest, body: shapes.CheckoutIn) -> HttpResponse:
    """Needs Idempotency-Key. Wallet orders are answered paid; by QRIS, `payment_id` names what is to be paid."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        group = commerce.place_orders(
            actor=actor,
            group_id=ids.uuid7(),
            lines=[line.wanted() for line in body.lines],
            method=body.method,
            ship_to=commerce.ShipTo(body.ship_to.name, body.ship_to.phone, body.ship_to.address),
            at=clock.now(),
            from_cart=body.from_cart,
            voucher=body.voucher,
            key=request.headers.get("Idempotency-Key"),
        )
        return 201, shapes.group_out(group)

    with transaction(actor):
        return once(request, run)


@router.get("/orders", summary="List orders, newest first")
def listing(
    request: HttpRequest,
    business: str = "",
    which: str = "all",
    search: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """
    With `business` (the id of one of yours) its orders, otherwise what you bought.

    `which`: all, unpaid, to-pack, packed, to-ship, shipped, returns, done, closed.
    """
    actor = actor_of(request)
    actor.need_scope("orders:read")
    with transaction(actor):
        if business:
            business_id = ids.parse(shapes.BUSINESS_PREFIX, business)
            page = commerce.orders_of_business(
                actor=actor, business_id=business_id, which=which, search=search, cursor=cursor, limit=limit
            )
        else:
            page = commerce.orders_of_buyer(actor=actor, which=which, cursor=cursor, limit=limit)
    return {"items": [shapes.order_out(order) for order in page.items], "next_cursor": page.next_cursor}


@router.get("/orders/{order_id}", summary="Read an order")
def read(request: HttpRequest, order_id: str) -> dict[str, Any]:
    """For its buyer and its seller; anybody else is answered as if it did not exist."""
    actor = actor_of(request)
    actor.need_scope("orders:read")
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=_order_id(order_id))
        if found.buyer_id != actor.person_id:
            zone.note_looks(
                actor=actor, business_ids=[found.business_id], what=zone.Look.ORDER, at=clock.now(), text=found.number
            )
        return shapes.order_out(found)


@router.post("/orders/{order_id}/cancellation", summary="Cancel an order before it is shipped")
def cancel(request: HttpRequest, order_id: str, body: shapes.CancellationIn) -> HttpResponse:
    """The buyer until packing, the seller until shipping; all money and units go back. Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        order = commerce.cancel_order(actor=actor, order_id=_order_id(order_id), reason=body.reason, at=clock.now())
        return 200, shapes.order_out(order)

    with transaction(actor):
        return once(request, run)


@router.post("/orders/{order_id}/refunds", summary="Pay a part of an order back to its buyer")
def refund(request: HttpRequest, order_id: str, body: shapes.RefundIn) -> HttpResponse:
    """The goods stay where they are; the money goes to the buyer's wallet. Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        order = commerce.refund_order(
            actor=actor,
            order_id=_order_id(order_id),
            refund_id=ids.uuid7(),
            amount_minor=body.amount_minor,
            reason=body.reason,
            at=clock.now(),
        )
        return 200, shapes.order_out(order)

    with transaction(actor):
        return once(request, run)


@router.post("/orders/{order_id}/packing", summary="Mark an order as packed")
def pack(request: HttpRequest, order_id: str) -> HttpResponse:
    """Its buyer can no longer cancel it. Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        order = commerce.order(actor=actor, order_id=_order_id(order_id))
        (packed,) = commerce.pack_orders(
            actor=actor, business_id=order.business_id, order_ids=[order.id], at=clock.now()
        )
        return 200, shapes.order_out(packed)

    with transaction(actor):
        return once(request, run)


@router.post("/orders/{order_id}/shipment", summary="Hand an order to a courier")
def ship(request: HttpRequest, order_id: str, body: shapes.ShipmentIn) -> HttpResponse:
    """Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        order = commerce.ship_order(
            actor=actor,
            order_id=_order_id(order_id),
            courier=body.courier,
            tracking=body.tracking,
            at=clock.now(),
        )
        return 200, shapes.order_out(order)

    with transaction(actor):
        return once(request, run)


@router.post("/orders/{order_id}/delivery", summary="Say that an order has arrived")
def deliver(request: HttpRequest, order_id: str) -> HttpResponse:
    """The buyer's word releases the money; the seller's starts the return window. Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        order = commerce.order(actor=actor, order_id=_order_id(order_id))
        act = commerce.mark_delivered if order.business_id in actor.businesses else commerce.confirm_delivery
        return 200, shapes.order_out(act(actor=actor, order_id=order.id, at=clock.now()))

    with transaction(actor):
        return once(request, run)


@router.post("/orders/{order_id}/returns", summary="Ask to give back a part of an order")
def ask_return(request: HttpRequest, order_id: str, body: shapes.ReturnIn) -> HttpResponse:
    """Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        lines = [
            commerce.ReturnedLine(ids.parse(commerce.LINE_PREFIX, line.line_id), line.quantity) for line in body.lines
        ]
        asked = commerce.request_return(
            actor=actor,
            return_id=ids.uuid7(),
            order_id=_order_id(order_id),
            lines=lines,
            reason=body.reason,
            at=clock.now(),
        )
        return 201, shapes.return_out(asked)

    with transaction(actor):
        return once(request, run)


@router.post("/returns/{return_id}/decision", summary="Answer a return request")
def decide(request: HttpRequest, return_id: str, body: shapes.DecisionIn) -> HttpResponse:
    """Approving pays back at once, from escrow or from the business's balance. Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")
    key = ids.parse(commerce.RETURN_PREFIX, return_id)

    def run() -> tuple[int, dict[str, Any]]:
        if body.approve:
            decided = commerce.approve_return(
                actor=actor, return_id=key, amount_minor=body.amount_minor, restock=body.restock, at=clock.now()
            )
        else:
            decided = commerce.reject_return(actor=actor, return_id=key, reason=body.reason, at=clock.now())
        return 200, shapes.return_out(decided)

    with transaction(actor):
        return once(request, run)
