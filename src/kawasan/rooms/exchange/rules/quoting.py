"""What a quote says: both amounts, what the zone earns, and when it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from kawasan.core.clock import WIB, business_day
from kawasan.core.money import Money, rupiah
from kawasan.core.rates import Rounding, at_rate, exact_rate
from kawasan.rooms.exchange.types import (
    Quote,
    QuoteAmountInvalid,
    QuoteExpired,
    QuotePurposeDiffers,
    QuoteUsed,
    Rates,
    RatesMissing,
    RatesStale,
    SameCurrency,
)

HOME = "IDR"
LIFETIME = timedelta(seconds=60)
# A payer abroad pays in time by the provider's clock; its message may take a moment. Limits count the quote until then.
TELLING_MAX = timedelta(minutes=5)
SPREAD_POINTS_USUAL = 150
SPREAD_POINTS_MAX = 1_000
POINTS = 10_000  # basis points in a whole
WORTH_MAX = rupiah(100_000_000)
WORTH_MIN = rupiah(1)
_STEPS = {"IDR": 100}  # nobody can be handed sen


@dataclass(frozen=True, slots=True)
class Terms:
    """Both sides of an exchange and what it means for the zone; ``worth`` is the middle value in rupiah."""

    source: Money
    target: Money
    middle: Money
    income: Money
    worth: Money


def step_of(currency: str) -> int:
    """Return the smallest amount that people can be handed, in minor units."""
    return _STEPS.get(currency, 1)


def terms(*, given: Money, source: str, target: str, rates: Rates, spread_points: int) -> Terms:
    """
    Return both amounts of an exchange; ``given`` is one of them and stays as it is.

    The other one is rounded once, to what can be handed out: up where the customer gives it, down where the customer
    gets it. The middle value is rounded half to even. Raises SameCurrency, RatesMissing, QuoteAmountInvalid.
    """
    if source == target:
        raise SameCurrency(currency=source)
    middle_rate = rate_between(rates, source, target)
    customer_rate = middle_rate * Fraction(POINTS - spread_points, POINTS)
    if given.currency == source:
        gives, gets = given, at_rate(given, customer_rate, target, Rounding.DOWN, step=step_of(target))
    else:
        gives, gets = at_rate(given, 1 / customer_rate, source, Rounding.UP, step=step_of(source)), given
    if source == HOME:
        middle = at_rate(gets, 1 / middle_rate, HOME, Rounding.HALF_EVEN)
        income = gives - middle
    else:
        middle = at_rate(gives, middle_rate, target, Rounding.HALF_EVEN)
        income = middle - gets
    worth = middle if middle.currency == HOME else in_rupiah(gives, rates)
    if gives.minor <= 0 or gets.minor <= 0 or not WORTH_MIN <= worth <= WORTH_MAX:
        raise QuoteAmountInvalid(field="amount", smallest=WORTH_MIN, largest=WORTH_MAX)
    return Terms(source=gives, target=gets, middle=middle, income=income, worth=worth)


def rate_between(rates: Rates, source: str, target: str) -> Fraction:
    """Return how much target one unit of source is worth, exactly: both are quoted against the euro."""
    per_euro = rates.per_euro
    if source not in per_euro or target not in per_euro:
        raise RatesMissing(source=source, target=target)
    return exact_rate(per_euro[source], per_euro[target])


def in_rupiah(amount: Money, rates: Rates) -> Money:
    """Return what an amount is worth at the middle rate, rounded half to even to the sen."""
    return at_rate(amount, rate_between(rates, amount.currency, HOME), HOME, Rounding.HALF_EVEN)


def check_age(rates: Rates, *, at: datetime, days_max: int) -> None:
    """Raise RatesStale where rates are older than may be."""
    if business_day(at, WIB) - rates.day > timedelta(days=days_max):
        raise RatesStale(day=rates.day, days=days_max)


def check_use(quote: Quote, *, purpose_id: UUID | None, at: datetime) -> None:
    """Raise QuotePurposeDiffers, QuoteUsed or QuoteExpired where a quote is not good for this, now."""
    if quote.purpose_id != purpose_id:
        raise QuotePurposeDiffers
    if quote.used_at is not None:
        raise QuoteUsed
    if at >= quote.expires_at:
        raise QuoteExpired


def check_told(quote: Quote, *, purpose_id: UUID, paid: Money, paid_at: datetime, at: datetime) -> None:
    """
    Raise why money that a provider tells about does not fit a quote: another payment or amount, used, too late.

    In time is what the payer paid before the quote's end by the provider's clock, told within TELLING_MAX.
    """
    if paid != quote.source:
        raise QuotePurposeDiffers
    check_use(quote, purpose_id=purpose_id, at=paid_at)
    if at >= quote.expires_at + TELLING_MAX:
        raise QuoteExpired
