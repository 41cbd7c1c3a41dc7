"""Orders read from their rows, one by one and in lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kawasan.core.access import Actor
from kawasan.core.errors import Unauthenticated
from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.catalogue import category
from kawasan.rooms.commerce.rules.orders import state_of
from kawasan.rooms.commerce.types.catalogue import Category
from kawasan.rooms.commerce.types.order_refusals import BadOrderNumber, OrderNotFound, ReturnNotFound
from kawasan.rooms.commerce.types.orders import (
    Event,
    Method,
    Order,
    OrderBuyer,
    OrderGroup,
    OrderLine,
    ReturnedLine,
    ReturnRequest,
    ReturnState,
    ShipTo,
    Step,
)

SEARCH_LENGTH_MAX = 80

# The lists of a seller's desk and of a buyer, by their name in the address.
_OPEN = Q(cancelled_at__isnull=True, expired_at__isnull=True)
_PAID = Q(paid_at__isnull=False, completed_at__isnull=True, cancelled_at__isnull=True)
LISTS: dict[str, Q] = {
    "all": Q(),
    "unpaid": Q(paid_at__isnull=True) & _OPEN,
    "to-pack": _PAID & Q(packed_at__isnull=True, shipped_at__isnull=True),
    "packed": _PAID & Q(packed_at__isnull=False, shipped_at__isnull=True),
    "to-ship": _PAID & Q(shipped_at__isnull=True),
    "shipped": _PAID & Q(shipped_at__isnull=False),
    "done": Q(completed_at__isnull=False),
    "closed": Q(cancelled_at__isnull=False) | Q(expired_at__isnull=False),
}


_CATEGORIES = """
select distinct on (line.order_id) line.order_id, product.category_id
from commerce_order_line line join commerce_product product on product.id = line.product_id
where line.order_id = any(%s)
order by line.order_id, line.unit_price_minor * line.quantity desc, line.position
"""


def categories_of_orders(*, ids: Iterable[UUID]) -> dict[UUID, Category]:
    """
    Return the category that most of each order's money is for (its dearest line's); one query however many there are.

    Orders that commerce does not know are left out. Says nothing about who bought or sold: for public figures, in a
    transaction that sees the zone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CATEGORIES, [list(ids)])
        return {order_id: category(slug=slug) for order_id, slug in cursor.fetchall()}


def order(*, actor: Actor, order_id: UUID) -> Order:
    """Return an order with all its parts, for its buyer, its seller or zone roles. Raises OrderNotFound."""
    row = models.Order.objects.filter(pk=order_id).first()
    if row is None or not _may_see(actor, row):
        raise OrderNotFound
    return as_orders([row], whole=True)[0]


def orders_of_buyer(
    *, actor: Actor, which: str = "all", cursor: str | None = None, limit: int | None = None
) -> Page[Order]:
    """Return one page of a person's orders, newest first. Raises Unauthenticated, BadCursor, BadOrderNumber."""
    rows = models.Order.objects.filter(list_of(which), buyer_id=actor.need_person())
    return _page(rows, cursor, limit)


def orders_of_business(
    *,
    actor: Actor,
    business_id: UUID,
    which: str = "all",
    search: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Order]:
    """
    Return one page of a business's orders, newest first, for anybody with a role in it.

    ``which`` names one of LISTS or "returns"; ``search`` looks into number, buyer, product and tracking number.
    Raises Unauthenticated, NotFound, BadCursor, BadOrderNumber.
    """
    actor.need_business(business_id)
    rows = models.Order.objects.filter(list_of(which), business_id=business_id)
    if search := search.strip()[:SEARCH_LENGTH_MAX].replace("\0", ""):
        products = models.OrderLine.objects.filter(business_id=business_id, product_name__icontains=search)
        rows = rows.filter(
            Q(number__icontains=search)
            | Q(ship_name__icontains=search)
            | Q(tracking__icontains=search)
            | Q(pk__in=products.values("order_id"))
        )
    return _page(rows, cursor, limit)


def list_of(which: str) -> Q:
    """Return the condition of a named list. Raises BadOrderNumber."""
    if which == "returns":
        return Q(pk__in=models.ReturnRequest.objects.filter(state=ReturnState.REQUESTED).values("order_id"))
    if which not in LISTS:
        raise BadOrderNumber(name=which[:40])
    return LISTS[which]


