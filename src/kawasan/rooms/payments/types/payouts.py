"""Money of a business sent to its bank account, and why that is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class PayoutStatus(StrEnum):
    """How far a payout has come."""

    REQUESTED = "requested"
    SENT = "sent"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Payout:
    """Money of a business sent to its bank account; the account's number is masked."""

    id: UUID
    business_id: UUID
    amount_minor: int
    status: PayoutStatus
    bank: str
    masked_number: str
    holder: str
    requested_at: datetime
    settled_at: datetime | None
    bank_reference: str

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("out", self.id)


class PayoutAmountInvalid(Invalid):
    """Too little, or more than there is."""

    code = "payout-amount-invalid"
    title = msg("This amount cannot be paid out")
    detail = msg("You can pay out between {smallest} and {available}.")


class PayoutIdReused(Conflict):
    """The id belongs to a payout of other content."""

    code = "payout-id-reused"
    title = msg("This payout exists already")
    detail = msg("A payout with the same number was asked for before, with other content.")


class PayoutNotFound(NotFound):
    """No such payout, or not this caller's."""

    code = "payout-not-found"
    title = msg("We do not know this payout")
    detail = msg("There is no payout with this number among yours.")


class BankAccountInvalid(Invalid):
    """A bank account whose form cannot be right: the bank is not on the list."""

    code = "bank-account-invalid"
    title = msg("Please check the bank account")
    detail = msg("Choose a bank from the list.")


class AccountNumberInvalid(BankAccountInvalid):
    """A bank account whose number cannot be right."""

    code = "account-number-invalid"
    detail = msg("An account number has 6 to 20 digits.")


class AccountHolderInvalid(BankAccountInvalid):
    """A bank account whose holder's name cannot be right."""

    code = "account-holder-invalid"
    detail = msg("Write the name as it stands in the bank book.")
