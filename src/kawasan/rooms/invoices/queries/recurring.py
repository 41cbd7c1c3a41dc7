"""Reads of invoices that come again, and of reminders that are due."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.desk import need_sales
from kawasan.rooms.invoices.types.money import Every, Recurring

DUE_MAX = 200  # of one round; the next one follows within the hour


def recurring_of(*, actor: Actor, business_id: UUID, document_id: UUID) -> Recurring | None:
    """Return how an invoice comes again, if it does. Raises Unauthenticated, NotFound."""
    need_sales(actor, business_id)
    key = ids.derived("invoices.recurring", document_id)
    row = models.Recurring.objects.select_related("template").filter(pk=key, business_id=business_id).first()
    return as_recurring(row) if row and row.next_on else None


def all_recurring(*, actor: Actor, business_id: UUID) -> list[Recurring]:
    """Return a business's invoices that come again, the next first. Raises Unauthenticated, NotFound."""
    need_sales(actor, business_id)
    rows = models.Recurring.objects.select_related("template").filter(business_id=business_id)
    return [as_recurring(row) for row in rows.order_by(F("next_on").asc(nulls_last=True), "pk")]


def due_series(*, at: datetime) -> list[UUID]:
    """Return the series whose day has come; for the system."""
    rows = models.Recurring.objects.filter(next_on__lte=clock.business_day(at))
    return list(rows.order_by("next_on").values_list("pk", flat=True)[:DUE_MAX])


def open_around(first: date, last: date) -> list[tuple[UUID, UUID, date]]:
    """Return business, id and due day of open invoices with an e-mail sent before, due between two days."""
    rows = models.Document.objects.filter(
        kind="invoice", sent_at__isnull=False, due_on__gte=first, due_on__lte=last,
        total_minor__gt=F("paid_minor") + F("credited_minor"),
    )  # fmt: skip
    found = rows.order_by("due_on", "pk").values_list("business_id", "pk", "due_on")
    return [(business, key, due) for business, key, due in found if due is not None]


def as_recurring(row: models.Recurring) -> Recurring:
    """Return a row as it crosses the door."""
    return Recurring(
        id=row.id,
        business_id=row.business_id,
        template_id=row.template_id,
        customer_name=row.template.customer_name,
        total_minor=row.template.total_minor,
        every=Every(row.every),
        next_on=row.next_on,
        ends_on=row.ends_on,
        is_sent=row.is_sent,
        stopped_at=row.stopped_at,
        problem=row.problem,
    )
