"""Orders taken by the intake become what orders are: rows, timeline, payment, facts, units counted as sold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.platform.facts import announce_many
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.engine.taking import LINE
from kawasan.rooms.commerce.facts import OrderPaid, OrderPlaced
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.rules.transfers import Held
from kawasan.rooms.commerce.rules.vouchers import held_by_voucher
from kawasan.rooms.commerce.types.order_refusals import OrderNotFound
from kawasan.rooms.commerce.types.orders import Method, Order, OrderGroup
from kawasan.rooms.payments import api as payments

WRITE_MAX = 500  # checkouts in one transaction
COUNTED_HERE = "kawasan.rooms.commerce.tasks.on_order_paid"  # what this listener would do is done set-wise below

# Note [Who writes out a checkout]
# Whoever has locked its row of position 0 has all its rows; they are deleted in the transaction that writes the orders,
# so each checkout is written once, however many workers there are and whoever of them dies. The worker passes over what
# somebody else has in hand; a reader who asks for an order waits instead, and looks again whoever wrote it.
# One statement does it for a whole batch: nothing but what is told to others comes here and goes back. The ids of the
# timeline begin with the order's own time, like every id, and are in the order of its steps.
_TAKE_AND_WRITE = """
with first as (
    select group_id from commerce_intake_order where position = 0 and {which} order by id {how}
), taken as (
    delete from commerce_intake_order t using first where t.group_id = first.group_id returning t.*
), checkouts as (
    insert into commerce_order_group (id, buyer_id, method, total_minor, content_hash, placed_at)
    select group_id, buyer_id, method, group_total_minor, content_hash, placed_at from taken where position = 0
), orders as (
    insert into commerce_order (
        id, number, group_id, business_id, buyer_id, method, total_minor, refunded_minor, fee_minor, placed_at,
        paid_at, pay_until, cancelled_by, cancel_reason, courier, tracking, ship_name, ship_phone, ship_address,
        voucher_id, voucher_code, discount_minor, discount_back_minor, is_discount_paid
    )
    select id, number, group_id, business_id, buyer_id, method, total_minor, 0, 0, placed_at,
           case when method = 'wallet' then placed_at end,
           case when method <> 'wallet' then placed_at + make_interval(secs => %(lifetime)s) end,
           '', '', '', '', ship_name, ship_phone, ship_address,
           voucher_id, coalesce(voucher_code, ''), coalesce(discount_minor, 0), 0, coalesce(is_discount_paid, false)
    from taken
), lines as (
    insert into commerce_order_line (
        {line}, order_id, business_id, buyer_id, position, refunded_quantity, refunded_minor
    )
    select {line_values}, id, business_id, buyer_id, place - 1, 0, 0
    from taken cross join jsonb_array_elements(lines) with ordinality as each (line, place)
), timeline as (
    insert into commerce_order_event (id, order_id, business_id, buyer_id, step, note, at)
    select (left(id::text, 20) || place || left(hash, 2) || '-' || substr(hash, 3, 12))::uuid,
           id, business_id, buyer_id, step, '', placed_at
    from taken cross join (values (1, 'placed'), (2, 'paid')) as each (place, step)
    cross join lateral (select md5(id::text) as hash) as drawn
    where step = 'placed' or method = 'wallet'
)
select id, group_id, business_id, buyer_id, method, total_minor, placed_at, is_discount_paid, lines::text
from taken order by placed_at, group_id, position
"""
_LINE_TYPES = (
    "uuid",
    "uuid",
    "uuid",
    "text",
    "text",
    "bigint",
    "integer",
    "uuid",
    "uuid",
    "bigint",
)  # as LINE names them
_take_and_write = partial(
    _TAKE_AND_WRITE.format,
    line=", ".join(LINE),
    line_values=", ".join(f"(line ->> {place})::{kind}" for place, kind in enumerate(_LINE_TYPES[:-1]))
    # A line that was taken before there were vouchers has no discount.
    + f", coalesce((line ->> {LINE.index('discount_minor')})::bigint, 0)",
)
_NEXT = _take_and_write(which="true", how="limit %(wanted)s for update skip locked")
# Where nobody makes QRIS codes (a bank was taken away), what waits for one keeps nothing else waiting.
_NEXT_WITHOUT_QRIS = _take_and_write(which="method <> 'qris'", how="limit %(wanted)s for update skip locked")
_THESE = _take_and_write(which="group_id = any(%(wanted)s)", how="for update")
_LOCK_FIGURES = """
select from commerce_product_figures where product_id = any(%s) order by product_id for no key update
"""
_COUNT_SOLD = """
update commerce_product_figures f set sold = f.sold + n.units
from unnest(%s::uuid[], %s::bigint[]) as n (product_id, units) where f.product_id = n.product_id
"""

_PRODUCT, _QUANTITY, _HOLD, _OFFER = map(LINE.index, ("product_id", "quantity", "hold_id", "campaign_offer_id"))


class Written(NamedTuple):
    """What is still to be done for an order once its rows are there."""

    id: UUID
    group_id: UUID
    business_id: UUID
    buyer_id: UUID
    method: str
    total_minor: int
    placed_at: datetime
    is_discount_paid: bool | None  # nothing: it has no discount
    lines: list[list[Any]]  # as LINE names them


@requires_transaction
def write_next_taken(*, limit: int = WRITE_MAX) -> int:
    """
    Write out up to ``limit`` checkouts taken by the intake, oldest first; return how many orders that were.

    Each is written once, however many do this at the same time. For the worker, in a transaction that sees the zone.
    """
    return _write(_NEXT if _has_bank() else _NEXT_WITHOUT_QRIS, limit)


@requires_transaction
def write_taken(*, group_ids: Iterable[UUID] = (), order_ids: Iterable[UUID] = ()) -> bool:
    """Write out these checkouts, and those of these orders, if they still wait; whether there was one."""
    with seeing_everything():
        groups = {*group_ids, *_groups_of(order_ids)}
        return bool(groups and _write(_THESE, list(groups)))


@requires_transaction
def order(*, actor: Actor, order_id: UUID) -> Order:
    """Return an order with all its parts, for its buyer, its seller or zone roles. Raises OrderNotFound."""
    try:
        return queries.order(actor=actor, order_id=order_id)
    except OrderNotFound:
        write_taken(order_ids=[order_id])
        return queries.order(actor=actor, order_id=order_id)


@requires_transaction
def group(*, actor: Actor, group_id: UUID) -> OrderGroup:
    """Return a checkout with its orders, for its buyer. Raises OrderNotFound."""
    try:
        return queries.group(actor=actor, group_id=group_id)
    except OrderNotFound:
        write_taken(group_ids=[group_id])
        return queries.group(actor=actor, group_id=group_id)


def lock_order(order_id: UUID) -> models.Order:
    """Return an order's row, locked. Raises OrderNotFound."""
    try:
        return queries.lock_order(order_id)
    except OrderNotFound:
        write_taken(order_ids=[order_id])
        return queries.lock_order(order_id)


