"""Reads of commissions: which hold, the list for staff, and what an order's fee is going to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.platform.db import seeing_everything
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.rules import commissions as rules
from kawasan.rooms.commerce.types.commissions import (
    PREVIEW_DAYS,
    Commission,
    NewCommission,
    Preview,
    Scope,
    Sold,
)
from kawasan.rooms.zone import api as zone

COMMISSIONS_MAX = 5_000

_SOLD = """
select line.order_id, line.id, line.business_id, product.category_id, line.product_id,
       line.unit_price_minor * line.quantity, line.discount_minor, line.refunded_minor, o.is_discount_paid,
       line.fee_basis_points
from commerce_order_line line join commerce_order o on o.id = line.order_id
left join commerce_product product on product.id = line.product_id
where line.order_id = any(%s) order by line.order_id, line.position
"""
_RECENT = """
select id, placed_at from commerce_order
where paid_at >= %s and cancelled_at is null order by id limit 20000
"""


def commissions(*, actor: Actor) -> tuple[Commission, ...]:
    """Return every commission ever set, newest first, with names, for zone roles. Raises Unauthenticated, Forbidden."""
    actor.need_zone()
    found = sorted(_all(), key=lambda one: (one.since, one.set_at, one.id), reverse=True)
    return tuple(_named(found))


def commissions_of(*, actor: Actor, business_id: UUID, at: datetime) -> tuple[Commission, ...]:
    """Return the commissions that may hold for a business's orders, for its people. Raises NotFound."""
    actor.need_business(business_id)
    products = models.Product.objects.filter(business_id=business_id).values("pk")
    whose = (
        Q(business_id=business_id) | Q(business_id__isnull=True, product_id__isnull=True) | Q(product_id__in=products)
    )
    rows = models.Commission.objects.filter(whose).order_by("-since", "-pk")[:COMMISSIONS_MAX]
    return tuple(_named([as_commission(row) for row in rows]))


def expected_fee(*, actor: Actor, order_id: UUID) -> int:
    """Return the fee of an order as it stands, for its seller or zone roles: what it was, or is going to be."""
    row = models.Order.objects.filter(pk=order_id).first()
    if row is None or not (actor.sees_zone or row.business_id in actor.businesses):
        return 0
    if row.completed_at is not None:
        return row.fee_minor
    return fees_of([(row.pk, row.placed_at)])[row.pk][0]


def fees_of(orders: Sequence[tuple[UUID, datetime]]) -> dict[UUID, tuple[int, dict[UUID, int]]]:
    """
    Return, for each order (id, when it was placed), its fee and the basis points of each of its lines.

    Lines whose commission was fixed keep it; others have the commission of the day on which the order was placed.
    """
    with seeing_everything():
        found, lines = _all(), _lines([order_id for order_id, _ in orders])
    fees = {}
    for order_id, placed_at in orders:
        day = clock.business_day(placed_at)
        points = {
            sold.line_id: _points(found, sold, day) if fixed is None else fixed for sold, fixed in lines[order_id]
        }
        fee = rules.fee_of((sold.net_minor, points[sold.line_id]) for sold, _ in lines[order_id])
        fees[order_id] = (fee, points)
    return fees


def preview_commission(*, actor: Actor, new: NewCommission, at: datetime) -> Preview:
    """
    Return what a commission would have changed in the last PREVIEW_DAYS days, for zone roles.

    Raises Unauthenticated, Forbidden, CommissionInvalid, CommissionTooEarly.
    """
    actor.need_zone()
    rules.checked_commission(new, today=clock.business_day(at))
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [at - timedelta(days=PREVIEW_DAYS)])
        orders = list(cursor.fetchall())
    found, lines = _all(), _lines([order_id for order_id, _ in orders])
    day = clock.business_day(at)
    tried = Commission(
        id=UUID(int=0), scope=new.scope, basis_points=new.basis_points, since=day, authority="", note="", set_at=at
    )
    now = then = sales = touched = 0
    sellers: set[UUID] = set()
    for order_id, _ in orders:
        before = rules.fee_of((sold.net_minor, _points(found, sold, day)) for sold, _ in lines[order_id])
        after = rules.fee_of((sold.net_minor, _points([*found, tried], sold, day)) for sold, _ in lines[order_id])
        if any(rules.commission_of([*found, tried], sold, day) is tried for sold, _ in lines[order_id]):
            touched, sales = touched + 1, sales + sum(sold.net_minor for sold, _ in lines[order_id])
            sellers.update(sold.business_id for sold, _ in lines[order_id])
            now, then = now + before, then + after
    return Preview(orders=touched, sellers=len(sellers), sales_minor=sales, fee_now_minor=now, fee_then_minor=then)


def as_commission(row: models.Commission) -> Commission:
    """Return a row as it crosses the door, without names."""
    return Commission(
        id=row.pk,
        scope=Scope(business_id=row.business_id, category=row.category_id, product_id=row.product_id),
        basis_points=row.basis_points,
        since=row.since,
        authority=row.authority,
        note=row.note,
        set_at=row.set_at,
        set_by=row.set_by,
    )


def _all() -> list[Commission]:
    return [as_commission(row) for row in models.Commission.objects.order_by("pk")[:COMMISSIONS_MAX]]


def _points(found: list[Commission], sold: Sold, day: date) -> int:
    commission = rules.commission_of(found, sold, day)
    return commission.basis_points if commission else 0


def _lines(order_ids: list[UUID]) -> dict[UUID, list[tuple[Sold, int | None]]]:
    lines: dict[UUID, list[tuple[Sold, int | None]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, [order_ids])
        for row in cursor.fetchall():
            order_id, line_id, business_id, category, product_id, gross, discount, refunded, is_paid, fixed = row
            net = rules.sold_minor(
                gross_minor=gross, discount_minor=discount, refunded_minor=refunded, is_discount_paid=is_paid
            )
            lines[order_id].append((Sold(line_id, business_id, category, product_id, net), fixed))
    return lines


def _named(found: Iterable[Commission]) -> Iterable[Commission]:
    rows = list(found)
    firms = zone.businesses(ids=[one.scope.business_id for one in rows if one.scope.business_id])
    people = zone.person_names(ids={one.set_by for one in rows if one.set_by})
    wanted = [one.scope.product_id for one in rows if one.scope.product_id]
    products = dict(models.Product.objects.filter(pk__in=wanted).values_list("pk", "name"))
    categories = dict(models.Category.objects.values_list("pk", "name_en"))
    for one in rows:
        scope = one.scope
        yield replace(
            one,
            business_name=firms[scope.business_id].name if scope.business_id in firms else "",
            product_name=products.get(scope.product_id, "") if scope.product_id else "",
            category_name=categories.get(scope.category, "") if scope.category else "",
            set_by_name=people.get(one.set_by, "") if one.set_by else "",
        )
