"""The engine's SQL: what it locks and reads, and what it writes, each in one statement for a whole batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from kawasan.rooms.ledger.rules import AccountState, Hold, Movement
from kawasan.rooms.ledger.types import Kind

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

# Note [Lock order]
# Everybody locks pending transfers first and accounts second, each in id order, and holds both to the end of the
# transaction. Opposite transfers, or a payment and the expiry of the same hold, therefore wait and never deadlock.
_HOLDS = """
select id, debit, credit, amount, code, reference, expires_at
from ledger_transfer where id = any(%s::uuid[]) and kind = 'pending'
"""
_LOCK_PENDINGS = "select from ledger_pending where transfer_id = any(%s::uuid[]) order by transfer_id for update"
_RESOLUTIONS = "select pending_of, kind from ledger_transfer where pending_of = any(%s::uuid[])"
_LOCK_DUE = """
select transfer_id from ledger_pending where expires_at <= %s
order by expires_at, transfer_id limit %s for update skip locked
"""
_LOCK_ACCOUNTS = """
select id, asset, flags, debits_pending, debits_posted, credits_pending, credits_posted
from ledger_account where id = any(%s::uuid[]) order by id for no key update
"""
_ENTRIES = "select id, content_hash, last_sequence from ledger_entry where id = any(%s::uuid[])"
_TRANSFER_IDS = "select id from ledger_transfer where id = any(%s::uuid[])"
_DRAW = "select nextval('ledger_transfer_sequence') from generate_series(1, %s)"

_COPY_ENTRIES = "copy ledger_entry (id, content_hash, at, first_sequence, last_sequence) from stdin (format binary)"
_ENTRY_TYPES = ["uuid", "bytea", "timestamptz", "int8", "int8"]
_COPY_TRANSFERS = """
copy ledger_transfer (id, sequence, entry_id, debit, credit, asset, amount, code, kind, pending_of, expires_at,
                      reference, at) from stdin (format binary)
"""
_TRANSFER_TYPES = [
    "uuid", "int8", "uuid", "uuid", "uuid", "uuid", "int8", "int2", "text",
    "uuid", "timestamptz", "uuid", "timestamptz",
]  # fmt: skip
_UPDATE_BALANCES = """
update ledger_account a
set debits_pending = n.debits_pending, debits_posted = n.debits_posted,
    credits_pending = n.credits_pending, credits_posted = n.credits_posted
from unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
     as n (id, debits_pending, debits_posted, credits_pending, credits_posted)
where a.id = n.id
"""
_OPEN_HOLDS = """
insert into ledger_pending (transfer_id, expires_at) select * from unnest(%s::uuid[], %s::timestamptz[])
"""
_CLOSE_HOLDS = "delete from ledger_pending where transfer_id = any(%s::uuid[])"


def cursor_of(connection: psycopg.Connection[Any]) -> Cursor:
    """Return a plain cursor on the caller's transaction. Raises RuntimeError where each statement would commit."""
    if connection.autocommit and connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        raise RuntimeError("the ledger engine needs the caller's transaction")
    return psycopg.Cursor(connection, row_factory=psycopg.rows.tuple_row)


def lock_holds(cursor: Cursor, pending_ids: Collection[UUID]) -> dict[UUID, Hold]:
    """Return the pending transfers with these ids and what became of them, locked against being resolved meanwhile."""
    if not pending_ids:
        return {}
    wanted = list(pending_ids)
    cursor.execute(_LOCK_PENDINGS, [wanted])
    cursor.execute(_HOLDS, [wanted], binary=True)
    return {row[0]: Hold(*row) for row in cursor.fetchall()}


def mark_resolved(cursor: Cursor, holds: dict[UUID, Hold]) -> None:
    """Write into the holds how they were resolved. Read under the accounts' locks, or it may be news already."""
    if holds:
        cursor.execute(_RESOLUTIONS, [list(holds)])
        for pending_id, kind in cursor.fetchall():
            holds[pending_id].resolution = Kind(kind)


def lock_due(cursor: Cursor, at: datetime, limit: int) -> list[UUID]:
    """Return pending transfers whose time is over at ``at``, oldest first, passing over those somebody has in hand."""
    return [row[0] for row in cursor.execute(_LOCK_DUE, [at, limit], binary=True).fetchall()]


def lock_accounts(cursor: Cursor, account_ids: Collection[UUID]) -> dict[UUID, AccountState]:
    """Lock accounts in id order and return them as they stand."""
    cursor.execute(_LOCK_ACCOUNTS, [list(account_ids)], binary=True)
    return {row[0]: AccountState(*row) for row in cursor.fetchall()}


def applied_entries(cursor: Cursor, entry_ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, int]]:
    """Return content hash and last sequence of those entries that are in the ledger."""
    cursor.execute(_ENTRIES, [list(entry_ids)], binary=True)
    return {entry: (digest, last) for entry, digest, last in cursor.fetchall()}


def used_transfer_ids(cursor: Cursor, transfer_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the ids that belong to a transfer already."""
    return {row[0] for row in cursor.execute(_TRANSFER_IDS, [list(transfer_ids)], binary=True).fetchall()}


def draw_sequences(cursor: Cursor, count: int) -> list[int]:
    """Draw the next ``count`` sequence numbers, ascending."""
    return [row[0] for row in cursor.execute(_DRAW, [count], binary=True).fetchall()]


def insert_entries(cursor: Cursor, entries: Sequence[tuple[Sequence[Movement], bytes]]) -> None:
    """Append entries, each given by its movements and its content hash."""
    with cursor.copy(_COPY_ENTRIES) as copy:
        copy.set_types(_ENTRY_TYPES)
        for movements, digest in entries:
            entry = movements[0].entry
            copy.write_row((entry.id, digest, entry.at, movements[0].sequence, movements[-1].sequence))


def insert_transfers(cursor: Cursor, movements: Sequence[Movement]) -> None:
    """Append transfers."""
    with cursor.copy(_COPY_TRANSFERS) as copy:
        copy.set_types(_TRANSFER_TYPES)
        for movement in movements:
            copy.write_row(_transfer_row(movement))


def _transfer_row(m: Movement) -> tuple[Any, ...]:
    t, entry = m.transfer, m.entry
    return (
        t.id, m.sequence, entry.id, m.debit.id, m.credit.id, m.debit.asset, m.amount, m.code, t.kind.value,
        t.pending_of, t.expires_at, m.reference, entry.at,
    )  # fmt: skip


def update_balances(cursor: Cursor, movements: Sequence[Movement]) -> None:
    """Write the balances of every account that the movements touched."""
    touched = {account.id: account for m in movements for account in (m.debit, m.credit)}
    accounts = list(touched.values())
    columns = [
        list(touched),
        [account.debits_pending for account in accounts],
        [account.debits_posted for account in accounts],
        [account.credits_pending for account in accounts],
        [account.credits_posted for account in accounts],
    ]
    cursor.execute(_UPDATE_BALANCES, columns)


def open_holds(cursor: Cursor, movements: Sequence[Movement]) -> None:
    """Note the expiry of new pending transfers."""
    if movements:
        expiries = [m.transfer.expires_at for m in movements]
        cursor.execute(_OPEN_HOLDS, [[m.transfer.id for m in movements], expiries])


def close_holds(cursor: Cursor, pending_ids: Sequence[UUID]) -> None:
    """Drop the expiry of resolved pending transfers."""
    if pending_ids:
        cursor.execute(_CLOSE_HOLDS, [list(pending_ids)])
