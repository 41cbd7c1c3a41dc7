"""
The partitions of ``ledger_transfer``: one a month, by the time that a UUIDv7 begins with, and one for everything else.

The id alone is partition key and primary key, so an id is unique over all of history and is looked up in one partition.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from kawasan.rooms.ledger.engine.store import Cursor

MONTHS_AHEAD = 3
_TIME_BITS = 80  # a UUIDv7 has its milliseconds above them

_EXISTS = "select to_regclass(%s) is not null"
_MAKE = """
create table {name} (like ledger_transfer including defaults including constraints);
create unique index {name}_resolved_once on {name} (pending_of) where pending_of is not null;
alter table {name} set (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
with moved as (delete from ledger_transfer_default where id >= '{first}' and id < '{end}' returning *)
insert into {name} ({columns}) select {columns} from moved;
alter table ledger_transfer attach partition {name} for values from ('{first}') to ('{end}');
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then revoke all on {name} from kawasan_app; end if;
end $$;
"""
COLUMNS = "sequence, amount, at, expires_at, code, id, entry_id, debit, credit, asset, kind, pending_of, reference"


def make_months(cursor: Cursor, at: datetime, *, ahead: int = MONTHS_AHEAD) -> list[str]:
    """
    Make the partitions of the month of ``at`` and of the months after it that are missing, and return their names.

    Rows of a month that came before its partition are moved out of the default one. Needs the owner of the tables.
    """
    made = []
    for month in _months(at.astimezone(UTC).date().replace(day=1), ahead + 1):
        name = partition_of(month)
        if cursor.execute(_EXISTS, [name]).fetchone() == (False,):
            first, end = bounds_of(month)
            cursor.execute(_MAKE.format(name=name, first=first, end=end, columns=COLUMNS))
            made.append(name)
    return made


def partition_of(month: date) -> str:
    """Return the name of a month's partition."""
    return f"ledger_transfer_{month:%Y_%m}"


def bounds_of(month: date) -> tuple[UUID, UUID]:
    """Return the first id of a month and the first of the month after it."""
    return _first_id(month), _first_id(month_after(month))


def _months(first: date, count: int) -> Iterator[date]:
    for _ in range(count):
        yield first
        first = month_after(first)


def month_after(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def moment_of(month: date) -> datetime:
    """Return the moment in which a month begins."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _first_id(month: date) -> UUID:
    return UUID(int=int(moment_of(month).timestamp()) * 1000 << _TIME_BITS)
