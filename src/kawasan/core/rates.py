"""Exchange between two currencies whose rates are quoted against a third, as the ECB quotes everything in euro."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from kawasan.core.money import MINOR_DIGITS, Money, minor_digits

_SIX_DIGITS = Decimal("0.000001")


def rate_date(days: Sequence[date], day: date) -> date:
    """Return the last day with rates up to ``day`` (weekends and bank holidays have none); ``days`` ascend."""
    index = bisect_right(days, day)
    if index == 0:
        raise ValueError(f"no rates on or before {day}")
    return days[index - 1]


def cross_rate(base_to_source: Decimal, base_to_target: Decimal) -> Decimal:
    """Return how much target currency one unit of source buys, six decimals half up, as published cross rates are."""
    with localcontext(prec=40):
        return (base_to_target / base_to_source).quantize(_SIX_DIGITS, rounding=ROUND_HALF_UP)


def exchange(amount: Money, *, base_to_source: Decimal, base_to_target: Decimal, currency: str, digits: int) -> Money:
    """
    Exchange an amount at the unrounded cross rate and round it once, half up, to ``digits`` decimals.

    Rupiah payments have digits=0 (whole rupiah). Rounding the rate first would lose rupiah on large amounts.
    """
    with localcontext(prec=60):
        exact = Decimal(amount.minor).scaleb(-MINOR_DIGITS[amount.currency]) * base_to_target / base_to_source
        rounded = exact.quantize(Decimal(1).scaleb(-min(digits, minor_digits(currency))), rounding=ROUND_HALF_UP)
    return Money.of(rounded, currency)
