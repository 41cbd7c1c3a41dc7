"""Prices as they cross the door: what a variant costs at a moment, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.rooms.commerce.types.campaigns import CampaignTerms

PRICE_MINOR_MAX = 10**13  # Rp100 billion


@dataclass(frozen=True, slots=True)
class Price:
    """
    What a variant costs at a moment; ``ends_at`` is when a special price ends, if it does.

    ``campaign`` is set where that is a campaign's price: the units then come from what is set aside for it.
    """

    amount_minor: int
    ordinary_minor: int
    ends_at: datetime | None = None
    campaign: CampaignTerms | None = None

    @property
    def is_special(self) -> bool:
        return self.amount_minor != self.ordinary_minor

    @property
    def saved_percent(self) -> int:
        """Whole percent off the ordinary price, rounded down; 0 where it is not cheaper."""
        return max(0, (self.ordinary_minor - self.amount_minor) * 100 // self.ordinary_minor)


@dataclass(frozen=True, slots=True)
class Window:
    """A special price for the half-open time [starts_at, ends_at)."""

    id: UUID
    variant_id: UUID
    price_minor: int
    starts_at: datetime
    ends_at: datetime | None
