"""What crosses the ledger's door: accounts, transfers, entries and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntFlag, StrEnum
from typing import TypeAlias
from uuid import UUID

from kawasan.core.errors import Refusal
from kawasan.core.values import value

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


@value
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


@value
class Entry:
    """
    A linked group of transfers that applies whole or not at all.

    Its id is chosen by the caller and is its idempotency key. The moments ``at`` and ``expires_at`` are not part of the
    content that a repeat must match: a repeat is made later, and its deadlines have moved with it.
    """

    id: UUID
    at: datetime
    transfers: tuple[NewTransfer, ...]


@value
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


@dataclass(frozen=True, slots=True)
class Month:
    """A month of transfers: where they are and how much room they take."""

    month: date
    is_away: bool
    transfers: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class MonthPlan:
    """What would go away with a month: transfers up to a number. ``reasons`` stand against it; none: it may go."""

    month: date
    upto: int
    transfers: int
    reasons: tuple[str, ...]
