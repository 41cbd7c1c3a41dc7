"""What a payment provider tells and is asked, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kawasan.core.errors import Forbidden, NotFound, msg
from kawasan.rooms.payments.types.payments import Merchant


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
    PAYOUT_RETURNED = "payout_returned"  # the bank sent a payout back: the money is in the business's balance again


@dataclass(frozen=True, slots=True)
class Notification:
    """
    A provider's message, verified: money moved (or was refused) for one of its codes.

    ``event_id`` names the message and ``money_id`` the movement of money: a provider may tell of one movement in
    several messages, and a payer may pay one code twice.
    """

    provider: str
    event_id: str
    kind: NotificationKind
    reference: str
    money_id: str
    amount_minor: int
    happened_at: datetime
    body: bytes = b""


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
    """What the bank did with a payout: sent, or returned because the account does not exist."""

    sent: bool
    reference: str


class Provider(Protocol):
    """A payment provider; the sandbox is one, SNAP BI will be another."""

    name: str

    def create_code(self, *, merchant: Merchant, amount_minor: int, reference: str) -> str:
        """Return the QRIS payload for one bill. It must not call out: it runs inside a transaction."""

    def verify(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Notification:
        """Return what a signed message says. Raises BadNotification for a wrong, old or unreadable one."""

    def query(self, *, reference: str) -> tuple[Notification, ...]:
        """Ask which money came for a code. It may call out: never inside a transaction."""

    def transfer(self, *, payout_id: UUID, account: BankAccount, amount_minor: int) -> BankAnswer:
        """Send money to a bank account, once for each payout. It may call out: never inside a transaction."""


class BadNotification(Forbidden):
    """A message that did not come from the provider, or cannot be trusted any more."""

    code = "bad-notification"
    title = msg("This notification is not accepted")
    detail = msg("The signature, its time or the content is not right: {problem}.")


class UnknownProvider(NotFound):
    """No provider of this name is switched on."""

    code = "unknown-provider"
    title = msg("We do not work with this provider")
    detail = msg("There is no payment provider of this name here.")
