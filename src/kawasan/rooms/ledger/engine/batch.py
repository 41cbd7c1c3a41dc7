"""Apply a batch: lock what it touches, decide one entry after another, write the outcome set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection, errors

from kawasan.rooms.ledger import rules
from kawasan.rooms.ledger.engine import store
from kawasan.rooms.ledger.rules import Book, Decision
from kawasan.rooms.ledger.types import (
    ENTRIES_PER_BATCH_MAX,
    Answer,
    Applied,
    BatchTooLarge,
    Entry,
    LedgerBusy,
)

ATTEMPTS_MAX = 5  # how often a batch is decided anew because somebody committed one of its ids in the meantime
EXPIRE_LIMIT_DEFAULT = 1_000


def apply(connection: Connection[object], entries: Iterable[Entry]) -> list[Answer]:
    """
    Apply entries in order within the caller's transaction, and answer each: Applied, or Refused and nothing changed.

    An entry applied before (or earlier in the batch) with the same content is answered as then, ``repeated``.
    Say yes to anybody only after the commit. The transaction must be READ COMMITTED, PostgreSQL's default.
    Raises BatchTooLarge, and LedgerBusy where accounts stayed locked: then the transaction must be rolled back.
    """
    batch = tuple(entries)
    if len(batch) > ENTRIES_PER_BATCH_MAX:
        raise BatchTooLarge(limit=ENTRIES_PER_BATCH_MAX, count=len(batch))
    if not batch:
        return []
    cursor = store.cursor_of(connection)
    try:
        return _apply_in_savepoint(cursor, batch)
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        raise LedgerBusy from error


def expire_due(connection: Connection[object], at: datetime, limit: int = EXPIRE_LIMIT_DEFAULT) -> int:
    """
    End pending transfers whose time is over at ``at``, oldest first, and return how many this call ended.

    Each ends once, however many processes sweep at the same time: they pass over what another one has in hand.
    Raises LedgerBusy.
    """
    limit = max(1, min(limit, ENTRIES_PER_BATCH_MAX))
    due = store.lock_due(store.cursor_of(connection), at, limit)
    answers = apply(connection, [rules.expiry_of(pending_id, at) for pending_id in due])
    return sum(isinstance(answer, Applied) and not answer.repeated for answer in answers)


# Note [Why a batch may be decided twice]
# Nothing locks an id that does not exist yet. Entries with the same id and content touch the same accounts, so one of
# two waits and then finds the other's row. With different accounts, or for the id of a single transfer, the first to
# know is the unique key; it stops the statement, the savepoint takes back the attempt, and the next one sees the row.
def _apply_in_savepoint(cursor: store.Cursor, batch: Sequence[Entry]) -> list[Answer]:
    digests = [rules.content_hash(entry) for entry in batch]
    for attempt in range(ATTEMPTS_MAX):
        cursor.execute("savepoint ledger_batch")
        try:
            answers = _attempt(cursor, batch, digests, look_up_ids=attempt > 0)
        except errors.UniqueViolation:
            cursor.execute("rollback to savepoint ledger_batch")
            cursor.execute("release savepoint ledger_batch")
            continue
        cursor.execute("release savepoint ledger_batch")
        return answers
    raise LedgerBusy


def _attempt(
    cursor: store.Cursor, batch: Sequence[Entry], digests: Sequence[bytes], *, look_up_ids: bool
) -> list[Answer]:
    book, last_sequences = _read(cursor, batch, look_up_ids=look_up_ids)
    decisions = [rules.decide(entry, digest, book) for entry, digest in zip(batch, digests, strict=True)]
    if book.movements:
        # Drawn under the locks, so that an account's transfers are numbered in the order in which they happened.
        for movement, sequence in zip(book.movements, store.draw_sequences(cursor, len(book.movements)), strict=True):
            movement.sequence = sequence
            last_sequences[movement.entry.id] = sequence
        _write(cursor, book, decisions)
    return list(_answers(batch, decisions, last_sequences))


def _read(cursor: store.Cursor, batch: Sequence[Entry], *, look_up_ids: bool) -> tuple[Book, dict[UUID, int]]:
    """Lock and read all that the batch may look at. Pending transfers are locked before accounts, by everybody."""
    holds = store.lock_holds(cursor, _named_pendings(batch))
    accounts = store.lock_accounts(cursor, _touched_accounts(batch) | _held_accounts(holds))
    store.mark_resolved(cursor, holds)
    known = store.applied_entries(cursor, [entry.id for entry in batch])
    book = Book(accounts, holds, {entry: digest for entry, (digest, _) in known.items()})
    if look_up_ids:
        book.transfer_ids = store.used_transfer_ids(cursor, [t.id for entry in batch for t in entry.transfers])
    return book, {entry: last for entry, (_, last) in known.items()}


def _named_pendings(batch: Sequence[Entry]) -> set[UUID]:
    return {t.pending_of for entry in batch for t in entry.transfers if t.pending_of is not None}


def _touched_accounts(batch: Sequence[Entry]) -> set[UUID]:
    named = {account for entry in batch for t in entry.transfers for account in (t.debit, t.credit)}
    return {account for account in named if account is not None}


def _held_accounts(holds: dict[UUID, rules.Hold]) -> set[UUID]:
    return {account for hold in holds.values() for account in (hold.debit, hold.credit)}


def _write(cursor: store.Cursor, book: Book, decisions: Sequence[Decision]) -> None:
    applied = [decision.movements for decision in decisions if decision.movements]
    store.insert_entries(cursor, [(movements, book.entries[movements[0].entry.id]) for movements in applied])
    store.insert_transfers(cursor, book.movements)
    store.update_balances(cursor, book.movements)
    store.open_holds(cursor, [m for m in book.movements if m.opens_hold and m.transfer.expires_at is not None])
    store.close_holds(cursor, [m.hold.id for m in book.movements if m.hold is not None])


def _answers(
    batch: Sequence[Entry], decisions: Sequence[Decision], last_sequences: dict[UUID, int]
) -> Iterator[Answer]:
    for entry, decision in zip(batch, decisions, strict=True):
        if decision.refused is not None:
            yield decision.refused
        else:
            yield Applied(entry.id, last_sequences[entry.id], repeated=not decision.movements)
