"""From transfers to figures: what counts as paid, refunded, completed and cancelled, and on which day."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from kawasan.core import clock
from kawasan.rooms.authority.types import Changes, Counted, Figures, OrderState

# Columns of a sum, by their place in Figures.
_ORDERS, _GROSS, _QRIS_ORDERS, _QRIS, _REFUNDED, _CANCELLED, _COMPLETED_ORDERS, _COMPLETED, _FEE = range(
    len(Figures._fields)
)

OrderKey = tuple[UUID, UUID]  # business, order


class Movement(NamedTuple):
    """A transfer of money as far as the figures care. A tuple, because a follower makes very many."""

    sequence: int
    transfer_id: UUID
    business_id: UUID
    order_id: UUID
    kind: Counted
    is_qris: bool
    amount_minor: int
    at: datetime


def count(movements: Iterable[Movement], orders: MutableMapping[OrderKey, OrderState]) -> Changes:
    """
    Take transfers in the ledger's order; return what they add, and bring ``orders`` to their new state.

    ``orders`` holds every known order that the transfers name; new ones are added to it.
    """
    changes, days = Changes(), _Days()
    for movement in movements:
        key = (movement.business_id, movement.order_id)
        order = orders.get(key)
        if order is None:
            order = orders[key] = OrderState(*key)
        _count_one(movement, order, changes, days)
    return changes


def _count_one(movement: Movement, order: OrderState, changes: Changes, days: _Days) -> None:
    day, minute = days.of(movement.at)
    sums = changes.sales[day, movement.business_id]
    if movement.kind is Counted.PAID:
        _pay(movement, order, sums, changes.minutes[minute])
    elif movement.kind is Counted.REFUNDED:
        _refund(movement, order, sums)
    else:
        _complete(movement, order, sums)


def _pay(movement: Movement, order: OrderState, sums: list[int], live: list[int]) -> None:
    """An order counts once, with its first payment; every payment counts its money."""
    is_new = order.paid_at is None
    if is_new:
        order.paid_at, order.first_sequence = movement.at, movement.sequence
    order.gross_minor += movement.amount_minor
    sums[_ORDERS] += is_new
    sums[_GROSS] += movement.amount_minor
    live[0] += is_new
    live[1] += movement.amount_minor
    if movement.is_qris:
        sums[_QRIS_ORDERS] += is_new
        sums[_QRIS] += movement.amount_minor


def _refund(movement: Movement, order: OrderState, sums: list[int]) -> None:
    """An order whose money went back whole before any of it was released is a cancelled one, from then on."""
    order.refunded_minor += movement.amount_minor
    sums[_REFUNDED] += movement.amount_minor
    is_whole = order.paid_at is not None and order.refunded_minor >= order.gross_minor
    if is_whole and order.completed_at is None and order.cancelled_at is None:
        order.cancelled_at = movement.at
        sums[_CANCELLED] += 1


def _complete(movement: Movement, order: OrderState, sums: list[int]) -> None:
    """Release and fee leave escrow together; the first of them completes the order."""
    if order.completed_at is None:
        order.completed_at = movement.at
        sums[_COMPLETED_ORDERS] += 1
    sums[_COMPLETED] += movement.amount_minor
    if movement.kind is Counted.FEE:
        order.fee_minor += movement.amount_minor
        sums[_FEE] += movement.amount_minor
    else:
        order.released_minor += movement.amount_minor


class _Days:
    """Remembers day (WIB) and minute (UTC) of the last moment's minute: transfers come in order of time."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._day: date = date.min

    def of(self, at: datetime) -> tuple[date, datetime]:
        minute = at.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._day = minute, clock.business_day(minute)
        return self._day, minute
