"""Returns: the buyer asks, the seller answers, and an accepted return is paid back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions import taken
from kawasan.rooms.commerce.actions.checkout import event
from kawasan.rooms.commerce.actions.fulfil import DESK, complete
from kawasan.rooms.commerce.actions.giving_back import units_of_line
from kawasan.rooms.commerce.actions.refunds import announce_refund, count_back, pay_back
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.queries.campaign_terms import lock_running
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.types.order_refusals import (
    OrderNotFound,
    ReturnAlreadyDecided,
    ReturnNotFound,
)
from kawasan.rooms.commerce.types.orders import ReturnedLine, ReturnRequest, ReturnState, Step
from kawasan.rooms.ledger import api as ledger


@requires_transaction
def request_return(
    *, actor: Actor, return_id: UUID, order_id: UUID, lines: Sequence[ReturnedLine], reason: str, at: datetime
) -> ReturnRequest:
    """
    Ask, as the buyer, to give back units of an order; the order does not complete before the seller has answered.

    Repeating a return id returns the first request. Raises ReasonNeeded, OrderNotFound, OrderNotPaid, OrderClosed,
    NotShipped, ReturnWindowOver, ReturnOpen, ReturnTooMuch.
    """
    person, reason = actor.need_person(), rules.checked_reason(reason)
    row = taken.lock_order(order_id)
    if row.buyer_id != person:
        raise OrderNotFound
    if models.ReturnRequest.objects.filter(pk=return_id, order_id=order_id).exists():
        return queries.return_request(actor=actor, return_id=return_id)
    order = queries.as_orders([row])[0]
    rules.check_can_return(order, lines, at=at)
    models.ReturnRequest.objects.create(
        id=return_id,
        order_id=row.pk,
        business_id=row.business_id,
        buyer_id=row.buyer_id,
        lines=[{"line": str(line.line_id), "quantity": line.quantity} for line in lines],
        reason=reason,
        state=ReturnState.REQUESTED.value,
        asked_minor=rules.returned_value(order.lines, lines),
        requested_at=at,
    )
    row.completes_at = None
    row.save(update_fields=["completes_at"])
    event(row, Step.RETURN_REQUESTED, at=at, note=reason).save(force_insert=True)
    return queries.return_request(actor=actor, return_id=return_id)


@requires_transaction
def approve_return(
    *, actor: Actor, return_id: UUID, amount_minor: int | None = None, restock: bool = False, at: datetime
) -> ReturnRequest:
    """
    Pay a return back into the buyer's wallet, whole or in part, and with ``restock`` put its units back on sale.

    The money comes from escrow, or from the seller's balance once the order is completed. Repeating it with the same
    amount changes nothing. Raises ReturnNotFound, Forbidden, ReturnAlreadyDecided, RefundInvalid, SellerDebtFull.
    """
    request, row = _lock_return(actor, return_id)
    amount = request.asked_minor if amount_minor is None else amount_minor
    if request.state == ReturnState.REFUNDED and request.refunded_minor == amount:
        return queries.return_request(actor=actor, return_id=return_id)
    if request.state != ReturnState.REQUESTED:
        raise ReturnAlreadyDecided
    order = queries.as_orders([row])[0]
    left = row.total_minor - row.refunded_minor
    rules.check_refund(amount_minor=amount, asked_minor=request.asked_minor, left_minor=left)
    returned = [ReturnedLine(UUID(item["line"]), item["quantity"]) for item in request.lines]
    shares = rules.refund_by_line(amount_minor=amount, lines=order.lines, returned=returned)
    units = _units_back(row, returned, cause=request.pk, restock=restock, at=at)
    undone_before = row.discount_back_minor
    moves = pay_back(row, request.pk, shares, at=at)
    ledger.post(ledger.Entry(request.pk, at, (*moves, *units)))
    count_back(shares, {item.line_id: item.quantity for item in returned})
    _decide(request, row, ReturnState.REFUNDED, amount=amount, answer="", restock=restock, at=at)
    announce_refund(row, request.pk, amount, row.discount_back_minor - undone_before, at=at)
    if row.completed_at is None and row.refunded_minor == row.total_minor:
        complete([row], at=at)  # nothing is left to wait for
    return queries.return_request(actor=actor, return_id=return_id)


@requires_transaction
def reject_return(*, actor: Actor, return_id: UUID, reason: str, at: datetime) -> ReturnRequest:
    """
    Decline a return with a reason; the order goes on as if it had not been asked for. A repeat changes nothing.

    Raises ReasonNeeded, ReturnNotFound, Forbidden, ReturnAlreadyDecided.
    """
    reason = rules.checked_reason(reason)
    request, row = _lock_return(actor, return_id)
    if request.state == ReturnState.REJECTED and request.answer == reason:
        return queries.return_request(actor=actor, return_id=return_id)
    if request.state != ReturnState.REQUESTED:
        raise ReturnAlreadyDecided
    _decide(request, row, ReturnState.REJECTED, amount=0, answer=reason, restock=False, at=at)
    return queries.return_request(actor=actor, return_id=return_id)


def _lock_return(actor: Actor, return_id: UUID) -> tuple[models.ReturnRequest, models.Order]:
    order_id = models.ReturnRequest.objects.filter(pk=return_id).values_list("order_id", flat=True).first()
    row = taken.lock_order(order_id) if order_id else None
    if row is None or not (actor.is_system or row.business_id in actor.businesses):
        raise ReturnNotFound
    actor.need_business(row.business_id, *DESK)
    return models.ReturnRequest.objects.select_for_update().get(pk=return_id), row


def _units_back(
    row: models.Order, returned: Sequence[ReturnedLine], *, cause: UUID, restock: bool, at: datetime
) -> list[ledger.NewTransfer]:
    """Put returned units back on sale if asked; while their campaign runs, the buyer may take as many again."""
    lines = {line.pk: line for line in models.OrderLine.objects.filter(pk__in=[item.line_id for item in returned])}
    running = lock_running((line.campaign_offer_id for line in lines.values() if line.campaign_offer_id), at=at)
    give = transfers.back_to_stock if restock else transfers.limit_back
    return [
        move
        for item in returned
        for move in give(units_of_line(lines[item.line_id], item.quantity, running), order_id=row.pk, cause=cause)
    ]


def _decide(
    request: models.ReturnRequest,
    row: models.Order,
    state: ReturnState,
    *,
    amount: int,
    answer: str,
    restock: bool,
    at: datetime,
) -> None:
    request.state, request.refunded_minor, request.answer = state.value, amount, answer
    request.restocked, request.decided_at = restock, at
    request.save(update_fields=["state", "refunded_minor", "answer", "restocked", "decided_at"])
    order = queries.as_orders([row])[0]
    row.completes_at = rules.completes_at(order)
    row.save(update_fields=["completes_at", "refunded_minor", "discount_back_minor", "fee_minor"])
    step = Step.RETURN_REFUNDED if state is ReturnState.REFUNDED else Step.RETURN_REJECTED
    event(row, step, at=at, note=answer, amount_minor=amount or None).save(force_insert=True)
