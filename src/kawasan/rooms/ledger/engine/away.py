"""
Months that are over, out of the way: their transfers in a table of their own, what they did to each account beside it.

Note [What is away]
A month goes away as a prefix of the numbers: every transfer up to the last one before the first entry of the month
after it. So an entry is never split, and whoever follows the numbers is either past all of it or not. The hot table
keeps what is newer; ``ledger_history`` is the view of everything, hot and away, and whatever reads history reads it.
The engine reads only the hot table: a reservation must be closed before its month can go, so nothing can move in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from kawasan.rooms.ledger.engine.months import COLUMNS, make_months, moment_of, month_after, partition_of
from kawasan.rooms.ledger.engine.store import Cursor

# Numbers of the month and before that are not away yet. Both sides are entries, so that none is split.
_UPTO = """
select coalesce((select min(first_sequence) - 1 from ledger_entry where at >= %s),
                (select max(last_sequence) from ledger_entry), 0)
"""
_COUNT = "select count(*) from ledger_transfer where sequence <= %s"
_OPEN = """
select count(*) from ledger_pending p join ledger_transfer t on t.id = p.transfer_id where t.sequence <= %s
"""
_BEHIND = """
select name from unnest(%s::text[]) as follower (name) left join platform_cursor using (name)
where coalesce(position, 0) < %s order by name
"""
_COPY = """
create table {away} (like ledger_transfer including defaults including constraints);
insert into {away} ({columns}) select {columns} from ledger_transfer where sequence <= {upto} order by sequence;
alter table {away} add primary key (id);
create index {away}_number on {away} (sequence);
create unique index {away}_resolved_once on {away} (pending_of) where pending_of is not null;
insert into ledger_closing (month, account, debits_posted, credits_posted)
select '{month}', account, sum(debit), sum(credit) from (
    select debit as account, amount as debit, 0 as credit from {away} where kind in ('posted', 'post')
    union all
    select credit, 0, amount from {away} where kind in ('posted', 'post')
) legs group by account;
insert into ledger_month_away (month, upto, transfers, at)
select '{month}', {upto}, count(*), '{at}' from {away};
"""
_RESTRAIN = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke all on {away} from kawasan_app;
    grant select on {away} to kawasan_app;
    revoke insert, update, delete, truncate on ledger_history, ledger_closing, ledger_month_away from kawasan_app;
    grant select on ledger_history, ledger_closing, ledger_month_away to kawasan_app;
  end if;
end $$;
"""
_PARTITIONS = (
    "select inhrelid::regclass::text from pg_inherits where inhparent = 'ledger_transfer'::regclass order by 1"
)
_HAS_NEWER = "select exists (select from {partition} where sequence > {upto})"
_BACK = """
insert into ledger_transfer ({columns}) select {columns} from {away} order by sequence;
delete from ledger_closing where month = '{month}';
delete from ledger_month_away where month = '{month}';
"""
_AWAY = "select month from ledger_month_away order by month"
DEFAULT_PARTITION = "ledger_transfer_default"


def away_table(month: date) -> str:
    """Return the name of the table that holds a month which is away."""
    return f"ledger_away_{month:%Y_%m}"


def months_away(cursor: Cursor) -> list[date]:
    """Return the months that are away, oldest first."""
    return [month for (month,) in cursor.execute(_AWAY).fetchall()]


def upto_of(cursor: Cursor, month: date) -> int:
    """Return the last number that goes away with a month."""
    return _one(cursor, _UPTO, moment_of(month_after(month)))


def count_upto(cursor: Cursor, upto: int) -> int:
    """Return how many transfers would go away."""
    return _one(cursor, _COUNT, upto)


def open_upto(cursor: Cursor, upto: int) -> int:
    """Return how many of them reserve something still."""
    return _one(cursor, _OPEN, upto)


def followers_behind(cursor: Cursor, upto: int, followers: Sequence[str]) -> list[str]:
    """Return which of these followers of the ledger have not taken all of them."""
    return [name for (name,) in cursor.execute(_BEHIND, [list(followers), upto]).fetchall()]


def detach(cursor: Cursor, month: date, at: datetime) -> int:
    """Move a month and what is before it out of the hot table; return how many transfers. Needs the owner."""
    upto, away = upto_of(cursor, month), away_table(month)
    cursor.execute(_COPY.format(away=away, columns=COLUMNS, upto=upto, month=month, at=at.isoformat()))
    _clear(cursor, upto, partition_of(month))
    _renew_history(cursor)
    cursor.execute(_RESTRAIN.format(away=away))
    cursor.execute(f"analyze {away}")
    return _one(cursor, f"select count(*) from {away}")


def attach(cursor: Cursor, month: date) -> int:
    """Move a month that is away back into the hot table; return how many transfers. Needs the owner."""
    away = away_table(month)
    count = _one(cursor, f"select count(*) from {away}")
    make_months(cursor, moment_of(month), ahead=0)
    cursor.execute(_BACK.format(away=away, columns=COLUMNS, month=month))
    _renew_history(cursor)
    cursor.execute(f"drop table {away}")
    return count


def _clear(cursor: Cursor, upto: int, last: str) -> None:
    """Take the rows out of the hot table: a partition of a month that is over goes whole, and its space with it."""
    for (partition,) in cursor.execute(_PARTITIONS).fetchall():
        is_over = partition != DEFAULT_PARTITION and partition <= last
        if is_over and not _one(cursor, _HAS_NEWER.format(partition=partition, upto=upto)):
            cursor.execute(f"drop table {partition}")
        else:
            cursor.execute(f"delete from {partition} where sequence <= {upto}")


def _renew_history(cursor: Cursor) -> None:
    tables = ["ledger_transfer", *map(away_table, months_away(cursor))]
    cursor.execute(
        "create or replace view ledger_history as "
        + " union all ".join(f"select {COLUMNS} from {table}" for table in tables)
    )


def _one(cursor: Cursor, sql: str, *parameters: object) -> int:
    row = cursor.execute(sql, parameters or None).fetchone()
    return int(row[0]) if row else 0
