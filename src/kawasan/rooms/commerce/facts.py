"""What the room announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A buyer ordered at a seller; paid at once from the wallet, or waiting for its payment."""

    order_id: UUID
    group_id: UUID
    business_id: UUID
    buyer_id: UUID
    total_minor: int


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """The money of an order is in escrow: the seller may pack."""

    order_id: UUID
    business_id: UUID
    buyer_id: UUID
    total_minor: int


@dataclass(frozen=True, slots=True)
class OrderShipped:
    """The parcel is on its way."""

    order_id: UUID
    business_id: UUID
    buyer_id: UUID


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    """The money went from escrow to the seller, less the zone's fee."""

    order_id: UUID
    business_id: UUID
    buyer_id: UUID
    released_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order ended before shipping; ``refunded_minor`` went back to the buyer's wallet."""

    order_id: UUID
    business_id: UUID
    buyer_id: UUID
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    """
    Money of a paid order went back to its buyer: for a return, or because the seller or the zone gave it.

    ``discount_back_minor`` is what the seller gave back to the zone's voucher beside it.
    """

    order_id: UUID
    business_id: UUID
    buyer_id: UUID
    return_id: UUID
    refunded_minor: int
    discount_back_minor: int = 0
