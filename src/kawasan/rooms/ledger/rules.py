"""Pure decisions of the ledger: ids, content, and whether an entry applies, on balances held in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Refusal
from kawasan.rooms.ledger.types import (
    AMOUNT_MAX,
    CODE_MAX,
    TRANSFERS_PER_ENTRY_MAX,
    AccountFrozen,
    AccountFull,
    AmountInvalid,
    AssetMismatch,
    BalanceOverflow,
    Entry,
    EntrySizeInvalid,
    Flag,
    InsufficientBalance,
    Kind,
    NewTransfer,
    PendingAlreadyResolved,
    PendingAmountExceeded,
    PendingExpired,
    PendingNotDue,
    PendingNotFound,
    Refused,
    SameAccount,
    TransferIdReused,
    TransferInvalid,
    UnknownAccount,
)

# Plain integers: a flag test on IntFlag members costs more than the rest of the decision.
_NO_OVERDRAW, _NO_OVERFILL, _FROZEN = int(Flag.NO_OVERDRAW), int(Flag.NO_OVERFILL), int(Flag.FROZEN)
_NO_DEBIT = int(Flag.NO_DEBIT)


DERIVED_MAX = 65_536  # how many derived ids of accounts a process keeps: each costs two hashes


def account_id(owner: UUID, asset: UUID, code: int) -> UUID:
    """Return the id of an owner's account for an asset: the same three always give the same id."""
    return ids.derived("ledger.account", owner, asset, code)


def asset_id(code: str) -> UUID:
    """Return the id of an asset by its code."""
    return ids.derived("ledger.asset", code)


IDR = asset_id("IDR")
_BELOW_TIME = (1 << 80) - 1  # the bits of a UUIDv7 below its milliseconds


def expiry_of(pending_id: UUID, at: datetime) -> Entry:
    """
    Return the one entry that ends a pending transfer when its time is over: its ids follow from the transfer's.

    The transfer's begins with the same time, so both lie in the same month's partition.
    """
    derived = ids.derived("ledger.expiry", pending_id)
    transfer_id = UUID(int=pending_id.int & ~_BELOW_TIME | derived.int & _BELOW_TIME)
    transfer = NewTransfer(transfer_id, None, None, 0, 0, kind=Kind.EXPIRE, pending_of=pending_id)
    return Entry(ids.derived("ledger.expiry-entry", pending_id), at, (transfer,))


@dataclass(slots=True)
class AccountState:
    """An account with its balances as decided so far, and the version of its row that they were read from."""

    key: int
    asset: bytes
    flags: int
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    version: int
    field: bytes = b""  # its id as PostgreSQL takes it
    batch: int = 0  # the batch that touched it last
    exact: int = 0  # the last batch that rests on its balance, and not only on its flags
    # What of the balances is in its row, or on its way there.
    written_debits_pending: int = 0
    written_debits: int = 0
    written_credits_pending: int = 0
    written_credits: int = 0

    @property
    def id(self) -> UUID:
        """The account's id."""
        return UUID(int=self.key)


@dataclass(slots=True)
class Hold:
    """A pending transfer and what became of it so far."""

    id: UUID
    debit: UUID
    credit: UUID
    amount: int
    code: int
    reference: UUID | None
    expires_at: datetime | None
    resolution: Kind | None = None


@dataclass(slots=True)
class Movement:
    """A transfer decided to apply, and what it changes."""

    entry: Entry
    transfer: NewTransfer
    debit: AccountState
    credit: AccountState
    amount: int
    code: int
    reference: UUID | None
    pending: int  # added to what is pending on both sides
    posted: int  # added to what is posted on both sides
    hold: Hold | None = None  # the pending transfer that this one resolves
    opens_hold: bool = False


class Known(NamedTuple):
    """An entry that applied: the digest of its content and its last number."""

    digest: bytes
    last_sequence: int


@dataclass(slots=True)
class Book:
    """What a batch may look at: accounts, the named pending transfers, and the ids already used; ids as ints."""

    accounts: dict[int, AccountState]
    holds: dict[UUID, Hold]
    entries: dict[int, Known]  # each entry applied before or within this batch
    transfer_ids: set[int] = field(default_factory=set)


