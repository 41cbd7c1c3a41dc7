"""The notes: each line of the statements, account by account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.books.queries.desk import accounts, need_books
from kawasan.rooms.books.queries.reports import statement
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.accounts import Account
from kawasan.rooms.books.types.months import Span
from kawasan.rooms.books.types.notes import FinancialReport, Note, NoteRow
from kawasan.rooms.books.types.reports import Report

Sums = Mapping[str, int]


def financial_report(*, actor: Actor, business_id: UUID, span: Span) -> FinancialReport:
    """Return both statements of a period and the notes to their lines. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    known, prior = accounts(business_id), span.prior
    until = [net(sums(business_id, FIRST_DAY, part.last)) for part in (span, prior)]
    moved = [net(sums(business_id, part.first, part.last)) for part in (span, prior)]
    found = [*_notes(known, *until, is_of_position=True), *_notes(known, *moved, is_of_position=False)]
    numbered = (Note(number, note.line, note.is_of_position, note.rows) for number, note in enumerate(found, start=1))
    return FinancialReport(
        span=span,
        prior=prior,
        position=statement(actor=actor, business_id=business_id, report=Report.POSITION, span=span),
        profit=statement(actor=actor, business_id=business_id, report=Report.PROFIT, span=span),
        notes=tuple(numbered),
    )


def _notes(known: Mapping[str, Account], now: Sums, before: Sums, *, is_of_position: bool) -> Iterable[Note]:
    lines: dict[str, list[NoteRow]] = {}
    for code, account in known.items():
        amounts = (now.get(code, 0), before.get(code, 0))
        if account.kind.is_of_position is is_of_position and any(amounts):
            row = NoteRow(account, *(account.kind.sign * amount for amount in amounts))
            lines.setdefault(account.line, []).append(row)
    if is_of_position and (earned := _earned(known, now, before)):
        lines.setdefault(known[chart.RETAINED].line, []).append(earned)
    return [Note(0, line, is_of_position, tuple(rows)) for line, rows in lines.items()]


def _earned(known: Mapping[str, Account], now: Sums, before: Sums) -> NoteRow | None:
    """Return what was earned and stands in Saldo laba without an entry."""
    found = [
        -sum(amount for code, amount in part.items() if not known[code].kind.is_of_position) for part in (now, before)
    ]
    return NoteRow(None, *found) if any(found) else None
