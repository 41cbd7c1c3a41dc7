"""What crosses the door of the authority's room: periods, figures, the screen, and refusals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from kawasan.core.errors import Invalid, NotFound, msg

DAYS_MAX = 1_100  # the longest period of one report: three years and a little
UNKNOWN = ""  # the key of a business that the register does not know, so that totals still add up


class BadPeriod(Invalid):
    """The days of a report are not two days in order, or too far apart."""

    code = "bad-period"
    title = msg("This period is not possible")
    detail = msg("Choose a first and a last day in order, at most {limit} days apart.")


class UnknownGrouping(Invalid):
    """Figures cannot be grouped or sorted by this."""

    code = "unknown-grouping"
    title = msg("There is no such table")
    detail = msg("Figures are grouped by sector, province, regency, day or business.")


class UnknownTransfer(NotFound):
    """No counted transfer has this number."""

    code = "unknown-counted-transfer"
    title = msg("No such transfer in the figures")
    detail = msg("No figure counts a transfer with this number.")


class By(StrEnum):
    """What a table has one row for."""

    SECTOR = "sector"
    PROVINCE = "province"
    REGENCY = "regency"
    DAY = "day"
    BUSINESS = "business"


class Sort(StrEnum):
    """By which column a table is sorted, largest first; ``KEY`` is the row's own order."""

    KEY = "key"
    ORDERS = "orders"
    GROSS = "gross"
    REFUNDED = "refunded"
    NET = "net"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Counted(StrEnum):
    """What a transfer of the ledger means for the figures."""

    PAID = "paid"
    REFUNDED = "refunded"
    RELEASED = "released"
    FEE = "fee"


class Activity(StrEnum):
    """Which businesses of the zone a list of the digitalisation panel holds."""

    ADMITTED = "admitted"
    PUBLISHED = "published"
    SOLD = "sold"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in WIB, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Filter:
    """Which businesses are counted: those of a sector (``2025-C``), a province, a regency, or one; empty: all."""

    sector: str = ""
    province: str = ""
    regency: str = ""
    business_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether every business is counted."""
        return not (self.sector or self.province or self.regency or self.business_id)


class Figures(NamedTuple):
    """
    Sums over the ledger's transfers; money in the minor unit.

    A tuple, because followers and tables add very many of them. Each transfer counts on the day on which it happened.
    """

    orders: int = 0
    gross_minor: int = 0
    qris_orders: int = 0
    qris_minor: int = 0
    refunded_minor: int = 0
    cancelled_orders: int = 0
    completed_orders: int = 0
    completed_minor: int = 0
    fee_minor: int = 0

    @property
    def net_minor(self) -> int:
        """What was paid less what went back for cancelled and returned orders."""
        return self.gross_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its key (a code, a day or an id), what people call it, and its sums."""

    key: str
    label: str
    figures: Figures
    businesses: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures with its total."""

    by: By
    period: Period
    filter: Filter
    sort: Sort
    rows: tuple[Row, ...]
    total: Figures
    businesses: int
    position: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a business stands in the register: its sector of an edition of KBLI, and its region."""

    business_id: UUID
    name: str
    slug: str
    section: str
    edition: str
    kbli_code: str
    kbli_title: str
    regency_code: str
    regency_name: str
    province_code: str
    province_name: str

    @property
    def sector(self) -> str:
        """The sector's key; the edition belongs to it, since the letters moved between editions."""
        return f"{self.edition}-{self.section}" if self.section else UNKNOWN


@dataclass(frozen=True, slots=True)
class CountedTransfer:
    """A transfer as the figures count it; the ledger has the original under the same number."""

    sequence: int
    transfer_id: UUID
    order_id: UUID
    business_id: UUID
    kind: Counted
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Traced:
    """A counted transfer beside the ledger's own row."""

    counted: CountedTransfer
    place: Place
    entry_id: UUID
    code: int
    debit: UUID
    credit: UUID
    ledger_amount_minor: int
    agrees: bool


@dataclass(frozen=True, slots=True)
class Minute:
    """Orders and money paid within a minute."""

    at: datetime
    orders: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class NewOrder:
    """
    An order just paid, without anything about its buyer.

    ``sector`` is the seller's; ``category`` is what most of it is for, by the language's code, and empty for an order
    that commerce does not know.
    """

    order_id: UUID
    at: datetime
    sector: str
    category: Mapping[str, str]
    regency_name: str
    gross_minor: int


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that the big screen shows, of one moment."""

    at: datetime
    day: date
    today: Figures
    businesses: int
    ever: Figures
    minutes: tuple[Minute, ...]
    sectors: tuple[Row, ...]
    provinces: tuple[Row, ...]
    regencies: tuple[Row, ...]
    newest: tuple[NewOrder, ...]
    position: int
    behind_seconds: float
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class Digital:
    """
    How far the businesses of a group have come: all that are admitted, those of them with a product published now, and
    those with a paid order in the 30 days; ``orders`` and ``qris_orders`` are of these days, all without cash.
    """

    key: str
    label: str
    admitted: int
    published: int
    sold: int
    orders: int
    qris_orders: int


@dataclass(frozen=True, slots=True)
class Digitalisation:
    """The digitalisation panel, of the 30 days that ``period`` names."""

    by: By
    period: Period
    rows: tuple[Digital, ...]
    total: Digital


@dataclass(slots=True)
class OrderState:
    """What the follower remembers of an order, so that it is counted once."""

    business_id: UUID
    order_id: UUID
    gross_minor: int = 0
    refunded_minor: int = 0
    released_minor: int = 0
    fee_minor: int = 0
    first_sequence: int | None = None
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None


def _sums() -> list[int]:
    return [0] * len(Figures._fields)


@dataclass(slots=True)
class Changes:
    """What a batch of transfers adds: to the sums of days and businesses, and to orders and money of minutes."""

    sales: defaultdict[tuple[date, UUID], list[int]] = field(default_factory=lambda: defaultdict(_sums))
    minutes: defaultdict[datetime, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
