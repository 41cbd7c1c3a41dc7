"""Stock cards: beginning them, changing the method, buying, counting, and booking what goods cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.platform.followers import hold
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import Source, check_by_hand, lock_desk, need_open, note_due, write
from kawasan.rooms.books.queries import desk, periods, stock
from kawasan.rooms.books.queries.source import FOLLOWER_NAME, last_of_ledger
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums
from kawasan.rooms.books.rules import ageing, chart
from kawasan.rooms.books.types.desk import Entry, EntryKind
from kawasan.rooms.books.types.due import NewDue
from kawasan.rooms.books.types.entries import AMOUNT_MAX_MINOR, JournalLine, NewEntry
from kawasan.rooms.books.types.stock import (
    COST_ENTRY,
    STOCK_LINES_MAX,
    UNITS_MAX,
    VALUED,
    StockLine,
    StockLineInvalid,
    StockMethod,
    StockMethodInvalid,
    StockNotKept,
    StockUnknown,
)
from kawasan.rooms.commerce import api as commerce

COST_MEMO = "HPP menurut kartu persediaan"
BEGIN_MEMO = "Nilai awal kartu persediaan"


@requires_transaction
def begin_stock_cards(
    *, actor: Actor, business_id: UUID, method: StockMethod, lines: Sequence[StockLine], at: datetime
) -> date:
    """
    Keep stock cards from today on: ``lines`` are the units that are there and what they cost.

    Where the books held another value, the difference is booked: what is missing was sold, what is more is the owner's
    capital. A repeat of the same day changes nothing. Raises Unauthenticated, NotFound, Forbidden, StockMethodInvalid,
    StockLineInvalid, StockUnknown, PeriodClosed.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    today = clock.business_day(at)
    if known := stock.chosen(business_id):
        if [(item.since, item.method) for item in known] == [(today, method)]:
            return today
        raise StockMethodInvalid(field="method", day=stock.next_change(today).isoformat())
    if method not in VALUED:
        raise StockMethodInvalid(field="method", day=stock.next_change(today).isoformat())
    _check(business_id, lines, least=0)
    need_open(business_id, today)
    _choose(business_id, today, method, actor, at)
    _add_lots(business_id, [line for line in lines if line.quantity], None, today, at)
    _adjust(business_id, today, sum(line.cost_minor for line in lines), actor, at)
    return today


@requires_transaction
def change_stock_method(*, actor: Actor, business_id: UUID, method: StockMethod, since: date, at: datetime) -> date:
    """
    Value goods in another way from the first of a January on; what is there then keeps its value.

    A repeat changes nothing. Raises Unauthenticated, NotFound, Forbidden, StockNotKept, StockMethodInvalid.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    today, known = clock.business_day(at), stock.chosen(business_id)
    if not known:
        raise StockNotKept
    if (since, method) in known:
        return since
    is_new_year = (since.month, since.day) == (1, 1) and since >= today and since > known[-1].since
    if method not in VALUED or not is_new_year or method is known[-1].method:
        raise StockMethodInvalid(field="method", day=stock.next_change(today).isoformat())
    _choose(business_id, since, method, actor, at)
    return since


@requires_transaction
def buy_stock(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    day: date,
    lines: Sequence[StockLine],
    paid_from: str,
    memo: str = "",
    ppn_minor: int = 0,
    due: NewDue | None = None,
    onto_shelf: bool = False,
    at: datetime,
) -> Entry:
    """
    Book goods with their units and what they cost; ``onto_shelf`` puts the units into the shop as well.

    ``ppn_minor`` is input PPN on top that can be set off. Undoing the entry takes the units off the cards. A repeat
    returns the first entry. Raises as add_entry, and StockNotKept, StockLineInvalid, StockUnknown; with ``onto_shelf``
    Forbidden for whoever may not change the shop's stock.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    known = stock.chosen(business_id)
    if not known:
        raise StockNotKept
    _check(business_id, lines, least=1)
    if day < known[0].since or ppn_minor < 0:
        raise StockLineInvalid(field="day" if ppn_minor >= 0 else "ppn")
    goods = sum(line.cost_minor for line in lines)
    found = [(chart.STOCK, goods), (chart.INPUT_PPN, ppn_minor), (paid_from, -goods - ppn_minor)]
    entry = NewEntry(day, memo.strip(), tuple(JournalLine(*line) for line in found if line[1]))
    check_by_hand(business_id, entry)
    owed = ageing.owed_of(entry, due) if due else None
    is_repeat = models.Entry.objects.filter(pk=entry_id).exists()
    made = write(business_id, entry_id, entry, EntryKind.GOODS, made_by=actor.person_id, at=at, due=due)
    if is_repeat:
        return made
    if due and owed:
        note_due(made, due, *owed)
    _add_lots(business_id, lines, made.id, day, at)
    if onto_shelf:
        _put_on_shelf(actor, business_id, made.id, lines, at)
    return made