def lock_with_group(order_id: UUID) -> models.Order:
    """Return an order's row, locked together with those of its checkout that the reader sees. Raises OrderNotFound."""
    try:
        return queries.lock_with_group(order_id)
    except OrderNotFound:
        write_taken(order_ids=[order_id])
        return queries.lock_with_group(order_id)


def lock_orders_of_group(group_id: UUID) -> list[models.Order]:
    """Return the rows of a checkout's orders, locked in order of id."""
    rows = queries.lock_orders_of_group(group_id)
    if not rows:
        write_taken(group_ids=[group_id])
        rows = queries.lock_orders_of_group(group_id)
    return rows


def _has_bank() -> bool:
    try:
        payments.active_provider()
    except payments.UnknownProvider:
        return False
    return True


def _groups_of(order_ids: Iterable[UUID]) -> list[UUID]:
    waiting = models.IntakeOrder.objects.filter(pk__in=list(order_ids))
    return list(waiting.values_list("group_id", flat=True))


def _write(sql: str, wanted: int | list[UUID]) -> int:
    orders = _take(sql, wanted)
    if not orders:
        return 0
    payments.request_payments(_payment_requests(order for order in orders if order.method == Method.QRIS))
    _count_sold(orders)
    announce_many((fact for order in orders for fact in _facts(order)), but={COUNTED_HERE})
    return len(orders)


def _take(sql: str, wanted: int | list[UUID]) -> list[Written]:
    """Move compact rows to where orders are, personal data encrypted as it is; return them, checkout by checkout."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"wanted": wanted, "lifetime": PAYMENT_LIFETIME.total_seconds()})
        return [Written._make((*row[:-1], orjson.loads(row[-1]))) for row in cursor.fetchall()]


def _payment_requests(orders: Iterable[Written]) -> Iterator[payments.PaymentRequest]:
    for group_id, found in groupby(orders, key=attrgetter("group_id")):
        checkout = list(found)
        first = checkout[0]
        yield payments.PaymentRequest(
            payment_id=group_id,
            payer_id=first.buyer_id,
            splits=tuple(_split(order) for order in checkout),
            holds=(
                *(hold_id for order in checkout for line in order.lines for hold_id in _holds(line)),
                *held_by_voucher(group_id, _discounted(checkout)),
            ),
            expires_at=first.placed_at + PAYMENT_LIFETIME,
            at=first.placed_at,
        )


def _discounted(checkout: Iterable[Written]) -> list[tuple[UUID, bool]]:
    return [(order.id, order.is_discount_paid) for order in checkout if order.is_discount_paid is not None]


def _split(order: Written) -> payments.Split:
    return payments.Split(amount_minor=order.total_minor, business_id=order.business_id, order_id=order.id)


def _holds(line: Sequence[Any]) -> tuple[UUID, ...]:
    hold, offer = line[_HOLD], line[_OFFER]
    return Held(UUID(hold), UUID(offer) if offer else None).ids if hold else ()


def _count_sold(orders: Iterable[Written]) -> None:
    """Count the units of paid orders as sold, as ``count_sold`` does for one order."""
    units: Counter[str] = Counter()
    for order in orders:
        if order.method == Method.WALLET:
            for line in order.lines:
                units[line[_PRODUCT]] += line[_QUANTITY]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_FIGURES, [sorted(units)])
        cursor.execute(_COUNT_SOLD, [list(units), list(units.values())])


def _facts(order: Written) -> Iterator[tuple[object, datetime]]:
    order_id, group_id, business_id, buyer_id, method, total, at, *_ = order
    yield OrderPlaced(order_id, group_id, business_id, buyer_id, total), at
    if method == Method.WALLET:
        yield OrderPaid(order_id, business_id, buyer_id, total), at
