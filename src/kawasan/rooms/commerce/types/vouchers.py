"""Vouchers: what crosses the door about discounts on whole orders, and their refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

VOUCHER_PREFIX = "vou"
CODE_LENGTH_MIN, CODE_LENGTH_MAX = 4, 20
VOUCHER_NAME_LENGTH_MAX = 80
PERCENT_MAX = 90  # a voucher never pays the whole order
LEAST_MIN = 1_000_00  # the smallest minimum purchase, and what every buyer pays at the least beside an amount
BUDGET_MAX = 1_000_000_000_00
PER_BUYER_MAX = 100
BASIS_POINTS = 10_000
VOUCHER_DAYS_MAX = 366


class VoucherState(StrEnum):
    """Where a voucher stands; follows from its times."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class VoucherTerms:
    """What a voucher is worth and for whom, as a checkout needs it. Without a business the zone pays it."""

    id: UUID
    code: str
    business_id: UUID | None
    percent_bp: int  # basis points of what is bought; 0: an amount
    amount_minor: int
    most_minor: int | None  # the highest discount of a percentage
    least_minor: int
    per_buyer: int
    starts_at: datetime
    ends_at: datetime  # or when it was closed

    @property
    def percent(self) -> int:
        """The percentage in whole per cent, as people read it."""
        return self.percent_bp // 100

    @property
    def is_paid_by_zone(self) -> bool:
        return self.business_id is None


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """A voucher to be made: a percentage or an amount, not both."""

    id: UUID
    code: str
    name: str
    percent_bp: int
    amount_minor: int
    most_minor: int | None
    least_minor: int
    per_buyer: int
    budget_minor: int
    starts_at: datetime
    ends_at: datetime
    business_id: UUID | None = None
    is_promotion: bool = False  # of the zone: paid from promotion money, not from its fees


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as its maker sees it, with what is left of its budget."""

    terms: VoucherTerms
    name: str
    budget_minor: int
    left_minor: int
    held_minor: int  # of that, promised to checkouts that wait for their payment
    given_minor: int
    orders: int
    made_at: datetime
    closed_at: datetime | None
    is_promotion: bool  # of the zone: paid from promotion money, not from its fees
    state: VoucherState


@dataclass(frozen=True, slots=True)
class Discount:
    """What a voucher takes off a cart, before anything is ordered."""

    code: str
    discount_minor: int
    total_minor: int


class VoucherUnknown(Invalid):
    """No voucher has this code."""

    code = "voucher-unknown"
    title = msg("There is no such voucher")
    detail = msg("Check the code: letters and digits, as you got it.")


class VoucherNotNow(Conflict):
    """A voucher before or after its time, or closed."""

    code = "voucher-not-now"
    title = msg("This voucher does not hold now")
    detail = msg("{voucher} has not begun yet or is over.")


class VoucherElsewhere(Conflict):
    """A shop's voucher, and nothing of that shop is ordered."""

    code = "voucher-elsewhere"
    title = msg("This voucher is another shop's")
    detail = msg("{voucher} holds only for what its own shop sells.")


class VoucherMinimum(Conflict):
    """Less is ordered than the voucher asks for."""

    code = "voucher-minimum"
    title = msg("A little more is needed for this voucher")
    detail = msg("{voucher} holds from {least} on; what it counts for comes to {now}.")


class VoucherUsedUp(Conflict):
    """The budget has less left than the discount."""

    code = "voucher-used-up"
    title = msg("This voucher is used up")
    detail = msg("Others were faster: what was set aside for {voucher} is given away.")


class VoucherLimitReached(Conflict):
    """This buyer has used the voucher as often as each buyer may."""

    code = "voucher-limit-reached"
    title = msg("You have used this voucher")
    detail = msg("Each buyer may use {voucher} {limit} times.")


class VoucherNotFound(NotFound):
    """No voucher with this id, or somebody else's."""

    code = "voucher-not-found"
    title = msg("There is no such voucher")
    detail = msg("Open it from the list of vouchers.")


class VoucherCodeInvalid(Invalid):
    """A code is 4 to 20 letters and digits."""

    code = "voucher-code-invalid"
    title = msg("This code cannot be used")
    detail = msg("Use {fewest} to {most} letters and digits, such as LEBARAN25.")


class VoucherWorthInvalid(Invalid):
    """Neither a percentage nor an amount, both, or more than an order may be lowered by."""

    code = "voucher-worth-invalid"
    title = msg("This discount cannot be right")
    detail = msg(
        "Give either a percentage from 1 to {percent} or an amount in whole rupiah. The smallest purchase is at least "
        "{least}, and that much above the amount."
    )


class VoucherPeriodInvalid(Invalid):
    """A voucher ends before it begins, lasts too long, or its end has passed."""

    code = "voucher-period-invalid"
    title = msg("These dates cannot be right")
    detail = msg("A voucher ends after it begins, its end lies in the future, and it holds for at most {days} days.")


class VoucherLimitsInvalid(Invalid):
    """A budget or a number of uses that makes no sense."""

    code = "voucher-limits-invalid"
    title = msg("This budget or limit cannot be right")
    detail = msg(
        "The budget is whole rupiah, at least one discount and at most {budget}; each buyer may use it "
        "1 to {uses} times."
    )


class VoucherCodeTaken(Conflict):
    """Another voucher of the zone has this code."""

    code = "voucher-code-taken"
    title = msg("This code is taken")
    detail = msg("Another voucher has the code {voucher}. Choose another one.")


class VoucherIdReused(Conflict):
    """The same id for another voucher."""

    code = "voucher-id-reused"
    title = msg("This voucher exists with another content")
    detail = msg("Make a new one instead.")


class VoucherBudgetUncovered(Conflict):
    """The zone has earned less than the budget it wants to set aside."""

    code = "voucher-budget-uncovered"
    title = msg("The zone has not earned that much")
    detail = msg(
        "The zone's fees hold {available}, and {needed} would be set aside. Promotion money can pay for it instead: it "
        "is paid in at Money, Promotions."
    )


class VoucherPromotionUncovered(Conflict):
    """Less promotion money is left than the budget of the voucher."""

    code = "voucher-promotion-uncovered"
    title = msg("There is not enough promotion money")
    detail = msg("{available} of it are left, and {needed} would be set aside. Pay more in at Money, Promotions.")
