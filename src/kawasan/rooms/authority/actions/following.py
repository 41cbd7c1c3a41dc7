"""The follower's writes: one batch of the ledger's transfers becomes a few set-wise statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from kawasan.platform.db import requires_transaction
from kawasan.rooms.authority.queries import source
from kawasan.rooms.authority.rules import counting
from kawasan.rooms.authority.rules.counting import Movement, OrderKey
from kawasan.rooms.authority.types import Changes, Figures, OrderState

_SUMS = Figures._fields
_TABLES = ("authority_sales", "authority_day", "authority_minute", "authority_order", "authority_counted")
_SALES = f"""
insert into authority_sales (day, business_id, {", ".join(_SUMS)})
select * from unnest(%s::date[], %s::uuid[], {", ".join("%s::bigint[]" for _ in _SUMS)})
on conflict (day, business_id) do update set
{", ".join(f"{name} = authority_sales.{name} + excluded.{name}" for name in _SUMS)}
"""
_DAYS = f"""
insert into authority_day (day, {", ".join(_SUMS)})
select day, {", ".join(f"sum({name})" for name in _SUMS)}
from unnest(%s::date[], %s::uuid[], {", ".join("%s::bigint[]" for _ in _SUMS)})
     as taken (day, business_id, {", ".join(_SUMS)})
group by day order by day
on conflict (day) do update set {", ".join(f"{name} = authority_day.{name} + excluded.{name}" for name in _SUMS)}
"""
_MINUTES = """
insert into authority_minute (minute, orders, gross_minor)
select * from unnest(%s::timestamptz[], %s::bigint[], %s::bigint[])
on conflict (minute) do update set orders = authority_minute.orders + excluded.orders,
    gross_minor = authority_minute.gross_minor + excluded.gross_minor
"""
_ORDERS = """
insert into authority_order (business_id, order_id, gross_minor, refunded_minor, released_minor, fee_minor,
                             first_sequence, paid_at, completed_at, cancelled_at)
select * from unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                     %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
on conflict (order_id, business_id) do update set
    gross_minor = excluded.gross_minor, refunded_minor = excluded.refunded_minor,
    released_minor = excluded.released_minor, fee_minor = excluded.fee_minor,
    first_sequence = excluded.first_sequence, paid_at = excluded.paid_at,
    completed_at = excluded.completed_at, cancelled_at = excluded.cancelled_at
"""
_COUNTED = """
insert into authority_counted (sequence, transfer_id, order_id, business_id, kind, amount_minor, at, day)
select sequence, transfer_id, order_id, business_id, kind, amount_minor, at, (at at time zone 'Asia/Jakarta')::date
from unnest(%s::bigint[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::timestamptz[])
     as taken (sequence, transfer_id, order_id, business_id, kind, amount_minor, at)
"""


@requires_transaction
def follow_sales(after: int, upto: int) -> None:
    """
    Take the ledger's transfers with ``after < sequence <= upto`` into the figures.

    Each is taken once: the caller commits its cursor in the same transaction (``platform.followers``).
    """
    movements = source.movements_between(after, upto)
    if not movements:
        return
    orders = source.orders_of((movement.business_id, movement.order_id) for movement in movements)
    changes = counting.count(movements, orders)
    _write(movements, changes, orders)


@requires_transaction
def forget_sales() -> None:
    """Empty everything that ``follow_sales`` wrote, so that it can take the whole ledger again."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"delete from {table}")


# Rows go in the order of their keys, so that two writers of the same rows wait for each other and never deadlock.
def _write(movements: Iterable[Movement], changes: Changes, orders: dict[OrderKey, OrderState]) -> None:
    sales = [(day, business, *sums) for (day, business), sums in sorted(changes.sales.items())]
    minutes = [(minute, *sums) for minute, sums in sorted(changes.minutes.items())]
    states = [_columns(order) for _, order in sorted(orders.items())]
    counted = [(m.sequence, m.transfer_id, m.order_id, m.business_id, m.kind, m.amount_minor, m.at) for m in movements]
    for sql, rows in ((_SALES, sales), (_DAYS, sales), (_MINUTES, minutes), (_ORDERS, states), (_COUNTED, counted)):
        _insert(sql, rows)


def _columns(order: OrderState) -> tuple[Any, ...]:
    return (
        order.business_id,
        order.order_id,
        order.gross_minor,
        order.refunded_minor,
        order.released_minor,
        order.fee_minor,
        order.first_sequence,
        order.paid_at,
        order.completed_at,
        order.cancelled_at,
    )


def _insert(sql: str, rows: Sequence[Iterable[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_array(column) for column in zip(*rows, strict=True)])


# Note [Why arrays are written here]
# The driver writes a list element by element and looks into each for what must be quoted, which took a third of a
# batch's time. Ids, whole numbers, days, moments and the words of ``Counted`` never need a quote.
def _array(column: Iterable[Any]) -> str:
    return "{" + ",".join(["null" if value is None else _text(value) for value in column]) + "}"


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)  # a datetime is a date, too
