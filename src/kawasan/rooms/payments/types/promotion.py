"""The zone's promotion money: paid in from a bank account by two of staff, and spent by the zone's vouchers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg

PROMOTION_PREFIX = "pro"
PROMOTION_AMOUNT_MAX = 10_000_000_000_00
PROMOTION_REFERENCE_LENGTH_MAX = 60


class PromotionWay(StrEnum):
    """Whether promotion money comes in or goes out."""

    IN = "in"
    OUT = "out"


class PromotionState(StrEnum):
    """How far an entry of promotion money is."""

    ENTERED = "entered"  # waits for a second person
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PromotionEntry:
    """Money that was paid into the promotion budget, or out of it, as staff entered it from the bank's statement."""

    id: UUID
    way: PromotionWay
    amount_minor: int
    day: date
    bank_reference: str
    note: str
    state: PromotionState
    entered_by_id: UUID
    entered_by: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public(PROMOTION_PREFIX, self.id)


class PromotionAmountInvalid(Invalid):
    """Not whole rupiah, nothing, or too much."""

    code = "promotion-amount-invalid"
    title = msg("Check the amount")
    detail = msg("Enter whole rupiah, up to {largest}, as the bank's statement shows them.")


class PromotionReferenceInvalid(Invalid):
    """No reference of the bank, or too long a one."""

    code = "promotion-reference-invalid"
    title = msg("Give the bank's reference")
    detail = msg(
        "Copy the transfer's reference from the statement, up to {limit} characters. It finds a transfer again."
    )


class PromotionDayInvalid(Invalid):
    """A transfer of tomorrow, or of long ago."""

    code = "promotion-day-invalid"
    title = msg("Check the day")
    detail = msg("A transfer is entered on its day or up to {days} days later.")


class PromotionEnteredBefore(Conflict):
    """The same transfer of the bank a second time."""

    code = "promotion-entered-before"
    title = msg("This transfer is entered already")
    detail = msg("{reference} stands in the list. Each transfer of the bank counts once.")


class PromotionIdReused(Conflict):
    """The same id for another transfer."""

    code = "promotion-id-reused"
    title = msg("This entry exists with another content")
    detail = msg("Make a new one instead.")


class PromotionNotFound(NotFound):
    """No such entry."""

    code = "promotion-not-found"
    title = msg("There is no such entry")
    detail = msg("Open it from the list of promotion money.")


class PromotionDecided(Conflict):
    """Somebody decided already."""

    code = "promotion-decided"
    title = msg("This entry is decided already")
    detail = msg("Reload the page to see by whom.")


class PromotionMoneyMissing(Conflict):
    """Less promotion money is left than shall go out, or be set aside."""

    code = "promotion-money-missing"
    title = msg("There is not enough promotion money")
    detail = msg("{available} are left of it and {needed} are needed. Pay more in, or take less.")
