"""Campaigns and offers in them, made through the commerce room's own door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import CampaignOffer
from tests.builders.orders import seller_of

START = datetime(2026, 11, 10, 17, 0, tzinfo=UTC)  # 11.11, 00:00 WIB
END = START + timedelta(days=1)
BEFORE = START - timedelta(days=2)


def a_new_campaign(**given: Any) -> commerce.NewCampaign:
    """A campaign to be opened."""
    values: dict[str, Any] = {"id": ids.uuid7(), "name": "Belanja 11.11", "starts_at": START, "ends_at": END}
    values |= given
    values.setdefault("slug", f"hari-{values['id'].hex[-12:]}")
    return commerce.NewCampaign(**values)


def a_campaign(*, published: bool = True, at: datetime = BEFORE, **given: Any) -> commerce.Campaign:
    """A campaign, published unless told otherwise."""
    made = commerce.open_campaign(actor=SYSTEM, campaign=a_new_campaign(**given), at=at)
    return commerce.publish_campaign(actor=SYSTEM, campaign_id=made.id, at=at) if published else made


def entered(
    product: commerce.Product,
    campaign: commerce.Campaign | None = None,
    *,
    price: int | None = None,
    units: int = 10,
    per_buyer: int = 2,
    at: datetime = BEFORE,
) -> commerce.CampaignOffer:
    """Enter a product's first variant into a campaign, at four fifths of its price unless told otherwise."""
    variant = product.variants[0]
    offer = commerce.NewCampaignOffer(
        id=ids.uuid7(),
        variant_id=variant.id,
        price_minor=variant.price.ordinary_minor * 4 // 5 if price is None else price,
        units=units,
        per_buyer=per_buyer,
    )
    return commerce.enter_campaign(
        actor=seller_of(product.business_id),
        business_id=product.business_id,
        campaign_id=(campaign or a_campaign()).id,
        offer=offer,
        at=at,
    )


def now_of(offer: commerce.CampaignOffer) -> commerce.CampaignOffer:
    """The offer with its units of this moment."""
    assert CampaignOffer.objects.filter(pk=offer.id).exists()
    return commerce.campaign_offer(offer_id=offer.id)
