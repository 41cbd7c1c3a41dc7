"""Campaigns as they cross the door: a shopping day, what sellers offer in it, and what is left of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

CAMPAIGN_PREFIX = "cmp"
CAMPAIGN_OFFER_PREFIX = "cof"
CAMPAIGN_NAME_LENGTH_MAX = 80
CAMPAIGN_SUMMARY_LENGTH_MAX = 300
CAMPAIGN_DAYS_MAX = 92
UNITS_MAX = 1_000_000
PER_BUYER_MAX = 999  # what one order may hold of a variant


class CampaignState(StrEnum):
    """Where a campaign stands at a moment."""

    DRAFT = "draft"
    PLANNED = "planned"  # published, not begun
    RUNNING = "running"
    ENDED = "ended"


class OfferState(StrEnum):
    """Where a seller's offer in a campaign stands. Its units are carved out as long as it waits or is accepted."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A shopping day (or hours, or weeks) of the zone: half-open [starts_at, ends_at), exact to the second."""

    id: UUID
    slug: str
    name: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    needs_approval: bool
    published_at: datetime | None
    ended_at: datetime | None  # staff ended it before its time

    @property
    def closes_at(self) -> datetime:
        """When it ends or has ended."""
        return self.ends_at if self.ended_at is None else min(self.ends_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What staff say of a campaign; the caller chooses its id, so that a repeat is harmless."""

    id: UUID
    slug: str
    name: str
    starts_at: datetime
    ends_at: datetime
    summary: str = ""
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class NewCampaignOffer:
    """What a seller enters: the variant, its price, units set aside, and how many one buyer may have."""

    id: UUID
    variant_id: UUID
    price_minor: int
    units: int
    per_buyer: int


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """What a campaign asks for a variant in [starts_at, ends_at); ``left`` units can be taken by anybody now."""

    offer_id: UUID
    variant_id: UUID
    campaign_id: UUID
    slug: str
    name: str
    price_minor: int
    units: int
    per_buyer: int
    starts_at: datetime
    ends_at: datetime
    product_id: UUID
    left: int = 0


@dataclass(frozen=True, slots=True)
class CampaignOffer:
    """
    A variant in a campaign, with its units as the ledger has them.

    ``units`` were set aside; of these ``left`` can be taken now, ``held`` wait in carts and unpaid orders, ``sold`` are
    sold and ``returned`` went back to the ordinary stock.
    """

    id: UUID
    campaign_id: UUID
    business_id: UUID
    product_id: UUID
    variant_id: UUID
    product_name: str
    product_slug: str
    variant_name: str
    sku: str
    seller_name: str
    seller_slug: str
    picture: str
    motif: str
    ordinary_minor: int
    price_minor: int
    units: int
    per_buyer: int
    state: OfferState
    answer: str
    entered_at: datetime
    settled_at: datetime | None
    left: int
    held: int
    sold: int
    returned: int

    @property
    def name(self) -> str:
        return f"{self.product_name} ({self.variant_name})" if self.variant_name else self.product_name

    @property
    def saved_percent(self) -> int:
        return max(0, (self.ordinary_minor - self.price_minor) * 100 // self.ordinary_minor)

    @property
    def left_percent(self) -> int:
        """Whole percent of the units that can still be had, at least 1 while there is one."""
        return -(-self.left * 100 // self.units) if self.units else 0

    @property
    def is_open(self) -> bool:
        """Whether units of it are set aside, now or later."""
        return self.state in (OfferState.WAITING, OfferState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """What an offer brought: units sold and money paid for them, less what was cancelled or returned."""

    offer: CampaignOffer
    orders: int
    sold_units: int
    sold_minor: int
    returned_units: int
    returned_minor: int
