"""The compact rows of orders taken by the intake: appended set-wise, read back where a request is repeated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg

from kawasan.rooms.commerce.rules.checkout import Draft, DraftLine, DraftOrder
from kawasan.rooms.commerce.rules.orders import order_number
from kawasan.rooms.commerce.types.offers import Offer
from kawasan.rooms.commerce.types.orders import Method, ShipTo
from kawasan.rooms.commerce.types.vouchers import VoucherTerms
from kawasan.rooms.ledger.engine.tracing import references_of

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]
Cipher: TypeAlias = Callable[[str], str]

# Column and type, in the order of commerce_intake_order; a test compares them with the model.
COLUMNS = {
    "id": "uuid",
    "entry_id": "uuid",
    "group_id": "uuid",
    "position": "smallint",
    "business_id": "uuid",
    "buyer_id": "uuid",
    "number": "text",
    "method": "text",
    "total_minor": "bigint",
    "group_total_minor": "bigint",
    "content_hash": "bytea",
    "placed_at": "timestamptz",
    "ship_name": "text",
    "ship_phone": "text",
    "ship_address": "text",
    "lines": "jsonb",
    "voucher_id": "uuid",
    "voucher_code": "text",
    "discount_minor": "bigint",
    "is_discount_paid": "boolean",
}
# The members of a line, in order: lists are half as large as objects with names.
LINE = (
    "id",
    "variant_id",
    "product_id",
    "product_name",
    "variant_name",
    "unit_price_minor",
    "quantity",
    "hold_id",
    "campaign_offer_id",
    "discount_minor",
)

_NAMES = ", ".join(COLUMNS)
# COPY is not for tables with row-level security, and one JSON text is packed faster than sixteen arrays.
_APPEND = f"""
insert into commerce_intake_order ({_NAMES})
select {_NAMES} from json_to_recordset(%s::json) as taken ({", ".join(f"{n} {t}" for n, t in COLUMNS.items())})
"""
_DRAW = "select nextval('commerce_order_number') from generate_series(1, %s)"

_SHAPE = """ o.id, o.group_id, o.buyer_id, o.business_id, o.number, o.method, o.placed_at,
       o.ship_name, o.ship_phone, o.ship_address, coalesce(s.name, ''), coalesce(s.slug, ''),
       o.voucher_id, o.voucher_code, o.is_discount_paid, """
_TAKEN = f"""
select {_SHAPE} o.content_hash, o.lines
from commerce_intake_order o left join commerce_seller s on s.business_id = o.business_id
where o.group_id in (select group_id from commerce_intake_order where id = any(%s::uuid[])) order by o.position
"""
_WRITTEN = f"""
select {_SHAPE} g.content_hash,
       (select jsonb_agg(jsonb_build_array({", ".join(f"l.{name}" for name in LINE)}) order by l.position)
        from commerce_order_line l where l.order_id = o.id)
from commerce_order o join commerce_order_group g on g.id = o.group_id
left join commerce_seller s on s.business_id = o.business_id
where o.group_id in (select group_id from commerce_order where id = any(%s::uuid[])) order by o.id
"""


def ask_numbers(cursor: Cursor, count: int) -> None:
    """Draw so many of the numbers that people read aloud; what is not used is a gap."""
    cursor.execute(_DRAW, [count], binary=True)


def give_numbers(cursor: Cursor, drafts: Iterable[Draft]) -> None:
    """Give each order one of the numbers that were drawn."""
    for draft in drafts:
        for order in draft.orders:
            row = cursor.fetchone()
            if row is None:
                raise ValueError("fewer numbers were drawn than there are orders")
            order.number = order_number(at=draft.at, count=row[0])


def append(cursor: Cursor, taken: Sequence[tuple[UUID, Draft]], encrypt: Cipher) -> None:
    """Append the orders of checkouts, each given with the id of its ledger entry, in the entry's transaction."""
    # Each row becomes bytes at once: hundreds of dictionaries together would not stay in the processor's cache.
    rows = [orjson.dumps(row) for entry_id, draft in taken for row in _rows(entry_id, draft, encrypt)]
    cursor.execute(_APPEND, [f"[{b','.join(rows).decode()}]"])


