"""An account's statement: its movements, newest first, each with what was posted after it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.ledger.types import AMOUNT_MAX, LINES_FOLLOWER, Kind, StatementLine, UnknownAccount

# The balance above the page is what stands now less what was posted since, so no page trusts a figure in its link.
# The lines come from the follower's table and, above its position, from the transfers themselves. All of it is one
# statement: it sees one moment, also while others move the balance and the follower moves on.
_STATEMENT = """
with account as (
    select credits_posted - debits_posted as posted from ledger_account where id = %(account)s
), tail as (
    select sequence, id as transfer_id,
           case when kind not in ('posted', 'post') then 0
                when credit = %(account)s then amount else -amount end as change
    from ledger_transfer
    where sequence > (select coalesce(max(position), 0) from platform_cursor where name = %(follower)s)
      and (debit = %(account)s or credit = %(account)s)
), since as (
    select coalesce(sum(change), 0) as posted from (
        select change from ledger_line where account = %(account)s and sequence >= %(before)s
        union all
        select change from tail where sequence >= %(before)s
    ) changes
), lines as (
    (select sequence, transfer_id, change from ledger_line
     where account = %(account)s and sequence < %(before)s and (%(holds)s or change <> 0)
     order by sequence desc limit %(limit)s)
    union all
    (select sequence, transfer_id, change from tail
     where sequence < %(before)s and (%(holds)s or change <> 0)
     order by sequence desc limit %(limit)s)
    order by 1 desc limit %(limit)s
), shown as (
    select l.sequence, l.change, t.id, t.entry_id, t.code, t.kind, t.reference, t.at,
           case when t.credit = %(account)s then t.debit else t.credit end as counterparty,
           case when t.credit = %(account)s then t.amount else -t.amount end as signed
    from lines l join ledger_history t on t.id = l.transfer_id
)
select l.sequence, l.id, l.entry_id, l.counterparty, l.code, l.kind, l.signed, l.change,
       (a.posted - s.posted
        - coalesce(sum(l.change) over (order by l.sequence desc rows between unbounded preceding and 1 preceding), 0)
       )::bigint as balance,
       l.reference, l.at
from account a cross join since s left join shown l on true
order by l.sequence desc
"""


def statement(
    account_id: UUID, cursor: str | None = None, limit: int | None = None, *, holds: bool = False
) -> Page[StatementLine]:
    """
    Return one page of an account's movements, newest first; with ``holds`` also what was reserved and released.

    ``amount`` is signed as this account saw it, ``change`` is what it did to the posted balance (0 for reservations)
    and ``balance`` is what was posted after it. Raises UnknownAccount and BadCursor.
    """
    key = decode_cursor(cursor, int)
    size = clamp_limit(limit)
    parameters = {
        "account": account_id,
        "before": key[0] if key else AMOUNT_MAX,
        "holds": holds,
        "follower": LINES_FOLLOWER,
        "limit": size + 1,
    }
    return page_of(_lines(account_id, parameters), size, key=lambda line: [line.sequence])


def _lines(account_id: UUID, parameters: dict[str, Any]) -> list[StatementLine]:
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, parameters)
        rows = cursor.fetchall()
    if not rows:
        raise UnknownAccount(account=str(account_id))
    return [_line(row) for row in rows if row[0] is not None]  # an account without lines is one row of nulls


def _line(row: tuple[Any, ...]) -> StatementLine:
    values = list(row)
    values[5] = Kind(row[5])
    return StatementLine(*values)
