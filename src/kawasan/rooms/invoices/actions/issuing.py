"""A paper gets its number, its parties and its figures, and is booked; from then on it stays as it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.actions.customers import lock_habits
from kawasan.rooms.invoices.actions.drafts import put_sums, row_lines, store_lines, typed
from kawasan.rooms.invoices.queries import customers, desk
from kawasan.rooms.invoices.queries.documents import (
    as_documents,
    by_link,
    lines_of,
    link_of,
    locked,
    party_text,
    row_of,
)
from kawasan.rooms.invoices.queries.proofs import (
    AGREED_KIND,
    ISSUED_KIND,
    agreed_document,
    issued_document,
    subject_of,
    times_replaced,
)
from kawasan.rooms.invoices.rules import amounts, days, numbers, posting, taxes
from kawasan.rooms.invoices.types.documents import Document, DocumentKind
from kawasan.rooms.invoices.types.refusals import (
    DocumentNotIssued,
    FacilityMissing,
    IssueDayInvalid,
    NoAddress,
    QuotationClosed,
)
from kawasan.rooms.log import api as log

DOCUMENT = "invoice"  # as the books name what wrote an entry


@requires_transaction
def issue(*, actor: Actor, business_id: UUID, document_id: UUID, day: date | None = None, at: datetime) -> Document:
    """
    Issue a draft: it gets the next number of its year, its parties and figures, and is booked; once.

    ``day`` may lie in the past as long as numbers follow the days and the books are open. Raises Unauthenticated,
    NotFound, DocumentNotFound, FacilityMissing, IssueDayInvalid, PeriodClosed.
    """
    desk.need_sales(actor, business_id)
    row = locked(business_id, document_id)
    if row.issued_at is None:
        issue_row(row, day or clock.business_day(at), made_by=actor.person_id, at=at)
    return as_documents([row], at=at)[0]


def issue_row(row: models.Document, day: date, *, made_by: UUID | None, at: datetime) -> None:
    """Issue a locked draft; the caller has checked who asks."""
    habits = lock_habits(row.business_id)
    row.is_pkp = desk.is_pkp(row.business_id)
    need_facility(row)
    number_row(row, day, habits.prefix, at)
    lines = row_lines(row, [typed(line) for line in lines_of([row.id]).get(row.id, ())], day=day)
    put_sums(row, amounts.sums_of(lines, trx_code=row.trx_code))
    name_parties(row)
    row.issued_at, row.due_on = at, days.due_day(day, row.due_days)
    models.Line.objects.filter(document_id=row.id).delete()
    store_lines(row, lines)
    row.save()
    commit(row, at)
    if row.kind == DocumentKind.INVOICE and row.order_id is None:
        book(row, posting.of_invoice(row.base_minor, row.ppn_minor), made_by=made_by, at=at)


def need_facility(row: models.Document) -> None:
    """Raise FacilityMissing for a tax invoice of code 07 or 08 that does not name its facility."""
    if row.is_pkp and row.kind == DocumentKind.INVOICE:
        field = taxes.lacks_facility(row.trx_code, row.add_info, row.facility_stamp)
        if field:
            raise FacilityMissing(field=field)


def commit(row: models.Document, at: datetime) -> None:
    """Commit to an issued paper in the zone's log, so that nobody can say later that it said something else."""
    subject = subject_of(row, times_replaced([row.pk]).get(row.pk, 0))
    body = issued_document(row, lines_of([row.pk]).get(row.pk, ()))
    log.submit(kind=ISSUED_KIND, subject=subject, body=body, owners=[row.business_id], at=at)


def name_parties(row: models.Document) -> None:
    """Write who bills whom, as both are today."""
    row.seller = party_text(desk.seller_of(row.business_id))
    row.buyer = party_text(customers.party_of(row.customer))


