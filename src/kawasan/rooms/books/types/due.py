"""What others owe the business and what it owes: documents with a due day, and how old they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

COUNTERPARTY_LENGTH_MAX = 120
NUMBER_LENGTH_MAX = 60
OWN_SOURCE = "entries"  # documents written by hand at the books


class Side(StrEnum):
    """Who owes whom."""

    RECEIVABLE = "piutang"
    PAYABLE = "utang"


class Age(StrEnum):
    """How long a document has been due."""

    NOT_DUE = "not-due"
    UP_TO_30 = "0-30"
    UP_TO_60 = "31-60"
    UP_TO_90 = "61-90"
    OLDER = "90+"


@dataclass(frozen=True, slots=True)
class NewDue:
    """Who owes an entry's receivable or payable, and by when it is to be paid."""

    counterparty: str
    due: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """
    Something owed: ``total_minor`` is what it came to (less what its source itself has taken back or seen paid).

    ``account`` is the account of the chart that holds it, ``page`` the address of its page, where it has one.
    """

    source: str
    id: UUID
    side: Side
    number: str
    counterparty: str
    day: date
    due: date
    total_minor: int
    account: str
    page: str = ""


ReadDocuments = Callable[[UUID, date], Iterable[OpenDocument]]
HearSettled = Callable[[UUID, UUID, int, datetime], None]


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """
    A room above that has documents of its own, named in ``server/wiring.py: OPEN_DOCUMENTS``.

    ``read(business_id, day)`` returns what was open on a day. ``settled(business_id, document_id, settled_minor, at)``
    hears, in the transaction of the entry, how much the books have seen paid of a document altogether; it may be told
    the same figure twice, and a lower one when a payment is undone.
    """

    name: str
    read: ReadDocuments
    settled: HearSettled | None = None


@dataclass(frozen=True, slots=True)
class AgedDocument:
    """An open document on a day: what is left of it, and since when it should have been paid."""

    document: OpenDocument
    open_minor: int
    days: int
    age: Age


@dataclass(frozen=True, slots=True)
class Counterparty:
    """What one counterparty owes or is owed, by age."""

    name: str
    by_age: dict[Age, int]

    @property
    def total_minor(self) -> int:
        """All of it."""
        return sum(self.by_age.values())


@dataclass(frozen=True, slots=True)
class Ageing:
    """Receivables or payables on a day; ``books_minor`` is what the books hold, with and without documents."""

    side: Side
    day: date
    documents: tuple[AgedDocument, ...]
    parties: tuple[Counterparty, ...]
    by_age: dict[Age, int]
    books_minor: int

    @property
    def total_minor(self) -> int:
        """What documents say."""
        return sum(self.by_age.values())

    @property
    def undocumented_minor(self) -> int:
        """What the books hold beyond the documents."""
        return self.books_minor - self.total_minor


class DueInvalid(Invalid):
    """An entry with a due day that owes nobody anything, or a due day before it."""

    code = "book-due-invalid"
    title = msg("Please check who owes it and by when")
    detail = msg("Only what is not paid yet has a due day. It needs a name, and a day that is not before the entry's.")


class DocumentNotFound(NotFound):
    """No such open document."""

    code = "book-document-not-found"
    title = msg("Nothing is open here")
    detail = msg("There is no such open document. It may be paid already.")


class DocumentOverpaid(Conflict):
    """More is to be paid than is open."""

    code = "book-document-overpaid"
    title = msg("That is more than is open")
    detail = msg("{open} are still open. Write what is more as an entry of its own.")
