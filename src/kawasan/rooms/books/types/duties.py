"""What is due to the tax office, and what a business noted about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

REFERENCE_LENGTH_MAX = 60
DONE_PREFIX = "dty"


class DutyKind(StrEnum):
    """What is due to the tax office."""

    FINAL_DEPOSIT = "final-deposit"
    PPN_RETURN = "ppn-return"
    YEARLY_RETURN = "yearly-return"


@dataclass(frozen=True, slots=True)
class DutyDone:
    """What was noted: the day, the amount, and the number that the tax office gave (NTPN, or of the filed return)."""

    id: UUID
    day: date
    amount_minor: int
    reference: str
    entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is due; codes are those of a deposit slip."""

    kind: DutyKind
    month: date
    due: date
    amount_minor: int
    account_code: str = ""
    deposit_code: str = ""
    done: DutyDone | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was paid or filed."""
        return self.done is not None


@dataclass(frozen=True, slots=True)
class Slip:
    """What a deposit slip asks for, and who pays."""

    duty: Duty
    taxpayer_number: str
    name: str


@dataclass(frozen=True, slots=True)
class DutyReminder:
    """A mail to send: what is due in how many days."""

    business_id: UUID
    kind: DutyKind
    month: date
    days: int


class DutyNotFound(NotFound):
    """Nothing of this kind is due for the month."""

    code = "tax-duty-not-found"
    title = msg("Nothing is due")
    detail = msg("For this month nothing of this kind is due.")


class DutyDoneAlready(Conflict):
    """It was noted before."""

    code = "tax-duty-done"
    title = msg("This is noted already")
    detail = msg("It was noted as paid or filed before. Take that back first.")


class DutyNumberInvalid(Invalid):
    """NTPN: sixteen letters and digits."""

    code = "tax-number-of-payment-invalid"
    title = msg("Please check the NTPN")
    detail = msg("An NTPN has sixteen letters and digits; it stands on the receipt of your bank.")
