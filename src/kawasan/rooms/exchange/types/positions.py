"""What the zone holds of a currency, how far it may, and how staff closes it against the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Forbidden, Invalid, NotFound, msg
from kawasan.core.money import Money


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency as the zone takes it: whether buyers may pay in it, and how far the zone may be open in it."""

    code: str
    is_offered: bool
    limit: Money
    spread_points: int

    @property
    def spread_share(self) -> Decimal:
        """The spread as a share of one: 150 basis points are 0.0150."""
        return Decimal(self.spread_points).scaleb(-4)


@dataclass(frozen=True, slots=True)
class Position:
    """
    What the zone holds of a currency (negative: what it owes), and what that is worth today.

    ``cost`` is what it was taken in for, ``value`` what it is worth at the newest rate, both in rupiah; None where no
    rate is known. ``promised`` is what open quotes may still bring in or take out.
    """

    currency: str
    held: Money
    limit: Money
    promised_in: Money
    promised_out: Money
    cost: Money
    value: Money | None
    rates_day: date | None

    @property
    def is_used(self) -> bool:
        """Whether something is held, owed or promised."""
        return bool(self.held.minor or self.promised_in.minor or self.promised_out.minor)

    @property
    def gain(self) -> Money | None:
        """What closing the position at today's rate would gain (negative: lose); not yet earned."""
        return None if self.value is None else self.value - self.cost

    @property
    def used_percent(self) -> int:
        """How much of the limit is taken, in percent."""
        return 100 if self.limit.minor == 0 else min(100, abs(self.held.minor) * 100 // self.limit.minor)


class TradeState(StrEnum):
    """How far a trade with the bank has come."""

    ENTERED = "entered"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Trade:
    """A part of a position handed to the bank for rupiah (or bought from it), entered by one, approved by another."""

    id: UUID
    given: Money
    taken: Money
    bank_reference: str
    state: TradeState
    entered_by_id: UUID
    entered_by: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None
    result: Money | None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("trd", self.id)


class PositionLimitReached(Conflict):
    """The zone would be open in a currency further than it may."""

    code = "position-limit-reached"
    title = msg("Not possible in this currency right now")
    detail = msg("The zone may hold at most {limit} and has {held}. Pay in rupiah, or try again later.")


class CurrencySettingsInvalid(Invalid):
    """A spread or a limit that makes no sense."""

    code = "currency-settings-invalid"
    title = msg("Please check spread and limit")
    detail = msg("The spread is between 0 and {most} basis points, the limit is not negative.")


class TradeNotFound(NotFound):
    """No such trade."""

    code = "trade-not-found"
    title = msg("We do not know this trade")
    detail = msg("There is no trade with this number.")


class TradeClosed(Conflict):
    """The trade was decided before."""

    code = "trade-closed"
    title = msg("This trade is decided")
    detail = msg("Somebody has approved or rejected it already.")


class TradeNeedsOther(Forbidden):
    """Who enters a trade may not approve it."""

    code = "trade-needs-other"
    title = msg("Somebody else must approve this")
    detail = msg("Whoever enters a trade with the bank cannot approve it.")


class TradeAmountInvalid(Invalid):
    """A trade that does not make the position smaller."""

    code = "trade-amount-invalid"
    title = msg("This does not close the position")
    detail = msg("A trade makes an open position smaller; {held} is open.")
