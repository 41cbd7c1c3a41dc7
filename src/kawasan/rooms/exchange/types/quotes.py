"""A quote: a promise to exchange one amount for another, for a short time, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg
from kawasan.core.money import MINOR_DIGITS, Money
from kawasan.core.rates import Rounding, at_rate


class QuoteState(StrEnum):
    """What a quote is good for."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Quote:
    """
    A promise: ``source`` is exchanged for ``target`` until ``expires_at``, once.

    ``middle`` is what the position gives for it at the rate without spread; ``income`` is what the zone earns, in the
    same currency: rupiah where one of the two is rupiah, else the target's.
    """

    id: UUID
    person_id: UUID | None
    purpose_id: UUID | None
    source: Money
    target: Money
    income: Money
    middle: Money
    source_per_euro: Decimal
    target_per_euro: Decimal
    rates_day: date
    rates_source: str
    spread_points: int
    quoted_at: datetime
    expires_at: datetime
    used_at: datetime | None
    entry_id: UUID | None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("quo", self.id)

    @property
    def middle_rate(self) -> Fraction:
        """How much target one unit of source is worth, before the spread."""
        return Fraction(self.target_per_euro) / Fraction(self.source_per_euro)

    @property
    def customer_rate(self) -> Fraction:
        """How much target the customer gets for one unit of source: both amounts as they are, so with all rounding."""
        return Fraction(self.target.amount) / Fraction(self.source.amount)

    @property
    def shown_rate(self) -> Decimal:
        """The customer's rate as people read it: rupiah for one unit where rupiah is the target, six digits."""
        return _six(self.customer_rate)

    @property
    def shown_middle_rate(self) -> Decimal:
        """The rate without spread, as published cross rates are written."""
        return _six(self.middle_rate)

    @property
    def unit(self) -> Money:
        """One whole unit of what is given, beside which ``unit_price`` is written."""
        return Money(10 ** MINOR_DIGITS[self.source.currency], self.source.currency)

    @property
    def unit_price(self) -> Money:
        """What the customer gets for one unit, for reading: 1 yuan = Rp2.362,95."""
        return at_rate(self.unit, self.customer_rate, self.target.currency, Rounding.HALF_EVEN)

    @property
    def unit_middle(self) -> Money:
        """What one unit is worth before the spread, for reading."""
        return at_rate(self.unit, self.middle_rate, self.target.currency, Rounding.HALF_EVEN)

    @property
    def spread_share(self) -> Decimal:
        """The spread as a share of one: 150 basis points are 0.0150."""
        return Decimal(self.spread_points).scaleb(-4)

    def state(self, at: datetime) -> QuoteState:
        """Return what the quote is good for at a moment."""
        if self.used_at is not None:
            return QuoteState.USED
        return QuoteState.OPEN if at < self.expires_at else QuoteState.EXPIRED


def _six(rate: Fraction) -> Decimal:
    return Decimal(round(rate * 10**6)).scaleb(-6).normalize() if rate < 1 else Decimal(round(rate * 100)).scaleb(-2)


class QuoteNotFound(NotFound):
    """No such quote, or not this caller's."""

    code = "quote-not-found"
    title = msg("We do not know this quote")
    detail = msg("There is no quote with this number among yours.")


class QuoteExpired(Conflict):
    """The time of a quote is over."""

    code = "quote-expired"
    title = msg("The quote has expired")
    detail = msg("Rates change. Ask for a new quote; nothing was charged.")


class QuoteUsed(Conflict):
    """A quote is good once."""

    code = "quote-used"
    title = msg("The quote is used")
    detail = msg("A quote is good for one exchange. Ask for a new one.")


class QuoteIdReused(Conflict):
    """The id belongs to a quote of other content."""

    code = "quote-id-reused"
    title = msg("This quote exists already")
    detail = msg("A quote with the same number was asked for before, with other content.")


class TooManyQuotes(Conflict):
    """Open quotes take part of the zone's limits, so one person has only a few at a time."""

    code = "too-many-quotes"
    title = msg("You have several quotes already")
    detail = msg("At most {limit} quotes can be open at a time. Use one, or wait a minute.")


class QuoteAmountInvalid(Invalid):
    """Nothing, or more than one exchange may carry."""

    code = "quote-amount-invalid"
    title = msg("This amount cannot be exchanged")
    detail = msg("An exchange is worth between {smallest} and {largest}.")


class QuotePurposeDiffers(Conflict):
    """A quote made for one payment is used for another."""

    code = "quote-purpose-differs"
    title = msg("The quote is for something else")
    detail = msg("This quote was made for another payment, or for another amount.")


class ConversionDiffers(Invalid):
    """What receivers shall get is not what the quote gives."""

    code = "conversion-differs"
    title = msg("The amounts differ from the quote")
    detail = msg("The quote gives {expected}, and {found} was to be handed out.")