@requires_transaction
def count_units(
    *, actor: Actor, business_id: UUID, count_id: UUID, counted: Sequence[tuple[UUID, int]], at: datetime
) -> None:
    """
    Note how many units of products were on the shelf this evening; units on their way to buyers are added.

    What is missing is cost of goods sold, what was found comes in at what the others are worth. A repeat changes
    nothing; a later count of the same day takes its place. Raises Unauthenticated, NotFound, Forbidden, StockNotKept,
    StockLineInvalid, StockUnknown, PeriodClosed.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    if not stock.chosen(business_id):
        raise StockNotKept
    _check(business_id, [StockLine(variant_id, units, 0) for variant_id, units in counted], least=0)
    today = clock.business_day(at)
    need_open(business_id, today)
    models.StockCount.objects.bulk_create(
        [
            models.StockCount(
                id=ids.derived("books.stock-count", count_id, variant_id),
                business_id=business_id,
                variant_id=variant_id,
                day=today,
                counted=units + stock.on_the_way_of(business_id, variant_id),
                made_by=actor.person_id,
                at=at,
            )
            for variant_id, units in counted
        ],
        ignore_conflicts=True,
    )


@requires_transaction
def book_stock_cost(*, business_id: UUID, day: date, at: datetime) -> int:
    """
    Book what goods have cost up to a day, less what is booked already; return the amount.

    The nightly job calls it for the day before, and a closing for the month. A closed day is left alone.
    """
    lock_desk(business_id)
    closed = periods.closed_through(business_id)
    if closed is not None and day <= closed:
        return 0
    return write_cost(business_id, day, made_by=None, at=at)


def write_cost(business_id: UUID, day: date, *, made_by: UUID | None, at: datetime) -> int:
    """Write the cost of goods sold that is missing up to a day, under the desk's lock."""
    amount = stock.cost_minor(business_id, day) - stock.booked_minor(business_id, day)
    if amount:
        lines = (JournalLine(chart.COST_OF_GOODS, amount), JournalLine(chart.STOCK, -amount))
        entry, source = NewEntry(day, COST_MEMO, lines), Source(COST_ENTRY, None)
        write(business_id, ids.uuid7(), entry, EntryKind.STOCK, made_by=made_by, at=at, source=source)
    return amount


def _check(business_id: UUID, lines: Sequence[StockLine], *, least: int) -> None:
    if not least <= len(lines) <= STOCK_LINES_MAX or len({line.variant_id for line in lines}) < len(lines):
        raise StockLineInvalid(field="lines")
    for line in lines:
        is_right = least <= line.quantity <= UNITS_MAX and 0 <= line.cost_minor <= AMOUNT_MAX_MINOR
        if not is_right or (line.cost_minor and not line.quantity):
            raise StockLineInvalid(field="lines")
    known = commerce.variants_of_business(business_id=business_id, variant_ids=[line.variant_id for line in lines])
    if any(line.variant_id not in known for line in lines):
        raise StockUnknown


def _choose(business_id: UUID, since: date, method: StockMethod, actor: Actor, at: datetime) -> None:
    position = max(hold(FOLLOWER_NAME), last_of_ledger())  # what left the shelf before is not there to be sold
    row = models.StockChoice(
        business_id=business_id, since=since, method=method, position=position, made_by=actor.person_id, at=at
    )
    row.save(force_insert=True)


def _add_lots(business_id: UUID, lines: Sequence[StockLine], entry_id: UUID | None, day: date, at: datetime) -> None:
    models.StockLot.objects.bulk_create(
        models.StockLot(
            id=ids.uuid7(),
            business_id=business_id,
            entry_id=entry_id,
            variant_id=line.variant_id,
            day=day,
            quantity=line.quantity,
            cost_minor=line.cost_minor,
            at=at,
        )
        for line in lines
    )


def _adjust(business_id: UUID, day: date, worth: int, actor: Actor, at: datetime) -> None:
    more = worth - net(sums(business_id, FIRST_DAY, day)).get(chart.STOCK, 0)
    if more:
        other = chart.CAPITAL if more > 0 else chart.COST_OF_GOODS
        entry = NewEntry(day, BEGIN_MEMO, (JournalLine(chart.STOCK, more), JournalLine(other, -more)))
        write(business_id, ids.uuid7(), entry, EntryKind.STOCK, made_by=actor.person_id, at=at)


def _put_on_shelf(actor: Actor, business_id: UUID, entry_id: UUID, lines: Sequence[StockLine], at: datetime) -> None:
    for line in lines:
        commerce.move_stock(
            actor=actor,
            business_id=business_id,
            variant_id=line.variant_id,
            movement_id=ids.derived("books.stock-bought", entry_id, line.variant_id),
            quantity=line.quantity,
            reason=commerce.StockReason.RECEIVED,
            at=at,
        )
