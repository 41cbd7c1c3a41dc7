"""Units of orders that come back."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.rules.transfers import Units
from kawasan.rooms.commerce.types.campaigns import CampaignTerms


def units_of_line(line: models.OrderLine, quantity: int, running: Mapping[UUID, CampaignTerms]) -> Units:
    """Return units of an order's line that come back: to its campaign while that runs, else to the ordinary stock."""
    campaign = running.get(line.campaign_offer_id) if line.campaign_offer_id else None
    return Units(line.business_id, line.variant_id, line.buyer_id, quantity, campaign)
