"""Noting that a tax was paid or a return filed, and the mails before it is due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import add_expense, correct_entry, lock_desk
from kawasan.rooms.books.queries import desk, duties
from kawasan.rooms.books.queries.rates import tax_tables
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.rules.duties import may_be_due
from kawasan.rooms.books.types.duties import (
    REFERENCE_LENGTH_MAX,
    Duty,
    DutyDoneAlready,
    DutyKind,
    DutyNumberInvalid,
    DutyReminder,
)

DAYS_BEFORE = (3, 0)  # mails go out three days before something is due, and on the day
_NTPN = re.compile(r"[0-9A-Z]{16}")
_OWED_ON = {DutyKind.FINAL_DEPOSIT: chart.INCOME_TAX_PAYABLE, DutyKind.PPN_RETURN: chart.OUTPUT_PPN}
MEMO = {
    DutyKind.FINAL_DEPOSIT: "Setor PPh Final {month:%m/%Y}, NTPN {reference}",
    DutyKind.PPN_RETURN: "Setor PPN {month:%m/%Y}, NTPN {reference}",
}


@requires_transaction
def note_duty(
    *,
    actor: Actor,
    business_id: UUID,
    done_id: UUID,
    kind: DutyKind,
    month: date,
    day: date,
    reference: str,
    paid_from: str = "",
    at: datetime,
) -> Duty:
    """
    Note that something due was paid or filed: its reminders end, and the books have the payment.

    ``reference`` is the NTPN of what was paid, or the number of the return that was filed. ``paid_from`` is the account
    of cash or bank that it was paid from; empty where the books have the payment already (from a bank statement).
    Repeating an id changes nothing. Raises Unauthenticated, NotFound, Forbidden, DutyNotFound, DutyDoneAlready,
    DutyNumberInvalid, and as add_expense.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    found = duties.slip(actor=actor, business_id=business_id, kind=kind, month=month, at=at).duty
    if found.done is not None:
        if found.done.id == done_id:
            return found
        raise DutyDoneAlready
    number = _number(found, reference)
    entry_id = None
    if found.amount_minor and paid_from:
        entry_id = ids.derived("books.duty", done_id)
        add_expense(
            actor=actor,
            business_id=business_id,
            entry_id=entry_id,
            day=day,
            amount_minor=found.amount_minor,
            category=_OWED_ON[kind],
            paid_from=paid_from,
            memo=MEMO[kind].format(month=month, reference=number),
            at=at,
        )
    _of(business_id, kind, month).update(undone_at=at)  # one whose entry was undone in the journal
    models.DutyDone.objects.create(
        id=done_id,
        business_id=business_id,
        kind=kind.value,
        month=month,
        day=day,
        amount_minor=found.amount_minor,
        reference=number,
        entry_id=entry_id,
        made_by=actor.person_id,
        at=at,
    )
    return duties.slip(actor=actor, business_id=business_id, kind=kind, month=month, at=at).duty


@requires_transaction
def take_back_duty(*, actor: Actor, business_id: UUID, kind: DutyKind, month: date, at: datetime) -> Duty:
    """
    Take back what was noted; its entry is undone by the opposite. A repeat changes nothing.

    Raises Unauthenticated, NotFound, Forbidden, DutyNotFound, and as correct_entry.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    found = duties.slip(actor=actor, business_id=business_id, kind=kind, month=month, at=at).duty
    if found.done is None:
        return found
    if found.done.entry_id is not None:
        correct_entry(
            actor=actor,
            business_id=business_id,
            entry_id=found.done.entry_id,
            correction_id=ids.derived("books.duty-back", found.done.id),
            day=clock.business_day(at),
            memo=f"Batal: {found.done.reference}",
            at=at,
        )
    _of(business_id, kind, month).update(undone_at=at)
    return duties.slip(actor=actor, business_id=business_id, kind=kind, month=month, at=at).duty


@requires_transaction
def take_duty_reminders(*, at: datetime) -> list[DutyReminder]:
    """
    Return the mails to send now about what is due in three days or today, and note each as sent.

    Another round finds them noted. Businesses that do not want them, without books, or that noted it as done are left
    out.
    """
    today = clock.business_day(at)
    days = [ahead for ahead in DAYS_BEFORE if may_be_due(today + timedelta(days=ahead), tax_tables())]
    wanted = [item for business_id in (_with_books(today) if days else ()) for item in _due(business_id, today, days)]
    known = set(
        models.DutyNotice.objects.filter(business_id__in={item.business_id for item in wanted}).values_list(
            "business_id", "kind", "month", "days"
        )
    )
    fresh = [item for item in wanted if (item.business_id, item.kind.value, item.month, item.days) not in known]
    models.DutyNotice.objects.bulk_create(
        models.DutyNotice(business_id=item.business_id, kind=item.kind.value, month=item.month, days=item.days, at=at)
        for item in fresh
    )
    return fresh


def _due(business_id: UUID, today: date, days: list[int]) -> Iterator[DutyReminder]:
    for duty in duties.open_duties(business_id, today):
        ahead = (duty.due - today).days
        if ahead in days:
            yield DutyReminder(business_id, duty.kind, duty.month, ahead)


def _with_books(today: date) -> list[UUID]:
    """Return businesses whose books have anything since the last year began, and that want mails."""
    since = date(today.year - 1, 1, 1)
    found: set[UUID] = set()
    for rows in (models.Day.objects, models.Entry.objects):
        found |= set(rows.filter(day__gte=since).values_list("business_id", flat=True).distinct())
    silent = models.Desk.objects.filter(reminds=False).values_list("business_id", flat=True)
    return sorted(found - set(silent))


def _of(business_id: UUID, kind: DutyKind, month: date) -> QuerySet[models.DutyDone]:
    return models.DutyDone.objects.filter(business_id=business_id, kind=kind.value, month=month, undone_at=None)


def _number(duty: Duty, reference: str) -> str:
    """Return the number as it is kept. Raises DutyNumberInvalid."""
    text = " ".join(reference.split())
    if not duty.amount_minor:
        if len(text) > REFERENCE_LENGTH_MAX or not text.isprintable():
            raise DutyNumberInvalid(field="reference")
        return text
    number = text.replace(" ", "").upper()
    if not _NTPN.fullmatch(number):
        raise DutyNumberInvalid(field="reference")
    return number
