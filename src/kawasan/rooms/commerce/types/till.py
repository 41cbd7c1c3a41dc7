"""The till (point of sale) as it crosses the door: shifts, sales, returns, and what did not fit when they came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg
from kawasan.core.money import Money
from kawasan.rooms.commerce.types.prices import Window

SHIFT_PREFIX = "shf"
SALE_PREFIX = "sal"
TILL_NAME_LENGTH_MAX = 40
SALE_NUMBER_LENGTH_MAX = 30
SALE_LINES_MAX = 200
SYNC_DOCUMENTS_MAX = 500
LINE_NAME_LENGTH_MAX = 160


class TillMethod(StrEnum):
    """How a buyer at the counter paid."""

    CASH = "cash"
    QRIS = "qris"
    WALLET = "wallet"


class ConflictKind(StrEnum):
    """What did not fit when a till's document came in. The document stands: it had happened."""

    STOCK_GONE = "stock-gone"  # more was sold than the books had; the missing units were booked in as found
    PRICE_CHANGED = "price-changed"  # sold at another price than the one that held at that moment
    UNKNOWN_PRODUCT = "unknown-product"  # the variant is not this business's; kept as a line without stock
    CLOCK = "clock"  # the device's clock was far off; the day is that on which it came in
    RETURNED_TOO_MUCH = "returned-too-much"  # more came back than the sale had
    UNKNOWN_SALE = "unknown-sale"  # a return names a sale that never came in
    PAYMENT_OPEN = "payment-open"  # told as paid without cash, and no such money has come yet


@dataclass(frozen=True, slots=True)
class TillLine:
    """One line of a sale; without a variant it is something typed by hand."""

    variant_id: UUID | None
    name: str
    quantity: int
    unit_price_minor: int

    @property
    def total_minor(self) -> int:
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, slots=True)
class NewShift:
    """A till's shift as the device tells it: opened, or opened and closed."""

    id: UUID
    till: str
    opened_at: datetime
    opening_minor: int
    closed_at: datetime | None = None
    counted_minor: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewSale:
    """A sale as it happened at the counter. The device chose its id, so sending it again changes nothing."""

    id: UUID
    shift_id: UUID
    number: str
    sold_at: datetime
    method: TillMethod
    lines: tuple[TillLine, ...]
    discount_minor: int = 0
    tendered_minor: int | None = None
    payment_id: UUID | None = None

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines) - self.discount_minor


@dataclass(frozen=True, slots=True)
class NewTillReturn:
    """Goods that came back over the counter, and the money that was given for them."""

    id: UUID
    shift_id: UUID
    sale_id: UUID | None
    number: str
    at: datetime
    lines: tuple[TillLine, ...]
    refund_minor: int
    reason: str = ""
    restock: bool = True


@dataclass(frozen=True, slots=True)
class TillConflict:
    """One thing that did not fit, with what is needed to tell it in words."""

    kind: ConflictKind
    name: str = ""
    sold: int = 0
    missing: int = 0
    then_minor: int = 0
    now_minor: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer for one document: it is in the books now (or was already); ``conflicts`` tell what did not fit."""

    id: UUID
    repeated: bool
    conflicts: tuple[TillConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The answer for one document that cannot be right; the device keeps it."""

    id: UUID
    code: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class TillSale:
    """A sale or a return as it is in the books. A return's total is what was given back."""

    id: UUID
    business_id: UUID
    shift_id: UUID
    number: str
    is_return: bool
    sale_id: UUID | None
    sold_at: datetime
    received_at: datetime
    method: TillMethod
    total_minor: int
    discount_minor: int
    tendered_minor: int | None
    lines: tuple[TillLine, ...]
    conflicts: tuple[TillConflict, ...]
    seen_at: datetime | None
    reason: str
    returned_minor: int
    payment_id: UUID | None

    @property
    def change_minor(self) -> int:
        return max(0, self.tendered_minor - self.total_minor) if self.tendered_minor is not None else 0


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift with its sums; ``expected_minor`` is the cash that should lie in the drawer."""

    id: UUID
    business_id: UUID
    till: str
    opened_by: UUID
    opened_at: datetime
    opening_minor: int
    closed_at: datetime | None
    counted_minor: int | None
    note: str
    sales: int
    cash_minor: int
    qris_minor: int
    wallet_minor: int
    returned_minor: int
    conflicts: int

    @property
    def expected_minor(self) -> int:
        return self.opening_minor + self.cash_minor - self.returned_minor

    @property
    def difference_minor(self) -> int | None:
        return None if self.counted_minor is None else self.counted_minor - self.expected_minor


@dataclass(frozen=True, slots=True)
class TillItem:
    """A variant as a device keeps it to sell without a network."""

    variant_id: UUID
    name: str
    sku: str
    gtin: str
    category: str
    price_minor: int
    windows: tuple[Window, ...]
    stock: int


class TillDocumentInvalid(Invalid):
    """A till's document cannot be right, whoever sends it."""

    code = "till-document-invalid"
    title = msg("This till entry is not complete")
    detail = msg("Something in it cannot be right: {problem}. It stays on the device; nothing was booked.")


class TillDocumentReused(Conflict):
    """The id belongs to a document with another content."""

    code = "till-document-reused"
    title = msg("This till entry came in before with another content")
    detail = msg("The first one stands. The second stays on the device so that you can compare them.")


class ShiftNotFound(NotFound):
    """There is no such shift in this business."""

    code = "shift-not-found"
    title = msg("No such shift")
    detail = msg("There is no such shift in this business.")


class TillSaleNotFound(NotFound):
    """There is no such sale in this business."""

    code = "till-sale-not-found"
    title = msg("No such sale")
    detail = msg("There is no such sale at the tills of this business.")


class TillSyncTooLarge(Invalid):
    """More documents than one request may hold."""

    code = "till-sync-too-large"
    title = msg("Too much at once")
    detail = msg("Send at most {limit} till entries in one request.")


TOTAL_MAX = Money(10**15)
