"""Exchange between two currencies whose rates are quoted against a third, as the ECB quotes everything in euro."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import Enum
from fractions import Fraction

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


class Rounding(Enum):
    """
    How an exact amount becomes whole minor units, named by who it serves.

    What a customer gives is rounded UP and what a customer gets is rounded DOWN, so that nobody gains by exchanging
    there and back; what the books value at the middle rate is rounded HALF_EVEN, so that errors of many add up to
    nothing rather than to somebody's advantage.
    """

    UP = "up"
    DOWN = "down"
    HALF_EVEN = "half-even"


def exact_rate(base_to_source: Decimal, base_to_target: Decimal) -> Fraction:
    """Return the cross rate itself, a ratio: how much target one unit of source is worth. Nothing is rounded."""
    if not (isinstance(base_to_source, Decimal) and isinstance(base_to_target, Decimal)):
        raise TypeError("rates are Decimal, never float")
    if base_to_source <= 0 or base_to_target <= 0:
        raise ValueError("rates are greater than zero")
    return Fraction(base_to_target) / Fraction(base_to_source)


def at_rate(amount: Money, rate: Fraction, currency: str, rounding: Rounding, *, step: int = 1) -> Money:
    """
    Return an amount in another currency at an exact rate, rounded once to ``step`` minor units of that currency.

    Rupiah that people pay have a step of 100 (whole rupiah); books keep a step of 1.
    """
    if not isinstance(rate, Fraction):
        raise TypeError("exact rates are Fraction, never float")
    exact = Fraction(amount.minor, 10 ** MINOR_DIGITS[amount.currency]) * rate * 10 ** minor_digits(currency) / step
    if rounding is Rounding.UP:
        whole = -(-exact.numerator // exact.denominator)
    elif rounding is Rounding.DOWN:
        whole = exact.numerator // exact.denominator
    else:
        whole = round(exact)  # of a Fraction: half to even
    return Money(whole * step, currency)
