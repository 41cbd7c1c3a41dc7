"""Mails before and after an invoice's due day: each once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import clock
from kawasan.platform.db import requires_transaction
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.recurring import open_around
from kawasan.rooms.invoices.rules.days import REMINDER_DAYS, reminder_due


@requires_transaction
def take_reminders(*, at: datetime) -> list[tuple[UUID, UUID, int]]:
    """
    Return the reminders to mail now as business, invoice and days after the due day, and note each as sent.

    Another round finds them noted. Businesses that do not want to remind, and customers without an address, are left
    out.
    """
    today = clock.business_day(at)
    span = (today - timedelta(days=REMINDER_DAYS[-1] + 2), today - timedelta(days=REMINDER_DAYS[0]))
    silent = set(models.Habit.objects.filter(reminds=False).values_list("business_id", flat=True))
    wanted = []
    for business_id, document_id, due_on in open_around(*span):
        days = reminder_due(due_on, today)
        if days is not None and business_id not in silent:
            wanted.append(models.Reminder(document_id=document_id, days=days, business_id=business_id, at=at))
    known = set(
        models.Reminder.objects.filter(document_id__in=[item.document_id for item in wanted]).values_list(
            "document_id", "days"
        )
    )
    fresh = [item for item in wanted if (item.document_id, item.days) not in known]
    models.Reminder.objects.bulk_create(fresh)
    return [(item.business_id, item.document_id, item.days) for item in fresh]
