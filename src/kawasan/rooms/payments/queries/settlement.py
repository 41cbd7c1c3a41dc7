"""Reads of settlements: refunds, reserves, the statement of a period, the month's list of withheld tax."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Sum

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.core.paging import LIMIT_MAX
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money import EXPORT_LINES_MAX, business_statement, need_money
from kawasan.rooms.payments.types import (
    HeldBack,
    Line,
    PaymentCode,
    Refunded,
    SettledOrder,
    Statement,
    StatementPeriodInvalid,
    StatementRow,
    WithheldLine,
)
from kawasan.rooms.zone import api as zone

STATEMENT_DAYS_MAX = 366
RESERVES_MAX = 200


def balance_statement(*, actor: Actor, business_id: UUID, start: date, end: date) -> Statement:
    """
    Return the movements of a business's balance on the days ``start`` to ``end`` (both with), oldest first.

    Each line names its order or payout; a line that settles an order tells gross, fee and tax. Raises NotFound for
    people of other businesses and StatementPeriodInvalid.
    """
    need_money(actor, business_id)
    if not 0 <= (end - start).days < STATEMENT_DAYS_MAX:
        raise StatementPeriodInvalid(field="end", days=STATEMENT_DAYS_MAX)
    lines, closing, is_whole = _lines(actor, business_id, start, end)
    settled = settled_orders(line.reference for line in lines if line.code is PaymentCode.RELEASE and line.reference)
    rows = tuple(
        StatementRow(line, settled.get(line.reference) if line.code is PaymentCode.RELEASE and line.reference else None)
        for line in lines
    )
    opening = closing - sum(line.change_minor for line in lines)
    return Statement(start, end, opening, closing, rows, is_whole)


def settled_orders(order_ids: Iterable[UUID]) -> dict[UUID, SettledOrder]:
    """Return what became of the money of these orders, where it was released."""
    rows = models.Settlement.objects.in_bulk(list(order_ids))
    return {
        key: SettledOrder(
            order_id=key,
            gross_minor=row.gross_minor,
            fee_minor=row.fee_minor,
            withheld_minor=row.withheld_minor,
            recovered_minor=row.recovered_minor,
            reserved_minor=row.reserved_minor,
            at=row.at,
        )
        for key, row in rows.items()
    }


def reserves_of(*, actor: Actor, business_id: UUID) -> tuple[HeldBack, ...]:
    """Return what is held back of a business, soonest free first. Raises NotFound for people of other businesses."""
    need_money(actor, business_id)
    rows = models.Reserve.objects.filter(business=business_id, freed_at__isnull=True).order_by("free_at", "pk")
    return tuple(
        HeldBack(row.pk, row.amount_minor, row.used_minor, row.held_at, row.free_at) for row in rows[:RESERVES_MAX]
    )


def turnover_before(business_id: UUID, day: date) -> int:
    """Return what a business sold by way of the zone in a day's year, up to the day before."""
    start, end = clock.day_bounds(date(day.year, 1, 1))[0], clock.day_bounds(day)[0]
    rows = models.Settlement.objects.filter(business=business_id, at__gte=start, at__lt=end)
    return int(rows.aggregate(total=Sum("gross_minor"))["total"] or 0)


def withheld_list(*, actor: Actor, year: int, month: int) -> tuple[WithheldLine, ...]:
    """
    Return a month's withheld tax, order by order, and what was given back in it as negative lines; for zone roles.

    The lines add up to what the tax account took in during the month. Raises Unauthenticated, Forbidden.
    """
    actor.need_zone()
    first = date(year, month, 1)
    start = clock.day_bounds(first)[0]
    end = clock.day_bounds((first + timedelta(days=32)).replace(day=1))[0]
    taken = models.Settlement.objects.filter(at__gte=start, at__lt=end, withheld_minor__gt=0)
    back = models.Refund.objects.filter(at__gte=start, at__lt=end, withheld_back_minor__gt=0)
    figures = [(row.at, row.business_id, row.pk, row.gross_minor, row.withheld_minor) for row in taken]
    figures += [(row.at, row.business_id, row.order_id, -row.amount_minor, -row.withheld_back_minor) for row in back]
    names = zone.businesses(ids=[figure[1] for figure in figures])
    return tuple(
        WithheldLine(at, business, names[business].name if business in names else "", order, gross, tax)
        for at, business, order, gross, tax in sorted(figures)
    )


def as_refund(row: models.Refund) -> Refunded:
    """Return a row as it crosses the door."""
    return Refunded(
        id=row.pk,
        order_id=row.order_id,
        business_id=row.business_id,
        person_id=row.person_id,
        amount_minor=row.amount_minor,
        is_after_release=row.is_after_release,
        fee_back_minor=row.fee_back_minor,
        withheld_back_minor=row.withheld_back_minor,
        from_reserve_minor=row.from_reserve_minor,
        advanced_minor=row.advanced_minor,
        at=row.at,
    )


def _lines(actor: Actor, business_id: UUID, start: date, end: date) -> tuple[list[Line], int, bool]:
    """Return the period's lines, oldest first, the balance after the last one, and whether they are all."""
    begins, ends = clock.day_bounds(start)[0], clock.day_bounds(end)[1]
    found: list[Line] = []
    closing: int | None = None
    cursor = None
    while True:
        page = business_statement(actor=actor, business_id=business_id, cursor=cursor, limit=LIMIT_MAX)
        for line in page.items:
            if closing is None and line.at >= ends:
                continue
            closing = line.balance_minor if closing is None else closing
            if line.at < begins:
                return found[::-1], closing, True
            found.append(line)
        cursor = page.next_cursor
        if cursor is None or len(found) >= EXPORT_LINES_MAX:
            return found[::-1], closing or 0, cursor is None
