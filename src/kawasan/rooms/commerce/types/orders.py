"""What crosses the door about orders: their parts, states and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core.values import value

ORDER_PREFIX = "ord"
GROUP_PREFIX = "grp"
RETURN_PREFIX = "ret"
LINE_PREFIX = "oln"

LINES_MAX = 50  # of one checkout
ORDER_QUANTITY_MAX = 999  # of one line
REASON_LENGTH_MAX = 300
SHIP_NAME_LENGTH_MAX = 80
ADDRESS_LENGTH_MAX = 400
TRACKING_LENGTH_MAX = 60
COURIER_LENGTH_MAX = 40


class Method(StrEnum):
    """How a checkout is paid."""

    WALLET = "wallet"
    QRIS = "qris"


class OrderState(StrEnum):
    """Where an order stands; derived from its timestamps, never stored."""

    AWAITING_PAYMENT = "awaiting-payment"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ReturnState(StrEnum):
    """Where a return request stands."""

    REQUESTED = "requested"
    REFUNDED = "refunded"
    REJECTED = "rejected"


class MoneyState(StrEnum):
    """Where the money of an order is: another question than where the goods are."""

    UNPAID = "unpaid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly-refunded"
    REFUNDED = "refunded"


class Cancelled(StrEnum):
    """Who cancelled an order."""

    BUYER = "buyer"
    SELLER = "seller"


class Step(StrEnum):
    """What a line of an order's timeline tells."""

    PLACED = "placed"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RETURN_REQUESTED = "return-requested"
    RETURN_REFUNDED = "return-refunded"
    RETURN_REJECTED = "return-rejected"
    REFUNDED = "refunded"


@value
class ShipTo:
    """Where an order goes."""

    name: str
    phone: str
    address: str


@value
class Wanted:
    """One line of a checkout; ``unit_price_minor`` is the price the buyer saw (None: whatever it is)."""

    variant_id: UUID
    quantity: int
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order, with names and price as they were when it was placed."""

    id: UUID
    variant_id: UUID
    product_id: UUID
    product_name: str
    variant_name: str
    unit_price_minor: int
    quantity: int
    refunded_quantity: int
    refunded_minor: int
    fee_basis_points: int | None = None
    discount_minor: int = 0  # its share of the order's voucher

    @property
    def gross_minor(self) -> int:
        """What its units cost without a voucher."""
        return self.unit_price_minor * self.quantity

    @property
    def total_minor(self) -> int:
        """What the buyer paid for it."""
        return self.gross_minor - self.discount_minor

    @property
    def net_minor(self) -> int:
        """What of the line was not refunded."""
        return self.total_minor - self.refunded_minor

    @property
    def returnable(self) -> int:
        """How many units were not yet refunded."""
        return self.quantity - self.refunded_quantity


@dataclass(frozen=True, slots=True)
class OrderBuyer:
    """Who bought in an order."""

    order_id: UUID
    number: str
    business_id: UUID
    buyer_id: UUID
    name: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's timeline."""

    step: Step
    at: datetime
    note: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """How many units of an order's line come back."""

    line_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """A buyer's wish to give back a part of an order, and what the seller made of it."""

    id: UUID
    order_id: UUID
    lines: tuple[ReturnedLine, ...]
    reason: str
    state: ReturnState
    asked_minor: int
    refunded_minor: int
    requested_at: datetime
    decided_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order of one buyer at one seller."""

    id: UUID
    number: str
    group_id: UUID
    business_id: UUID
    business_name: str
    business_slug: str
    buyer_id: UUID
    method: Method
    payment_id: UUID | None
    state: OrderState
    total_minor: int
    refunded_minor: int
    fee_minor: int
    placed_at: datetime
    pay_until: datetime | None
    paid_at: datetime | None
    packed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    expired_at: datetime | None
    cancelled_by: str
    cancel_reason: str
    courier: str
    tracking: str
    ship_to: ShipTo
    lines: tuple[OrderLine, ...] = ()
    events: tuple[Event, ...] = ()
    returns: tuple[ReturnRequest, ...] = ()
    voucher: str = ""  # the code of its voucher
    discount_minor: int = 0  # what the voucher took off: what is to be paid is ``total_minor``
    is_discount_paid: bool = False  # the zone pays the discount to the seller
    discount_back_minor: int = 0  # of the discount, what refunds have undone

    @property
    def gross_minor(self) -> int:
        """What its lines cost without the voucher."""
        return self.total_minor + self.discount_minor

    @property
    def subsidy_minor(self) -> int:
        """What the zone pays the seller for it, less what refunds have undone."""
        return self.discount_minor - self.discount_back_minor if self.is_discount_paid else 0

    @property
    def net_minor(self) -> int:
        """What was paid less what was refunded."""
        return self.total_minor - self.refunded_minor

    @property
    def money_state(self) -> MoneyState:
        """Where its money is. An order whose whole money went back is refunded, however far its goods had come."""
        if self.paid_at is None:
            return MoneyState.UNPAID
        if self.refunded_minor == self.total_minor:
            return MoneyState.REFUNDED
        return MoneyState.PARTLY_REFUNDED if self.refunded_minor else MoneyState.PAID

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def open_return(self) -> ReturnRequest | None:
        return next((item for item in self.returns if item.state is ReturnState.REQUESTED), None)


@dataclass(frozen=True, slots=True)
class OrderGroup:
    """One checkout: an order for each seller, paid together."""

    id: UUID
    buyer_id: UUID
    method: Method
    placed_at: datetime
    payment_id: UUID | None
    total_minor: int
    orders: tuple[Order, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What one day (WIB) brought a seller."""

    day: date
    orders: int = 0
    gross_minor: int = 0
    refunded_minor: int = 0
    released_minor: int = 0
    fee_minor: int = 0
    units: int = 0

    @property
    def net_minor(self) -> int:
        return self.gross_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class SellerHome:
    """A business's money and work at a glance."""

    today: Figures
    days: tuple[Figures, ...]
    escrow_minor: int
    balance_minor: int
    counts: dict[str, int]
