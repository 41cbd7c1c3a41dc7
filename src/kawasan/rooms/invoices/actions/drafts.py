"""Quotations and invoices while they can still be changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries import customers, desk
from kawasan.rooms.invoices.queries.documents import as_documents, locked, row_of
from kawasan.rooms.invoices.rules import amounts
from kawasan.rooms.invoices.types.documents import (
    NOTE_LENGTH_MAX,
    TERMS_MAX,
    Document,
    DocumentKind,
    Line,
    NewLine,
    Sums,
    Terms,
)
from kawasan.rooms.invoices.types.refusals import (
    DocumentIdReused,
    DocumentInvalid,
    DocumentIssued,
    QuotationClosed,
)


@requires_transaction
def draft(
    *,
    actor: Actor,
    business_id: UUID,
    document_id: UUID,
    kind: DocumentKind,
    customer_id: UUID,
    lines: Sequence[NewLine],
    terms: Terms,
    at: datetime,
) -> Document:
    """
    Write a quotation or an invoice down, once: a repeat returns the first. It has no number until it is issued.

    Raises Unauthenticated, NotFound, CustomerNotFound, DocumentInvalid, DiscountTooLarge, DocumentIdReused.
    """
    desk.need_sales(actor, business_id)
    return write_draft(business_id, document_id, kind, customer_id, lines, terms, made_by=actor.person_id, at=at)


def write_draft(
    business_id: UUID,
    document_id: UUID,
    kind: DocumentKind,
    customer_id: UUID,
    lines: Sequence[NewLine],
    terms: Terms,
    *,
    made_by: UUID | None,
    at: datetime,
    origin_id: UUID | None = None,
    order_id: UUID | None = None,
    recurring_id: UUID | None = None,
) -> Document:
    """Store a draft whose writer may do so."""
    customer = customers.row_of(business_id, customer_id)
    check_terms(terms, day=clock.business_day(at))
    amounts.check_lines(lines)
    digest = hashlib.sha256(repr((business_id, kind, customer_id, list(lines), terms, origin_id)).encode()).digest()
    earlier = models.Document.objects.filter(pk=document_id).first()
    if earlier is not None:
        if earlier.business_id != business_id or bytes(earlier.content_hash) != digest:
            raise DocumentIdReused
        return as_documents([earlier], at=at)[0]
    row = models.Document(
        id=document_id,
        business_id=business_id,
        kind=kind.value,
        origin_id=origin_id,
        order_id=order_id,
        recurring_id=recurring_id,
        content_hash=digest,
        made_by=made_by,
        made_at=at,
    )
    fill(row, customer, terms)
    count(row, lines, day=clock.business_day(at))
    row.save(force_insert=True)
    store_lines(row, row_lines(row, lines, day=clock.business_day(at)))
    return as_documents([row], at=at)[0]


@requires_transaction
def change_draft(
    *,
    actor: Actor,
    business_id: UUID,
    document_id: UUID,
    customer_id: UUID,
    lines: Sequence[NewLine],
    terms: Terms,
    at: datetime,
) -> Document:
    """Change a draft; the last word counts. Raises as ``draft``, and DocumentNotFound, DocumentIssued."""
    desk.need_sales(actor, business_id)
    row = locked(business_id, document_id)
    if row.issued_at is not None:
        raise DocumentIssued
    check_terms(terms, day=clock.business_day(at))
    amounts.check_lines(lines)
    fill(row, customers.row_of(business_id, customer_id), terms)
    count(row, lines, day=clock.business_day(at))
    row.save()
    models.Line.objects.filter(document_id=row.id).delete()
    store_lines(row, row_lines(row, lines, day=clock.business_day(at)))
    return as_documents([row], at=at)[0]


@requires_transaction
def drop_draft(*, actor: Actor, business_id: UUID, document_id: UUID) -> None:
    """Throw a draft away: it had no number. Raises Unauthenticated, NotFound, DocumentNotFound, DocumentIssued."""
    desk.need_sales(actor, business_id)
    row = locked(business_id, document_id)
    if row.issued_at is not None:
        raise DocumentIssued
    if row.origin_id:  # the quotation can be billed again
        models.Document.objects.filter(pk=row.origin_id, kind=DocumentKind.QUOTATION).update(billed_at=None)
    models.Recurring.objects.filter(template_id=row.id).delete()
    models.Line.objects.filter(document_id=row.id).delete()
    row.delete()


@requires_transaction
def bill_quotation(*, actor: Actor, business_id: UUID, quotation_id: UUID, document_id: UUID, at: datetime) -> Document:
    """
    Make an invoice (a draft) of a quotation, once. Raises Unauthenticated, NotFound, DocumentNotFound, QuotationClosed.
    """
    desk.need_sales(actor, business_id)
    row = locked(business_id, quotation_id)
    earlier = models.Document.objects.filter(origin_id=row.id, kind=DocumentKind.INVOICE).first()
    if earlier is not None:
        return as_documents([earlier], at=at)[0]
    if row.kind != DocumentKind.QUOTATION or row.issued_at is None or row.declined_at is not None:
        raise QuotationClosed
    row.billed_at = at
    row.save(update_fields=["billed_at"])
    return copy_of(row, document_id, made_by=actor.person_id, at=at, origin_id=row.id)


def copy_of(
    row: models.Document,
    document_id: UUID,
    *,
    made_by: UUID | None,
    at: datetime,
    origin_id: UUID | None = None,
    recurring_id: UUID | None = None,
) -> Document:
    """Make an invoice with the lines and terms of another paper."""
    (source,) = as_documents([row], at=at)
    lines = [typed(line) for line in source.lines]
    return write_draft(
        row.business_id,
        document_id,
        DocumentKind.INVOICE,
        row.customer_id,
        lines,
        source.terms,
        made_by=made_by,
        at=at,
        origin_id=origin_id,
        recurring_id=recurring_id,
    )


@requires_transaction
def copy_document(*, actor: Actor, business_id: UUID, source_id: UUID, document_id: UUID, at: datetime) -> Document:
    """Make a draft invoice like another one, once. Raises Unauthenticated, NotFound, DocumentNotFound."""
    desk.need_sales(actor, business_id)
    return copy_of(row_of(business_id, source_id), document_id, made_by=actor.person_id, at=at)


def typed(line: Line) -> NewLine:
    """Return a line as it was typed."""
    return NewLine(
        line.name, line.quantity, line.typed_price_minor, line.typed_discount_minor, line.unit, line.is_service,
        line.code,
    )  # fmt: skip


def check_terms(terms: Terms, *, day: date) -> None:
    """Raise DocumentInvalid for terms that cannot be on a day."""
    if not 0 <= terms.due_days <= TERMS_MAX or len(terms.note) > NOTE_LENGTH_MAX or "\0" in terms.note:
        raise DocumentInvalid(field="note")
    if terms.trx_code not in amounts.TRX_CODES or terms.language not in ("id", "en", "zh-hans"):
        raise DocumentInvalid(field="trx_code")
    if max(len(terms.add_info), len(terms.facility_stamp)) > 12:
        raise DocumentInvalid(field="add_info")
    if terms.china_vat_percent and terms.china_vat_percent not in books.china_percents(day=day):
        raise DocumentInvalid(field="china_vat_percent")


def fill(row: models.Document, customer: models.Customer, terms: Terms) -> None:
    """Write what a document says beside its lines into its row."""
    row.customer, row.customer_name, row.due_days = customer, customer.name, terms.due_days
    row.language, row.note, row.inclusive = terms.language, terms.note.strip(), terms.prices_include_ppn
    row.trx_code, row.add_info, row.facility_stamp = terms.trx_code, terms.add_info, terms.facility_stamp
    row.china_vat_percent, row.is_pkp = terms.china_vat_percent, desk.is_pkp(row.business_id)


def row_lines(row: models.Document, lines: Sequence[NewLine], *, day: date) -> tuple[Line, ...]:
    """Return a row's lines counted by the rate of a day."""
    rate = amounts.rate_on(books.ppn_rates(), day) if row.is_pkp else None
    row.law = rate.law if rate else ""
    return amounts.figures(lines, rate=rate, trx_code=row.trx_code, inclusive=row.inclusive)


