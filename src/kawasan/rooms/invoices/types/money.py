"""What is paid for an invoice, reminders, and invoices that come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids

PAYMENT_PREFIX = "ipy"
RECURRING_PREFIX = "rec"


class Method(StrEnum):
    """
    How money came. Cash and bank are written by hand, the rest comes from the ledger or an order.

    ``order`` is the buyer's money, ``voucher`` what the zone's voucher paid of the same order.
    """

    CASH = "cash"
    BANK = "bank"
    QRIS = "qris"
    WALLET = "wallet"
    ORDER = "order"
    VOUCHER = "voucher"
    BOOKS = "books"


BY_HAND = frozenset({Method.CASH, Method.BANK})


class Every(StrEnum):
    """How often an invoice comes again."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """Money for an invoice; below zero: given back to the customer."""

    id: UUID
    document_id: UUID
    amount_minor: int
    method: Method
    day: date
    note: str
    made_at: datetime

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public(PAYMENT_PREFIX, self.id)

    @property
    def off_minor(self) -> int:
        """What it changes of what is open."""
        return -self.amount_minor


@dataclass(frozen=True, slots=True)
class Recurring:
    """An invoice that comes again: what it copies, how often, when next."""

    id: UUID
    business_id: UUID
    template_id: UUID
    customer_name: str
    total_minor: int
    every: Every
    next_on: date | None
    ends_on: date | None
    is_sent: bool
    stopped_at: datetime | None
    problem: str

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public(RECURRING_PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A mail about an invoice: so many days after its due day (below zero: before)."""

    document_id: UUID
    days: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Habits:
    """What a business always writes: the beginning of numbers, terms, bank account and note, its tax place."""

    business_id: UUID
    prefix: str = "INV"
    due_days: int = 14
    bank: str = ""
    note: str = ""
    place: int = 0
    reminds: bool = True
