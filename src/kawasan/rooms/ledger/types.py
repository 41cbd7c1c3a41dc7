"""What crosses the ledger's door: accounts, transfers, entries, answers and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum
from typing import TypeAlias
from uuid import UUID

from kawasan.core.errors import Busy, Conflict, Invalid, NotFound, Refusal, msg

AMOUNT_MAX = 2**63 - 1  # a PostgreSQL bigint
CODE_MAX = 2**15 - 1  # a PostgreSQL smallint
SCALE_MAX = 18
TRANSFER_SEQUENCE = "ledger_transfer_sequence"  # the database sequence that numbers transfers; followers go by it
LINES_FOLLOWER = "ledger.lines"  # the follower that lists each account's transfers
TRANSFERS_PER_ENTRY_MAX = 1_000
ENTRIES_PER_BATCH_MAX = 8_000


class Flag(IntFlag):
    """What an account refuses."""

    NONE = 0
    NO_OVERDRAW = 1  # debits_posted + debits_pending <= credits_posted: wallets, stock, escrow
    NO_OVERFILL = 2  # credits_posted + credits_pending <= debits_posted: purchase limits, seats
    FROZEN = 4  # takes part in no new transfer; what it reserved may still be released
    NO_DEBIT = 8  # gives nothing more; what comes in is still taken


class Kind(StrEnum):
    """What a transfer does."""

    POSTED = "posted"  # moves at once
    PENDING = "pending"  # reserves, until it is posted, voided or expires
    POST = "post"  # moves what a pending transfer reserved, or a part of it, and releases the rest
    VOID = "void"  # releases what a pending transfer reserved
    EXPIRE = "expire"  # the same, because its time is over


class PendingState(StrEnum):
    """What became of a pending transfer."""

    OPEN = "open"  # reserved; past its expiry it can no longer be posted, and the next sweep releases it
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class NewAsset:
    """Something countable: ``scale`` is the number of decimal digits behind its unit (2 for rupiah, 0 for pieces)."""

    code: str
    scale: int = 0


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened; take ``id`` from ``account_id(owner, asset, code)``."""

    id: UUID
    owner: UUID
    asset: UUID
    code: int
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """
    One movement of an asset from the account it debits to the account it credits.

    POST, VOID and EXPIRE name only ``pending_of``: the accounts are those of the pending transfer, ``amount`` 0 means
    all of it (only a POST may name less), ``code`` 0 and ``reference`` None mean those of the pending transfer.
    """

    id: UUID
    debit: UUID | None
    credit: UUID | None
    amount: int
    code: int
    kind: Kind = Kind.POSTED
    pending_of: UUID | None = None
    expires_at: datetime | None = None
    reference: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A linked group of transfers that applies whole or not at all.

    Its id is chosen by the caller and is its idempotency key. The moments ``at`` and ``expires_at`` are not part of the
    content that a repeat must match: a repeat is made later, and its deadlines have moved with it.
    """

    id: UUID
    at: datetime
    transfers: tuple[NewTransfer, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The entry is in the ledger; ``repeated`` when it already was before this call."""

    entry_id: UUID
    last_sequence: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The entry changed nothing, because of its transfer number ``index`` (0 where the whole entry is at fault)."""

    entry_id: UUID
    index: int
    refusal: Refusal


Answer: TypeAlias = Applied | Refused


@dataclass(frozen=True, slots=True)
class Balance:
    """The four balances of an account, in the smallest unit of its asset."""

    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0

    @property
    def available(self) -> int:
        """What can still be taken out of an account that holds its owner's means (a wallet, stock)."""
        return self.credits_posted - self.debits_posted - self.debits_pending

    @property
    def posted(self) -> int:
        """What has come in less what has gone out, reservations left aside."""
        return self.credits_posted - self.debits_posted


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands."""

    id: UUID
    owner: UUID
    asset: UUID
    code: int
    flags: Flag
    balance: Balance


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer in the ledger, with the owners of its two accounts."""

    sequence: int
    id: UUID
    entry_id: UUID
    debit: UUID
    credit: UUID
    asset: UUID
    amount: int
    code: int
    kind: Kind
    pending_of: UUID | None
    expires_at: datetime | None
    reference: UUID | None
    at: datetime
    debit_owner: UUID
    credit_owner: UUID


@dataclass(frozen=True, slots=True)
class StatementLine:
    """
    One movement as an account saw it, so amounts are signed.

    ``change`` is what it did to the posted balance (0 for a reservation), ``balance`` what was posted after it.
    """

    sequence: int
    transfer_id: UUID
    entry_id: UUID
    counterparty: UUID
    code: int
    kind: Kind
    amount: int
    change: int
    balance: int
    reference: UUID | None
    at: datetime


class BatchTooLarge(Invalid):
    """More entries in a batch than ENTRIES_PER_BATCH_MAX."""

    code = "batch-too-large"
    title = msg("Too much at once")
    detail = msg("At most {limit} entries can be applied at once; this batch has {count}.")


class EntryIdReused(Conflict):
    """The id belongs to an entry with another content."""

    code = "entry-id-reused"
    title = msg("This request was already used for something else")
    detail = msg("The same key was sent before with another content. Use a new key for a new request.")


