"""Tables of figures for a period, and the transfers behind each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.platform.db import requires_transaction
from kawasan.platform.followers import position
from kawasan.rooms.authority.queries.access import need_figures
from kawasan.rooms.authority.queries.places import places_of
from kawasan.rooms.authority.queries.source import movement_of
from kawasan.rooms.authority.rules import grouping
from kawasan.rooms.authority.types import (
    By,
    Counted,
    CountedTransfer,
    Figures,
    Filter,
    Period,
    Place,
    Row,
    Sort,
    Table,
    Traced,
    UnknownTransfer,
)
from kawasan.rooms.ledger import api as ledger

FOLLOWER_NAME = "authority.sales"
SEQUENCE_MAX = 2**63 - 1

_SUMS = ", ".join(f"sum({name})::bigint" for name in Figures._fields)
_BY_BUSINESS = f"select business_id, {_SUMS} from authority_sales where day between %s and %s group by business_id"
_BY_DAY = f"""
select day, count(*), {_SUMS} from authority_sales
where day between %s and %s and (%s::uuid[] is null or business_id = any(%s)) group by day
"""
_COUNTED = """
select sequence, transfer_id, order_id, business_id, kind, amount_minor, at from authority_counted
"""
_OF_BUSINESS = _COUNTED + (
    "where business_id = %s and day between %s and %s and (day, sequence) > (%s, %s) order by day, sequence limit %s"
)
_ONE = _COUNTED + "where sequence = %s"


@requires_transaction
def table(*, actor: Actor, period: Period, by: By, wanted: Filter = Filter(), sort: Sort = Sort.GROSS) -> Table:  # noqa: B008
    """
    Return the figures of a period, one row for each sector, province, regency, day or business, and their total.

    ``wanted`` narrows to a sector, region or business. Zone roles and keys with ``zone:read`` only: raises
    Unauthenticated, Forbidden.
    """
    need_figures(actor)
    sums = sums_by_business(period)
    places = places_of(sums)
    counted = {business_id: sums[business_id] for business_id in sums if grouping.fits(places[business_id], wanted)}
    rows = _days(period, wanted, counted) if by is By.DAY else grouping.rows_by_place(counted, places, by)
    return Table(
        by=by,
        period=period,
        filter=wanted,
        sort=sort,
        rows=grouping.ordered(rows, sort),
        total=grouping.total_of(counted.values()),
        businesses=len(counted),
        position=position(FOLLOWER_NAME),
    )


@requires_transaction
def transfers(
    *, actor: Actor, business_id: UUID, period: Period, cursor: str | None = None, limit: int | None = None
) -> Page[CountedTransfer]:
    """
    Return the ledger's transfers that a business's figures of a period are the sum of, in their order.

    Zone roles only: raises Unauthenticated, Forbidden, BadCursor.
    """
    need_figures(actor)
    day, sequence = _after(cursor)
    size = clamp_limit(limit)
    rows = _rows(_OF_BUSINESS, [business_id, period.first, period.last, day, sequence, size + 1])
    found = [_counted(row) for row in rows]
    return page_of(found, size, lambda transfer: [transfer.sequence, _day_text(transfer)])


@requires_transaction
def trace(*, actor: Actor, sequence: int) -> Traced:
    """
    Return a counted transfer beside the ledger's own row of that number.

    Zone roles only: raises Unauthenticated, Forbidden, and UnknownTransfer for a number that no figure counts.
    """
    need_figures(actor)
    rows = _rows(_ONE, [sequence]) if 0 < sequence <= SEQUENCE_MAX else []
    original = ledger.transfers_between(sequence - 1, sequence) if rows else []
    if not original:
        raise UnknownTransfer(sequence=sequence)
    return _traced(_counted(rows[0]), original[0])


@requires_transaction
def place(*, actor: Actor, business_id: UUID) -> Place:
    """Return where a business stands (nowhere, if unknown). Zone roles only: raises Unauthenticated, Forbidden."""
    need_figures(actor)
    return places_of([business_id])[business_id]


def _traced(counted: CountedTransfer, row: ledger.TransferRow) -> Traced:
    meaning = movement_of(row)
    said = (counted.transfer_id, counted.order_id, counted.business_id, counted.kind, counted.amount_minor, counted.at)
    is_so = (
        meaning.transfer_id,
        meaning.order_id,
        meaning.business_id,
        meaning.kind,
        meaning.amount_minor,
        meaning.at,
    )
    return Traced(
        counted=counted,
        place=places_of([counted.business_id])[counted.business_id],
        entry_id=row.entry_id,
        code=row.code,
        debit=row.debit,
        credit=row.credit,
        ledger_amount_minor=row.amount,
        agrees=said == is_so,
    )


def sums_by_business(period: Period) -> dict[UUID, Figures]:
    """Return what each business sold in a period, in one statement."""
    return {row[0]: Figures(*row[1:]) for row in _rows(_BY_BUSINESS, [period.first, period.last])}


def _days(period: Period, wanted: Filter, counted: dict[UUID, Figures]) -> list[Row]:
    only = None if wanted.is_open else list(counted)
    rows = _rows(_BY_DAY, [period.first, period.last, only, only])
    return grouping.rows_by_day({row[0]: (Figures(*row[2:]), row[1]) for row in rows})


def _after(cursor: str | None) -> tuple[date, int]:
    key = decode_cursor(cursor, int, str)
    if key is None:
        return date.min, 0
    try:
        return date.fromisoformat(key[1]), key[0]
    except ValueError:
        return date.min, 0


def _day_text(transfer: CountedTransfer) -> str:
    return clock.business_day(transfer.at).isoformat()


def _counted(row: Sequence[Any]) -> CountedTransfer:
    return CountedTransfer(row[0], row[1], row[2], row[3], Counted(row[4]), row[5], row[6])


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
