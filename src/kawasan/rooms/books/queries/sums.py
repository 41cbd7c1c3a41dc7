"""Sums by account of a period, and the lines that they are the sum of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from kawasan.core.access import Actor
from kawasan.core.errors import NotFound
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.desk import accounts, need_books
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.desk import EntryKind, LedgerLine

FIRST_DAY, LAST_DAY = ALL_DAYS = date(1970, 1, 1), date(9999, 12, 31)

# The entry that closes a year moves what was earned to Saldo laba. Statements show both at any day without it, so they
# leave it out: a year that is closed shows what it showed before. The journal (queries/export.py) has it.
_OPEN_YEAR = """entry_id not in (
        select id from books_entry where business_id = %(business)s and kind = 'year-end')"""
_SUMS = f"""
select account, sum(debit)::bigint, sum(credit)::bigint from (
    select account, debit_minor as debit, credit_minor as credit from books_day
    where business_id = %(business)s and day between %(first)s and %(last)s
    union all
    select account, greatest(amount_minor, 0), greatest(-amount_minor, 0) from books_entry_line
    where business_id = %(business)s and day between %(first)s and %(last)s and {_OPEN_YEAR}
) as both_sources group by account order by account
"""
_BY_DAY = f"""
select day, account, sum(amount)::bigint from (
    select day, account, debit_minor - credit_minor as amount from books_day
    where business_id = %(business)s and day between %(first)s and %(last)s and account = any(%(accounts)s)
    union all
    select day, account, amount_minor from books_entry_line
    where business_id = %(business)s and day between %(first)s and %(last)s and account = any(%(accounts)s)
      and {_OPEN_YEAR}
) as both_sources group by day, account order by day, account
"""
# Each branch goes by its own index and stops at the limit, that of the follower's lines for each account by itself: the
# index then has them in order. What was booked by hand comes first within a day.
_LINES = """
select * from (
    (select l.day, l.sequence, l.transfer_id as source_id, l.place::int, l.account, l.amount_minor, l.code::int,
            'transfer' as kind, '' as memo, l.reference, '' as document
     from unnest(%(accounts)s::text[]) as wanted (account) cross join lateral (
         select * from books_line
         where business_id = %(business)s and account = wanted.account and day between %(first)s and %(last)s
           and (day, sequence) >= (%(day)s, %(sequence)s)
           and (day, sequence, transfer_id, place::int) > (%(day)s, %(sequence)s, %(source)s, %(place)s)
         order by day, sequence, transfer_id, place limit %(limit)s) l
     order by l.day, l.sequence, l.transfer_id, l.place limit %(limit)s)
    union all
    (select l.day, 0, l.entry_id, l.place::int, l.account, l.amount_minor, 0, e.kind, e.memo, e.reference, e.document
     from books_entry_line l join books_entry e on e.id = l.entry_id
     where l.business_id = %(business)s and l.account = any(%(accounts)s) and l.day between %(first)s and %(last)s
       and e.kind <> 'year-end'
       and (l.day, 0::bigint, l.entry_id, l.place::int) > (%(day)s, %(sequence)s, %(source)s, %(place)s)
     order by l.day, l.entry_id, l.place limit %(limit)s)
) as both_sources order by day, sequence, source_id, place limit %(limit)s
"""
_BEFORE = f"""
select coalesce(sum(amount), 0)::bigint from (
    select debit_minor - credit_minor as amount from books_day
    where business_id = %(business)s and account = any(%(accounts)s) and day < %(day)s
    union all
    select amount_minor from books_line
    where business_id = %(business)s and account = any(%(accounts)s) and day = %(day)s
      and (sequence, transfer_id, place::int) <= (%(sequence)s, %(source)s, %(place)s)
    union all
    select amount_minor from books_entry_line
    where business_id = %(business)s and account = any(%(accounts)s) and {_OPEN_YEAR}
      and (day, 0::bigint, entry_id, place::int) <= (%(day)s, %(sequence)s, %(source)s, %(place)s)
) as earlier
"""
_NOTHING = UUID(int=0)


def sums(business_id: UUID, first: date = FIRST_DAY, last: date = LAST_DAY) -> dict[str, tuple[int, int]]:
    """Return what each account was debited and credited from one day to another, both included."""
    rows = _rows(_SUMS, {"business": business_id, "first": first, "last": last})
    return {account: (debit, credit) for account, debit, credit in rows}


def sums_of_journal(business_id: UUID, first: date = FIRST_DAY, last: date = LAST_DAY) -> dict[str, tuple[int, int]]:
    """Return the sums with the entries that close years, as the journal has them."""
    rows = _rows(_SUMS.replace(_OPEN_YEAR, "true"), {"business": business_id, "first": first, "last": last})
    return {account: (debit, credit) for account, debit, credit in rows}


def net(sums_of: dict[str, tuple[int, int]]) -> dict[str, int]:
    """Return debit minus credit by account."""
    return {account: debit - credit for account, (debit, credit) in sums_of.items()}


def by_day(business_id: UUID, codes: Sequence[str], first: date, last: date) -> list[tuple[date, str, int]]:
    """Return debit minus credit of some accounts on each day on which anything was booked to them."""
    given = {"business": business_id, "accounts": list(codes), "first": first, "last": last}
    return [(day, account, amount) for day, account, amount in _rows(_BY_DAY, given)]


def sales_of_ledger(*, business_id: UUID, first: date, last: date) -> int:
    """Return what the ledger's transfers booked as sales less returns, for a room above that has checked who asks."""
    rows = models.Day.objects.filter(business_id=business_id, day__gte=first, day__lte=last)
    found = rows.filter(account__in=(chart.SALES, chart.RETURNS)).aggregate(
        debit=Sum("debit_minor"), credit=Sum("credit_minor")
    )
    return int((found["credit"] or 0) - (found["debit"] or 0))


