"""The months of the ledger: which are away, how big they are, and what still needs one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from kawasan.platform import followers
from kawasan.rooms.ledger import engine, models
from kawasan.rooms.ledger.engine import away
from kawasan.rooms.ledger.engine.months import moment_of, month_after
from kawasan.rooms.ledger.engine.store import Cursor
from kawasan.rooms.ledger.types import TRANSFER_SEQUENCE, Month, MonthPlan

KEPT = timedelta(days=60)  # after its end: longer than any payment, return window and reserve of the first sale

_SIZES = """
select relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint from pg_class
where relnamespace = current_schema()::regnamespace and relkind = 'r'
  and (relname ~ '^ledger_transfer_[0-9]{4}_[0-9]{2}$' or relname ~ '^ledger_away_[0-9]{4}_[0-9]{2}$')
order by right(relname, 7), relname
"""


def months() -> list[Month]:
    """Return the months that have a table, oldest first; how many transfers is PostgreSQL's estimate."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        return [
            Month(_month_of(name), is_away=name.startswith("ledger_away"), transfers=rows, size_bytes=size)
            for name, size, rows in cursor.fetchall()
        ]


def plan_of(month: date, *, at: datetime) -> MonthPlan:
    """Return what detaching a month would take away, and every reason of the ledger's against it."""
    with connection.cursor() as wrapped:
        cursor = engine.cursor_of(wrapped.connection)
        if models.MonthAway.objects.filter(month__gte=month).exists():
            return MonthPlan(month, 0, 0, (f"{month:%Y-%m} or a later month is away already",))
        upto = away.upto_of(cursor, month)
        count = away.count_upto(cursor, upto)
        return MonthPlan(month, upto, count, tuple(_reasons(cursor, month, at, upto, count)))


def _reasons(cursor: Cursor, month: date, at: datetime, upto: int, count: int) -> list[str]:
    found = []
    if at < moment_of(month_after(month)) + KEPT:
        found.append(f"it ended less than {KEPT.days} days ago")
    if not count:
        found.append("it has no transfers")
    if still := away.open_upto(cursor, upto):
        found.append(f"{still} reservations are open")
    if behind := away.followers_behind(cursor, upto, _followers()):
        found.append(f"followers are behind: {', '.join(behind)}")
    return found


def _followers() -> list[str]:
    """Return who follows the ledger: others, such as the log's, count rows of their own."""
    return [one.name for one in followers.followers() if one.sequence == TRANSFER_SEQUENCE]


def _month_of(table: str) -> date:
    year, month = table[-7:].split("_")
    return date(int(year), int(month), 1)
