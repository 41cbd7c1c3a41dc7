"""Invoices that come again: each once, by an id that follows from the series and the day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.errors import Refusal
from kawasan.platform.db import requires_transaction
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.actions.drafts import copy_of
from kawasan.rooms.invoices.actions.issuing import issue_row
from kawasan.rooms.invoices.queries.desk import need_sales
from kawasan.rooms.invoices.queries.documents import locked
from kawasan.rooms.invoices.queries.recurring import as_recurring
from kawasan.rooms.invoices.rules.days import next_day
from kawasan.rooms.invoices.types.documents import DocumentKind
from kawasan.rooms.invoices.types.money import Every, Recurring
from kawasan.rooms.invoices.types.refusals import (
    DocumentNotIssued,
    NoAddress,
    RecurringInvalid,
    RecurringNotFound,
)


@requires_transaction
def repeat_document(
    *,
    actor: Actor,
    business_id: UUID,
    document_id: UUID,
    every: Every,
    next_on: date,
    ends_on: date | None = None,
    is_sent: bool = False,
    at: datetime,
) -> Recurring:
    """
    Let an invoice come again; said again, the last word counts.

    Raises Unauthenticated, NotFound, DocumentNotFound, DocumentNotIssued, RecurringInvalid, NoAddress.
    """
    need_sales(actor, business_id)
    row = locked(business_id, document_id)
    if row.kind != DocumentKind.INVOICE or row.issued_at is None:
        raise DocumentNotIssued
    if next_on < clock.business_day(at) or (ends_on is not None and ends_on < next_on):
        raise RecurringInvalid(field="next_on")
    if is_sent and not row.customer.email:
        raise NoAddress
    series, _ = models.Recurring.objects.update_or_create(
        id=ids.derived("invoices.recurring", document_id),
        defaults={
            "business_id": business_id,
            "template": row,
            "every": every.value,
            "first_day": next_on.day,
            "next_on": next_on,
            "ends_on": ends_on,
            "is_sent": is_sent,
            "problem": "",
            "made_by": actor.person_id,
            "made_at": at,
            "stopped_at": None,
        },
    )
    return as_recurring(series)


@requires_transaction
def stop_repeating(*, actor: Actor, business_id: UUID, document_id: UUID, at: datetime) -> Recurring:
    """Let an invoice not come again. Raises Unauthenticated, NotFound, RecurringNotFound."""
    need_sales(actor, business_id)
    key = ids.derived("invoices.recurring", document_id)
    row = models.Recurring.objects.select_for_update().filter(pk=key, business_id=business_id).first()
    if row is None:
        raise RecurringNotFound
    row.next_on, row.stopped_at = None, row.stopped_at or at
    row.save(update_fields=["next_on", "stopped_at"])
    return as_recurring(row)


@requires_transaction
def make_due(*, series_id: UUID, at: datetime) -> tuple[UUID, UUID] | None:
    """
    Make the invoice of a series that is due, and move the series on; return business and id where it is to be mailed.

    One of a day that has passed bears today: numbers follow the days. Another round, or two at once, finds nothing due:
    the row is locked, and the invoice's id follows from series and day. What cannot be issued (closed books, say) is
    noted on the series, which then waits for the next round.
    """
    row = models.Recurring.objects.select_for_update(of=("self",)).filter(pk=series_id).first()
    today = clock.business_day(at)
    if row is None or row.next_on is None or row.next_on > today:
        return None
    document_id = ids.derived("invoices.recurring-document", row.id, row.next_on)
    made = copy_of(row.template, document_id, made_by=row.made_by, at=at, recurring_id=row.id)
    issue_row(locked(row.business_id, made.id), today, made_by=row.made_by, at=at)
    following = next_day(row.next_on, Every(row.every), first_day=row.first_day)
    row.next_on = None if row.ends_on is not None and following > row.ends_on else following
    row.problem = ""
    row.save(update_fields=["next_on", "problem"])
    if not row.is_sent:
        return None
    models.Document.objects.filter(pk=made.id).update(sent_at=at)
    return row.business_id, made.id


@requires_transaction
def note_problem(*, series_id: UUID, refusal: Refusal) -> None:
    """Write beside a series why its invoice could not be made."""
    models.Recurring.objects.filter(pk=series_id).update(problem=refusal.code[:40])