# Note [Numbers without gaps]
# A number is taken under the lock of the business's row, in the transaction that issues: rolled back together, given
# together. Nothing that has a number is ever deleted (the application may not), so a series has no holes.
def number_row(row: models.Document, day: date, prefix: str, at: datetime) -> None:
    """Give a row the next number of its series. Raises IssueDayInvalid where a later day has one already."""
    today = clock.business_day(at)
    last = models.Counter.objects.filter(business_id=row.business_id, kind=row.kind, year=day.year).first()
    closed = books.closed_through(row.business_id)
    begins = [date(today.year - 1, 1, 1)]
    begins += [last.last_on] if last else []
    begins += [closed + timedelta(days=1)] if closed else []
    first = max(begins)
    if not first <= day <= today:
        raise IssueDayInvalid(field="day", first=first.isoformat(), last=today.isoformat())
    row.year, row.count, row.issued_on = day.year, (last.count if last else 0) + 1, day
    row.number = numbers.number_of(prefix, DocumentKind(row.kind), day.year, row.count)
    models.Counter.objects.update_or_create(
        business_id=row.business_id, kind=row.kind, year=day.year, defaults={"count": row.count, "last_on": day}
    )


def book(
    row: models.Document,
    lines: tuple[books.JournalLine, ...],
    *,
    made_by: UUID | None,
    at: datetime,
    entry_id: UUID | None = None,
    day: date | None = None,
) -> None:
    """Write a document's entry into the books; nothing where there is nothing to book."""
    on = day or row.issued_on
    if not lines or on is None:
        return
    books.book_document(
        business_id=row.business_id,
        entry_id=entry_id or ids.derived("invoices.entry", row.id),
        entry=books.NewEntry(on, f"{row.number} {row.customer_name}"[:300], lines),
        document=DOCUMENT,
        reference=row.id,
        made_by=made_by,
        at=at,
    )


@requires_transaction
def mark_sent(
    *, actor: Actor, business_id: UUID, document_id: UUID, by_mail: bool, origin: str = "", at: datetime
) -> Document:
    """
    Note that a paper goes to its customer; the edge sends the mail after this. Sending again is allowed.

    ``origin`` is the address of the zone, which mails without a browser (reminders) name from then on.

    Raises Unauthenticated, NotFound, DocumentNotFound, DocumentNotIssued, NoAddress.
    """
    desk.need_sales(actor, business_id)
    row = locked(business_id, document_id)
    if row.issued_at is None:
        raise DocumentNotIssued
    if by_mail and not row.customer.email:
        raise NoAddress
    if origin:
        lock_habits(business_id)
        models.Habit.objects.filter(pk=business_id).update(origin=origin[:200])
    row.sent_at = row.sent_at or at
    row.save(update_fields=["sent_at"])
    return as_documents([row], at=at)[0]


@requires_transaction
def new_link(*, actor: Actor, business_id: UUID, document_id: UUID) -> str:
    """Make every earlier link of a paper worthless and return the new one. Raises as ``mark_sent``."""
    desk.need_sales(actor, business_id)
    row = locked(business_id, document_id)
    row.link_version += 1
    row.save(update_fields=["link_version"])
    return link_of(row.id, row.link_version)


@requires_transaction
def answer_quotation(*, link: str, accepted: bool, at: datetime) -> Document:
    """
    Take a customer's answer to a quotation from its public page; the first answer counts. Edge: see as SYSTEM.

    A yes is an agreement of two parties: the whole quotation, with when it was accepted, is committed to in the log.

    Raises DocumentNotFound, QuotationClosed.
    """
    found = by_link(link)
    row = locked(found.business_id, found.id)
    if row.kind != DocumentKind.QUOTATION or row.billed_at is not None:
        raise QuotationClosed
    if row.accepted_at is None and row.declined_at is None:
        if row.due_on is not None and clock.business_day(at) > row.due_on:
            raise QuotationClosed
        row.accepted_at, row.declined_at = (at, None) if accepted else (None, at)
        row.save(update_fields=["accepted_at", "declined_at"])
        if accepted:
            _agree(row, at)
    elif (row.accepted_at is not None) is not accepted:
        raise QuotationClosed
    return as_documents([row], at=at)[0]


def _agree(row: models.Document, at: datetime) -> None:
    body = agreed_document(row, lines_of([row.pk]).get(row.pk, ()))
    log.submit(kind=AGREED_KIND, subject=str(row.pk), body=body, owners=[row.business_id], at=at)


def to_mail(business_id: UUID, document_id: UUID) -> models.Document:
    """Return a paper's row for its mail."""
    return row_of(business_id, document_id)