def counts_of_business(*, actor: Actor, business_id: UUID) -> dict[str, int]:
    """Return how many orders wait in each list that asks the seller to do something. Raises as orders_of_business."""
    actor.need_business(business_id)
    rows = models.Order.objects.filter(business_id=business_id)
    waiting = {name: rows.filter(LISTS[name]).count() for name in ("unpaid", "to-pack", "packed", "shipped")}
    return waiting | {"returns": rows.filter(list_of("returns")).count()}


def buyers_of_orders(*, order_ids: Iterable[UUID]) -> dict[UUID, OrderBuyer]:
    """
    Return who bought, by order; orders that commerce does not know (sales at the counter) are left out.

    For whoever may see them already: it asks no actor, and row security shows only their reach.
    """
    rows = models.Order.objects.filter(pk__in=list(order_ids))
    shown = rows.values_list("pk", "number", "business_id", "buyer_id", "ship_name", "placed_at")
    return {row[0]: OrderBuyer(*row) for row in shown}


def last_ship_to(*, actor: Actor) -> ShipTo | None:
    """Return where the person's last order went. Raises Unauthenticated."""
    row = models.Order.objects.filter(buyer_id=actor.need_person()).order_by("-id").first()
    return None if row is None else ShipTo(row.ship_name, row.ship_phone, row.ship_address)


def group(*, actor: Actor, group_id: UUID) -> OrderGroup:
    """Return a checkout with its orders, for its buyer. Raises OrderNotFound."""
    row = models.OrderGroup.objects.filter(pk=group_id).first()
    if row is None or (row.buyer_id != actor.person_id and not actor.sees_zone):
        raise OrderNotFound
    return as_group(row)


def return_request(*, actor: Actor, return_id: UUID) -> ReturnRequest:
    """Return a return request, for its buyer and its seller. Raises ReturnNotFound."""
    row = models.ReturnRequest.objects.filter(pk=return_id).first()
    if row is None or not _may_see(actor, row):
        raise ReturnNotFound
    return _as_return(row)


def lock_order(order_id: UUID) -> models.Order:
    """Return an order's row, locked. Raises OrderNotFound."""
    row = models.Order.objects.select_for_update().filter(pk=order_id).first()
    if row is None:
        raise OrderNotFound
    return row


def lock_with_group(order_id: UUID) -> models.Order:
    """Return an order's row, locked together with those of its checkout that the reader sees. Raises OrderNotFound."""
    group_id = models.Order.objects.filter(pk=order_id).values_list("group_id", flat=True).first()
    rows = lock_orders_of_group(group_id) if group_id else []
    row = next((row for row in rows if row.pk == order_id), None)
    if row is None:
        raise OrderNotFound
    return row


def lock_orders_of_group(group_id: UUID) -> list[models.Order]:
    """Return the rows of a checkout's orders, locked in order of id."""
    return list(models.Order.objects.select_for_update().filter(group_id=group_id).order_by("id"))


def lock_due(condition: Q, *, limit: int) -> list[models.Order]:
    """Return the rows of orders that are due, locked in order of id, passing over those that somebody has in hand."""
    return list(models.Order.objects.select_for_update(skip_locked=True).filter(condition).order_by("id")[:limit])


def draw_numbers(count: int) -> list[int]:
    """Draw running numbers for orders."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('commerce_order_number') from generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def as_group(row: models.OrderGroup, *, repeated: bool = False) -> OrderGroup:
    """Return a checkout's row as what crosses the door."""
    orders = as_orders(models.Order.objects.filter(group_id=row.pk).order_by("id"))
    return OrderGroup(
        id=row.pk,
        buyer_id=row.buyer_id,
        method=Method(row.method),
        placed_at=row.placed_at,
        payment_id=row.pk if row.method == Method.QRIS else None,
        total_minor=row.total_minor,
        orders=tuple(orders),
        repeated=repeated,
    )


