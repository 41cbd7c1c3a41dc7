"""What people do at the books: entries by hand, periods that close, the business's tax profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Busy, Conflict, Invalid, NotFound, msg
from kawasan.rooms.books.types.entries import JournalLine
from kawasan.rooms.books.types.tax import Taxpayer

ENTRY_PREFIX = "jrn"
REASON_LENGTH_MAX = 300
OWN_NAME_LENGTH_MAX = 80


class EntryKind(StrEnum):
    """Why somebody wrote an entry."""

    EXPENSE = "expense"
    INCOME = "income"
    MANUAL = "manual"
    OPENING = "opening"
    CORRECTION = "correction"
    STOCK = "stock"
    TAX = "tax"
    DOCUMENT = "document"
    SETTLED = "settled"
    BANK = "bank"
    ASSET = "asset"
    DEPRECIATION = "depreciation"
    YEAR_END = "year-end"
    GOODS = "goods"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry by hand. It is never changed: ``corrected_by`` names the one that undoes it."""

    id: UUID
    business_id: UUID
    day: date
    kind: EntryKind
    memo: str
    lines: tuple[JournalLine, ...]
    made_by: UUID | None
    made_at: datetime
    corrects: UUID | None = None
    corrected_by: UUID | None = None
    document: str = ""
    reference: UUID | None = None

    @property
    def public_id(self) -> str:
        """The id as programs and addresses show it."""
        return ids.public(ENTRY_PREFIX, self.id)

    @property
    def amount_minor(self) -> int:
        """What was debited."""
        return sum(line.amount_minor for line in self.lines if line.amount_minor > 0)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of the general ledger: from a transfer (``sequence``) or from an entry by hand (0)."""

    day: date
    sequence: int
    source_id: UUID
    place: int
    account: str
    amount_minor: int
    code: int
    kind: str
    memo: str
    reference: UUID | None
    document: str = ""
    balance_minor: int = 0


@dataclass(frozen=True, slots=True)
class PeriodEvent:
    """A closing or reopening: nothing up to ``through`` can be booked from then on."""

    id: UUID
    through: date
    reason: str
    made_by: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """How a business pays income tax and PPN; what the zone knows of it until somebody says otherwise."""

    business_id: UUID
    taxpayer: Taxpayer
    registered_year: int
    is_pkp: bool
    is_said: bool
    reminds: bool = True


class PeriodClosed(Conflict):
    """The day lies in a closed period."""

    code = "period-closed"
    title = msg("This period is closed")
    detail = msg("The books are closed up to {through}. Choose a later day, or reopen the period with a reason.")


class PeriodNotOver(Conflict):
    """A month can be closed when it is over."""

    code = "period-not-over"
    title = msg("This month is not over yet")
    detail = msg("You can close it from {day} on.")


class PeriodNotClosed(Conflict):
    """Nothing to reopen."""

    code = "period-not-closed"
    title = msg("This month is open")
    detail = msg("Only a closed month can be reopened.")


class BooksBehind(Busy):
    """Sales of the period are still on their way into the books."""

    code = "books-behind"
    title = msg("The books are still catching up")
    detail = msg("Some sales of this month are not booked yet. Please try again in a minute.")


class ReasonMissing(Invalid):
    """Reopening needs a reason."""

    code = "reason-missing"
    title = msg("Please give a reason")
    detail = msg("Say why the period is reopened; your accountant will read it.")


class BookEntryIdReused(Conflict):
    """The id belongs to an entry with another content."""

    code = "book-entry-id-reused"
    title = msg("This entry was booked before")
    detail = msg("The same id was used for another entry. Reload the page and try again.")


class EntryNotFound(NotFound):
    """No such entry in these books."""

    code = "book-entry-not-found"
    title = msg("Entry not found")
    detail = msg("These books have no such entry.")


class AlreadyCorrected(Conflict):
    """An entry is undone once."""

    code = "book-entry-corrected"
    title = msg("This entry is corrected already")
    detail = msg("It was undone before, or it undoes another one.")


class BookedByDocument(Conflict):
    """An entry that a document wrote is undone by another document."""

    code = "entry-of-document"
    title = msg("This entry belongs to a document")
    detail = msg("Open the document and change it there: a credit note, or money given back, undoes it.")


class KeptByZone(Invalid):
    """An account that follows the ledger."""

    code = "account-kept-by-zone"
    title = msg("This account fills itself")
    detail = msg("Account {account} follows what happens in the zone; nothing is booked to it by hand.")


class AccountCodeTaken(Conflict):
    """The chart has this code."""

    code = "book-account-taken"
    title = msg("This number is taken")
    detail = msg("Your chart of accounts has a {account} already.")


class AccountCodeInvalid(Invalid):
    """An own account's code and name."""

    code = "book-account-invalid"
    title = msg("Please check the account")
    detail = msg("An account has a number of four to six digits, a name, and the kind of an account beside it.")
