"""What crosses the door of payments: accounts, payments, notifications, statements and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Forbidden, Invalid, NotFound, msg


class AccountCode(IntEnum):
    """What an account of money is for."""

    WALLET = 1  # a person's money
    ESCROW = 2  # paid for orders of a business, not yet delivered
    BALANCE = 3  # a business's own money, ready to be paid out
    FEE = 4  # what the zone earned
    PROVIDER = 5  # the payment provider: what it owes the zone is debited
    BANK = 6  # the bank: what was paid out is credited


class PaymentCode(IntEnum):
    """What a transfer of money means; the ledger keeps it as the transfer's code (100-199)."""

    TOP_UP = 100  # provider -> wallet
    PAY_WALLET = 101  # wallet -> escrow
    PAY_QRIS = 102  # provider -> escrow
    REFUND = 103  # escrow -> wallet
    REFUND_FROM_SELLER = 104  # seller's balance -> wallet
    RELEASE = 105  # escrow -> seller's balance
    FEE = 106  # escrow -> zone's fee
    LATE_PAYMENT = 107  # provider -> wallet
    PAYOUT = 108  # seller's balance -> bank


PAYMENT_CODES = frozenset(int(code) for code in PaymentCode)


class Purpose(StrEnum):
    """What a payment is for."""

    ORDER = "order"
    TOP_UP = "top_up"


class PaymentStatus(StrEnum):
    """How far a payment has come. Every state but ``requested`` is final."""

    REQUESTED = "requested"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class NotificationKind(StrEnum):
    """What a provider tells."""

    PAID = "paid"
    FAILED = "failed"


class EventKind(StrEnum):
    """What a provider's event is about. Messages carry only NotificationKind; ``payout`` is what the bank answered."""

    PAID = "paid"
    FAILED = "failed"
    PAYOUT = "payout"


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


