"""Journal entries and statements as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kawasan.core.errors import Invalid, msg
from kawasan.rooms.books.types.accounts import Account

LINES_MAX = 200
MEMO_LENGTH_MAX = 300
AMOUNT_MAX_MINOR = 10**17


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of an entry: debits are above zero, credits below."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry that somebody wants to write."""

    day: date
    memo: str
    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A line of a statement, with the accounts that it is the sum of."""

    name: str
    amount_minor: int
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account with what was debited and credited."""

    account: Account
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit minus credit."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """Laporan laba rugi of a period."""

    rows: tuple[StatementRow, ...]
    before_tax_minor: int
    tax_minor: int
    after_tax_minor: int

    @property
    def by_name(self) -> dict[str, int]:
        """The rows' amounts by name."""
        return {row.name: row.amount_minor for row in self.rows}


@dataclass(frozen=True, slots=True)
class Position:
    """Laporan posisi keuangan at the end of a day."""

    assets: tuple[StatementRow, ...]
    liabilities: tuple[StatementRow, ...]
    equity: tuple[StatementRow, ...]
    assets_minor: int = field(init=False)
    liabilities_minor: int = field(init=False)
    equity_minor: int = field(init=False)

    def __post_init__(self) -> None:
        for side in ("assets", "liabilities", "equity"):
            total = sum(row.amount_minor for row in getattr(self, side))
            object.__setattr__(self, f"{side}_minor", total)

    @property
    def balances(self) -> bool:
        """Whether what is owned equals what is owed and what is the owner's."""
        return self.assets_minor == self.liabilities_minor + self.equity_minor


class EntryInvalid(Invalid):
    """An entry that could never be right; ``reason`` says why."""

    code = "entry-invalid"
    title = msg("This entry cannot be booked")
    detail = msg("{problem}")


class EntryUnbalanced(EntryInvalid):
    """Debits and credits differ."""

    code = "entry-unbalanced"
    detail = msg("Debits and credits have to be the same amount.")


class EntryEmpty(EntryInvalid):
    """No lines, or one with nothing in it."""

    code = "entry-empty"
    detail = msg("An entry has at least two lines, each with an amount.")


class UnknownAccount(EntryInvalid):
    """Not in the chart of this business."""

    code = "unknown-book-account"
    title = msg("There is no such account")
    detail = msg("Your chart of accounts has no account {account}.")


class AmountTooFine(EntryInvalid):
    """Parts of a sen."""

    code = "book-amount-too-fine"
    title = msg("Please check the amount")
    detail = msg("Amounts have at most two decimals.")
