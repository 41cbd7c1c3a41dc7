"""From paid to completed: payment, packing, shipping, delivery, cancelling, and what ends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions import taken
from kawasan.rooms.commerce.actions.checkout import announce_paid, event
from kawasan.rooms.commerce.actions.commissions import fix_fees
from kawasan.rooms.commerce.actions.giving_back import units_of_line
from kawasan.rooms.commerce.actions.voucher_uses import promise_back, subsidy_left, uses_back, voucher_back
from kawasan.rooms.commerce.facts import OrderCancelled, OrderCompleted, OrderShipped
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.queries.campaign_terms import lock_running
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.types.order_refusals import OrderNotFound
from kawasan.rooms.commerce.types.orders import Cancelled, Order, Step
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

DESK = (BusinessRole.OWNER, BusinessRole.STAFF)  # who may move a business's orders
DUE_MAX = 200  # orders that end by themselves in one transaction


@requires_transaction
def pack_orders(*, actor: Actor, business_id: UUID, order_ids: Sequence[UUID], at: datetime) -> list[Order]:
    """
    Mark orders as packed: their buyers can no longer cancel them. Orders packed before stay as they are.

    All of them or none. Raises Unauthenticated, NotFound, Forbidden, OrderNotFound, OrderNotPaid, OrderClosed,
    AlreadyShipped.
    """
    actor.need_business(business_id, *DESK)
    rows = [_own(actor, order_id, business_id=business_id) for order_id in sorted(set(order_ids))]
    for row, order in zip(rows, queries.as_orders(rows), strict=True):
        rules.check_can_pack(order)
        if row.packed_at is None:
            row.packed_at = at
            row.save(update_fields=["packed_at"])
            _note(row, Step.PACKED, at)
    return queries.as_orders(rows, whole=True)


@requires_transaction
def ship_order(*, actor: Actor, order_id: UUID, courier: str, tracking: str, at: datetime) -> Order:
    """
    Hand an order to a courier, packed or not yet. Repeating it with the same parcel changes nothing.

    Raises ShipmentIncomplete, OrderNotFound, Forbidden, OrderNotPaid, OrderClosed, AlreadyShipped.
    """
    courier, tracking = rules.checked_shipment(courier=courier, tracking=tracking)
    row = _own(actor, order_id)
    if row.shipped_at is not None and (row.courier, row.tracking) == (courier, tracking):
        return _read(row)
    rules.check_can_ship(_read(row))
    row.packed_at, row.shipped_at = row.packed_at or at, at
    row.courier, row.tracking = courier, tracking
    row.completes_at = at + rules.SILENCE_WINDOW
    row.save(update_fields=["packed_at", "shipped_at", "courier", "tracking", "completes_at"])
    _note(row, Step.SHIPPED, at, note=f"{courier} {tracking}")
    announce(OrderShipped(order_id=row.pk, business_id=row.business_id, buyer_id=row.buyer_id), at=at)
    return _read(row)


@requires_transaction
def mark_delivered(*, actor: Actor, order_id: UUID, at: datetime) -> Order:
    """
    Say, as the seller, that the courier has delivered: the order completes RETURN_WINDOW later.

    A repeat changes nothing. Raises OrderNotFound, Forbidden, OrderNotPaid, OrderClosed, NotShipped, ReturnOpen.
    """
    row = _own(actor, order_id)
    if row.delivered_at is not None:
        return _read(row)
    rules.check_can_deliver(_read(row))
    row.delivered_at, row.completes_at = at, at + rules.RETURN_WINDOW
    row.save(update_fields=["delivered_at", "completes_at"])
    _note(row, Step.DELIVERED, at)
    return _read(row)


@requires_transaction
def confirm_delivery(*, actor: Actor, order_id: UUID, at: datetime) -> Order:
    """
    Say, as the buyer, that all is well: the money goes to the seller less the zone's fee. A repeat changes nothing.

    Raises OrderNotFound, OrderNotPaid, OrderClosed, NotShipped, ReturnOpen.
    """
    row = _bought(actor, order_id)
    if row.completed_at is not None:
        return _read(row)
    rules.check_can_deliver(_read(row))
    if row.delivered_at is None:
        row.delivered_at = at
        _note(row, Step.DELIVERED, at)
    complete([row], at=at)
    return _read(row)


@requires_transaction
def cancel_order(*, actor: Actor, order_id: UUID, reason: str, at: datetime) -> Order:
    """
    End an order before it is shipped: all money back into the buyer's wallet, all units back into stock.

    The seller may cancel until shipping, the buyer until packing. An order that still waits for its payment is
    cancelled by its buyer only, with all orders of its checkout, since they are paid together. Repeating it changes
    nothing. Raises ReasonNeeded, OrderNotFound, Forbidden, OrderNotPaid, OrderClosed, AlreadyPacked, AlreadyShipped.
    """
    reason = rules.checked_reason(reason)
    row = taken.lock_with_group(order_id)
    if row.cancelled_at is not None and _is_party(actor, row):
        return _read(row)
    if row.business_id in actor.businesses or actor.is_system:
        actor.need_business(row.business_id, *DESK)
        rules.check_seller_can_cancel(_read(row))
        _refund_whole(row, Cancelled.SELLER, reason, at)
        return _read(row)
    _need_buyer(actor, row)
    rules.check_buyer_can_cancel(_read(row))
    if row.paid_at is not None:
        _refund_whole(row, Cancelled.BUYER, reason, at)
    else:
        _cancel_unpaid(row.group_id, actor, reason, at)
        row.refresh_from_db()
    return _read(row)


@requires_transaction
def mark_paid(*, group_id: UUID, at: datetime) -> int:
    """
    Note that a checkout's payment came in, if payments says so too; return how many orders it paid now.

    Money for a checkout that was cancelled or has expired is in the buyer's wallet, and its orders stay as they are.
    """
    rows = [row for row in taken.lock_orders_of_group(group_id) if _is_waiting(row)]
    if not rows or payments.payment(payment_id=group_id).status is not payments.PaymentStatus.PAID:
        return 0
    for row in rows:
        _pay(row, at)
    return len(rows)


@requires_transaction
def mark_unpaid(*, group_id: UUID, at: datetime) -> int:
    """Note that a checkout's payment was never made (its units are free again); return how many orders expired now."""
    rows = [row for row in taken.lock_orders_of_group(group_id) if _is_waiting(row)]
    for row in rows:
        _expire(row, at)
    return len(rows)


