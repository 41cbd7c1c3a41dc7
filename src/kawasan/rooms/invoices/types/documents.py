"""Quotations, invoices and credit notes: one kind of paper with lines, in different states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.invoices.types.money import InvoicePayment

DOCUMENT_PREFIX = "inv"
LINES_MAX = 100
TERMS_MAX = 365
NOTE_LENGTH_MAX = 1_000
PRICE_MAX_MINOR = 10**13
QUANTITY_MAX = Decimal(1_000_000)
UNIT_OTHER = "UM.0033"


class DocumentKind(StrEnum):
    """Which paper."""

    QUOTATION = "quotation"
    INVOICE = "invoice"
    CREDIT = "credit"


class State(StrEnum):
    """How far a document has come; it follows from its moments and sums and is never stored."""

    DRAFT = "draft"
    ISSUED = "issued"
    SENT = "sent"
    ACCEPTED = "accepted"
    BILLED = "billed"
    EXPIRED = "expired"
    DECLINED = "declined"
    PARTLY_PAID = "partly-paid"
    PAID = "paid"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as typed: a price for one unit, and what is taken off the whole line."""

    name: str
    quantity: Decimal
    price_minor: int
    discount_minor: int = 0
    unit: str = UNIT_OTHER
    is_service: bool = False
    code: str = "000000"


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line with its figures, which stay as they were counted.

    ``price_minor`` is without PPN; ``total_minor`` is what the line adds to what the customer pays.
    """

    place: int
    name: str
    quantity: Decimal
    unit: str
    is_service: bool
    code: str
    typed_price_minor: int
    typed_discount_minor: int
    price_minor: int
    discount_minor: int
    base_minor: int
    other_base_minor: int
    ppn_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a document says beside its lines. ``trx_code`` counts only where the business collects PPN."""

    due_days: int = 14
    language: str = "id"
    note: str = ""
    prices_include_ppn: bool = False
    trx_code: str = "04"
    add_info: str = ""
    facility_stamp: str = ""
    china_vat_percent: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """Seller or buyer as a document names them. ``place`` is a NITKU."""

    name: str
    number: str = ""
    proof: str = "none"
    place: str = ""
    country: str = "IDN"
    address: str = ""
    email: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return "Party(…)"


@dataclass(frozen=True, slots=True)
class Sums:
    """What a document adds up to."""

    base_minor: int
    ppn_minor: int
    total_minor: int  # what the customer pays
    uncollected_minor: int = 0  # PPN that the customer pays to the state itself, or that is not collected


@dataclass(frozen=True, slots=True)
class Document:
    """A quotation, invoice or credit note with its lines."""

    id: UUID
    business_id: UUID
    kind: DocumentKind
    state: State
    number: str
    customer_id: UUID
    customer_name: str
    issued_on: date | None
    due_on: date | None
    terms: Terms
    is_pkp: bool
    law: str
    sums: Sums
    paid_minor: int
    credited_minor: int
    lines: tuple[Line, ...]
    seller: Party | None
    buyer: Party | None
    origin_id: UUID | None
    order_id: UUID | None
    made_at: datetime
    issued_at: datetime | None
    sent_at: datetime | None
    tax_revision: int
    nsfp: str
    uploaded_at: datetime | None

    @property
    def public_id(self) -> str:
        """The id as programs and addresses show it."""
        return ids.public(DOCUMENT_PREFIX, self.id)

    @property
    def open_minor(self) -> int:
        """What is still to be paid; below zero: what was paid too much."""
        return self.sums.total_minor - self.credited_minor - self.paid_minor

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.issued_at is None

    @property
    def can_be_paid(self) -> bool:
        """Whether a customer may pay something now."""
        return self.kind is DocumentKind.INVOICE and not self.is_draft and self.open_minor > 0


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An invoice that is not paid whole at the end of a day, for receivables by age."""

    document_id: UUID
    customer_id: UUID
    customer: str
    number: str
    issued_on: date
    due_on: date
    open_minor: int

    @property
    def public_id(self) -> str:
        """The id as addresses show it."""
        return ids.public(DOCUMENT_PREFIX, self.document_id)


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents a list holds; ``text`` is part of a number or a customer's name."""

    kind: DocumentKind = DocumentKind.INVOICE
    text: str = ""
    state: State | None = None
    first: date | None = None
    last: date | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a business's invoices add up to today."""

    open_minor: int
    overdue_minor: int
    drafts: int
    overdue: int


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """A document with all that its page, its PDF and its mail show. Personal: never log it."""

    document: Document
    business_name: str
    business_slug: str
    link: str
    bank: str
    payments: tuple[InvoicePayment, ...]
    rate_percent: Decimal
    origin_number: str
    qris: str
    qris_amount_minor: int
    qris_until: datetime | None
    qris_problem: str
    code_id: UUID | None
    customer_email: str
    origin: str

    def __repr__(self) -> str:
        return "Paper(…)"
