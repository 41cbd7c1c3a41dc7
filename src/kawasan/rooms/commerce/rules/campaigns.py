"""Pure decisions about campaigns: their state at a second, what may be entered, and how many units a buyer may have."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from kawasan.core.money import Money
from kawasan.rooms.commerce.rules.prices import check_price, to_the_second
from kawasan.rooms.commerce.rules.products import check_text
from kawasan.rooms.commerce.types.campaign_refusals import (
    CampaignBegun,
    CampaignOfferPriceInvalid,
    CampaignOver,
    CampaignPeriodInvalid,
    CampaignSlugInvalid,
    CampaignUnitsInvalid,
)
from kawasan.rooms.commerce.types.campaigns import (
    CAMPAIGN_DAYS_MAX,
    CAMPAIGN_NAME_LENGTH_MAX,
    CAMPAIGN_SUMMARY_LENGTH_MAX,
    PER_BUYER_MAX,
    UNITS_MAX,
    Campaign,
    CampaignState,
    NewCampaign,
    NewCampaignOffer,
)

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")


def state_of_campaign(campaign: Campaign, *, at: datetime) -> CampaignState:
    """Return where a campaign stands at a moment. It runs from its first second up to, not including, its end."""
    if campaign.published_at is None:
        return CampaignState.DRAFT
    if at >= campaign.closes_at:
        return CampaignState.ENDED
    return CampaignState.RUNNING if at >= campaign.starts_at else CampaignState.PLANNED


def checked_campaign(campaign: NewCampaign, *, at: datetime) -> NewCampaign:
    """
    Return a campaign with tidy texts and its moments cut to the whole second.

    Raises CampaignSlugInvalid, TextMissing, TextTooLong, CampaignPeriodInvalid.
    """
    starts_at, ends_at = to_the_second(campaign.starts_at), to_the_second(campaign.ends_at)
    check_period(starts_at=starts_at, ends_at=ends_at, at=at)
    if not _SLUG.fullmatch(campaign.slug):
        raise CampaignSlugInvalid(field="slug")
    return replace(
        campaign,
        name=check_text(" ".join(campaign.name.split()), field="name", most=CAMPAIGN_NAME_LENGTH_MAX),
        summary=check_text(
            " ".join(campaign.summary.split()), field="summary", most=CAMPAIGN_SUMMARY_LENGTH_MAX, needed=False
        ),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def check_period(*, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Refuse a campaign that is empty, over, or longer than CAMPAIGN_DAYS_MAX. Raises CampaignPeriodInvalid."""
    if ends_at <= starts_at or ends_at <= at or ends_at - starts_at > timedelta(days=CAMPAIGN_DAYS_MAX):
        raise CampaignPeriodInvalid(field="ends_at", days=CAMPAIGN_DAYS_MAX)


def check_change(campaign: Campaign, wish: NewCampaign, *, at: datetime) -> None:
    """Refuse changes that would move what has happened already. Raises CampaignOver, CampaignBegun."""
    state = state_of_campaign(campaign, at=at)
    if state is CampaignState.ENDED:
        raise CampaignOver
    if state is CampaignState.RUNNING and (wish.starts_at, wish.slug) != (campaign.starts_at, campaign.slug):
        raise CampaignBegun(field="starts_at")


def checked_entry(offer: NewCampaignOffer, *, ordinary_minor: int) -> NewCampaignOffer:
    """Return an offer that can be entered. Raises PriceInvalid, CampaignOfferPriceInvalid, CampaignUnitsInvalid."""
    check_price(offer.price_minor)
    if offer.price_minor >= ordinary_minor:
        raise CampaignOfferPriceInvalid(field="price", ordinary=Money(ordinary_minor))
    if type(offer.units) is not int or not 1 <= offer.units <= UNITS_MAX:
        raise CampaignUnitsInvalid(field="units", most=UNITS_MAX)
    if type(offer.per_buyer) is not int or not 1 <= offer.per_buyer <= min(PER_BUYER_MAX, offer.units):
        raise CampaignUnitsInvalid(field="per_buyer", most=UNITS_MAX)
    return offer
