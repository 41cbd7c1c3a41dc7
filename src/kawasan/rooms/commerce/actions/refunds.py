"""Money back to the buyer: what returns and refunds share, and refunds that the seller gives without a return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions import taken
from kawasan.rooms.commerce.actions.checkout import event
from kawasan.rooms.commerce.actions.fulfil import DESK, complete
from kawasan.rooms.commerce.actions.voucher_uses import promise_back, subsidy_left, voucher_back
from kawasan.rooms.commerce.facts import OrderRefunded
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.queries.commissions import fees_of
from kawasan.rooms.commerce.rules import commissions
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules.refunds import spread
from kawasan.rooms.commerce.rules.vouchers import given_back
from kawasan.rooms.commerce.types.order_refusals import OrderNotFound
from kawasan.rooms.commerce.types.orders import Order, OrderState, Step
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments


@requires_transaction
def refund_order(
    *, actor: Actor, order_id: UUID, refund_id: UUID, amount_minor: int, reason: str, at: datetime
) -> Order:
    """
    Give a part of an order's money (or what is left of it) back to its buyer, as the seller or the zone's staff.

    Goods stay where they are. Before shipping something must remain of the order: to give everything back, cancel it.
    The refund's id is its idempotency key: repeating it with the same amount changes nothing. Raises ReasonNeeded,
    OrderNotFound, Forbidden, OrderNotPaid, OrderClosed, RefundInvalid, RefundIdReused, SellerDebtFull.
    """
    reason = rules.checked_reason(reason)
    row = _refundable(actor, order_id)
    if (earlier := payments.find_refund(refund_id=refund_id)) is not None:
        if (earlier.order_id, earlier.amount_minor) != (order_id, amount_minor):
            raise payments.RefundIdReused
        return queries.as_orders([row], whole=True)[0]
    order = queries.as_orders([row])[0]
    _check(order, amount_minor)
    left = [line.net_minor for line in order.lines]
    shares = {line.id: part for line, part in zip(order.lines, spread(amount_minor, left), strict=True)}
    undone_before = row.discount_back_minor
    ledger.post(ledger.Entry(refund_id, at, pay_back(row, refund_id, shares, at=at)))
    count_back(shares)
    row.save(update_fields=["refunded_minor", "discount_back_minor", "fee_minor"])
    event(row, Step.REFUNDED, at=at, note=reason, amount_minor=amount_minor).save(force_insert=True)
    announce_refund(row, refund_id, amount_minor, row.discount_back_minor - undone_before, at=at)
    if row.completed_at is None and row.refunded_minor == row.total_minor:
        complete([row], at=at)  # nothing is left to wait for
    return queries.as_orders([row], whole=True)[0]


def pay_back(
    row: models.Order, refund_id: UUID, shares: Mapping[UUID, int], *, at: datetime
) -> tuple[ledger.NewTransfer, ...]:
    """
    Return the transfers that give a buyer these shares of an order's lines, and count them on the order's row.

    Once the order is completed the zone gives its fee on them back: the fee is always that of what is left, whether the
    refund or the release came first. The caller saves the row.
    """
    amount, is_released = sum(shares.values()), row.completed_at is not None
    fee_after = _fee_after(row, shares) if is_released else 0
    undone = _discount_undone(row, shares)
    paid_left = row.total_minor - row.refunded_minor - amount
    moves = payments.refund(
        refund_id=refund_id,
        order_id=row.pk,
        business_id=row.business_id,
        person_id=row.buyer_id,
        amount_minor=amount,
        left_minor=paid_left + subsidy_left(row) - (undone if row.is_discount_paid else 0),
        voucher=voucher_back(row, undone),
        fee_back_minor=row.fee_minor - fee_after if is_released else 0,
        is_released=is_released,
        at=at,
    )
    row.refunded_minor += amount
    row.discount_back_minor += undone
    row.fee_minor = fee_after if is_released else row.fee_minor
    return (*moves, *promise_back(row, undone, cause=refund_id))


def _discount_undone(row: models.Order, shares: Mapping[UUID, int]) -> int:
    if not row.discount_minor:
        return 0
    lines = [line for line in models.OrderLine.objects.filter(order_id=row.pk) if line.discount_minor]
    return sum(_undone(line, line.refunded_minor + shares.get(line.pk, 0)) for line in lines) - row.discount_back_minor


def _undone(line: models.OrderLine, refunded: int) -> int:
    paid = line.unit_price_minor * line.quantity - line.discount_minor
    return given_back(discount_minor=line.discount_minor, paid_minor=paid, refunded_minor=refunded)


def count_back(shares: Mapping[UUID, int], units: Mapping[UUID, int] | None = None) -> None:
    """Write on the lines what was given back of them, and how many units."""
    rows = list(models.OrderLine.objects.filter(pk__in=list(shares)))
    for line in rows:
        line.refunded_quantity += (units or {}).get(line.pk, 0)
        line.refunded_minor += shares[line.pk]
    models.OrderLine.objects.bulk_update(rows, ["refunded_quantity", "refunded_minor"])


def _fee_after(row: models.Order, shares: Mapping[UUID, int]) -> int:
    _, points = fees_of([(row.pk, row.placed_at)])[row.pk]
    lines = models.OrderLine.objects.filter(order_id=row.pk)
    after = commissions.fee_of(
        (_sold(row, line, line.refunded_minor + shares.get(line.pk, 0)), points[line.pk]) for line in lines
    )
    return min(after, row.fee_minor)


def _sold(row: models.Order, line: models.OrderLine, refunded: int) -> int:
    """Return what a line brings its seller: what the buyer pays, and the zone where the voucher is its own."""
    return commissions.sold_minor(
        gross_minor=line.unit_price_minor * line.quantity,
        discount_minor=line.discount_minor,
        refunded_minor=refunded,
        is_discount_paid=row.is_discount_paid,
    )


def _refundable(actor: Actor, order_id: UUID) -> models.Order:
    row = taken.lock_order(order_id)
    if actor.zone_role is not None:
        actor.need_zone(ZoneRole.STAFF)
    elif not actor.is_system and row.business_id not in actor.businesses:
        raise OrderNotFound
    else:
        actor.need_business(row.business_id, *DESK)
    return row


def _check(order: Order, amount_minor: int) -> None:
    if order.state is not OrderState.COMPLETED:
        rules.check_paid(order)
    left = rules.refundable_minor(order)
    rules.check_refund(amount_minor=amount_minor, asked_minor=left, left_minor=left)


def announce_refund(row: models.Order, refund_id: UUID, amount_minor: int, undone_minor: int, *, at: datetime) -> None:
    """Announce what went back of an order, and of the discount that the zone paid for it."""
    refunded = OrderRefunded(
        order_id=row.pk,
        business_id=row.business_id,
        buyer_id=row.buyer_id,
        return_id=refund_id,
        refunded_minor=amount_minor,
        discount_back_minor=undone_minor if row.is_discount_paid else 0,
    )
    announce(refunded, at=at)
