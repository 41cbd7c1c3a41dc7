"""Units that somebody wants: where they come from, and what the buyer reads where the ledger has too few of them."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.errors import Refusal
from kawasan.core.money import Money
from kawasan.rooms.commerce.rules.transfers import Units
from kawasan.rooms.commerce.rules.units import campaign_account
from kawasan.rooms.commerce.types.campaign_refusals import CampaignLimitReached, CampaignUnitsShort
from kawasan.rooms.commerce.types.offers import Offer
from kawasan.rooms.commerce.types.order_refusals import PriceChanged, SoldOut


def units_of(offer: Offer, buyer_id: UUID, quantity: int) -> Units:
    """Return the units of a line: from the campaign whose price it has, else from the ordinary stock."""
    return Units(offer.business_id, offer.variant_id, buyer_id, quantity, offer.campaign)


def too_few(offer: Offer, wanted: int, refusal: Refusal) -> Refusal:
    """
    Return what a buyer reads where the ledger refused to take ``wanted`` units of an offer.

    SoldOut, CampaignLimitReached, CampaignUnitsShort, or, where others took the last units of a campaign in the
    meantime, PriceChanged: from now on the variant costs what it costs otherwise.
    """
    campaign, available = offer.campaign, max(0, int(refusal.data.get("available", 0)))
    shown = {"product": offer.name, "available": available, "variant_id": str(offer.variant_id)}
    if campaign is None:
        return SoldOut(field="quantity", wanted=wanted, **shown)
    if refusal.data.get("account") != str(campaign_account(campaign.offer_id, offer.variant_id)):
        return CampaignLimitReached(field="quantity", limit=campaign.per_buyer, **shown)
    if available:
        return CampaignUnitsShort(field="quantity", wanted=wanted, **shown)
    seen, now = campaign.price_minor, offer.otherwise_minor
    return PriceChanged(
        product=offer.name,
        seen=Money(seen),
        now=Money(now),
        seen_minor=seen,
        now_minor=now,
        variant_id=str(offer.variant_id),
    )
