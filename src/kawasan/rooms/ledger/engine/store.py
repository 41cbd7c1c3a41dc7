"""The engine's SQL: what it locks and reads, and what it writes, each in one statement for a whole batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID
from weakref import WeakSet

import psycopg

from kawasan.rooms.ledger.engine import packing
from kawasan.rooms.ledger.engine.decide import Outcome
from kawasan.rooms.ledger.engine.packing import BytesArray, Int2Array, Int8Array, MomentArray, TextArray, UuidArray
from kawasan.rooms.ledger.rules import AccountState, Hold, Known
from kawasan.rooms.ledger.types import Kind

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]
# Fewer rows are inserted: one round trip for all tables, where a COPY takes two for each. But a COPY costs PostgreSQL
# less: 13 us an order of three transfers, where an insert costs 16.
COPY_ROWS_MIN = 1_500

# Note [Lock order]
# Everybody locks pending transfers first and accounts second, each in id order, and holds both to the end of the
# transaction. Opposite transfers, or a payment and the expiry of the same hold, therefore wait and never deadlock.
_HOLDS = """
select id, debit, credit, amount, code, reference, expires_at
from ledger_transfer where id = any(%s) and kind = 'pending'
"""
_LOCK_PENDINGS = "select from ledger_pending where transfer_id = any(%s) order by transfer_id for update"
_RESOLUTIONS = "select pending_of, kind from ledger_transfer where pending_of = any(%s)"
_LOCK_DUE = """
select transfer_id from ledger_pending where expires_at <= %s
order by expires_at, transfer_id limit %s for update skip locked
"""
_READ_ACCOUNTS = """
select uuid_send(id), uuid_send(asset), flags, debits_pending, debits_posted, credits_pending, credits_posted, version
from ledger_account where id = any(%s)
"""
_LOCK_ACCOUNTS = f"{_READ_ACCOUNTS} order by id for no key update"
_ENTRIES = "select id, content_hash, last_sequence from ledger_entry where id = any(%s)"
_TRANSFER_IDS = "select id from ledger_transfer where id = any(%s)"
# One number where they follow each other, as they do unless another process drew at the same moment.
_DRAW = """
select case when count(n) = max(n) - min(n) + 1 then array[min(n)] else array_agg(n) end
from (select nextval('ledger_transfer_sequence') as n from generate_series(1, %s)) as drawn
"""
_TRANSFER_COLUMNS = """
id, debit, credit, amount, code, kind, pending_of, reference, sequence, asset, entry_id, at, expires_at
"""
_TRANSFER_ARRAYS = (
    UuidArray, UuidArray, UuidArray, Int8Array, Int2Array, TextArray, UuidArray, UuidArray,
    Int8Array, UuidArray, UuidArray, MomentArray, MomentArray,
)  # fmt: skip
_ENTRY_COLUMNS = "id, at, content_hash, first_sequence, last_sequence"
_ENTRY_ARRAYS = (UuidArray, MomentArray, BytesArray, Int8Array, Int8Array)
_PENDING_COLUMNS = "transfer_id, expires_at"
_PENDING_ARRAYS = (UuidArray, MomentArray)
_TABLES = {
    "ledger_transfer": (_TRANSFER_COLUMNS, _TRANSFER_ARRAYS),
    "ledger_entry": (_ENTRY_COLUMNS, _ENTRY_ARRAYS),
    "ledger_pending": (_PENDING_COLUMNS, _PENDING_ARRAYS),
}
_COPY = {table: f"copy {table} ({columns}) from stdin (format binary)" for table, (columns, _) in _TABLES.items()}
_INSERT = {
    table: f"insert into {table} ({columns}) select * from unnest({', '.join(['%s'] * len(arrays))})"
    for table, (columns, arrays) in _TABLES.items()
}
# Note [A statement that fails]
# What was decided is written only where each row is still as it was read. That is counted in the statement itself, so
# that the commit can follow at once, without waiting to hear the count: where a row is missing the statement divides by
# zero, and what fails takes the transaction with it.
_ALL = "with changed as ({change} returning 1) select 1 / (count(*) = %s)::int from changed"
# Note [What a batch rests on]
# Whoever takes from an account that may not be overdrawn (or gives to one that may not be overfilled) has looked at its
# balance: its row must have the version that was decided on. What is added to an account, a seller's escrow say, fits
# whatever anybody else added or took meanwhile, as long as its flags are the same: so balances are written as changes,
# and such a row is named by -1 - flags in place of a version. Pages and workers that write sellers' accounts all day
# long do not send batches back. Numbers stay in order: whoever takes what was added has drawn his number after it.
_AS_DECIDED = "a.id = n.id and (a.version = n.version or n.version = -1 - a.flags)"
_UPDATE_BALANCES = f"""
update ledger_account a
set debits_pending = a.debits_pending + n.debits_pending, debits_posted = a.debits_posted + n.debits_posted,
    credits_pending = a.credits_pending + n.credits_pending, credits_posted = a.credits_posted + n.credits_posted,
    version = a.version + 1