def booked_by_document(*, business_id: UUID, document: str, reference: UUID, account: str) -> int:
    """Return what a document's entries credited to an account, for the room that the document belongs to."""
    rows = models.EntryLine.objects.filter(
        business_id=business_id, account=account, entry__document=document, entry__reference=reference
    )
    return -int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def ppn_by_month(business_id: UUID, first: date, last: date) -> dict[date, int]:
    """
    Return output PPN less input PPN by the first day of its month.

    What paid the tax office (expenses and lines of bank statements on 2201, and their corrections) is no output.
    """
    paying = models.Entry.objects.filter(business_id=business_id, kind__in=(EntryKind.EXPENSE, EntryKind.BANK))
    paid = Q(account=chart.OUTPUT_PPN) & (Q(entry__in=paying) | Q(entry__corrects__in=paying.values("pk")))
    booked = models.EntryLine.objects.filter(business_id=business_id, day__gte=first, day__lte=last)
    lines = booked.filter(account__in=(chart.INPUT_PPN, chart.OUTPUT_PPN)).exclude(paid)
    found: dict[date, int] = defaultdict(int)
    for day, amount in lines.values_list("day", "amount_minor"):
        found[day.replace(day=1)] -= amount
    return dict(found)


def general_ledger(
    *,
    actor: Actor,
    business_id: UUID,
    codes: Sequence[str],
    first: date,
    last: date,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[LedgerLine]:
    """
    Return the lines of some accounts in order, each with the balance after it: what a figure of a statement opens to.

    Raises Unauthenticated, NotFound (also for an unknown account), Forbidden, BadCursor.
    """
    need_books(actor, business_id)
    if not codes or not set(codes) <= accounts(business_id).keys():
        raise NotFound
    wanted, size = list(codes), clamp_limit(limit)
    key = _key(cursor, first)
    given = {"business": business_id, "accounts": wanted, "first": first, "last": last, "limit": size + 1, **key}
    balance = int(_rows(_BEFORE, given)[0][0])
    lines = []
    for row in _rows(_LINES, given):
        balance += row[5]
        lines.append(LedgerLine(*(*row, balance)))
    return page_of(lines, size, lambda line: (line.day.isoformat(), line.sequence, str(line.source_id), line.place))


def _key(cursor: str | None, first: date) -> dict[str, Any]:
    key = decode_cursor(cursor, str, int, str, int)
    try:
        parts = (date.fromisoformat(key[0]), key[1], UUID(key[2]), key[3]) if key else (first, -1, _NOTHING, 0)
    except ValueError:
        raise NotFound from None
    return dict(zip(("day", "sequence", "source", "place"), parts, strict=True))


def _rows(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
