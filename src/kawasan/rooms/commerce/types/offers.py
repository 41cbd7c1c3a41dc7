"""A variant on the shelf: with all its prices of the next moments, and as it is offered at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.rooms.commerce.types.campaigns import CampaignTerms


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
    campaigns: tuple[CampaignTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A variant as it is offered at one moment.

    ``campaign`` is set where the price is a campaign's: the units then come from what is set aside for it, and without
    it the variant would cost ``otherwise_minor``. ``running`` are the terms of the campaign that it is in, also where
    its price does not hold.
    """

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
    ordinary_minor: int = 0
    otherwise_minor: int = 0
    campaign: CampaignTerms | None = None
    running: CampaignTerms | None = None

    @property
    def name(self) -> str:
        return f"{self.product_name} ({self.variant_name})" if self.variant_name else self.product_name
