"""A payment by QRIS: the bill, its parts, how far it has come, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class Purpose(StrEnum):
    """What a payment is for."""

    ORDER = "order"
    TOP_UP = "top_up"


class PaymentStatus(StrEnum):
    """How far a payment has come. Every state but ``requested`` is final."""

    REQUESTED = "requested"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a payment: for an order of a business or, without one, for the payer's own wallet."""

    amount_minor: int
    business_id: UUID | None = None
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What ``request_payments`` is given for each payment: see ``request_payment``."""

    payment_id: UUID
    payer_id: UUID
    splits: tuple[Split, ...]
    holds: tuple[UUID, ...]
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment by QRIS as its payer and the paid businesses may see it."""

    id: UUID
    payer_id: UUID
    purpose: Purpose
    amount_minor: int
    status: PaymentStatus
    qris: str
    reference: str
    merchant_name: str
    merchant_city: str
    nmid: str
    requested_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    failed_attempts: int
    returned_minor: int
    splits: tuple[Split, ...]

    @property
    def is_open(self) -> bool:
        """Whether it can still be paid."""
        return self.status is PaymentStatus.REQUESTED

    @property
    def is_paid(self) -> bool:
        """Whether the money came in time."""
        return self.status is PaymentStatus.PAID

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("pay", self.id)


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who a QRIS code says is paid: the zone as the merchant of record, holding the money in escrow."""

    name: str
    city: str
    postcode: str
    nmid: str
    pan: str
    merchant_id: str
    mcc: str
    acquirer: str
    criteria: str = "URE"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a bank's app reads from a QRIS code and shows before paying."""

    payload: str
    merchant_name: str
    merchant_city: str
    nmid: str
    amount_minor: int | None
    reference: str


class PaymentNotFound(NotFound):
    """No such payment, or not this caller's."""

    code = "payment-not-found"
    title = msg("We do not know this payment")
    detail = msg("There is no payment with this number among yours.")


class PaymentIdReused(Conflict):
    """The id belongs to a payment of other content."""

    code = "payment-id-reused"
    title = msg("This payment exists already")
    detail = msg("A payment with the same number was asked for before, with other content.")


class PaymentClosed(Conflict):
    """The payment is paid, expired or cancelled."""

    code = "payment-closed"
    title = msg("This payment is closed")
    detail = msg("The payment was paid, cancelled, or its time is over. It cannot be changed any more.")


class PaymentAmountInvalid(Invalid):
    """Nothing to pay, or more than one QRIS payment may carry."""

    code = "payment-amount-invalid"
    title = msg("This amount cannot be paid by QRIS")
    detail = msg("A QRIS payment carries between {smallest} and {largest}.")


class PaymentSplitsInvalid(Invalid):
    """A payment's parts do not make sense."""

    code = "payment-splits-invalid"
    title = msg("The parts of this payment do not fit")
    detail = msg("A payment has 1 to {limit} parts, each with an amount of its own.")


class PaymentTimeInvalid(Invalid):
    """A payment that would be over before it begins, or live for too long."""

    code = "payment-time-invalid"
    title = msg("The payment's time does not fit")
    detail = msg("A payment stays open for at most {hours} hours, and ends after it begins.")
