"""Bank accounts outside the zone, their statements, and what each line of one is in the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

FILE_BYTES_MAX = 4 * 1024 * 1024
FILE_LINES_MAX = 10_000
TEXT_LENGTH_MAX = 400
PARTY_LENGTH_MAX = 120
REFERENCE_LENGTH_MAX = 80
BANK_NAME_LENGTH_MAX = 60
BANKS_MAX = 20
RULES_MAX = 200


class FileKind(StrEnum):
    """How banks write statements."""

    CSV = "csv"
    OFX = "ofx"
    MT940 = "mt940"
    CAMT = "camt.053"


class Day(StrEnum):
    """In which order a date has its parts."""

    DAY_FIRST = "dmy"
    YEAR_FIRST = "ymd"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class Columns:
    """
    Which column of a bank's CSV holds what, counted from 0; -1 for none.

    ``amount`` is one column with a sign (or DB and CR behind it); otherwise ``debit`` is what went out and ``credit``
    what came in. ``first`` is the line on which the figures begin.
    """

    first: int
    day: int
    text: int
    amount: int = -1
    debit: int = -1
    credit: int = -1
    balance: int = -1
    party: int = -1
    order: Day = Day.DAY_FIRST
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a statement as the file has it; what came in is above zero. ``key`` is the bank's own id, if any."""

    place: int
    day: date
    amount_minor: int
    text: str
    party: str = ""
    reference: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """What a file says: its lines, and the balances where it has them."""

    kind: FileKind
    lines: tuple[ReadLine, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    closing_day: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a CSV with the columns as guessed or chosen, and how they are understood."""

    rows: tuple[tuple[str, ...], ...]
    columns: Columns
    lines: tuple[ReadLine, ...]
    problem: Invalid | None


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account of the business at a bank; ``account`` is the chart's."""

    id: UUID
    business_id: UUID
    name: str
    ending: str
    account: str
    columns: Columns | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """
    What an import did: lines that were new, and lines that were there before.

    ``elsewhere`` of those that were there came by a file of another format.
    """

    statement_id: UUID
    kind: FileKind
    added: int
    repeated: int
    elsewhere: int = 0


class MatchKind(StrEnum):
    """What a line of a statement turned out to be."""

    BOOKED = "booked"  # an entry was written for it
    FOUND = "found"  # the books had it already


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of a statement, and what it is in the books once somebody has said so."""

    id: UUID
    bank_id: UUID
    day: date
    amount_minor: int
    text: str
    party: str
    match: MatchKind | None = None
    source_id: UUID | None = None
    is_transfer: bool = False


class Why(StrEnum):
    """Why something is suggested."""

    SAME_AMOUNT = "same-amount"  # the books have the same amount near this day
    OPEN_DOCUMENT = "open-document"
    RULE = "rule"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line is to be: an account of the chart, something the books have already, or a payment of a document."""

    kind: str  # "account", "line" or "document"
    account: str = ""
    source: str = ""
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A choice with the reason for it; ``label`` is text of the books, ``account`` of the chart."""

    why: Why
    choice: Choice
    label: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines with these words, in this direction, between these amounts and days of the month, go to this account."""

    id: UUID
    words: str
    direction: str  # "in", "out" or ""
    account: str
    from_minor: int | None = None
    upto_minor: int | None = None
    day_from: int | None = None
    day_upto: int | None = None


@dataclass(frozen=True, slots=True)
class BankState:
    """A bank account against the books, up to the statement's last day."""

    bank: BankAccount
    day: date | None
    statement_minor: int | None
    books_minor: int
    open_count: int
    open_minor: int
    alone_count: int
    alone_minor: int

    @property
    def difference_minor(self) -> int | None:
        """What the bank says more than the books."""
        return None if self.statement_minor is None else self.statement_minor - self.books_minor

    @property
    def unexplained_minor(self) -> int | None:
        """What is left of the difference when every open line and every unmatched entry is counted."""
        if self.difference_minor is None:
            return None
        return self.difference_minor - self.open_minor + self.alone_minor


class BankInvalid(Invalid):
    """A bank account's name and number."""

    code = "books-bank-invalid"
    title = msg("Please check the bank account")
    detail = msg("Give the bank's name and an account number of 4 to 34 letters and digits.")


class TooManyBanks(Conflict):
    """A business has at most so many."""

    code = "bank-accounts-too-many"
    title = msg("That is too many")
    detail = msg("At most {most} are kept here.")


class BankNotFound(NotFound):
    """No such bank account, line or rule in these books."""

    code = "bank-line-not-found"
    title = msg("Not found in these books")
    detail = msg("These books have no such bank account or line.")


class FileUnreadable(Invalid):
    """Not a statement."""

    code = "bank-file-unreadable"
    title = msg("We cannot read this file")
    detail = msg("Line {line}: this is not a statement as banks write it (CSV, OFX, MT940 or camt.053).")


class FileTooLarge(Invalid):
    """More than is taken at once."""

    code = "bank-file-too-large"
    title = msg("This file is too large")
    detail = msg("At most {megabytes} MB and {lines} lines are read at once. Ask your bank for a shorter period.")


class FileDamaged(Invalid):
    """Something that must be there is missing."""

    code = "bank-file-damaged"
    title = msg("Something is missing in this file")
    detail = msg("Line {line}: {what} is missing or damaged. Nothing was imported.")


class FileDay(Invalid):
    """A day that does not exist."""

    code = "bank-file-day"
    title = msg("We cannot read a day in this file")
    detail = msg("Line {line}: “{text}” is not a day. Nothing was imported.")


class FileAmount(Invalid):
    """An amount that nobody can read."""

    code = "bank-file-amount"
    title = msg("We cannot read an amount in this file")
    detail = msg("Line {line}: “{text}” is not an amount. Nothing was imported.")


class FileCurrency(Invalid):
    """Books are kept in rupiah."""

    code = "bank-file-currency"
    title = msg("This statement is not in rupiah")
    detail = msg("Line {line}: amounts in {currency}. Books are kept in rupiah.")


class FileDoesNotAddUp(Invalid):
    """Opening balance and lines are not the closing balance."""

    code = "bank-file-sum"
    title = msg("This file does not add up")
    detail = msg("Line {line}: the balance before and the lines give {found}, but the file says {closing}.")


class FileOfOtherAccount(Invalid):
    """The file belongs to another account."""

    code = "bank-file-other-account"
    title = msg("This statement is of another account")
    detail = msg("The file is of an account ending in {theirs}; this one ends in {ours}.")


class AlreadyMatched(Conflict):
    """A line is one thing."""

    code = "bank-line-matched"
    title = msg("This line is matched already")
    detail = msg("Undo the match first.")


class DoesNotMatch(Conflict):
    """What was chosen is gone or another amount."""

    code = "bank-line-differs"
    title = msg("This does not fit any more")
    detail = msg("What was chosen has another amount, or belongs to another line by now. Reload the page.")


class RuleInvalid(Invalid):
    """A rule that says nothing."""

    code = "bank-rule-invalid"
    title = msg("Please check the rule")
    detail = msg("A rule needs words of at least three letters and an account; from is not above to.")
