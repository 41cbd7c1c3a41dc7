"""Prices: which one holds at a moment, exact to the second, and which periods may stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kawasan.core.money import Money
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.offers import PriceWindow
from kawasan.rooms.commerce.types.prices import PRICE_MINOR_MAX, Price, Window
from kawasan.rooms.commerce.types.refusals import PriceInvalid, WindowInvalid, WindowsOverlap


def check_price(amount_minor: int, *, field: str = "price") -> int:
    """Return a price that can be asked for. Raises PriceInvalid."""
    if type(amount_minor) is not int or not 1 <= amount_minor <= PRICE_MINOR_MAX:
        raise PriceInvalid(field=field, most=Money(PRICE_MINOR_MAX))
    return amount_minor


def price_at(
    *,
    ordinary_minor: int,
    windows: Iterable[Window | PriceWindow],
    at: datetime,
    campaign: CampaignTerms | None = None,
    is_held: bool = False,
) -> Price:
    """
    Return what a variant costs at a moment.

    A window holds from its first second up to, not including, its end. Windows of a variant never overlap. So does a
    campaign's price, while units of it are left, or ``is_held`` for the one who asks, and where it is the lower one.
    """
    price = Price(ordinary_minor, ordinary_minor)
    for window in windows:
        if window.starts_at <= at and (window.ends_at is None or at < window.ends_at):
            price = Price(window.price_minor, ordinary_minor, window.ends_at)
    return in_campaign(price, campaign, at=at, is_held=is_held)


def in_campaign(price: Price, campaign: CampaignTerms | None, *, at: datetime, is_held: bool = False) -> Price:
    """Return the campaign's price where it holds at a moment (see ``price_at``), else the price given."""
    if campaign is None or not campaign.starts_at <= at < campaign.ends_at:
        return price
    if (campaign.left > 0 or is_held) and campaign.price_minor < price.amount_minor:
        return Price(campaign.price_minor, price.ordinary_minor, campaign.ends_at, campaign)
    return price


def running_at(campaigns: Iterable[CampaignTerms], at: datetime) -> CampaignTerms | None:
    """Return the campaign that runs at a moment; of several, which cannot be by rule, the cheapest."""
    running = [item for item in campaigns if item.starts_at <= at < item.ends_at]
    return min(running, key=lambda item: item.price_minor, default=None)


def to_the_second(moment: datetime) -> datetime:
    """Return the whole second in which a moment lies."""
    return moment.replace(microsecond=0)


def check_window(*, starts_at: datetime, ends_at: datetime | None, at: datetime) -> None:
    """Refuse a period that is empty or already over. Raises WindowInvalid."""
    if ends_at is not None and (ends_at <= starts_at or ends_at <= at):
        raise WindowInvalid(field="ends_at")


def check_no_overlap(*, starts_at: datetime, ends_at: datetime | None, others: Iterable[Window]) -> None:
    """Refuse a period that shares a moment with another one of the variant. Raises WindowsOverlap."""
    for other in others:
        if (ends_at is None or other.starts_at < ends_at) and (other.ends_at is None or starts_at < other.ends_at):
            raise WindowsOverlap(field="starts_at", starts_at=other.starts_at.isoformat(timespec="seconds"))
