"""What a month's closing writes itself: the cost of what was sold, and the tax to put aside."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.rooms.books.actions.entries import write
from kawasan.rooms.books.actions.stock import write_cost
from kawasan.rooms.books.queries import assets, desk, stock
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums, sums_of_journal
from kawasan.rooms.books.queries.taxes import month_tax
from kawasan.rooms.books.rules import chart, statements
from kawasan.rooms.books.types.desk import EntryKind
from kawasan.rooms.books.types.entries import JournalLine, NewEntry
from kawasan.rooms.books.types.months import Span
from kawasan.rooms.books.types.stock import StockKeptByCards, StockMethod

STOCK_MEMO = "HPP: persediaan dihitung pada akhir bulan"
DEPRECIATION_MEMO = "Penyusutan sampai {month:%m/%Y}"
YEAR_MEMO = "Tutup tahun {year}: laba (rugi) ke saldo laba"
DECEMBER = 12
TAX_MEMO = "PPh Final bulan {month:%m/%Y}"


def settle_month(business_id: UUID, span: Span, stock_minor: int | None, *, made_by: UUID | None, at: datetime) -> None:
    """Write what is missing for the month; a month that was reopened and is closed again gets the difference only."""
    if stock.method_on(business_id, span.last) is not StockMethod.COUNTED:
        if stock_minor is not None:
            raise StockKeptByCards(field="stock")
        write_cost(business_id, span.last, made_by=made_by, at=at)
    elif stock_minor is not None:
        there = net(sums(business_id, FIRST_DAY, span.last)).get(chart.STOCK, 0)
        pair = (chart.COST_OF_GOODS, chart.STOCK)
        _move(business_id, span, pair, there - stock_minor, EntryKind.STOCK, STOCK_MEMO, made_by, at)
    worn = assets.depreciated_minor(business_id, span.last) - assets.booked_minor(business_id, span.last)
    pair, memo = (chart.DEPRECIATION, chart.ACCUMULATED_DEPRECIATION), DEPRECIATION_MEMO.format(month=span.first)
    _move(business_id, span, pair, worn, EntryKind.DEPRECIATION, memo, made_by, at)
    booked = net(sums(business_id, span.first, span.last)).get(chart.INCOME_TAX, 0)
    due = month_tax(business_id, span, clock.business_day(at))
    pair, memo = (chart.INCOME_TAX, chart.INCOME_TAX_PAYABLE), TAX_MEMO.format(month=span.first)
    _move(business_id, span, pair, due - booked, EntryKind.TAX, memo, made_by, at)
    if span.last.month == DECEMBER:
        _close_year(business_id, span.last, made_by=made_by, at=at)


def _close_year(business_id: UUID, last: date, *, made_by: UUID | None, at: datetime) -> None:
    """Move what the year earned to Saldo laba; a December that was reopened moves the difference only."""
    year = net(sums_of_journal(business_id, last.replace(month=1, day=1), last))
    lines = statements.closing_lines(year, desk.accounts(business_id))
    if lines:
        entry = NewEntry(last, YEAR_MEMO.format(year=last.year), tuple(lines))
        write(business_id, ids.uuid7(), entry, EntryKind.YEAR_END, made_by=made_by, at=at)


def _move(
    business_id: UUID,
    span: Span,
    pair: tuple[str, str],
    amount: int,
    kind: EntryKind,
    memo: str,
    made_by: UUID | None,
    at: datetime,
) -> None:
    if amount:
        lines = (JournalLine(pair[0], amount), JournalLine(pair[1], -amount))
        write(business_id, ids.uuid7(), NewEntry(span.last, memo, lines), kind, made_by=made_by, at=at)
