"""Positions: limits, cost, and what closing one gains or loses. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kawasan.core.money import Money
from kawasan.rooms.exchange.rules.quoting import HOME, SPREAD_POINTS_MAX, Terms
from kawasan.rooms.exchange.types import CurrencySettingsInvalid, PositionLimitReached, TradeAmountInvalid


def check_limit(*, held: Money, promised_in: Money, promised_out: Money, change: Money, limit: Money) -> None:
    """
    Raise PositionLimitReached where ``change`` could open a position further than ``limit``.

    Open quotes count as if they were all used in the direction that opens the position further, since each of them is
    a promise. What makes a position smaller is never refused.
    """
    if change.minor > 0 and held + promised_in + change > limit:
        raise PositionLimitReached(limit=limit, held=held + promised_in)
    if change.minor < 0 and held - promised_out + change < -limit:
        raise PositionLimitReached(limit=limit, held=held - promised_out)


def cost_changes(terms: Terms) -> dict[str, int]:
    """
    Return by how many sen an exchange changes what the zone's positions cost.

    What comes in costs its middle value, what goes out takes as much away; so all costs together are always what went
    out of the rupiah position.
    """
    changes = {terms.source.currency: terms.worth.minor, terms.target.currency: -terms.worth.minor}
    return {currency: change for currency, change in changes.items() if currency != HOME}


@dataclass(frozen=True, slots=True)
class Closed:
    """What a trade does: which currency, how much of the cost it takes away, and what was gained (or lost)."""

    currency: str
    cost_change: int
    result: Money


def closed(*, given: Money, taken: Money, held: Money, cost: Money) -> Closed:
    """
    Return what handing ``given`` to the bank for ``taken`` does to a position. One side is rupiah.

    The cost goes in proportion to the amount, rounded half to even; closing all of it takes all of the cost. Raises
    TradeAmountInvalid unless the trade makes the position smaller.
    """
    sells = given.currency != HOME
    foreign, home = (given, taken) if sells else (taken, given)
    fits = home.currency == HOME and foreign.currency == held.currency != HOME
    if not fits or given.minor <= 0 or taken.minor <= 0:
        raise TradeAmountInvalid(held=held)
    whole = held.minor if sells else -held.minor
    if foreign.minor > whole:
        raise TradeAmountInvalid(held=held)
    share = round(Fraction(cost.minor * foreign.minor, whole))  # below nothing for what the zone owed
    gained = home.minor - share if sells else -share - home.minor
    return Closed(currency=foreign.currency, cost_change=-share, result=Money(gained, HOME))


def check_settings(*, spread_points: int, limit: Money) -> None:
    """Raise CurrencySettingsInvalid."""
    if not 0 <= spread_points <= SPREAD_POINTS_MAX or limit.minor < 0:
        raise CurrencySettingsInvalid(most=SPREAD_POINTS_MAX)
