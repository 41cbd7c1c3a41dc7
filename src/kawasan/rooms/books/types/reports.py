"""Statements of a period with the one before it beside, and an owner's month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kawasan.rooms.books.types.duties import Duty
from kawasan.rooms.books.types.entries import TrialRow
from kawasan.rooms.books.types.months import Span
from kawasan.rooms.books.types.tax import FinalTaxMonth


class Report(StrEnum):
    """Which statement."""

    PROFIT = "laba-rugi"
    POSITION = "posisi-keuangan"
    CASH = "arus-kas"
    TRIAL = "neraca-saldo"


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of a statement: its Indonesian name, this period, the one before, the accounts behind it."""

    name: str
    amount_minor: int
    prior_minor: int
    accounts: tuple[str, ...] = ()
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a period; ``balances`` says whether what must be equal is."""

    report: Report
    span: Span
    prior: Span
    rows: tuple[Figure, ...]
    balances: bool


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account with what it was debited and credited up to a day."""

    span: Span
    rows: tuple[TrialRow, ...]

    @property
    def debit_minor(self) -> int:
        """The sum of balances on the debit side."""
        return sum(max(0, row.balance_minor) for row in self.rows)

    @property
    def credit_minor(self) -> int:
        """The sum of balances on the credit side."""
        return sum(max(0, -row.balance_minor) for row in self.rows)


@dataclass(frozen=True, slots=True)
class OwnersMonth:
    """What an owner wants to know of a month."""

    span: Span
    income_minor: int
    expenses_minor: int
    cash_minor: int
    tax_minor: int
    is_closed: bool
    stock_minor: int

    @property
    def left_minor(self) -> int:
        """What is left of the month."""
        return self.income_minor - self.expenses_minor


@dataclass(frozen=True, slots=True)
class TaxYear:
    """A year's turnover and final tax by month, and how near the thresholds are."""

    year: int
    months: tuple[FinalTaxMonth, ...]
    uses_final_tax: bool
    turnover_minor: int
    allowance_minor: int
    pkp_threshold_minor: int
    must_register: bool
    nears_registration: bool
    duties: tuple[Duty, ...]
    final_percent: Decimal = Decimal(0)
    law: str = ""  # what the figures follow
    last_final_year: int | None = None  # of the final tax, where it ends

    @property
    def tax_minor(self) -> int:
        """The year's tax so far."""
        return sum(month.tax_minor for month in self.months)