@requires_transaction
def expire_unpaid(*, at: datetime, limit: int = DUE_MAX) -> int:
    """
    Settle orders whose payment time is over, as the ledger says of their holds; return how many were settled.

    Posted holds: the payment came in time, the order is paid. Released holds: it expires, and its units are free.
    Each order is settled once, however many processes do this.
    """
    due = Q(pay_until__lte=at, paid_at__isnull=True, expired_at__isnull=True, cancelled_at__isnull=True)
    rows = queries.lock_due(due, limit=limit)
    holds = dict(
        models.OrderLine.objects.filter(order_id__in=[row.pk for row in rows], position=0).values_list(
            "order_id", "hold_id"
        )
    )
    ledger.post_many([transfers.expiry(hold, at) for hold in holds.values() if hold is not None])
    states = {key: ledger.pending_state(hold) for key, hold in holds.items() if hold is not None}
    for row in rows:
        if states.get(row.pk) is ledger.PendingState.POSTED:
            _pay(row, at)
        else:
            _expire(row, at)
    return len(rows)


@requires_transaction
def complete_due(*, at: datetime, limit: int = DUE_MAX) -> int:
    """Complete orders whose return window is over, each once; return how many."""
    rows = queries.lock_due(Q(completes_at__lte=at, completed_at__isnull=True, cancelled_at__isnull=True), limit=limit)
    complete(rows, at=at)
    return len(rows)


def complete(rows: Sequence[models.Order], *, at: datetime) -> None:
    """Move what is left of these orders from escrow to their sellers, the fee to the zone, and close them."""
    fees = fix_fees(rows)
    released = [
        payments.Released(
            row.pk, row.business_id, row.total_minor - row.refunded_minor + subsidy_left(row), fees[row.pk]
        )
        for row in rows
    ]
    moves = payments.settle_orders(orders=released, at=at)
    entries = [ledger.Entry(ids.derived("commerce.release", order_id), at, moved) for order_id, moved in moves.items()]
    for row in rows:
        row.fee_minor, row.completed_at, row.completes_at = fees[row.pk], at, None
    for answer in ledger.post_many(entries):
        if isinstance(answer, ledger.Refused):
            raise answer.refusal
    models.Order.objects.bulk_update(rows, ["fee_minor", "completed_at", "completes_at", "delivered_at"])
    for row in rows:
        net = row.total_minor - row.refunded_minor + subsidy_left(row)
        _note(row, Step.COMPLETED, at, amount_minor=net - row.fee_minor)
        announce(
            OrderCompleted(
                order_id=row.pk,
                business_id=row.business_id,
                buyer_id=row.buyer_id,
                released_minor=net - row.fee_minor,
                fee_minor=row.fee_minor,
            ),
            at=at,
        )


