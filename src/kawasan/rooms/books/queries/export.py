"""The whole journal of a period, in order, for files that other programs read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor
from kawasan.rooms.books.queries.desk import accounts, need_books
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums_of_journal
from kawasan.rooms.books.rules import beancount, posting
from kawasan.rooms.books.rules.beancount import Posting
from kawasan.rooms.books.types.months import Span

_JOURNAL = """
select day, source_id, memo, account, amount_minor, code from (
    select day, sequence, transfer_id as source_id, '' as memo, account, amount_minor, code::int as code, place
    from books_line where business_id = %(business)s and day between %(first)s and %(last)s
    union all
    select l.day, 0, l.entry_id, e.memo, l.account, l.amount_minor, 0, l.place
    from books_entry_line l join books_entry e on e.id = l.entry_id
    where l.business_id = %(business)s and l.day between %(first)s and %(last)s
) as both_sources order by day, sequence, source_id, place
"""


def journal(*, actor: Actor, business_id: UUID, span: Span) -> list[Posting]:
    """Return every journal line of a period in order. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    with connection.cursor() as cursor:
        cursor.execute(_JOURNAL, {"business": business_id, "first": span.first, "last": span.last})
        return [
            Posting(day, source, memo or posting.rule_of(code).name, account, amount)
            for day, source, memo, account, amount, code in cursor.fetchall()
        ]


def beancount_lines(*, actor: Actor, business_id: UUID, span: Span, title: str) -> Iterator[str]:
    """Return the journal of a period as beancount text. Raises as ``journal``."""
    postings = journal(actor=actor, business_id=business_id, span=span)
    return beancount.text_of(
        postings,
        accounts(business_id),
        title=title,
        opening=net(sums_of_journal(business_id, FIRST_DAY, span.first - timedelta(days=1))),
        first=span.first,
        balances=net(sums_of_journal(business_id, FIRST_DAY, span.last)),
        end=span.last + timedelta(days=1),
    )
