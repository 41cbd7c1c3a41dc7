"""Statements of a period, each row naming the accounts that it opens to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.books.queries.desk import accounts, need_books
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums
from kawasan.rooms.books.rules import cashflow, statements
from kawasan.rooms.books.types.entries import Position, StatementRow, TrialRow
from kawasan.rooms.books.types.months import Span
from kawasan.rooms.books.types.reports import Figure, Report, Statement, TrialBalance

TOTAL_ASSETS, TOTAL_LIABILITIES, TOTAL_EQUITY = "Jumlah aset", "Jumlah liabilitas", "Jumlah ekuitas"
TOTALS = frozenset(
    {TOTAL_ASSETS, TOTAL_LIABILITIES, TOTAL_EQUITY, statements.BEFORE_TAX, statements.AFTER_TAX, *cashflow.TOTALS}
)


def statement(*, actor: Actor, business_id: UUID, report: Report, span: Span) -> Statement:
    """Return a statement of a period with the one before beside it. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    prior = span.prior
    now, is_right = _rows(business_id, report, span)
    before, was_right = _rows(business_id, report, prior)
    return Statement(report, span, prior, tuple(_beside(now, before)), is_right and was_right)


def trial_balance(*, actor: Actor, business_id: UUID, span: Span) -> TrialBalance:
    """Return every account's debits and credits up to the period's end. Raises as ``statement``."""
    need_books(actor, business_id)
    known = accounts(business_id)
    found = sums(business_id, FIRST_DAY, span.last)
    rows = [TrialRow(known[code], debit, credit) for code, (debit, credit) in found.items()]
    return TrialBalance(span, tuple(rows))


def _rows(business_id: UUID, report: Report, span: Span) -> tuple[list[StatementRow], bool]:
    known = accounts(business_id)
    if report is Report.PROFIT:
        return list(statements.profit_and_loss(net(sums(business_id, span.first, span.last)), known).rows), True
    if report is Report.CASH:
        before = net(sums(business_id, FIRST_DAY, span.first - timedelta(days=1)))
        moved = net(sums(business_id, span.first, span.last))
        return cashflow.rows_of(before, moved, known)
    found = statements.position(net(sums(business_id, FIRST_DAY, span.last)), known)
    return _with_totals(found), found.balances


def _with_totals(found: Position) -> list[StatementRow]:
    return [
        *found.assets,
        StatementRow(TOTAL_ASSETS, found.assets_minor),
        *found.liabilities,
        StatementRow(TOTAL_LIABILITIES, found.liabilities_minor),
        *found.equity,
        StatementRow(TOTAL_EQUITY, found.equity_minor),
    ]


def _beside(now: Sequence[StatementRow], before: Sequence[StatementRow]) -> list[Figure]:
    """Put two periods beside each other; a row that only one of them has stands where it belongs."""
    old = {row.name: row for row in before}
    names = [row.name for row in now]
    for index, row in enumerate(before):
        if row.name not in names:
            after = next((names.index(b.name) + 1 for b in reversed(before[:index]) if b.name in names), 0)
            names.insert(after, row.name)
    new = {row.name: row for row in now}
    return [_figure(name, new.get(name), old.get(name)) for name in names]


def _figure(name: str, now: StatementRow | None, before: StatementRow | None) -> Figure:
    rows = [row for row in (now, before) if row]
    codes = dict.fromkeys(code for row in rows for code in row.accounts)
    amounts = (now.amount_minor if now else 0, before.amount_minor if before else 0)
    return Figure(name, *amounts, tuple(codes), name in TOTALS)
