"""Catatan atas laporan keuangan: what each line of the statements is made of."""

from __future__ import annotations

from dataclasses import dataclass

from kawasan.rooms.books.types.accounts import Account
from kawasan.rooms.books.types.months import Span
from kawasan.rooms.books.types.reports import Statement


@dataclass(frozen=True, slots=True)
class NoteRow:
    """An account within a line; none for the result that is not closed yet."""

    account: Account | None
    amount_minor: int
    prior_minor: int


@dataclass(frozen=True, slots=True)
class Note:
    """A line of a statement with its accounts."""

    number: int
    line: str
    is_of_position: bool
    rows: tuple[NoteRow, ...]

    @property
    def amount_minor(self) -> int:
        """What the statement says."""
        return sum(row.amount_minor for row in self.rows)

    @property
    def prior_minor(self) -> int:
        """What it said a period before."""
        return sum(row.prior_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class FinancialReport:
    """What an accountant hands in: both statements and the notes, each with the period before."""

    span: Span
    prior: Span
    position: Statement
    profit: Statement
    notes: tuple[Note, ...]
