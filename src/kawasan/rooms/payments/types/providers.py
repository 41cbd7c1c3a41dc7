"""What a payment provider tells and is asked, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import NotFound, msg
from kawasan.core.money import Money


class NotificationKind(StrEnum):
    """What a provider tells."""

    PAID = "paid"
    FAILED = "failed"


class Outcome(StrEnum):
    """What an event did."""

    PAID = "paid"  # the payment is paid, the money is where it was meant for
    LATE = "late"  # too late, or what was held is gone: the money is in the payer's wallet
    AGAIN = "again"  # paid a second time: the money is in the payer's wallet
    OTHER_AMOUNT = "other_amount"  # not the amount asked: in the wallet, and staff is asked to look
    FAILED_ATTEMPT = "failed_attempt"  # the payer's bank refused; the payment stays open
    REPEATED = "repeated"  # this money was told about before
    UNKNOWN_REFERENCE = "unknown_reference"  # no payment of ours: staff is asked to look
    CONTRADICTION = "contradiction"  # other content than told before: staff is asked to look
    SENT_BACK = "sent_back"  # money in another currency that its payment cannot take: it goes back as it came
    PAYOUT_RETURNED = "payout_returned"  # the bank sent a payout back: the money is in the business's balance again


@dataclass(frozen=True, slots=True)
class Abroad:
    """What a payer abroad paid, in their own currency, and the quote that their wallet named."""

    paid: Money
    quote_id: UUID | None


@dataclass(frozen=True, slots=True)
class Notification:
    """
    A provider's message, verified: money moved (or was refused) for one of its codes.

    ``event_id`` names the message and ``money_id`` the movement of money: a provider may tell of one movement in
    several messages, and a payer may pay one code twice. ``abroad`` is there where the payer paid in another currency:
    then ``amount_minor`` is what the bill says, and no rupiah came.
    """

    provider: str
    event_id: str
    kind: NotificationKind
    reference: str
    money_id: str
    amount_minor: int
    happened_at: datetime
    body: bytes = b""
    abroad: Abroad | None = None


@dataclass(frozen=True, slots=True)
class Notified:
    """What became of a notification."""

    outcome: Outcome
    payment_id: UUID | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a payout goes. The number is whole here; show ``masked``."""

    bank: str
    number: str
    holder: str

    @property
    def masked(self) -> str:
        """The number with all but its last four digits hidden."""
        return "•" * max(0, len(self.number) - 4) + self.number[-4:]


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What the bank did with a payout: sent, or returned and why (the account does not exist)."""

    sent: bool
    reference: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AccountOwner:
    """Whose a bank account is, as the bank says: a name, or (None) that there is no such account."""

    name: str | None


class UnknownProvider(NotFound):
    """No provider of this name is switched on."""

    code = "unknown-provider"
    title = msg("We do not work with this provider")
    detail = msg("There is no payment provider of this name here.")


class NoProvider(UnknownProvider):
    """The zone has no provider that makes payment codes, so only a wallet can pay."""

    code = "no-provider"
    title = msg("Payment by QRIS is not possible here yet")
    detail = msg("This zone is not connected to a bank yet. Please pay from your wallet.")
    status = 409
