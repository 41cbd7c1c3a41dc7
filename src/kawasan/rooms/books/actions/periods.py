"""Closing a month and reopening it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.platform.followers import hold
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import lock_desk
from kawasan.rooms.books.actions.settling import settle_month
from kawasan.rooms.books.queries import desk, periods
from kawasan.rooms.books.queries.source import FOLLOWER_NAME, transfers_of_money
from kawasan.rooms.books.rules import posting
from kawasan.rooms.books.types.desk import (
    REASON_LENGTH_MAX,
    BooksBehind,
    PeriodNotClosed,
    PeriodNotOver,
    ReasonMissing,
)
from kawasan.rooms.books.types.months import last_of_month, month_of

AHEAD_LOOKED_AT = 20_000  # numbers of the ledger above the follower


@requires_transaction
def close_month(*, actor: Actor, business_id: UUID, month: date, at: datetime, stock_minor: int | None = None) -> date:
    """
    Close the books up to the end of a month: nothing can be booked there any more, by hand or from the ledger.

    Before that, entries are written where they are due: what was sold cost what the stock became less
    (``stock_minor``: its value as counted at the month's end), fixed assets are depreciated, the month's final tax is
    put aside, and in December the year's result goes to the retained earnings. What the ledger brings later for a
    closed day is booked on the first open one. Closing twice changes nothing. Where stock cards are kept they say what
    was sold cost, and ``stock_minor`` is refused.
    Raises Unauthenticated, NotFound, Forbidden, PeriodNotOver, BooksBehind, StockKeptByCards.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    through = last_of_month(month)
    if through >= clock.business_day(at):
        raise PeriodNotOver(day=(through + timedelta(days=1)).isoformat())
    closed = periods.closed_through(business_id)
    if closed is not None and closed >= through:
        return closed
    position = hold(FOLLOWER_NAME)
    _need_caught_up(business_id, position, through)
    settle_month(business_id, month_of(month), stock_minor, made_by=actor.person_id, at=at)
    _note(business_id, through, position, "", actor, at)
    return through


@requires_transaction
def reopen_month(*, actor: Actor, business_id: UUID, month: date, reason: str, at: datetime) -> date:
    """
    Reopen a month and every later one, with a reason; return the last day that stays closed.

    Raises Unauthenticated, NotFound, Forbidden, ReasonMissing, PeriodNotClosed.
    """
    desk.need_books(actor, business_id)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    lock_desk(business_id)
    closed = periods.closed_through(business_id)
    if closed is None or closed < last_of_month(month):
        raise PeriodNotClosed
    through = month.replace(day=1) - timedelta(days=1)
    _note(business_id, through, hold(FOLLOWER_NAME), reason.strip()[:REASON_LENGTH_MAX], actor, at)
    return through


def _note(business_id: UUID, through: date, position: int, reason: str, actor: Actor, at: datetime) -> None:
    models.Period.objects.create(
        id=ids.uuid7(),
        business_id=business_id,
        through=through,
        position=position,
        reason=reason,
        made_by=actor.person_id,
        at=at,
    )


def _need_caught_up(business_id: UUID, position: int, through: date) -> None:
    """Raise BooksBehind where the ledger holds sales of the period that are not booked yet."""
    for row in transfers_of_money(position, position + AHEAD_LOOKED_AT):
        touches = business_id in (row.debit_owner, row.credit_owner)
        if touches and row.kind in posting.MOVES and clock.business_day(row.at) <= through:
            raise BooksBehind
