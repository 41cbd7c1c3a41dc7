"""The sample's campaign: this month's shopping day (11.11 in November), running since an hour, with real listings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.demo.listings import Listing
from kawasan.demo.sample import plan
from kawasan.demo.sample.people import everything
from kawasan.rooms.commerce import api as commerce

LASTS = timedelta(days=3)
OF_RICH = 4  # products of the shop that visitors sign in to
OF_OTHERS = 20
RUPIAH_MIN = 1_000  # below that, there is nothing to take off
OFF = (20, 25, 30, 40)  # percent off the ordinary price, in turn
UNITS = (12, 40, 25, 60)
PER_BUYER = (1, 2, 2, 3)
SUMMARY = "Harga terbaik bulan ini dari usaha di sekitar Anda. Selama persediaan masih ada."


def open_campaign(shops: Sequence[plan.Shop], *, now: datetime) -> int:
    """Open, publish and fill the campaign; return how many products take part."""
    month = clock.business_day(now).month
    campaign = commerce.NewCampaign(
        id=ids.derived("demo.campaign", month),
        slug=f"belanja-{month}-{month}",
        name=f"Belanja {month}.{month}",
        summary=SUMMARY,
        starts_at=now - timedelta(hours=1),
        ends_at=now + LASTS,
    )
    with everything():
        commerce.open_campaign(actor=SYSTEM, campaign=campaign, at=campaign.starts_at)
        commerce.publish_campaign(actor=SYSTEM, campaign_id=campaign.id, at=campaign.starts_at)
        entered = [
            _enter(campaign, shop, listing, number, at=now) for number, (shop, listing) in enumerate(chosen(shops))
        ]
    return sum(entered)


def chosen(shops: Sequence[plan.Shop]) -> list[tuple[plan.Shop, Listing]]:
    """Return the products that take part: some of the visitors' shop, and the best seller of the liveliest others."""
    fit = {shop.number: [listing for listing in shop.listings if listing.price >= RUPIAH_MIN] for shop in shops}
    own = sorted(fit[shops[0].number], key=_liveliest)[:OF_RICH]
    best = [(shop, min(fit[shop.number], key=_liveliest)) for shop in shops if not shop.is_rich and fit[shop.number]]
    best.sort(key=lambda pair: _liveliest(pair[1]))
    return [*((shops[0], listing) for listing in own), *best[:OF_OTHERS]]


def _liveliest(listing: Listing) -> tuple[int, int]:
    return -listing.sold, listing.no


def price_of(listing: Listing, number: int) -> int:
    """Return a campaign's price in whole rupiah, rounded down to hundreds as shops write them."""
    return listing.price * (100 - OFF[number % len(OFF)]) // 100 // 100 * 100


def _enter(campaign: commerce.NewCampaign, shop: plan.Shop, listing: Listing, number: int, *, at: datetime) -> bool:
    variant = plan.variant_id(listing)
    in_stock = commerce.stock_levels([(shop.id, variant)])[variant].available
    units = min(UNITS[number % len(UNITS)], in_stock // 2)
    if units < max(PER_BUYER):
        return False
    offer = commerce.NewCampaignOffer(
        id=ids.derived("demo.campaign.offer", listing.no),
        variant_id=variant,
        price_minor=price_of(listing, number) * 100,
        units=units,
        per_buyer=PER_BUYER[number % len(PER_BUYER)],
    )
    commerce.enter_campaign(actor=SYSTEM, business_id=shop.id, campaign_id=campaign.id, offer=offer, at=at)
    return True
