"""Commissions: what crosses the door about the zone's share of an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, msg

COMMISSION_PREFIX = "com"
BASIS_POINTS = 10_000
COMMISSION_MAX = 3_000  # 30 %: beyond that it is a slip of the keyboard
NOTE_LENGTH_MAX = 300
PREVIEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Scope:
    """What a commission is for: a product, a business, a category, both of these, or (nothing) the zone."""

    business_id: UUID | None = None
    category: str | None = None
    product_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewCommission:
    """What staff wants to hold from a day on."""

    scope: Scope
    basis_points: int
    since: date
    authority: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Commission:
    """A commission that was set, with the names of what it is for."""

    id: UUID
    scope: Scope
    basis_points: int
    since: date
    authority: str
    note: str
    set_at: datetime
    set_by: UUID | None = None
    set_by_name: str = ""
    business_name: str = ""
    product_name: str = ""
    category_name: str = ""


@dataclass(frozen=True, slots=True)
class Sold:
    """A line as commissions see it: whose, what kind of goods, and how much of its money is left."""

    line_id: UUID
    business_id: UUID
    category: str | None
    product_id: UUID
    net_minor: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a commission would have changed in the last PREVIEW_DAYS days, had it held already."""

    orders: int
    sellers: int
    sales_minor: int
    fee_now_minor: int
    fee_then_minor: int

    @property
    def change_minor(self) -> int:
        """How much more (or less) the zone would have earned."""
        return self.fee_then_minor - self.fee_now_minor


class CommissionInvalid(Invalid):
    """A commission that cannot be meant."""

    code = "commission-invalid"
    title = msg("This commission cannot be right")
    detail = msg(
        "A commission is 0 to {most} per cent, for something that exists, with at most {limit} letters of note."
    )


class CommissionTooEarly(Invalid):
    """A commission for days on which orders were placed already."""

    code = "commission-too-early"
    title = msg("A commission does not change the past")
    detail = msg("Orders keep the commission of the day on which they were placed. Choose {earliest} or a later day.")


class CommissionIdReused(Conflict):
    """The id belongs to a commission of other content."""

    code = "commission-id-reused"
    title = msg("This commission exists already")
    detail = msg("A commission with the same number was set before, with other content. Reload the page.")