def count(row: models.Document, lines: Sequence[NewLine], *, day: date) -> None:
    """Write into a row what its lines add up to on a day."""
    put_sums(row, amounts.sums_of(row_lines(row, lines, day=day), trx_code=row.trx_code))


def put_sums(row: models.Document, sums: Sums) -> None:
    """Write sums into a row."""
    row.base_minor, row.ppn_minor = sums.base_minor, sums.ppn_minor
    row.total_minor, row.uncollected_minor = sums.total_minor, sums.uncollected_minor


def store_lines(row: models.Document, lines: Sequence[Line]) -> None:
    """Store a document's lines."""
    models.Line.objects.bulk_create(
        models.Line(
            document_id=row.id,
            business_id=row.business_id,
            place=line.place,
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            is_service=line.is_service,
            code=line.code,
            typed_price_minor=line.typed_price_minor,
            typed_discount_minor=line.typed_discount_minor,
            price_minor=line.price_minor,
            discount_minor=line.discount_minor,
            base_minor=line.base_minor,
            other_base_minor=line.other_base_minor,
            ppn_minor=line.ppn_minor,
            total_minor=line.total_minor,
        )
        for line in lines
    )


def in_language(terms: Terms, customer: models.Customer) -> Terms:
    """Return terms in the customer's language."""
    return replace(terms, language=customer.language)