class EntrySizeInvalid(Invalid):
    """An entry needs 1 to TRANSFERS_PER_ENTRY_MAX transfers."""

    code = "entry-size-invalid"
    title = msg("Wrong number of transfers")
    detail = msg("An entry needs between 1 and {limit} transfers; this one has {count}.")


class TransferInvalid(Invalid):
    """The fields of a transfer do not fit its kind; ``problem`` says which."""

    code = "transfer-invalid"
    title = msg("The transfer is not well formed")
    detail = msg("The transfer's fields do not fit together: {problem}.")


class AmountInvalid(Invalid):
    """An amount is a whole number from 1 to AMOUNT_MAX (0 only where it means *all of it*)."""

    code = "amount-invalid"
    title = msg("The amount is not valid")
    detail = msg("An amount must be a whole number greater than zero.")


class SameAccount(Invalid):
    """A transfer needs two different accounts."""

    code = "same-account"
    title = msg("Two different accounts are needed")
    detail = msg("A transfer cannot go from an account to itself.")


class UnknownAccount(NotFound):
    """A transfer names an account that was never opened."""

    code = "unknown-account"
    title = msg("No such account")
    detail = msg("One of the accounts does not exist.")


class UnknownAsset(NotFound):
    """An account names an asset that was never opened."""

    code = "unknown-asset"
    title = msg("No such asset")
    detail = msg("The asset of this account does not exist.")


class AssetMismatch(Invalid):
    """The two accounts of a transfer hold different assets."""

    code = "asset-mismatch"
    title = msg("The accounts hold different things")
    detail = msg("A transfer needs two accounts of the same currency or goods.")


class PendingNotFound(NotFound):
    """There is no pending transfer with this id."""

    code = "pending-not-found"
    title = msg("No such reservation")
    detail = msg("There is no reservation with this id.")


class PendingAlreadyResolved(Conflict):
    """The pending transfer was posted or voided before."""

    code = "pending-already-resolved"
    title = msg("This reservation is already closed")
    detail = msg("The reservation was already used or released.")


class PendingExpired(Conflict):
    """The time of the pending transfer is over, whether or not its reservation was released yet."""

    code = "pending-expired"
    title = msg("This reservation has expired")
    detail = msg("The time to complete this is over, and what was reserved is free again.")


class PendingNotDue(Conflict):
    """A pending transfer cannot expire before its time, or without one."""

    code = "pending-not-due"
    title = msg("This reservation has not expired")
    detail = msg("The reservation is still valid.")


class PendingAmountExceeded(Invalid):
    """More is posted than was reserved."""

    code = "pending-amount-exceeded"
    title = msg("More than was reserved")
    detail = msg("More is asked for than was reserved.")


class AccountFrozen(Conflict):
    """An account of the transfer is frozen."""

    code = "account-frozen"
    title = msg("This account is frozen")
    detail = msg("The account takes part in no new transfers at the moment.")


class BalanceOverflow(Conflict):
    """The balance would grow beyond AMOUNT_MAX."""

    code = "balance-overflow"
    title = msg("The balance would become too large")
    detail = msg("The amount is more than this account can count.")


class InsufficientBalance(Conflict):
    """The debited account holds less than the amount."""

    code = "insufficient-balance"
    title = msg("Not enough available")
    detail = msg("There is less available than this needs. Nothing was taken.")


class AccountFull(Conflict):
    """The credited account may take in no more: a purchase limit or the seats are used up."""

    code = "account-full"
    title = msg("The limit is reached")
    detail = msg("This is more than is still possible. Nothing was changed.")


class TransferIdReused(Conflict):
    """The id belongs to another transfer."""

    code = "transfer-id-reused"
    title = msg("This transfer id was already used")
    detail = msg("A transfer with the same id exists already.")


class AssetInvalid(Invalid):
    """An asset needs a code, and a scale from 0 to SCALE_MAX."""

    code = "asset-invalid"
    title = msg("The asset is not well formed")
    detail = msg("An asset needs a code and between 0 and 18 decimals.")


class AccountInvalid(Invalid):
    """An account needs a code from 1 to CODE_MAX, and is never opened frozen."""

    code = "account-invalid"
    title = msg("The account is not well formed")
    detail = msg("An account needs a code of its kind and known flags.")


class AccountConflict(Conflict):
    """The account was opened before with another owner, asset, code or flags."""

    code = "account-conflict"
    title = msg("The account exists with other properties")
    detail = msg("An account is opened once, and its properties never change.")


class AssetConflict(Conflict):
    """The asset was opened before with another scale."""

    code = "asset-conflict"
    title = msg("The asset exists with other properties")
    detail = msg("An asset is opened once, and its number of decimals never changes.")


class TransferNotFound(NotFound):
    """There is no transfer with this id."""

    code = "transfer-not-found"
    title = msg("No such transfer")
    detail = msg("There is no transfer with this id.")


class LedgerBusy(Busy):
    """The accounts stayed locked for too long; nothing was done and a repeat is safe."""

    code = "ledger-busy"


class LedgerUnreachable(Busy):
    """The connection to the database was lost, perhaps after the commit; a repeat is safe and tells."""

    code = "ledger-unreachable"