def _rows(entry_id: UUID, draft: Draft, encrypt: Cipher) -> Iterator[dict[str, Any]]:
    phone, address = encrypt(draft.ship_to.phone), encrypt(draft.ship_to.address)
    for position, order in enumerate(draft.orders):
        yield {
            "id": order.id,
            "entry_id": entry_id,
            "group_id": draft.group_id,
            "position": position,
            "business_id": order.business_id,
            "buyer_id": draft.buyer_id,
            "number": order.number,
            "method": draft.method.value,
            "total_minor": order.total_minor,
            "group_total_minor": draft.total_minor,
            "content_hash": "\\x" + draft.digest.hex(),
            "placed_at": draft.at,
            "ship_name": draft.ship_to.name,
            "ship_phone": phone,
            "ship_address": address,
            "lines": [_line(line) for line in order.lines],
        } | _voucher(draft, order)


def _voucher(draft: Draft, order: DraftOrder) -> dict[str, Any]:
    """Return the columns of an order's voucher; without one nothing is written for them."""
    if draft.voucher is None or not order.discount_minor:
        return {}
    return {
        "voucher_id": draft.voucher.id,
        "voucher_code": draft.voucher.code,
        "discount_minor": order.discount_minor,
        "is_discount_paid": draft.voucher.is_paid_by_zone,
    }


def _line(line: DraftLine) -> list[Any]:
    offer = line.offer
    return [
        line.id,
        offer.variant_id,
        offer.product_id,
        offer.product_name,
        offer.variant_name,
        offer.unit_price_minor,
        line.quantity,
        line.hold_id,
        offer.campaign.offer_id if offer.campaign else None,
        line.discount_minor,
    ]


def earlier(cursor: Cursor, entry_ids: Collection[UUID], decrypt: Cipher) -> dict[UUID, Draft]:
    """Return the checkouts that were applied under these entry ids, as they were placed, by whichever lane."""
    orders = {order: entry for entry, found in references_of(cursor, entry_ids).items() for order in found}
    if not orders:
        return {}
    # In this order: the worker moves rows from the first place to the second.
    found = _drafts(cursor, _TAKEN, list(orders), decrypt)
    missing = [order for order in orders if order not in found]
    if missing:
        found |= _drafts(cursor, _WRITTEN, missing, decrypt)
    return {orders[order]: draft for order, draft in found.items() if order in orders}


def _drafts(cursor: Cursor, sql: str, order_ids: Sequence[UUID], decrypt: Cipher) -> dict[UUID, Draft]:
    """Return the checkouts of these orders by the id of each of their orders."""
    cursor.execute(sql, [list(order_ids)], binary=True)
    groups: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for row in cursor.fetchall():
        groups[row[1]].append(row)
    return {row[0]: draft for rows in groups.values() for draft in [_draft(rows, decrypt)] for row in rows}


def _draft(rows: Sequence[tuple[Any, ...]], decrypt: Cipher) -> Draft:
    _, group_id, buyer_id, _, _, method, at, name, phone, address, *_, digest, _ = rows[0]
    ship_to = ShipTo(name, decrypt(phone), decrypt(address))
    draft = Draft(group_id, buyer_id, Method(method), ship_to, bytes(digest), at)
    for order_id, _, _, business_id, number, *_, seller, slug, voucher, code, is_paid, _, lines in rows:
        order = DraftOrder(order_id, business_id, number=number)
        # A connection of Django leaves JSON as text.
        for line in orjson.loads(lines) if isinstance(lines, str) else lines:
            order.lines.append(_draft_line(order, line, seller, slug))
            order.discount_minor += order.lines[-1].discount_minor
            order.total_minor += order.lines[-1].total_minor - order.lines[-1].discount_minor
        if voucher is not None:
            draft.voucher = _terms_as_used(voucher, code, None if is_paid else business_id, draft)
        draft.orders.append(order)
        draft.total_minor += order.total_minor
    return draft


def _draft_line(order: DraftOrder, line: Sequence[Any], seller: str, slug: str) -> DraftLine:
    line_id, variant_id, product_id, name, variant, price, quantity, hold_id, _, *more = line
    offer = Offer(UUID(variant_id), UUID(product_id), order.business_id, name, "", variant, price, True, seller, slug)
    hold = UUID(hold_id) if hold_id else None
    return DraftLine(UUID(line_id), order.id, offer, quantity, hold, int(more[0] or 0) if more else 0)


def _terms_as_used(voucher_id: UUID, code: str, business_id: UUID | None, draft: Draft) -> VoucherTerms:
    """Return of a voucher what an order that was placed still tells; what it was worth is in the order's lines."""
    return VoucherTerms(voucher_id, code, business_id, 0, 0, None, 0, 0, draft.at, draft.at)
