"""The follower's writes: one batch of the ledger's transfers becomes a few set-wise statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.periods import closings_of
from kawasan.rooms.books.queries.source import stock_cards_since, transfers_of_money
from kawasan.rooms.books.rules import posting, units
from kawasan.rooms.books.rules.posting import Booked
from kawasan.rooms.ledger.api import TransferRow

_LINES = """
insert into books_line (sequence, place, business_id, day, account, amount_minor, code, transfer_id, reference, at)
select * from unnest(%s::bigint[], %s::smallint[], %s::uuid[], %s::date[], %s::text[], %s::bigint[], %s::smallint[],
                     %s::uuid[], %s::uuid[], %s::timestamptz[])
"""
_DAYS = """
insert into books_day (business_id, day, account, debit_minor, credit_minor)
select * from unnest(%s::uuid[], %s::date[], %s::text[], %s::bigint[], %s::bigint[])
on conflict (business_id, day, account) do update set
    debit_minor = books_day.debit_minor + excluded.debit_minor,
    credit_minor = books_day.credit_minor + excluded.credit_minor
"""
_UNITS = """
insert into books_unit_day (business_id, asset, day, sold, returned)
select * from unnest(%s::uuid[], %s::uuid[], %s::date[], %s::bigint[], %s::bigint[])
on conflict (business_id, asset, day) do update set
    sold = books_unit_day.sold + excluded.sold, returned = books_unit_day.returned + excluded.returned
"""


@requires_transaction
def follow_journal(after: int, upto: int) -> None:
    """
    Book the ledger's transfers with ``after < sequence <= upto`` into the journals of the businesses they touch.

    Each is booked once: the caller commits its cursor in the same transaction (``platform.followers``).
    """
    tracked = stock_cards_since()
    transfers = transfers_of_money(after, upto, units=bool(tracked))
    closings = closings_of(posting.businesses_of(transfers))
    lines = list(posting.book(transfers, closings))
    _insert(_LINES, lines)
    _insert(_DAYS, _sums(lines))
    if tracked:
        _follow_units(units.touching(transfers, tracked), closings)


@requires_transaction
def forget_journal() -> None:
    """Empty everything that ``follow_journal`` wrote, so that it can take the whole ledger again."""
    with connection.cursor() as cursor:
        for table in ("books_line", "books_day", "books_unit_day", "books_unit_on_the_way"):
            cursor.execute(f"delete from {table}")


def _follow_units(rows: Sequence[TransferRow], closings: posting.Closings) -> None:
    """Bring what orders hold up to date, and add what was sold and came back."""
    orders = {row.reference for row in rows if row.reference}
    held = models.UnitOnTheWay.objects.filter(reference__in=orders)
    on_the_way: units.OnTheWay = {}
    for row in held:
        kept = on_the_way.setdefault(row.reference, units.Held(row.day))
        kept.units[units.Key(row.business_id, row.asset)] = row.quantity
    found = units.follow(rows, on_the_way, closings)
    held.delete()
    models.UnitOnTheWay.objects.bulk_create(
        models.UnitOnTheWay(
            reference=order, business_id=key.business_id, asset=key.asset, quantity=quantity, day=kept.day
        )
        for order, kept in on_the_way.items()
        for key, quantity in kept.units.items()
        if quantity
    )
    _insert(_UNITS, found.rows)


def _sums(lines: Iterable[Booked]) -> list[tuple[UUID, date, str, int, int]]:
    """Add up what lines debit and credit, in the order of the keys: two writers then wait and never deadlock."""
    sums: dict[tuple[UUID, date, str], list[int]] = {}
    for line in lines:
        pair = sums.setdefault((line.business_id, line.day, line.account), [0, 0])
        pair[line.amount_minor < 0] += abs(line.amount_minor)
    return [(*key, pair[0], pair[1]) for key, pair in sorted(sums.items())]


def _insert(sql: str, rows: Sequence[Iterable[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_array(column) for column in zip(*rows, strict=True)])


# The driver looks into each element of a list for what must be quoted; ids, numbers, days and codes never need it.
# Lines of one transfer stand together and share its id, time and day: what was just written is not written anew.
def _array(column: Iterable[Any]) -> str:
    texts: list[str] = []
    last: Any = None
    text = "null"
    for value in column:
        if value is not last:
            last, text = value, "null" if value is None else _text(value)
        texts.append(text)
    return "{" + ",".join(texts) + "}"


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)  # a datetime is a date, too
