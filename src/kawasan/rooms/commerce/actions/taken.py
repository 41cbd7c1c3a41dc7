"""Orders taken by the intake become what orders are: rows, timeline, payment, facts, units counted as sold."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.platform.facts import announce_many
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.engine.taking import COLUMNS, LINE
from kawasan.rooms.commerce.facts import OrderPaid, OrderPlaced
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.rules.transfers import Held
from kawasan.rooms.commerce.types.order_refusals import OrderNotFound
from kawasan.rooms.commerce.types.orders import Method, Order, OrderGroup, Step
from kawasan.rooms.payments import api as payments

WRITE_MAX = 500  # checkouts in one transaction
COUNTED_HERE = "kawasan.rooms.commerce.tasks.on_order_paid"  # what this listener would do is done set-wise below

# Note [Who writes out a checkout]
# Whoever has locked its row of position 0 has all its rows; they are deleted in the transaction that writes the orders,
# so each checkout is written once, however many workers there are and whoever of them dies. The worker passes over what
# somebody else has in hand; a reader who asks for an order waits instead, and looks again whoever wrote it.
_COLUMNS = ", ".join(f"taken.{name}" for name in COLUMNS)
_TAKE = """
with first as (
    select group_id from commerce_intake_order where position = 0 and {which} order by id {how}
)
delete from commerce_intake_order taken using first where taken.group_id = first.group_id returning {columns}
"""
_NEXT = _TAKE.format(columns=_COLUMNS, which="true", how="limit %s for update skip locked")
# Where nobody makes QRIS codes (a zone without a bank), what waits for one keeps nothing else waiting.
_NEXT_WITHOUT_QRIS = _TAKE.format(
    columns=_COLUMNS, which=f"method <> '{Method.QRIS.value}'", how="limit %s for update skip locked"
)
_THESE = _TAKE.format(columns=_COLUMNS, which="group_id = any(%s)", how="for update")
_TABLES: dict[str, dict[str, str]] = {
    "commerce_order_group": {
        "id": "uuid", "buyer_id": "uuid", "method": "text", "total_minor": "bigint", "content_hash": "bytea",
        "placed_at": "timestamptz",
    },
    "commerce_order": {
        "id": "uuid", "number": "text", "group_id": "uuid", "business_id": "uuid", "buyer_id": "uuid",
        "method": "text", "total_minor": "bigint", "refunded_minor": "bigint", "fee_minor": "bigint",
        "placed_at": "timestamptz", "pay_until": "timestamptz", "paid_at": "timestamptz", "cancelled_by": "text",
        "cancel_reason": "text", "courier": "text", "tracking": "text", "ship_name": "text", "ship_phone": "text",
        "ship_address": "text",
    },
    "commerce_order_line": {
        "id": "uuid", "order_id": "uuid", "business_id": "uuid", "buyer_id": "uuid", "variant_id": "uuid",
        "product_id": "uuid", "product_name": "text", "variant_name": "text", "unit_price_minor": "bigint",
        "quantity": "integer", "refunded_quantity": "integer", "refunded_minor": "bigint", "hold_id": "uuid",
        "campaign_offer_id": "uuid", "position": "smallint",
    },
    "commerce_order_event": {
        "id": "uuid", "order_id": "uuid", "business_id": "uuid", "buyer_id": "uuid", "step": "text", "note": "text",
        "at": "timestamptz",
    },
}  # fmt: skip
_LOCK_FIGURES = """
select from commerce_product_figures where product_id = any(%s) order by product_id for no key update
"""
_COUNT_SOLD = """
update commerce_product_figures f set sold = f.sold + n.units
from unnest(%s::uuid[], %s::bigint[]) as n (product_id, units) where f.product_id = n.product_id
"""

_INSERTS = {
    table: f"insert into {table} ({', '.join(columns)}) select {', '.join(columns)}"
    f" from json_to_recordset(%s::json) as given ({', '.join(f'{n} {t}' for n, t in columns.items())})"
    for table, columns in _TABLES.items()
}
# What an order begins without.
_EMPTY = {"refunded_minor": 0, "fee_minor": 0, "cancelled_by": "", "cancel_reason": "", "courier": "", "tracking": ""}
_PRODUCT, _QUANTITY = LINE.index("product_id"), LINE.index("quantity")

Row: TypeAlias = dict[str, Any]
Checkout: TypeAlias = list[Row]  # compact rows of one checkout, in order


@requires_transaction
def write_next_taken(*, limit: int = WRITE_MAX) -> int:
    """
    Write out up to ``limit`` checkouts taken by the intake, oldest first; return how many orders that were.

    Each is written once, however many do this at the same time. For the worker, in a transaction that sees the zone.
    """
    return _write(_take(_NEXT if _has_bank() else _NEXT_WITHOUT_QRIS, limit))


@requires_transaction
def write_taken(*, group_ids: Iterable[UUID] = (), order_ids: Iterable[UUID] = ()) -> bool:
    """Write out these checkouts, and those of these orders, if they still wait; whether there was one."""
    with seeing_everything():
        groups = {*group_ids, *_groups_of(order_ids)}
        return bool(groups and _write(_take(_THESE, list(groups))))


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


def _take(sql: str, wanted: int | list[UUID]) -> list[Checkout]:
    """Take compact rows out; personal data stays encrypted as it is."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [wanted])
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    rows.sort(key=lambda row: (row["placed_at"], row["group_id"], row["position"]))
    return [list(found) for _, found in groupby(rows, key=lambda row: row["group_id"])]