from unnest(%s, %s, %s, %s, %s, %s)
     as n (id, version, debits_posted, credits_posted, debits_pending, credits_pending)
where {_AS_DECIDED}"""
# A batch that reserves and resolves nothing leaves what is pending alone.
_UPDATE_POSTED = f"""
update ledger_account a
set debits_posted = a.debits_posted + n.debits_posted, credits_posted = a.credits_posted + n.credits_posted,
    version = a.version + 1
from unnest(%s, %s, %s, %s) as n (id, version, debits_posted, credits_posted)
where {_AS_DECIDED}"""
_CHANGE_BALANCES, _CHANGE_POSTED = _ALL.format(change=_UPDATE_BALANCES), _ALL.format(change=_UPDATE_POSTED)
_UNCHANGED = f"""
select 1 / (count(*) = %s)::int from unnest(%s, %s) as n (id, version) join ledger_account a on {_AS_DECIDED}
"""
_CLOSE_HOLDS = _ALL.format(change="delete from ledger_pending where transfer_id = any(%s)")
_by_key = attrgetter("key")
_prepared: WeakSet[psycopg.Connection[Any]] = WeakSet()  # connections that know our arrays


Stale = psycopg.errors.DivisionByZero
"""What a batch was decided on is not what the database holds: decide anew. Note [A statement that fails]."""


def cursor_of(connection: psycopg.Connection[Any]) -> Cursor:
    """Return a plain cursor on the caller's transaction. Raises RuntimeError where each statement would commit."""
    if connection.autocommit and connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        raise RuntimeError("the ledger engine needs the caller's transaction")
    return new_cursor(connection)


def new_cursor(connection: psycopg.Connection[Any]) -> Cursor:
    """Return a plain cursor that takes packed arrays."""
    if connection not in _prepared:
        for kind, dumper in packing.DUMPERS:
            connection.adapters.register_dumper(kind, dumper)
        _prepared.add(connection)
    return psycopg.Cursor(connection, row_factory=psycopg.rows.tuple_row)


class Question:
    """A statement on its way: in a pipeline it is sent at once, and ``rows`` waits for its answer."""

    def __init__(self, connection: psycopg.Connection[Any], sql: str, *parameters: object) -> None:
        self._cursor = new_cursor(connection)
        self._cursor.execute(sql, parameters, binary=True)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return what the statement returned."""
        return self._cursor.fetchall()


def lock_holds(connection: psycopg.Connection[Any], pending_ids: Collection[UUID]) -> dict[UUID, Hold]:
    """Return the pending transfers with these ids and what became of them, locked against being resolved meanwhile."""
    wanted = ids_of(pending_ids)
    Question(connection, _LOCK_PENDINGS, wanted)
    return {row[0]: Hold(*row) for row in Question(connection, _HOLDS, wanted).rows()}


def ask_resolutions(connection: psycopg.Connection[Any], holds: dict[UUID, Hold]) -> Question:
    """Ask how holds were resolved. It must be asked under the accounts' locks, or it may be news already."""
    return Question(connection, _RESOLUTIONS, ids_of(holds))


def mark_resolved(holds: dict[UUID, Hold], resolutions: Question) -> None:
    """Write into the holds how they were resolved."""
    for pending_id, kind in resolutions.rows():
        holds[pending_id].resolution = Kind(kind)


def lock_due(connection: psycopg.Connection[Any], at: datetime, limit: int) -> list[UUID]:
    """Return pending transfers whose time is over at ``at``, oldest first, passing over those somebody has in hand."""
    return [row[0] for row in Question(connection, _LOCK_DUE, at, limit).rows()]


def ask_accounts(connection: psycopg.Connection[Any], keys: Collection[int], *, locked: bool) -> Question:
    """Ask for accounts as they stand; ``locked`` in id order until the transaction ends."""
    array = UuidArray(len(keys), packing.uuid_fields(keys))
    return Question(connection, _LOCK_ACCOUNTS if locked else _READ_ACCOUNTS, array)


def accounts_from(question: Question) -> dict[int, AccountState]:
    """Return the accounts that were asked for, by the int of their ids."""
    found = {}
    length, make = packing.UUID_LENGTH, int.from_bytes
    for account, asset, flags, dp, d, cp, c, version in question.rows():
        key = make(account, "big")
        found[key] = AccountState(
            key, length + asset, flags, dp, d, cp, c, version, length + account, 0, 0, dp, d, cp, c
        )
    return found


def ask_entries(connection: psycopg.Connection[Any], entry_ids: Collection[UUID]) -> Question:
    """Ask which entries are in the ledger."""
    return Question(connection, _ENTRIES, ids_of(entry_ids))