def _refund_whole(row: models.Order, by: Cancelled, reason: str, at: datetime) -> None:
    cause = ids.derived("commerce.cancel", row.pk)
    lines = list(models.OrderLine.objects.filter(order_id=row.pk).order_by("position"))
    left, undone = row.total_minor - row.refunded_minor, row.discount_minor - row.discount_back_minor
    money = payments.refund(
        refund_id=cause,
        order_id=row.pk,
        business_id=row.business_id,
        person_id=row.buyer_id,
        amount_minor=left,
        left_minor=0,
        voucher=voucher_back(row, undone),
        is_released=False,
        at=at,
    )
    running = lock_running((line.campaign_offer_id for line in lines if line.campaign_offer_id), at=at)
    units = [
        move
        for line in lines
        for move in transfers.back_to_stock(units_of_line(line, line.quantity, running), order_id=row.pk, cause=cause)
    ]
    promised = (*promise_back(row, undone, cause=cause), *uses_back(row))
    ledger.post(ledger.Entry(cause, at, (*money, *units, *promised)))
    row.refunded_minor, row.discount_back_minor = row.total_minor, row.discount_minor
    _cancel(row, by, reason, at, refunded_minor=row.total_minor)


def _cancel_unpaid(group_id: UUID, actor: Actor, reason: str, at: datetime) -> None:
    rows = taken.lock_orders_of_group(group_id)
    payments.cancel_payment(actor=actor, payment_id=group_id, at=at)  # releases the units; refused where it was paid
    for row in rows:
        if _is_waiting(row):
            _cancel(row, Cancelled.BUYER, reason, at, refunded_minor=0)


def _cancel(row: models.Order, by: Cancelled, reason: str, at: datetime, *, refunded_minor: int) -> None:
    row.cancelled_at, row.cancelled_by, row.cancel_reason = at, by.value, reason
    row.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason", "refunded_minor", "discount_back_minor"])
    _note(row, Step.CANCELLED, at, note=reason, amount_minor=refunded_minor or None)
    announce(
        OrderCancelled(
            order_id=row.pk, business_id=row.business_id, buyer_id=row.buyer_id, refunded_minor=refunded_minor
        ),
        at=at,
    )


def _is_waiting(row: models.Order) -> bool:
    return row.paid_at is None and row.cancelled_at is None and row.expired_at is None


def _pay(row: models.Order, at: datetime) -> None:
    row.paid_at = at
    row.save(update_fields=["paid_at"])
    _note(row, Step.PAID, at)
    announce_paid(row, at=at)


def _expire(row: models.Order, at: datetime) -> None:
    row.expired_at = at
    row.save(update_fields=["expired_at"])
    _note(row, Step.EXPIRED, at)


def _note(row: models.Order, step: Step, at: datetime, *, note: str = "", amount_minor: int | None = None) -> None:
    event(row, step, at=at, note=note, amount_minor=amount_minor).save(force_insert=True)


def _own(actor: Actor, order_id: UUID, *, business_id: UUID | None = None) -> models.Order:
    """Return, locked, an order of a business where the caller may move orders. Raises OrderNotFound, Forbidden."""
    row = taken.lock_order(order_id)
    if business_id not in (None, row.business_id) or not (actor.is_system or row.business_id in actor.businesses):
        raise OrderNotFound
    actor.need_business(row.business_id, *DESK)
    return row


def _bought(actor: Actor, order_id: UUID) -> models.Order:
    """Return, locked, an order of the person. Raises Unauthenticated, OrderNotFound."""
    actor.need_person()
    row = taken.lock_order(order_id)
    _need_buyer(actor, row)
    return row


def _need_buyer(actor: Actor, row: models.Order) -> None:
    if actor.need_person() != row.buyer_id:
        raise OrderNotFound


def _is_party(actor: Actor, row: models.Order) -> bool:
    return actor.person_id == row.buyer_id or row.business_id in actor.businesses


def _read(row: models.Order) -> Order:
    return queries.as_orders([row], whole=True)[0]
