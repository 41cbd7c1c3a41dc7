"""What sellers get: dated rules about money, settled orders, refunds, reserves and the statement of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, msg
from kawasan.rooms.payments.types.accounts import Line


class RuleKind(StrEnum):
    """What a dated rule is about, and which of its figures it uses."""

    RESERVE = "reserve"  # permille of what an order brings, number = days; of a business or of the zone
    DEBT_CAP = "debt-cap"  # amount: the most that a business may owe the zone
    CUT_OFF = "cut-off"  # number = minutes after midnight (WIB) up to which a batch is paid on the same working day
    WITHHOLDING = "withholding"  # permille of the gross; amount: the yearly turnover up to which a statement frees
    TURNOVER_STATEMENT = "turnover-statement"  # of a business, for one year: its turnover stays below that amount
    BALANCE_MAX = "balance-max"  # amount: the most that a wallet of a level holds
    MONTH_MAX = "month-max"  # amount: the most that comes into a wallet of a level in a month
    SEND_MAX = "send-max"  # amount: the most that a person of a level sends to another at once; 0: nothing


@dataclass(frozen=True, slots=True)
class MoneyRule:
    """A rule about money from a day on."""

    id: UUID
    kind: RuleKind
    since: date
    set_at: datetime
    business_id: UUID | None = None
    level: str = ""
    until: date | None = None
    is_on: bool = True
    permille: int = 0
    amount_minor: int = 0
    number: int = 0
    authority: str = ""  # the law or the office it comes from
    note: str = ""
    set_by: UUID | None = None
    set_by_name: str = ""
    business_name: str = ""


@dataclass(frozen=True, slots=True)
class NewRule:
    """What staff wants to hold from a day on."""

    kind: RuleKind
    since: date
    business_id: UUID | None = None
    level: str = ""
    until: date | None = None
    is_on: bool = True
    permille: int | None = None
    amount_minor: int | None = None
    number: int | None = None
    authority: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """An order whose money leaves escrow: what the buyer paid and did not get back, and the zone's fee on it."""

    order_id: UUID
    business_id: UUID
    gross_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What becomes of the gross of an order: fee, tax, balance; and of that balance a debt's part and a reserve's."""

    fee_minor: int
    withheld_minor: int
    released_minor: int
    recovered_minor: int
    reserved_minor: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the money of a refund after the release comes from; together it is the refund's amount."""

    fee_back_minor: int
    withheld_back_minor: int
    from_balance_minor: int
    from_reserve_minor: int
    advanced_minor: int


@dataclass(frozen=True, slots=True)
class SettledOrder:
    """What an order brought its seller, as the statement tells it."""

    order_id: UUID
    gross_minor: int
    fee_minor: int
    withheld_minor: int
    recovered_minor: int
    reserved_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VoucherBack:
    """What of a refunded order goes back to the zone's voucher that paid a part of it."""

    voucher_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund and where its money came from."""

    id: UUID
    order_id: UUID
    business_id: UUID
    person_id: UUID
    amount_minor: int
    is_after_release: bool
    fee_back_minor: int
    withheld_back_minor: int
    from_reserve_minor: int
    advanced_minor: int
    at: datetime

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("ret", self.id)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A part of an order's money that waits in the reserve."""

    order_id: UUID
    amount_minor: int
    used_minor: int
    held_at: datetime
    free_at: datetime

    @property
    def left_minor(self) -> int:
        """What of it becomes free."""
        return self.amount_minor - self.used_minor


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of a seller's statement with the parts of the order that it settles, where it settles one."""

    line: Line
    order: SettledOrder | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of a seller's balance in ``[start, end]``: opening + all changes = closing."""

    start: date
    end: date
    opening_minor: int
    closing_minor: int
    rows: tuple[StatementRow, ...]
    is_whole: bool  # whether all movements are here, or only the newest

    @property
    def came_minor(self) -> int:
        """What came in."""
        return sum(row.line.change_minor for row in self.rows if row.line.change_minor > 0)

    @property
    def left_minor(self) -> int:
        """What went out, as a positive figure."""
        return -sum(row.line.change_minor for row in self.rows if row.line.change_minor < 0)


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """One line of a month's list of withheld tax: an order's tax, or (negative) the tax of what was refunded."""

    at: datetime
    business_id: UUID
    business_name: str
    order_id: UUID
    gross_minor: int
    withheld_minor: int


class RuleInvalid(Invalid):
    """A rule whose figures cannot be right."""

    code = "money-rule-invalid"
    title = msg("This rule cannot be right")
    detail = msg("Check the field {field_name}: a share is 0 to 1,000 thousandths, amounts and days are not negative.")


class RuleTooEarly(Invalid):
    """A rule for days that are over."""

    code = "money-rule-too-early"
    title = msg("A rule does not change the past")
    detail = msg("Choose {earliest} or a later day.")


class RuleIdReused(Conflict):
    """The id belongs to a rule of other content."""

    code = "money-rule-id-reused"
    title = msg("This rule exists already")
    detail = msg("A rule with the same number was set before, with other content. Reload the page.")


class RefundIdReused(Conflict):
    """The id belongs to a refund of other content."""

    code = "refund-id-reused"
    title = msg("This refund was made already")
    detail = msg("A refund with the same number was made before, with other content. Nothing was moved.")


class SellerDebtFull(Conflict):
    """The seller's money does not cover a refund, and the zone does not lend more."""

    code = "seller-debt-full"
    title = msg("The business's money does not cover this refund")
    detail = msg("The refund needs {needed}. The business has {available}, and may owe the zone {limit} more.")


class StatementPeriodInvalid(Invalid):
    """A period that ends before it begins, or is too long."""

    code = "statement-period-invalid"
    title = msg("Choose another period")
    detail = msg("A statement covers 1 to {days} days, and ends after it begins.")