def _write(checkouts: Sequence[Checkout]) -> int:
    orders = [order for checkout in checkouts for order in checkout]
    if not orders:
        return 0
    tables: dict[str, list[Row]] = {
        "commerce_order_group": [_group_row(checkout[0]) for checkout in checkouts],
        "commerce_order": [_order_row(order) for order in orders],
        "commerce_order_line": [row for order in orders for row in _line_rows(order)],
        "commerce_order_event": [row for order in orders for row in _event_rows(order)],
    }
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            cursor.execute(_INSERTS[table], [orjson.dumps(rows, default=_plain).decode()])
    unpaid = [checkout for checkout in checkouts if checkout[0]["method"] == Method.QRIS]
    payments.request_payments(_payment_requests(unpaid, tables["commerce_order_line"]))
    _count_sold(orders)
    announce_many((fact for order in orders for fact in _facts(order)), but={COUNTED_HERE})
    return len(orders)


def _plain(value: memoryview) -> str:
    return "\\x" + value.hex()  # the one kind of value that JSON does not know


def _group_row(order: Row) -> Row:
    same = ("buyer_id", "method", "content_hash", "placed_at")
    return {"id": order["group_id"], "total_minor": order["group_total_minor"]} | {name: order[name] for name in same}


def _order_row(order: Row) -> Row:
    is_paid = order["method"] == Method.WALLET
    at: datetime = order["placed_at"]
    moments = {"paid_at": at if is_paid else None, "pay_until": None if is_paid else at + PAYMENT_LIFETIME}
    return _EMPTY | {name: order[name] for name in _TABLES["commerce_order"] if name in order} | moments


def _line_rows(order: Row) -> Iterator[Row]:
    parties = {name: order[name] for name in ("business_id", "buyer_id")}
    for position, line in enumerate(json.loads(order["lines"])):
        named = dict(zip(LINE, line, strict=True))
        yield (
            named
            | parties
            | {
                "order_id": order["id"],
                "position": position,
                "refunded_quantity": 0,
                "refunded_minor": 0,
            }
        )


def _event_rows(order: Row) -> Iterator[Row]:
    for step in (Step.PLACED, Step.PAID) if order["method"] == Method.WALLET else (Step.PLACED,):
        yield {
            "id": ids.uuid7(),
            "order_id": order["id"],
            "business_id": order["business_id"],
            "buyer_id": order["buyer_id"],
            "step": step.value,
            "note": "",
            "at": order["placed_at"],
        }


def _payment_requests(checkouts: Sequence[Checkout], lines: Iterable[Row]) -> Iterator[payments.PaymentRequest]:
    holds: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for line in lines:
        holds[line["order_id"]] += _holds(line)
    for checkout in checkouts:
        first = checkout[0]
        yield payments.PaymentRequest(
            payment_id=first["group_id"],
            payer_id=first["buyer_id"],
            splits=tuple(_split(order) for order in checkout),
            holds=tuple(hold_id for order in checkout for hold_id in holds[order["id"]]),
            expires_at=first["placed_at"] + PAYMENT_LIFETIME,
            at=first["placed_at"],
        )


def _split(order: Row) -> payments.Split:
    return payments.Split(amount_minor=order["total_minor"], business_id=order["business_id"], order_id=order["id"])


def _holds(line: Row) -> tuple[UUID, ...]:
    offer = line["campaign_offer_id"]
    return Held(UUID(line["hold_id"]), UUID(offer) if offer else None).ids if line["hold_id"] else ()


def _count_sold(orders: Sequence[Row]) -> None:
    """Count the units of paid orders as sold, as ``count_sold`` does for one order."""
    units: Counter[str] = Counter()
    for order in orders:
        if order["method"] == Method.WALLET:
            for line in json.loads(order["lines"]):
                units[line[_PRODUCT]] += line[_QUANTITY]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_FIGURES, [sorted(units)])
        cursor.execute(_COUNT_SOLD, [list(units), list(units.values())])


def _facts(order: Row) -> Iterator[tuple[object, datetime]]:
    at = order["placed_at"]
    parties = {"business_id": order["business_id"], "buyer_id": order["buyer_id"]}
    total = order["total_minor"]
    yield OrderPlaced(order_id=order["id"], group_id=order["group_id"], total_minor=total, **parties), at
    if order["method"] == Method.WALLET:
        yield OrderPaid(order_id=order["id"], total_minor=total, **parties), at
