"""Rates of a day, and why some are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, msg
from kawasan.core.money import Money
from kawasan.core.rates import Rounding, at_rate

NOT_KEPT = UUID(int=0)  # rates of a file, not taken in


@dataclass(frozen=True, slots=True)
class Rates:
    """A day's rates from one source: how much of each currency one euro buys, exact."""

    day: date
    source: str
    per_euro: Mapping[str, Decimal]
    sheet_id: UUID = NOT_KEPT

    def rupiah(self, currency: str) -> Decimal:
        """Return what one unit of a currency costs in rupiah in the middle, to six decimals, half to even."""
        exact = Fraction(self.per_euro["IDR"]) / Fraction(self.per_euro[currency])
        return Decimal(round(exact * 10**6)).scaleb(-6)


@dataclass(frozen=True, slots=True)
class ShownRate:
    """The middle rate at which prices in rupiah are also shown, about, in another currency. Nothing is paid at it."""

    currency: str
    rate: Fraction
    day: date
    source: str

    def of(self, amount: Money) -> Money:
        """Return what an amount in rupiah is about worth, rounded half to even."""
        return at_rate(amount, self.rate, self.currency, Rounding.HALF_EVEN)


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A set of rates as it was taken in: by whom, when, from where."""

    id: UUID
    day: date
    source: str
    currencies: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One currency of a file before it is taken in: what one of it costs in rupiah, now and before."""

    currency: str
    per_euro: Decimal
    rupiah: Decimal | None
    rupiah_before: Decimal | None
    change_percent: Decimal | None
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file of rates would change."""

    days: int
    first: date
    last: date
    known_days: int
    lines: tuple[PreviewLine, ...]

    @property
    def is_unusual(self) -> bool:
        """Whether a rate moved so far that somebody must say that it is right."""
        return any(line.is_unusual for line in self.lines)


class RatesMissing(Conflict):
    """No rates of both currencies are known."""

    code = "rates-missing"
    title = msg("There is no rate for this currency yet")
    detail = msg("No exchange rate between {source} and {target} is known. Pay in rupiah, or try again later.")


class RatesStale(Conflict):
    """The newest rates are older than the zone accepts."""

    code = "rates-stale"
    title = msg("The exchange rates are too old")
    detail = msg("The newest rates are of {day} and may be at most {days} days old. Pay in rupiah, or try again later.")


class RatesUnreadable(Invalid):
    """A file of rates that cannot be read; its detail says why."""

    code = "rates-unreadable"
    title = msg("We cannot read these rates")

    def __init__(self, why: str, *, field: str = "file") -> None:
        super().__init__(field=field)
        self.detail = why  # type: ignore[misc]  # of this one, not of the class


class RatesUnusual(Conflict):
    """A rate moved further from the one before than is usual, and nobody has said that it is right."""

    code = "rates-unusual"
    title = msg("A rate has moved very far")
    detail = msg("{currencies} moved by more than {percent} percent. Compare with the source and say that it is right.")


class SameCurrency(Invalid):
    """From a currency into itself."""

    code = "same-currency"
    title = msg("Choose two currencies")
    detail = msg("{currency} cannot be exchanged for itself.")


class CurrencyNotOffered(Invalid):
    """A currency that the zone does not exchange."""

    code = "currency-not-offered"
    title = msg("This currency is not exchanged here")
    detail = msg("{currency} is not among the currencies that this zone takes.")
