"""A variant on the shelf: with all its prices of the next moments, and as it is offered at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PriceWindow:
    """A price for a time: half-open, and windows of one variant never overlap (commerce_window_no_overlap)."""

    starts_at: datetime
    ends_at: datetime | None
    price_minor: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A variant with its usual price and the windows that lie ahead, so that its price follows for any moment."""

    variant_id: UUID
    product_id: UUID
    business_id: UUID
    product_name: str
    product_slug: str
    variant_name: str
    price_minor: int
    windows: tuple[PriceWindow, ...]
    is_draft: bool
    is_for_sale: bool
    business_name: str
    business_slug: str
    picture: str = ""
    motif: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant as it is offered at one moment."""

    variant_id: UUID
    product_id: UUID
    business_id: UUID
    product_name: str
    product_slug: str
    variant_name: str
    unit_price_minor: int
    is_for_sale: bool
    business_name: str
    business_slug: str
    picture: str = ""
    motif: str = ""

    @property
    def name(self) -> str:
        return f"{self.product_name} ({self.variant_name})" if self.variant_name else self.product_name
