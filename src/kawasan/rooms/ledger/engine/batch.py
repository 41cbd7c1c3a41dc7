"""Apply a batch: lock what it touches, decide one entry after another, write the outcome set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, errors

from kawasan.rooms.ledger import rules
from kawasan.rooms.ledger.engine import store
from kawasan.rooms.ledger.engine.decide import Outcome, decide_batch
from kawasan.rooms.ledger.rules import Book, Hold
from kawasan.rooms.ledger.types import (
    ENTRIES_PER_BATCH_MAX,
    Answer,
    Applied,
    BatchTooLarge,
    Entry,
    LedgerBusy,
    Refused,
    TransferIdReused,
)

ATTEMPTS_MAX = 5  # how often a batch is decided anew because somebody committed one of its ids in the meantime
EXPIRE_LIMIT_DEFAULT = 2_000  # about 160 ms of processor time, during which their accounts are locked


def apply(connection: Connection[Any], entries: Iterable[Entry]) -> list[Answer]:
    """
    Apply entries in order within the caller's transaction, and answer each: Applied, or Refused and nothing changed.

    An entry applied before (or earlier in the batch) with the same content is answered as then, ``repeated``.
    Say yes to anybody only after the commit. The transaction must be READ COMMITTED, PostgreSQL's default.
    Raises BatchTooLarge, and LedgerBusy where accounts stayed locked: then the transaction must be rolled back.
    """
    batch = checked(entries)
    if not batch:
        return []
    store.cursor_of(connection)
    try:
        return apply_locked(connection, batch).answers
    except (errors.LockNotAvailable, errors.DeadlockDetected, store.Stale) as error:
        raise LedgerBusy from error


def checked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return a batch. Raises BatchTooLarge."""
    batch = tuple(entries)
    if len(batch) > ENTRIES_PER_BATCH_MAX:
        raise BatchTooLarge(limit=ENTRIES_PER_BATCH_MAX, count=len(batch))
    return batch


def expire_due(connection: Connection[Any], at: datetime, limit: int = EXPIRE_LIMIT_DEFAULT) -> int:
    """
    End pending transfers whose time is over at ``at``, oldest first, and return how many this call ended.

    Each ends once, however many processes sweep at the same time: they pass over what another one has in hand.
    Raises LedgerBusy.
    """
    limit = max(1, min(limit, ENTRIES_PER_BATCH_MAX))
    store.cursor_of(connection)
    due = store.lock_due(connection, at, limit)
    answers = apply(connection, [rules.expiry_of(pending_id, at) for pending_id in due])
    return sum(isinstance(answer, Applied) and not answer.repeated for answer in answers)


# Note [Why a batch may be decided twice]
# Nothing locks an id that does not exist yet. Entries with the same id and content touch the same accounts, so one of
# two waits and then finds the other's row. With different accounts, or for the id of a single transfer, the first to
# know is the unique key; it stops the statement, the savepoint takes back the attempt, and the next one sees the row.
# An entry refused because it names an id twice writes nothing that could meet the key, though it may name another one
# before that the ledger has used: then, too, ids are looked up and the batch is decided anew.
def apply_locked(connection: Connection[Any], batch: Sequence[Entry]) -> Outcome:
    """Apply a batch with everything it touches locked. Raises LedgerBusy, Stale, and what PostgreSQL says of locks."""
    for attempt in range(ATTEMPTS_MAX):
        try:
            return _attempt(connection, batch, look_up_ids=attempt > 0)
        except (errors.UniqueViolation, UsedUnseen):
            with connection.pipeline():
                store.Question(connection, "rollback to savepoint ledger_batch")
                store.Question(connection, "release savepoint ledger_batch")
    raise LedgerBusy


def _attempt(connection: Connection[Any], batch: Sequence[Entry], *, look_up_ids: bool) -> Outcome:
    with connection.pipeline():
        store.Question(connection, "savepoint ledger_batch")
        pendings = named_pendings(batch)
        holds = store.lock_holds(connection, pendings) if pendings else {}
        count = transfer_count(batch)
        accounts = store.ask_accounts(connection, touched_accounts(batch) | _held_accounts(holds), locked=True)
        resolutions = store.ask_resolutions(connection, holds) if holds else None
        entries = store.ask_entries(connection, [entry.id for entry in batch])
        used = store.ask_transfer_ids(connection, _transfer_ids(batch)) if look_up_ids else None
        # Drawn under the locks, so that an account's transfers are numbered in the order in which they happened.
        numbers = store.ask_numbers(connection, count)
    book = Book(store.accounts_from(accounts), holds, store.entries_from(entries))
    if resolutions is not None:
        store.mark_resolved(holds, resolutions)
    if used is not None:
        book.transfer_ids = {row[0].int for row in used.rows()}
    drawn = store.numbers_from(numbers, count)
    outcome = decide_batch(batch, book, drawn)
    if not look_up_ids:
        need_all_seen(outcome)
    _write(connection, outcome)
    return outcome


class UsedUnseen(Exception):
    """An entry was refused for an id that it names twice, and which ids the ledger has used was not looked up."""


def need_all_seen(outcome: Outcome) -> None:
    """See to it that no refusal would name another transfer had used ids been looked up. Raises UsedUnseen."""
    refused = [answer.refusal for answer in outcome.answers if isinstance(answer, Refused)]
    if any(isinstance(refusal, TransferIdReused) for refusal in refused):
        raise UsedUnseen


def _write(connection: Connection[Any], outcome: Outcome) -> None:
    store.copy(connection, outcome)
    with connection.pipeline():
        store.insert(connection, outcome)
        if outcome.transfers:
            store.change(connection, store.Balances(outcome), outcome.closed)
        store.Question(connection, "release savepoint ledger_batch")


def transfer_count(batch: Sequence[Entry]) -> int:
    """Return how many numbers a batch needs at most."""
    return sum([len(entry.transfers) for entry in batch])


def named_pendings(batch: Sequence[Entry]) -> set[UUID]:
    """Return the pending transfers that a batch resolves."""
    return {t.pending_of for entry in batch for t in entry.transfers if t.pending_of is not None}


def touched_accounts(batch: Sequence[Entry]) -> set[int]:
    """Return the accounts that a batch names."""
    named: set[int] = set()
    for entry in batch:
        for t in entry.transfers:
            if t.debit is not None:
                named.add(t.debit.int)
            if t.credit is not None:
                named.add(t.credit.int)
    return named


def _transfer_ids(batch: Sequence[Entry]) -> list[UUID]:
    return [t.id for entry in batch for t in entry.transfers]


def _held_accounts(holds: dict[UUID, Hold]) -> set[int]:
    return {account.int for hold in holds.values() for account in (hold.debit, hold.credit)}