def entries_from(question: Question) -> dict[int, Known]:
    """Return the entries that are in the ledger."""
    return {entry.int: Known(digest, last) for entry, digest, last in question.rows()}


def ask_transfer_ids(connection: psycopg.Connection[Any], transfer_ids: Collection[UUID]) -> Question:
    """Ask which of the ids belong to a transfer already."""
    return Question(connection, _TRANSFER_IDS, ids_of(transfer_ids))


def ask_numbers(connection: psycopg.Connection[Any], count: int) -> Question:
    """Draw the next ``count`` sequence numbers. What is not used is a gap."""
    return Question(connection, _DRAW, count)


def numbers_from(question: Question, count: int) -> Sequence[int]:
    """Return the numbers drawn, ascending."""
    ((drawn,),) = question.rows()
    return range(drawn[0], drawn[0] + count) if drawn and len(drawn) == 1 else sorted(drawn or ())


def copy(connection: psycopg.Connection[Any], outcome: Outcome) -> None:
    """Append to the tables that get many rows. Raises UniqueViolation where an id is used."""
    cursor = new_cursor(connection)
    for rows, table in _appended(outcome):
        if len(rows) >= COPY_ROWS_MIN:
            with cursor.copy(_COPY[table]) as copy:
                copy.write(packing.copy_of(rows, len(_TABLES[table][1])))


def insert(connection: psycopg.Connection[Any], outcome: Outcome) -> None:
    """Append to the tables that get few rows; in a pipeline. It raises UniqueViolation where an id is used."""
    cursor = new_cursor(connection)
    for rows, table in _appended(outcome):
        if 0 < len(rows) < COPY_ROWS_MIN:
            cursor.execute(_INSERT[table], _arrays(rows, _TABLES[table][1]))


def _appended(outcome: Outcome) -> Sequence[tuple[Sequence[packing.Row], str]]:
    return (
        (outcome.transfers, "ledger_transfer"),
        (outcome.entries, "ledger_entry"),
        (outcome.opened, "ledger_pending"),
    )


def _arrays(rows: Sequence[packing.Row], kinds: Sequence[type[packing.Array]]) -> list[packing.Array]:
    columns = packing.columns_of(rows, len(kinds))
    return [kind(len(rows), column) for kind, column in zip(kinds, columns, strict=True)]


class Balances:
    """How a batch changes balances, with the versions of the rows that it rests on: Note [What a batch rests on]."""

    def __init__(self, outcome: Outcome) -> None:
        """Pack the changes in id order, note them as written, and count the versions up."""
        touched = outcome.touched
        touched.sort(key=_by_key)
        count, pack, number = len(touched), packing.int8_fields, outcome.number
        self.touched, self.sql, self.count = touched, _CHANGE_POSTED, count
        self.as_decided = [account.version if account.exact == number else ~account.flags for account in touched]
        self.columns: list[packing.Array] = [
            UuidArray(count, b"".join([account.field for account in touched])),
            Int8Array(count, pack(self.as_decided)),
            Int8Array(count, pack([a.debits_posted - a.written_debits for a in touched])),
            Int8Array(count, pack([a.credits_posted - a.written_credits for a in touched])),
        ]
        if outcome.opened or outcome.closed:
            self.sql = _CHANGE_BALANCES
            self.columns.append(Int8Array(count, pack([a.debits_pending - a.written_debits_pending for a in touched])))
            self.columns.append(
                Int8Array(count, pack([a.credits_pending - a.written_credits_pending for a in touched]))
            )
            for account in touched:
                account.written_debits_pending = account.debits_pending
                account.written_credits_pending = account.credits_pending
        for account in touched:
            account.version += 1
            account.written_debits, account.written_credits = account.debits_posted, account.credits_posted


def change(connection: psycopg.Connection[Any], balances: Balances, closed: Collection[UUID]) -> None:
    """Write balances and end holds, in a pipeline. It raises Stale unless each had its version, and was open."""
    cursor = new_cursor(connection)
    cursor.execute(balances.sql, [*balances.columns, balances.count])
    if closed:
        cursor.execute(_CLOSE_HOLDS, [ids_of(closed), len(closed)])


def need_unchanged(connection: psycopg.Connection[Any], versions: dict[int, int]) -> None:
    """See to it, in a pipeline, that accounts still have their versions. It raises Stale where one has not."""
    count, fields = len(versions), packing.int8_fields(list(versions.values()))
    parameters = [count, UuidArray(count, packing.uuid_fields(versions)), Int8Array(count, fields)]
    new_cursor(connection).execute(_UNCHANGED, parameters)


def ids_of(ids: Collection[UUID]) -> UuidArray:
    """Return ids as an array."""
    return UuidArray(len(ids), packing.uuid_fields([each.int for each in ids]))
