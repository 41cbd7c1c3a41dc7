"""Prices: which one holds at a moment, exact to the second, and which periods may stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kawasan.core.money import Money
from kawasan.rooms.commerce.types.prices import PRICE_MINOR_MAX, Price, Window
from kawasan.rooms.commerce.types.refusals import PriceInvalid, WindowInvalid, WindowsOverlap


def check_price(amount_minor: int, *, field: str = "price") -> int:
    """Return a price that can be asked for. Raises PriceInvalid."""
    if type(amount_minor) is not int or not 1 <= amount_minor <= PRICE_MINOR_MAX:
        raise PriceInvalid(field=field, most=Money(PRICE_MINOR_MAX))
    return amount_minor


def price_at(*, ordinary_minor: int, windows: Iterable[Window], at: datetime) -> Price:
    """
    Return what a variant costs at a moment.

    A window holds from its first second up to, not including, its end. Windows of a variant never overlap.
    """
    for window in windows:
        if window.starts_at <= at and (window.ends_at is None or at < window.ends_at):
            return Price(window.price_minor, ordinary_minor, window.ends_at)
    return Price(ordinary_minor, ordinary_minor)


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
