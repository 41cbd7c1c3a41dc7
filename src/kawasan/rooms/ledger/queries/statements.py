"""An account's statement: its movements, newest first, each with what was posted after it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.ledger.types import AMOUNT_MAX, Kind, StatementLine, UnknownAccount

# The balance above the page is what stands now less what was posted since, so no page trusts a figure in its link.
# All of it is one statement: it sees one moment, also while others move the balance.
_STATEMENT = """
with account as (
    select credits_posted - debits_posted as posted from ledger_account where id = %(account)s
), since as (
    select coalesce(sum(change), 0) as posted from (
        select sum(amount) as change from ledger_transfer
        where credit = %(account)s and sequence >= %(before)s and kind in ('posted', 'post')
        union all
        select -sum(amount) from ledger_transfer
        where debit = %(account)s and sequence >= %(before)s and kind in ('posted', 'post')
    ) changes
), lines as (
    (select sequence, id, entry_id, debit as counterparty, code, kind, amount as signed, reference, at
     from ledger_transfer where credit = %(account)s and sequence < %(before)s and kind = any(%(kinds)s)
     order by sequence desc limit %(limit)s)
    union all
    (select sequence, id, entry_id, credit, code, kind, -amount, reference, at
     from ledger_transfer where debit = %(account)s and sequence < %(before)s and kind = any(%(kinds)s)
     order by sequence desc limit %(limit)s)
    order by 1 desc limit %(limit)s
), changes as (
    select *, case when kind in ('posted', 'post') then signed else 0 end as change from lines
)
select l.sequence, l.id, l.entry_id, l.counterparty, l.code, l.kind, l.signed, l.change,
       (a.posted - s.posted
        - coalesce(sum(l.change) over (order by l.sequence desc rows between unbounded preceding and 1 preceding), 0)
       )::bigint as balance,
       l.reference, l.at
from account a cross join since s left join changes l on true
order by l.sequence desc
"""
_MOVING = [Kind.POSTED.value, Kind.POST.value]
_ALL = [kind.value for kind in Kind]


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
        "kinds": _ALL if holds else _MOVING,
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
