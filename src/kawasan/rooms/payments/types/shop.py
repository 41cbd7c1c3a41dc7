"""What crosses the door about a shop's own QRIS codes: the one on its wall, those of its counter, and what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg
from kawasan.core.money import Money
from kawasan.rooms.payments.types.providers import Outcome
from kawasan.rooms.payments.types.snap import CodeState

COUNTER_PREFIX = "ctr"
SHOP_PAYMENT_PREFIX = "qrp"


class ShopCodeKind(StrEnum):
    """Which code of a shop: printed once for any amount, or made at the counter for one sale."""

    STATIC = "static"
    COUNTER = "counter"


class CounterStatus(StrEnum):
    """How far a payment at the counter has come."""

    REQUESTED = "requested"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class MerchantFee:
    """The fee that the acquirer keeps of each payment: the rate of today and up to which amount it is nothing."""

    criteria: str
    segment: str
    rate: Decimal
    free_up_to_minor: int


@dataclass(frozen=True, slots=True)
class StaticCode:
    """A shop's one code for any number of payments. ``content`` is empty until the provider has made it."""

    id: UUID
    business_id: UUID
    state: CodeState
    problem: str
    content: str
    nmid: str
    nns: str
    merchant_name: str
    merchant_city: str
    made_at: datetime | None
    fee: MerchantFee | None

    @property
    def is_ready(self) -> bool:
        """Whether it can be printed and paid."""
        return self.state is CodeState.MADE


@dataclass(frozen=True, slots=True)
class CounterPayment:
    """A payment asked for at the counter, of whoever scans the code: there is no payer to name."""

    id: UUID
    business_id: UUID
    amount_minor: int
    status: CounterStatus
    qris: str
    merchant_name: str
    nmid: str
    problem: str
    requested_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    sale_id: UUID | None
    invoice_id: UUID | None = None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public(COUNTER_PREFIX, self.id)

    @property
    def is_paid(self) -> bool:
        """Whether the money came in time."""
        return self.status is CounterStatus.PAID


@dataclass(frozen=True, slots=True)
class ShopPayment:
    """Money that somebody paid to one of a shop's codes, and what the acquirer kept of it."""

    id: UUID
    business_id: UUID
    kind: ShopCodeKind
    amount_minor: int
    fee_minor: int
    outcome: Outcome
    payer: str
    money_id: str
    happened_at: datetime
    at: datetime
    abroad: Money | None = None  # what a payer abroad paid, in their own currency

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public(SHOP_PAYMENT_PREFIX, self.id)

    @property
    def paid_abroad(self) -> str:
        """What a payer abroad paid, for a line: CNY 21.16."""
        return f"{self.abroad.currency} {self.abroad.amount}" if self.abroad else ""

    @property
    def net_minor(self) -> int:
        """What reached the shop's balance."""
        return self.amount_minor - self.fee_minor

    @property
    def is_odd(self) -> bool:
        """Whether the buyer paid too late, twice or another amount: the shop settles it with the buyer."""
        return self.outcome is not Outcome.PAID


@dataclass(frozen=True, slots=True)
class ShopPaymentFilter:
    """Which payments a list holds: of days in Jakarta (both included), of an amount, to one kind of code."""

    first: date | None = None
    last: date | None = None
    amount_minor: int | None = None
    kind: ShopCodeKind | None = None


@dataclass(frozen=True, slots=True)
class ShopTakings:
    """What payments add up to."""

    count: int
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What a pasted QRIS code says, and whether it is the shop's own: how to find a sticker that was pasted over."""

    is_own: bool
    is_static: bool
    merchant_name: str
    merchant_city: str
    country: str
    nmid: str
    postcode: str
    criteria: str
    acquirer: str
    amount_minor: int | None
    currency: str
    networks: tuple[str, ...]
    is_foreign: bool
    is_person: bool
    second_name: str
    tip: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PayerCodeReading:
    """
    What a code says that a payer shows for a shop to scan (CPM). Reading it takes no money.

    ``is_chargeable`` is whether a provider of the zone charges such codes; none does yet. The payer's name is in some
    codes and stays there: a counter needs it for nothing.
    """

    issuer: str
    masked_account: str
    scheme: str
    amount_minor: int | None
    is_chargeable: bool = False


class NoStaticCode(NotFound):
    """The shop has no QRIS code of its own yet."""

    code = "no-static-code"
    title = msg("This shop has no QRIS code yet")
    detail = msg("Ask for one on the QRIS page of the seller's desk.")


class CounterPaymentNotFound(NotFound):
    """No such payment at this shop's counter."""

    code = "counter-payment-not-found"
    title = msg("We do not know this payment at the counter")
    detail = msg("There is no payment with this number at the counter of this business.")


class CounterPaymentIdReused(Conflict):
    """The id belongs to a payment of another amount."""

    code = "counter-payment-id-reused"
    title = msg("This payment at the counter exists already")
    detail = msg("A payment with the same number was asked for before, with another amount.")


class CounterPaymentClosed(Conflict):
    """It is paid, cancelled or over."""

    code = "counter-payment-closed"
    title = msg("This payment at the counter is closed")
    detail = msg("It was paid, cancelled, or its time is over.")


class ShopPaymentFilterInvalid(Invalid):
    """A list narrowed by something that cannot be."""

    code = "shop-payment-filter-invalid"
    title = msg("Please check the search")
    detail = msg("Write an amount such as 25.000 and days such as 2026-11-22, the first before the last.")
