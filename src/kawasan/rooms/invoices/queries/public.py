"""What a customer sees who has a paper's link, and what a paper needs to be drawn."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kawasan.core.access import SYSTEM, Actor
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.desk import habits, need_sales
from kawasan.rooms.invoices.queries.documents import as_documents, by_link, link_of, payment_rows, row_of
from kawasan.rooms.invoices.rules import amounts, ubl
from kawasan.rooms.invoices.types.documents import Document, DocumentKind, Paper
from kawasan.rooms.invoices.types.refusals import DocumentNotIssued
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone


def public_paper(*, link: str, at: datetime) -> Paper:
    """Return a paper to whoever has its link; the transaction has to see it. Raises DocumentNotFound."""
    return _paper(by_link(link), at)


def paper(*, actor: Actor, business_id: UUID, document_id: UUID, at: datetime) -> Paper:
    """Return a paper to its business, to be drawn. Raises Unauthenticated, NotFound, DocumentNotFound."""
    need_sales(actor, business_id)
    return _paper(row_of(business_id, document_id), at)


def paper_of(*, business_id: UUID, document_id: UUID, at: datetime) -> Paper:
    """Return a paper for the mail that carries it; for the system."""
    return _paper(row_of(business_id, document_id), at)


def ubl_of(found: Paper) -> bytes:
    """Return an issued invoice or credit note as UBL 2.1. Raises DocumentNotIssued."""
    if found.document.is_draft or found.document.kind is DocumentKind.QUOTATION:
        raise DocumentNotIssued
    return ubl.text_of(found.document, rate_percent=found.rate_percent, origin=found.origin_number)


def live_code(document_id: UUID, at: datetime) -> payments.CounterPayment | None:
    """Return the newest code of an invoice that can still be paid; the transaction has to see it."""
    attempt = models.Attempt.objects.filter(document_id=document_id).order_by("-pk").first()
    if attempt is None:
        return None
    code = payments.counter_payment(actor=SYSTEM, counter_id=attempt.id, at=at)
    return code if code.status is payments.CounterStatus.REQUESTED else None


def _paper(row: models.Document, at: datetime) -> Paper:
    (found,) = as_documents([row], at=at)
    said = habits(row.business_id)
    code = live_code(row.id, at) if found.can_be_paid else None
    return Paper(
        document=found,
        business_name=zone.business(business_id=row.business_id).name,
        business_slug=zone.business(business_id=row.business_id).slug,
        link=link_of(row.id, row.link_version) if row.issued_at else "",
        bank=said.bank,
        payments=tuple(payment_rows(row.business_id, row.id)),
        rate_percent=_percent(found, row.issued_on),
        origin_number=row.origin.number if row.origin else "",
        qris=code.qris if code else "",
        qris_amount_minor=code.amount_minor if code else 0,
        qris_until=code.expires_at if code else None,
        qris_problem=code.problem if code else "",
        code_id=code.id if code else None,
        customer_email=row.customer.email,
        origin=models.Habit.objects.filter(pk=row.business_id).values_list("origin", flat=True).first() or "",
    )


def _percent(found: Document, day: date | None) -> Decimal:
    rate = amounts.rate_on(books.ppn_rates(), day) if day and found.is_pkp else None
    return rate.rate * 100 if rate else Decimal(0)