def as_orders(rows: Iterable[models.Order], *, whole: bool = False) -> list[Order]:
    """Return rows as what crosses the door, with their lines and returns; ``whole`` adds the timeline."""
    rows = list(rows)
    keys = [row.pk for row in rows]
    lines, returns, events = defaultdict(list), defaultdict(list), defaultdict(list)
    for line in models.OrderLine.objects.filter(order_id__in=keys).order_by("order_id", "position"):
        lines[line.order_id].append(as_line(line))
    for item in models.ReturnRequest.objects.filter(order_id__in=keys).order_by("id"):
        returns[item.order_id].append(_as_return(item))
    if whole:
        for event in models.OrderEvent.objects.filter(order_id__in=keys).order_by("id"):
            events[event.order_id].append(Event(Step(event.step), event.at, event.note, event.amount_minor))
    sellers = {
        row.business_id: (row.name, row.slug)
        for row in models.Seller.objects.filter(pk__in={row.business_id for row in rows})
    }
    return [
        as_order(
            row,
            seller=sellers.get(row.business_id, ("", "")),
            lines=lines[row.pk],
            returns=returns[row.pk],
            events=events[row.pk],
        )
        for row in rows
    ]


def as_order(
    row: models.Order,
    *,
    seller: tuple[str, str],
    lines: Sequence[OrderLine],
    returns: Sequence[ReturnRequest] = (),
    events: Sequence[Event] = (),
) -> Order:
    """Return one row with its parts as what crosses the door."""
    moments: dict[str, datetime | None] = {name: getattr(row, name) for name in _MOMENTS}
    return Order(
        id=row.pk,
        number=row.number,
        group_id=row.group_id,
        business_id=row.business_id,
        business_name=seller[0],
        business_slug=seller[1],
        buyer_id=row.buyer_id,
        method=Method(row.method),
        payment_id=row.group_id if row.method == Method.QRIS else None,
        state=state_of(**moments),
        total_minor=row.total_minor,
        refunded_minor=row.refunded_minor,
        fee_minor=row.fee_minor,
        placed_at=row.placed_at,
        pay_until=row.pay_until,
        cancelled_by=row.cancelled_by,
        cancel_reason=row.cancel_reason,
        courier=row.courier,
        tracking=row.tracking,
        ship_to=ShipTo(row.ship_name, row.ship_phone, row.ship_address),
        lines=tuple(lines),
        returns=tuple(returns),
        events=tuple(events),
        voucher=row.voucher_code,
        discount_minor=row.discount_minor,
        is_discount_paid=row.is_discount_paid,
        discount_back_minor=row.discount_back_minor,
        **moments,
    )


_MOMENTS = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at", "expired_at")


def as_line(row: models.OrderLine) -> OrderLine:
    """Return a line's row as what crosses the door."""
    return OrderLine(
        id=row.pk,
        variant_id=row.variant_id,
        product_id=row.product_id,
        product_name=row.product_name,
        variant_name=row.variant_name,
        unit_price_minor=row.unit_price_minor,
        quantity=row.quantity,
        refunded_quantity=row.refunded_quantity,
        refunded_minor=row.refunded_minor,
        fee_basis_points=row.fee_basis_points,
        discount_minor=row.discount_minor,
    )


def _as_return(row: models.ReturnRequest) -> ReturnRequest:
    return ReturnRequest(
        id=row.pk,
        order_id=row.order_id,
        lines=tuple(ReturnedLine(UUID(item["line"]), item["quantity"]) for item in row.lines),
        reason=row.reason,
        state=ReturnState(row.state),
        asked_minor=row.asked_minor,
        refunded_minor=row.refunded_minor,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        answer=row.answer,
    )


def _page(rows: QuerySet[models.Order], cursor: str | None, limit: int | None) -> Page[Order]:
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    if key:
        rows = rows.filter(pk__lt=uuid_of(key[0]))
    page = page_of(list(rows.order_by("-id")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(as_orders(page.items)), next_cursor=page.next_cursor)


def uuid_of(text: str) -> UUID:
    """Read the id in a cursor. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None


def _may_see(actor: Actor, row: Any) -> bool:
    if not actor.is_signed_in:
        raise Unauthenticated
    return actor.sees_zone or row.buyer_id == actor.person_id or row.business_id in actor.businesses