# What the zone's staff sees at its desk, in the order of urgency: first what nobody but a person can settle.
NEEDS_STAFF = (
    Outcome.UNKNOWN_REFERENCE,
    Outcome.CONTRADICTION,
    Outcome.OTHER_AMOUNT,
    Outcome.PAYOUT_RETURNED,
    Outcome.AGAIN,
    Outcome.LATE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a payment: for an order of a business or, without one, for the payer's own wallet."""

    amount_minor: int
    business_id: UUID | None = None
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment by QRIS as its payer and the paid businesses may see it."""

    id: UUID
    payer_id: UUID
    purpose: Purpose
    amount_minor: int
    status: PaymentStatus
    qris: str
    reference: str
    merchant_name: str
    merchant_city: str
    nmid: str
    requested_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    failed_attempts: int
    returned_minor: int
    splits: tuple[Split, ...]

    @property
    def is_open(self) -> bool:
        """Whether it can still be paid."""
        return self.status is PaymentStatus.REQUESTED

    @property
    def is_paid(self) -> bool:
        """Whether the money came in time."""
        return self.status is PaymentStatus.PAID

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("pay", self.id)


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who a QRIS code says is paid: the zone as the merchant of record, holding the money in escrow."""

    name: str
    city: str
    postcode: str
    nmid: str
    pan: str
    merchant_id: str
    mcc: str
    acquirer: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What a bank's app reads from a QRIS code and shows before paying."""

    payload: str
    merchant_name: str
    merchant_city: str
    nmid: str
    amount_minor: int | None
    reference: str


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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement of money: ``change_minor`` is signed, ``balance_minor`` is what was there after it."""

    at: datetime
    code: PaymentCode
    change_minor: int
    balance_minor: int
    reference: UUID | None
    transfer_id: UUID

    @property
    def shown_reference(self) -> str:
        """What the movement was for, as people see it: an order, a payment or a payout."""
        if self.reference is None:
            return ""
        prefix = {PaymentCode.TOP_UP: "pay", PaymentCode.LATE_PAYMENT: "pay", PaymentCode.PAYOUT: "out"}
        return ids.public(prefix.get(self.code, "ord"), self.reference)


@dataclass(frozen=True, slots=True)
class SellerMoney:
    """What a business has: free to be paid out, on its way to the bank, and waiting for delivery."""

    available_minor: int
    on_its_way_minor: int
    escrow_minor: int


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


class Attention(StrEnum):
    """Whether somebody of the zone has looked at an event."""

    WAITING = "waiting"
    SEEN = "seen"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a list holds. ``text`` is part of a reference or a provider's number, one of our ids, or a sum."""

    attention: Attention = Attention.ALL
    outcome: Outcome | None = None
    kind: EventKind | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class EventNote:
    """Who of the zone looked at an event, when, and what they wrote. Never changed."""

    id: UUID
    event_id: UUID
    person_id: UUID
    person_name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffEvent:
    """A provider's event that somebody of the zone should look at; ``note`` is the newest one, if any."""

    id: UUID
    provider: str
    event_id: str
    kind: EventKind
    reference: str
    money_id: str
    amount_minor: int
    outcome: Outcome
    payment_id: UUID | None
    payout_id: UUID | None
    happened_at: datetime
    received_at: datetime
    note: EventNote | None = None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("evt", self.id)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Money that the ledger took in, whose it was and by which entry."""

    amount_minor: int
    outcome: Outcome
    payer_id: UUID
    payer_name: str
    entry_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffEventDetail:
    """An event with all that belongs to it: what the provider wrote (masked), and what became of the money."""

    event: StaffEvent
    details: tuple[tuple[str, str], ...]
    notes: tuple[EventNote, ...]
    taken: TakenIn | None
    payment: Payment | None
    payout: Payout | None


class Scenario(StrEnum):
    """How the sandbox bank pays."""

    PAY = "pay"
    LATE = "late"
    TWICE = "twice"
    FAIL = "fail"
    SILENT = "silent"  # pays, and its notification gets lost


@dataclass(frozen=True, slots=True)
class SandboxReceipt:
    """What the sandbox bank did: the bill, and the messages that it will send."""

    bill: Bill
    scenario: Scenario
    money_ids: tuple[UUID, ...]


class PaymentNotFound(NotFound):
    """No such payment, or not this caller's."""

    code = "payment-not-found"
    title = msg("We do not know this payment")
    detail = msg("There is no payment with this number among yours.")


class PaymentIdReused(Conflict):
    """The id belongs to a payment of other content."""

    code = "payment-id-reused"
    title = msg("This payment exists already")
    detail = msg("A payment with the same number was asked for before, with other content.")


class PaymentClosed(Conflict):
    """The payment is paid, expired or cancelled."""

    code = "payment-closed"
    title = msg("This payment is closed")
    detail = msg("The payment was paid, cancelled, or its time is over. It cannot be changed any more.")


class PaymentAmountInvalid(Invalid):
    """Nothing to pay, or more than one QRIS payment may carry."""

    code = "payment-amount-invalid"
    title = msg("This amount cannot be paid by QRIS")
    detail = msg("A QRIS payment carries between {smallest} and {largest}.")


class PaymentSplitsInvalid(Invalid):
    """A payment's parts do not make sense."""

    code = "payment-splits-invalid"
    title = msg("The parts of this payment do not fit")
    detail = msg("A payment has 1 to {limit} parts, each with an amount of its own.")


class PaymentTimeInvalid(Invalid):
    """A payment that would be over before it begins, or live for too long."""

    code = "payment-time-invalid"
    title = msg("The payment's time does not fit")
    detail = msg("A payment stays open for at most {hours} hours, and ends after it begins.")


class TopUpAmountInvalid(Invalid):
    """Too little or too much for one top-up."""

    code = "top-up-amount-invalid"
    title = msg("Choose another amount")
    detail = msg("Top up between {smallest} and {largest} at a time.")


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


class EventNotFound(NotFound):
    """No such event, or none that staff should look at."""

    code = "event-not-found"
    title = msg("We do not know this event")
    detail = msg("There is no event with this number among those that the zone should look at.")


class EventFilterInvalid(Invalid):
    """A list of events narrowed by a word that does not exist."""

    code = "event-filter-invalid"
    title = msg("There is no such list")
    detail = msg("{value} is not a way to narrow this list.")


class EventNoteInvalid(Invalid):
    """A note without words, or with too many."""

    code = "event-note-invalid"
    title = msg("Please write a note")
    detail = msg("Say in 1 to {limit} letters what you found or did.")


class EventNoteIdReused(Conflict):
    """The id belongs to a note of other content."""

    code = "event-note-id-reused"
    title = msg("This note exists already")
    detail = msg("A note with the same number was written before, with other content. Reload the page.")


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


class SandboxOff(NotFound):
    """The sandbox bank is not switched on in this deployment."""

    code = "sandbox-off"
    title = msg("There is no sandbox here")
    detail = msg("The sandbox bank is switched off, since real money is used here.")
