"""Units of variants as they cross the door: levels, movements, the seller's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

QUANTITY_MAX = 1_000_000_000
NOTE_LENGTH_MAX = 200
LOW_STOCK_DEFAULT = 5


class StockReason(StrEnum):
    """Why a seller changed the number of units."""

    RECEIVED = "received"
    COUNTED = "counted"
    DAMAGED = "damaged"
    RETURNED = "returned"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Units of a variant: ``available`` can be sold now, ``held`` wait in carts and unpaid orders."""

    available: int = 0
    held: int = 0
    sold: int = 0

    @property
    def on_shelf(self) -> int:
        return self.available + self.held


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of stock by the seller."""

    id: UUID
    variant_id: UUID
    product_id: UUID
    product_name: str
    variant_name: str
    sku: str
    quantity: int
    reason: StockReason
    note: str
    at: datetime
