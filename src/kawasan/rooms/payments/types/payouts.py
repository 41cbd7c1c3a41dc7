"""Money of a business sent to its bank account, and why that is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Forbidden, Invalid, NotFound, msg


class PayoutStatus(StrEnum):
    """How far a payout has come. The bank may return one that it had called paid."""

    REQUESTED = "requested"  # reserved in the balance
    SENT = "sent"  # handed to the bank
    PAID = "paid"
    RETURNED = "returned"  # back in the balance, with the bank's reason
    CANCELLED = "cancelled"  # its batch was rejected before the bank was told


class BatchStatus(StrEnum):
    """How far a batch of payouts has come."""

    DRAFT = "draft"  # waits for a second person
    SENT = "sent"  # approved: its file may go to the bank
    CLOSED = "closed"  # the bank answered about every payout
    REJECTED = "rejected"


class NameCheck(StrEnum):
    """What the bank says about the holder's name of an account."""

    WAITING = "waiting"
    MATCHED = "matched"
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # no such account


class Rhythm(StrEnum):
    """When a business is paid out without asking."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MANUAL = "manual"


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
    reason: str = ""
    batch_id: UUID | None = None
    sent_at: datetime | None = None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("out", self.id)


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """
    Where a business wants its money, with what the bank says about the name; the number is masked.

    ``name_at_bank`` is the holder as the bank writes it, masked where it is not the one that we were told.
    """

    id: UUID
    business_id: UUID
    bank: str
    masked_number: str
    holder: str
    name_check: NameCheck
    name_at_bank: str
    rhythm: Rhythm
    smallest_minor: int
    added_at: datetime
    checked_at: datetime | None

    @property
    def is_confirmed(self) -> bool:
        """Whether it is confirmed that the account is the business's: by the bank, or by two of the zone's staff."""
        return self.name_check is NameCheck.MATCHED

    @property
    def is_payable(self) -> bool:
        """Whether batches pay out to it."""
        return self.name_check is NameCheck.MATCHED and self.rhythm is not Rhythm.MANUAL


@dataclass(frozen=True, slots=True)
class Batch:
    """Payouts that go to the bank in one file."""

    id: UUID
    number: str
    status: BatchStatus
    value_date: date
    total_minor: int
    count: int
    made_by: UUID | None
    made_by_name: str
    made_at: datetime
    checked_by: UUID | None
    checked_by_name: str
    checked_at: datetime | None
    closed_at: datetime | None
    note: str
    paid_count: int = 0
    returned_count: int = 0
    payouts: tuple[Payout, ...] = ()

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("bat", self.id)

    @property
    def open_count(self) -> int:
        """How many of its payouts the bank has not answered about."""
        return self.count - self.paid_count - self.returned_count


class BatchEmpty(Conflict):
    """There is nothing to pay out."""

    code = "batch-empty"
    title = msg("There is nothing to pay out")
    detail = msg("No business has money due for its bank account, or its account's name is not checked yet.")


class BatchNotFound(NotFound):
    """No such batch."""

    code = "batch-not-found"
    title = msg("We do not know this batch")
    detail = msg("There is no payout batch with this number.")


class BatchNotOpen(Conflict):
    """The batch was approved, rejected or closed before."""

    code = "batch-not-open"
    title = msg("This batch is decided")
    detail = msg("The batch was approved or rejected before. Reload the page.")


class MakerCannotCheck(Forbidden):
    """The person who made a batch wants to approve it."""

    code = "maker-cannot-check"
    title = msg("Somebody else must check this")
    detail = msg("You have done your part of it. A second person of the zone approves or rejects it.")


class PayoutNotSent(Conflict):
    """The bank's answer about a payout that it was not told about."""

    code = "payout-not-sent"
    title = msg("The bank does not know this payout yet")
    detail = msg("Only a payout that was sent can be paid or returned.")


class PayoutReasonNeeded(Invalid):
    """Something is sent back without a reason."""

    code = "payout-reason-needed"
    title = msg("Please give a reason")
    detail = msg("Say in 3 to {limit} letters why, so that the business knows what to do.")


class BankAccountIdReused(Conflict):
    """The id belongs to a bank account of other content."""

    code = "bank-account-id-reused"
    title = msg("This bank account exists already")
    detail = msg("A bank account with the same number was saved before, with other content. Reload the page.")


class PayoutAmountInvalid(Invalid):
    """Too little, or more than there is."""

    code = "payout-amount-invalid"
    title = msg("This amount cannot be paid out")
    detail = msg("You can pay out between {smallest} and {available}.")


@dataclass(frozen=True, slots=True)
class AccountConfirmation:
    """What one of staff saw that shows whose an account is."""

    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitingAccount:
    """A bank account whose holder's name no bank tells us, and who of staff has confirmed it."""

    account: SavedAccount
    whole_number: str  # staff compare it with the bank book
    confirmed: tuple[AccountConfirmation, ...]


class AccountNotWaiting(Conflict):
    """An account that is confirmed already, that the bank knows otherwise, or that was replaced."""

    code = "account-not-waiting"
    title = msg("This account does not wait for a confirmation")
    detail = msg("It is confirmed, was replaced, or the bank says otherwise. Look at the list again.")


class PayoutAccountUnconfirmed(Conflict):
    """No bank account is saved, or it is not confirmed yet that it is the business's."""

    code = "payout-account-unconfirmed"
    title = msg("Your bank account is not confirmed yet")
    detail = msg(
        "Save the account under “Bank account and payouts”. Once its holder's name is confirmed, money can go there."
    )


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


class BankAccountUnknown(BankAccountInvalid):
    """The bank says that there is no such account, or none that can take money."""

    code = "bank-account-unknown"
    title = msg("The bank does not know this account")
    detail = msg("There is no such account at this bank, or it takes no money. Check the number and the bank.")


class BankAccountOfAnother(BankAccountInvalid):
    """The bank says that the account is somebody else's."""

    code = "bank-account-of-another"
    title = msg("The bank knows this account by another name")
    detail = msg("At the bank it belongs to {name}. Check the number, or write the name as the bank does.")
