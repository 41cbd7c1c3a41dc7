"""
An independent witness: entries balance, sums are sums of lines, the books' cash and sold units are the ledger's.

It reads the ledger's tables in SQL of its own and shares nothing with the follower but the table of accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from kawasan.platform.checks import Finding, compared
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books.queries.source import FOLLOWER_NAME
from kawasan.rooms.books.rules.posting import money_accounts
from kawasan.rooms.books.rules.units import SOLD_CODE, SUPPLY_CODE
from kawasan.rooms.ledger import api as ledger

FINDINGS_MAX = 100  # of each check

_CHECKS = {
    "books-entry-unbalanced": """
        select business_id || ' transfer ' || sequence, '0', sum(amount_minor)::text
        from books_line group by business_id, sequence having sum(amount_minor) <> 0 order by 1 limit %(max)s""",
    "books-manual-entry-unbalanced": """
        select business_id || ' entry ' || entry_id, '0', sum(amount_minor)::text
        from books_entry_line group by business_id, entry_id having sum(amount_minor) <> 0 order by 1 limit %(max)s""",
    "books-day": """
        with summed as (
            select business_id, day, account, coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as debit,
                   coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0) as credit
            from books_line group by business_id, day, account)
        select concat_ws(' ', coalesce(s.business_id, d.business_id), coalesce(s.day, d.day),
                         coalesce(s.account, d.account)),
               coalesce(s.debit || ' - ' || s.credit, 'no row'),
               coalesce(d.debit_minor || ' - ' || d.credit_minor, 'no row')
        from summed s full join books_day d using (business_id, day, account)
        where s.debit is distinct from d.debit_minor or s.credit is distinct from d.credit_minor
        order by 1 limit %(max)s""",
    "books-cash": """
        with accounts as (
            select a.id, a.owner, m.account from ledger_account a
            join unnest(%(codes)s::int[], %(names)s::text[]) as m (code, account) on m.code = a.code
            where a.asset = %(idr)s),
        moved as (
            select t.credit as id, t.amount from ledger_history t
            where t.kind in ('posted', 'post') and t.sequence <= %(upto)s
            union all
            select t.debit, -t.amount from ledger_history t
            where t.kind in ('posted', 'post') and t.sequence <= %(upto)s),
        held as (
            select a.owner, a.account, sum(m.amount) as amount
            from moved m join accounts a on a.id = m.id group by 1, 2),
        booked as (
            select business_id, account, sum(amount_minor) as amount from books_line
            where account = any(%(names)s) group by 1, 2)
        select concat_ws(' ', coalesce(h.owner, b.business_id), coalesce(h.account, b.account)),
               coalesce(h.amount, 0)::text, coalesce(b.amount, 0)::text
        from held h full join booked b on b.business_id = h.owner and b.account = h.account
        where coalesce(h.amount, 0) <> coalesce(b.amount, 0) order by 1 limit %(max)s""",
    # Whatever codes moved them: units that came to be sold since the cards began, less those that can be sold again.
    "books-units": """
        with began as (select business_id, min(position) as position from books_stock_choice group by 1),
        sold as (
            select a.id, a.owner, a.asset, b.position from ledger_account a
            join began b on b.business_id = a.owner where a.code = %(sold)s),
        moved as (
            select s.owner, s.asset, t.amount from ledger_history t join sold s on s.id = t.credit
            where t.kind in ('posted', 'post') and t.sequence > s.position and t.sequence <= %(upto)s
            union all
            select s.owner, s.asset, -t.amount from ledger_history t join sold s on s.id = t.debit
            join ledger_account there on there.id = t.credit and there.code <> %(supply)s
            where t.kind in ('posted', 'post') and t.sequence > s.position and t.sequence <= %(upto)s),
        gone as (select owner, asset, sum(amount) as units from moved group by 1, 2),
        carded as (
            select business_id, asset, sum(units) as units from (
                select business_id, asset, sold - returned as units from books_unit_day
                union all select business_id, asset, quantity from books_unit_on_the_way) each group by 1, 2)
        select concat_ws(' ', coalesce(g.owner, c.business_id), coalesce(g.asset, c.asset)),
               coalesce(g.units, 0)::text, coalesce(c.units, 0)::text
        from gone g full join carded c on c.business_id = g.owner and c.asset = g.asset
        where coalesce(g.units, 0) <> coalesce(c.units, 0) order by 1 limit %(max)s""",
}


@requires_transaction
def differences() -> list[Finding]:
    """Return each broken promise of the books up to the follower's cursor."""
    with connection.cursor() as cursor:
        cursor.execute("select position from platform_cursor where name = %s", [FOLLOWER_NAME])
        row = cursor.fetchone()
    accounts = money_accounts()
    given = {
        "max": FINDINGS_MAX,
        "codes": list(accounts),
        "names": list(accounts.values()),
        "idr": ledger.IDR,
        "upto": row[0] if row else 0,
        "sold": SOLD_CODE,
        "supply": SUPPLY_CODE,
    }
    return [finding for code, sql in _CHECKS.items() for finding in _findings(code, sql, given)]


def _findings(code: str, sql: str, given: dict[str, Any]) -> Iterator[Finding]:
    for row, expected, found in compared(sql, given):
        yield Finding(code=code, row=row, expected=expected, found=found)
