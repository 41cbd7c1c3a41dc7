"""What payments announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    """A payment was paid in time: what was held is taken, the money is in escrow (or in the wallet)."""

    payment_id: UUID
    payer_id: UUID
    amount_minor: int
    purpose: str
    order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PaymentReturnedToWallet:
    """Money came that its payment could not take (late, twice, another amount): it is in the payer's wallet."""

    payment_id: UUID
    payer_id: UUID
    amount_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentSentBackAbroad:
    """Money in another currency came that its payment could not take: it goes back to the payer as it came."""

    payment_id: UUID
    payer_id: UUID
    currency: str
    amount_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentRequested:
    """A payment was asked for; the provider is to make its code, which somebody waits for."""

    PRIORITY: ClassVar[int] = 10

    payment_id: UUID
    code_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentClosedUnpaid:
    """A payment expired or was cancelled without being paid; what it held is free again."""

    payment_id: UUID
    payer_id: UUID
    status: str
    order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PayoutSettled:
    """The bank sent a payout, or returned it to the business's balance."""

    payout_id: UUID
    business_id: UUID
    amount_minor: int
    status: str


@dataclass(frozen=True, slots=True)
class ShopPaid:
    """Money came to a shop's own code and is in its balance; ``outcome`` says whether it was what was asked for."""

    shop_payment_id: UUID
    business_id: UUID
    code_id: UUID
    amount_minor: int
    outcome: str
    invoice_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ShopCodeWanted:
    """A shop wants a code of its own; the provider is to make it, which somebody waits for."""

    PRIORITY: ClassVar[int] = 10

    code_id: UUID