def decide(entry: Entry, book: Book) -> list[Movement] | Refused:
    """
    Decide a new entry after all earlier ones of the batch: apply it to the book whole, or refuse and change nothing.

    The order in which refusals go before each other is the table in the room's README.
    """
    if not 1 <= len(entry.transfers) <= TRANSFERS_PER_ENTRY_MAX:
        return Refused(entry.id, 0, EntrySizeInvalid(limit=TRANSFERS_PER_ENTRY_MAX, count=len(entry.transfers)))
    movements: list[Movement] = []
    refused = _first_wrong(entry, book, movements) or _first_reused(entry, book.transfer_ids)
    if refused is not None:
        for movement in reversed(movements):
            _undo(movement, book)
        return refused
    book.transfer_ids.update([transfer.id.int for transfer in entry.transfers])
    return movements


def _first_wrong(entry: Entry, book: Book, movements: list[Movement]) -> Refused | None:
    """Apply transfer after transfer to the book and append them to ``movements``, up to the first wrong one."""
    for transfer in entry.transfers:
        try:
            movement = _decide_transfer(entry, transfer, book)
        except Refusal as refusal:
            return Refused(entry.id, len(movements), refusal)
        _apply(movement, book)
        movements.append(movement)
    return None


# Note [Why reused transfer ids are refused last]
# Looking up every new id costs a query for each batch and finds nothing, so the engine looks only after the unique key
# was hit. For the answer to be the same either way, an entry that is refused for any other reason must be refused for
# that reason, whether or not the ids were looked up.
def _first_reused(entry: Entry, used: set[int]) -> Refused | None:
    seen: set[int] = set()
    for index, transfer in enumerate(entry.transfers):
        if transfer.id.int in used or transfer.id.int in seen:
            return Refused(entry.id, index, TransferIdReused(transfer_id=str(transfer.id)))
        seen.add(transfer.id.int)
    return None


def _decide_transfer(entry: Entry, transfer: NewTransfer, book: Book) -> Movement:
    if transfer.kind is Kind.POSTED or transfer.kind is Kind.PENDING:
        return _decide_new(entry, transfer, book)
    return _decide_resolution(entry, transfer, book)


def _decide_new(entry: Entry, transfer: NewTransfer, book: Book) -> Movement:
    _check_new_shape(entry, transfer)
    debit, credit = book.accounts.get(transfer.debit.int), book.accounts.get(transfer.credit.int)  # type: ignore[union-attr]
    if debit is None or credit is None:
        raise UnknownAccount(account=str(transfer.debit if debit is None else transfer.credit))
    if debit.asset != credit.asset:
        raise AssetMismatch
    _check_frozen(debit, credit)
    _check_limits(debit, credit, transfer.amount)
    amount = transfer.amount
    pending, posted = (amount, 0) if transfer.kind is Kind.PENDING else (0, amount)
    return Movement(entry, transfer, debit, credit, amount, transfer.code, transfer.reference, pending, posted)


def _check_new_shape(entry: Entry, transfer: NewTransfer) -> None:
    if transfer.pending_of is not None:
        raise TransferInvalid(problem="pending_of is for post, void and expire")
    if transfer.debit is None or transfer.credit is None:
        raise TransferInvalid(problem="debit and credit are needed")
    if not 1 <= transfer.code <= CODE_MAX:
        raise TransferInvalid(problem="code is out of range")
    if transfer.expires_at is not None and (transfer.kind is not Kind.PENDING or transfer.expires_at <= entry.at):
        raise TransferInvalid(problem="expires_at is for pending transfers, and after the entry's moment")
    if not 1 <= transfer.amount <= AMOUNT_MAX:
        raise AmountInvalid(field="amount")
    if transfer.debit == transfer.credit:
        raise SameAccount


def _check_frozen(debit: AccountState, credit: AccountState) -> None:
    if (debit.flags | credit.flags) & _FROZEN:
        raise AccountFrozen(account=str(debit.id if debit.flags & _FROZEN else credit.id))
    if debit.flags & _NO_DEBIT:
        raise AccountFrozen(account=str(debit.id))


def _check_limits(debit: AccountState, credit: AccountState, amount: int) -> None:
    taken = debit.debits_posted + debit.debits_pending
    given = credit.credits_posted + credit.credits_pending
    if taken + amount > AMOUNT_MAX or given + amount > AMOUNT_MAX:
        raise BalanceOverflow(account=str(debit.id if taken + amount > AMOUNT_MAX else credit.id))
    if debit.flags & _NO_OVERDRAW and taken + amount > debit.credits_posted:
        available = debit.credits_posted - taken
        raise InsufficientBalance(account=str(debit.id), available=available, amount=amount)
    if credit.flags & _NO_OVERFILL and given + amount > credit.debits_posted:
        available = credit.debits_posted - given
        raise AccountFull(account=str(credit.id), available=available, amount=amount)


def _decide_resolution(entry: Entry, transfer: NewTransfer, book: Book) -> Movement:
    _check_resolution_shape(transfer)
    hold = book.holds.get(transfer.pending_of)  # type: ignore[arg-type]
    if hold is None:
        raise PendingNotFound(pending_of=str(transfer.pending_of))
    _check_open(hold, transfer.kind, entry.at)
    if transfer.amount > hold.amount:
        raise PendingAmountExceeded(reserved=hold.amount, amount=transfer.amount)
    debit, credit = book.accounts[hold.debit.int], book.accounts[hold.credit.int]
    if transfer.kind is Kind.POST:
        _check_frozen(debit, credit)
    amount = transfer.amount or hold.amount
    posted = amount if transfer.kind is Kind.POST else 0
    code, reference = transfer.code or hold.code, transfer.reference or hold.reference
    return Movement(entry, transfer, debit, credit, amount, code, reference, -hold.amount, posted, hold)


def _check_resolution_shape(transfer: NewTransfer) -> None:
    if transfer.pending_of is None:
        raise TransferInvalid(problem="pending_of is needed")
    if transfer.debit is not None or transfer.credit is not None:
        raise TransferInvalid(problem="debit and credit are those of the pending transfer")
    if not 0 <= transfer.code <= CODE_MAX:
        raise TransferInvalid(problem="code is out of range")
    if transfer.expires_at is not None:
        raise TransferInvalid(problem="expires_at is for pending transfers, and after the entry's moment")
    if not 0 <= transfer.amount <= AMOUNT_MAX or (transfer.amount and transfer.kind is not Kind.POST):
        raise AmountInvalid(field="amount")


def _check_open(hold: Hold, kind: Kind, at: datetime) -> None:
    if hold.resolution is Kind.EXPIRE:
        raise PendingExpired(pending_of=str(hold.id))
    if hold.resolution is not None:
        raise PendingAlreadyResolved(pending_of=str(hold.id), resolution=str(hold.resolution))
    is_over = hold.expires_at is not None and hold.expires_at <= at
    if kind is Kind.EXPIRE and not is_over:
        raise PendingNotDue(pending_of=str(hold.id))
    if kind is not Kind.EXPIRE and is_over:
        raise PendingExpired(pending_of=str(hold.id))


def _apply(movement: Movement, book: Book) -> None:
    _move(movement, 1)
    transfer = movement.transfer
    if movement.hold is not None:
        movement.hold.resolution = transfer.kind
    elif transfer.kind is Kind.PENDING and transfer.id not in book.holds:
        book.holds[transfer.id] = _hold_of(movement)
        movement.opens_hold = True


def _undo(movement: Movement, book: Book) -> None:
    _move(movement, -1)
    if movement.hold is not None:
        movement.hold.resolution = None
    elif movement.opens_hold:
        del book.holds[movement.transfer.id]


def _move(movement: Movement, sign: int) -> None:
    debit, credit = movement.debit, movement.credit
    pending, posted = sign * movement.pending, sign * movement.posted
    debit.debits_pending += pending
    debit.debits_posted += posted
    credit.credits_pending += pending
    credit.credits_posted += posted


def _hold_of(movement: Movement) -> Hold:
    transfer = movement.transfer
    debit, credit = movement.debit.id, movement.credit.id
    return Hold(transfer.id, debit, credit, movement.amount, movement.code, movement.reference, transfer.expires_at)
