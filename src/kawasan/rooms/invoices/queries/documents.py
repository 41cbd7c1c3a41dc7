"""Reads of quotations, invoices and credit notes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum

from kawasan.core import cipher, clock, ids
from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.desk import need_sales
from kawasan.rooms.invoices.rules.states import state_of
from kawasan.rooms.invoices.types.documents import (
    DOCUMENT_PREFIX,
    Document,
    DocumentFilter,
    DocumentKind,
    Line,
    Party,
    State,
    Sums,
    Tally,
    Terms,
)
from kawasan.rooms.invoices.types.money import InvoicePayment, Method
from kawasan.rooms.invoices.types.refusals import DocumentNotFound

EXPORT_MAX = 10_000
_OPEN = Q(kind=DocumentKind.INVOICE.value, issued_at__isnull=False) & Q(
    total_minor__gt=F("paid_minor") + F("credited_minor")
)
_EVERYTHING = DocumentFilter()
_LINK_PURPOSE = b"kawasan invoice link"


def document(*, actor: Actor, business_id: UUID, document_id: UUID, at: datetime) -> Document:
    """Return a document with its lines. Raises Unauthenticated, NotFound, DocumentNotFound."""
    need_sales(actor, business_id)
    return as_documents([row_of(business_id, document_id)], at=at)[0]


def documents(
    *,
    actor: Actor,
    business_id: UUID,
    wanted: DocumentFilter = _EVERYTHING,
    at: datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Document]:
    """Return documents without their lines, newest first. Raises Unauthenticated, NotFound, BadCursor."""
    need_sales(actor, business_id)
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = _rows(business_id, wanted, clock.business_day(at))
    if key:
        rows = rows.filter(pk__lt=_uuid(key[0]))
    found = as_documents(rows.order_by("-pk")[: size + 1], at=at, whole=False)
    return page_of(found, size, lambda item: (str(item.id),))


def all_documents(
    *, actor: Actor, business_id: UUID, wanted: DocumentFilter = _EVERYTHING, at: datetime
) -> Iterator[Document]:
    """Yield documents for a file, newest first, at most EXPORT_MAX."""
    need_sales(actor, business_id)
    rows = _rows(business_id, wanted, clock.business_day(at))
    yield from as_documents(rows.order_by("-pk")[:EXPORT_MAX], at=at, whole=False)


def related(*, actor: Actor, business_id: UUID, document_id: UUID, at: datetime) -> list[Document]:
    """Return what was made of a document: the invoice of a quotation, the credit notes of an invoice."""
    need_sales(actor, business_id)
    rows = models.Document.objects.filter(business_id=business_id, origin_id=document_id).order_by("pk")
    return as_documents(rows, at=at, whole=False)


def payments_of(*, actor: Actor, business_id: UUID, document_id: UUID) -> list[InvoicePayment]:
    """Return what was paid for an invoice, oldest first."""
    need_sales(actor, business_id)
    return payment_rows(business_id, document_id)


def payment_rows(business_id: UUID, document_id: UUID) -> list[InvoicePayment]:
    """Return what was paid for an invoice, or given back for a credit note, to a caller that may see it."""
    back = refund_key(document_id)
    wanted = Q(document_id=document_id) | Q(pk__in=[back, voucher_key(back)])
    rows = models.Payment.objects.filter(wanted, business_id=business_id).order_by("pk")
    return [
        InvoicePayment(row.id, row.document_id, row.amount_minor, Method(row.method), row.day, row.note, row.made_at)
        for row in rows
    ]


def refund_key(credit_id: UUID) -> UUID:
    """Return the id of the buyer's money that went back with a credit note of an order."""
    return ids.derived("invoices.credit-money", credit_id)


def voucher_key(payment_id: UUID) -> UUID:
    """Return the id of what the zone's voucher paid, or got back, beside an order's money."""
    return ids.derived("invoices.voucher-money", payment_id)


def paid_by_voucher(document_id: UUID) -> int:
    """Return what of an invoice the zone's voucher paid and did not get back."""
    rows = models.Payment.objects.filter(document_id=document_id, method=Method.VOUCHER)
    return int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def tally(*, actor: Actor, business_id: UUID, at: datetime) -> Tally:
    """Return what is open and overdue today, and how many drafts wait."""
    need_sales(actor, business_id)
    today = clock.business_day(at)
    rows = models.Document.objects.filter(business_id=business_id)
    left = F("total_minor") - F("paid_minor") - F("credited_minor")
    found = rows.filter(_OPEN).aggregate(whole=Sum(left), late=Sum(left, filter=Q(due_on__lt=today)))
    late = rows.filter(_OPEN, due_on__lt=today).count()
    drafts = rows.filter(kind=DocumentKind.INVOICE.value, issued_at__isnull=True).count()
    return Tally(found["whole"] or 0, found["late"] or 0, drafts, late)


def row_of(business_id: UUID, document_id: UUID) -> models.Document:
    """Return a document's row. Raises DocumentNotFound."""
    row = models.Document.objects.filter(pk=document_id, business_id=business_id).first()
    if row is None:
        raise DocumentNotFound
    return row


def locked(business_id: UUID, document_id: UUID) -> models.Document:
    """Return a document's row that nobody else changes meanwhile. Raises DocumentNotFound."""
    row = models.Document.objects.select_for_update().filter(pk=document_id, business_id=business_id).first()
    if row is None:
        raise DocumentNotFound
    return row


# Note [The link of a paper]
# The address carries the document's id and a signature of it, so that nothing secret is stored, and the owner makes
# old links worthless by counting the version up.
def link_of(row_id: UUID, version: int) -> str:
    """Return the last part of the address at which a customer sees a paper: nobody guesses it."""
    return f"{ids.public(DOCUMENT_PREFIX, row_id)}-{_signature(settings.SECRET_KEY, row_id, version)}"


def link(*, actor: Actor, business_id: UUID, document_id: UUID) -> str:
    """Return a document's link to its business. Raises Unauthenticated, NotFound, DocumentNotFound."""
    need_sales(actor, business_id)
    row = row_of(business_id, document_id)
    return link_of(row.id, row.link_version)


def by_link(text: str) -> models.Document:
    """Return the issued document that a link names; the transaction has to see it. Raises DocumentNotFound."""
    head, _, told = text.rpartition("-")
    row = models.Document.objects.filter(pk=ids.parse(DOCUMENT_PREFIX, head)).first() if head else None
    if row is None or row.issued_at is None:
        raise DocumentNotFound
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(_signature(key, row.id, row.link_version), told) for key in keys):
        raise DocumentNotFound
    return row


def _signature(secret: str, row_id: UUID, version: int) -> str:
    key = cipher.derived(secret, _LINK_PURPOSE)
    return hmac.new(key, row_id.bytes + version.to_bytes(2, "big"), hashlib.sha256).hexdigest()[:32]


def _rows(business_id: UUID, wanted: DocumentFilter, today: date) -> QuerySet[models.Document]:
    rows = models.Document.objects.filter(business_id=business_id, kind=wanted.kind.value)
    if text := wanted.text.strip().replace("\0", ""):
        rows = rows.filter(Q(number__icontains=text) | Q(customer_name__icontains=text))
    if wanted.first:
        rows = rows.filter(issued_on__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(issued_on__lte=wanted.last)
    if wanted.customer_id:
        rows = rows.filter(customer_id=wanted.customer_id)
    return rows.filter(_in_state(wanted.state, today)) if wanted.state else rows


def _in_state(state: State, today: date) -> Q:
    """Return the rows in a state; the same as ``state_of`` decides for each (a test compares them)."""
    issued, sent = Q(issued_at__isnull=False), Q(sent_at__isnull=False)
    if state is State.DRAFT:
        return ~issued
    if state is State.BILLED:
        return issued & Q(billed_at__isnull=False)
    if state is State.DECLINED:
        return issued & Q(declined_at__isnull=False, billed_at__isnull=True)
    if state is State.ACCEPTED:
        return issued & Q(accepted_at__isnull=False, declined_at__isnull=True, billed_at__isnull=True)
    quotation = Q(kind="quotation", accepted_at__isnull=True, declined_at__isnull=True, billed_at__isnull=True)
    if state is State.EXPIRED:
        return issued & quotation & Q(due_on__lt=today)
    invoice = Q(kind="invoice")
    cancelled = invoice & Q(total_minor__gt=0, credited_minor__gte=F("total_minor"))
    if state is State.CANCELLED:
        return issued & cancelled
    if state is State.PAID:
        return issued & invoice & ~cancelled & Q(total_minor__lte=F("paid_minor") + F("credited_minor"))
    if state is State.OVERDUE:
        return _OPEN & ~cancelled & Q(due_on__lt=today)
    if state is State.PARTLY_PAID:
        return _OPEN & ~cancelled & Q(due_on__gte=today, paid_minor__gt=0)
    waits = (_OPEN & ~cancelled & Q(due_on__gte=today, paid_minor__lte=0)) | Q(kind="credit")
    waits |= quotation & Q(due_on__gte=today)
    return issued & waits & (sent if state is State.SENT else ~sent)


def as_documents(rows: Iterable[models.Document], *, at: datetime, whole: bool = True) -> list[Document]:
    """Return rows as they cross the door, with their lines where ``whole``."""
    found, today = list(rows), clock.business_day(at)
    lines = lines_of([row.id for row in found]) if whole else {}
    return [_as_document(row, lines.get(row.id, ()), today, whole=whole) for row in found]


def lines_of(keys: list[UUID]) -> dict[UUID, tuple[Line, ...]]:
    """Return the lines of documents, in one query."""
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for row in models.Line.objects.filter(document_id__in=keys).order_by("document_id", "place"):
        lines[row.document_id].append(as_line(row))
    return {key: tuple(found) for key, found in lines.items()}


def as_line(row: models.Line) -> Line:
    """Return a row as it crosses the door."""
    return Line(
        row.place, row.name, row.quantity, row.unit, row.is_service, row.code, row.typed_price_minor,
        row.typed_discount_minor, row.price_minor, row.discount_minor, row.base_minor, row.other_base_minor,
        row.ppn_minor, row.total_minor,
    )  # fmt: skip


def terms_of(row: models.Document) -> Terms:
    """Return what a document says beside its lines."""
    return Terms(
        due_days=row.due_days,
        language=row.language,
        note=row.note,
        prices_include_ppn=row.inclusive,
        trx_code=row.trx_code,
        add_info=row.add_info,
        facility_stamp=row.facility_stamp,
        china_vat_percent=row.china_vat_percent,
    )


def _as_document(row: models.Document, lines: tuple[Line, ...], today: date, *, whole: bool) -> Document:
    kind = DocumentKind(row.kind)
    return Document(
        id=row.id,
        business_id=row.business_id,
        kind=kind,
        state=_state(row, kind, today),
        number=row.number,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        issued_on=row.issued_on,
        due_on=row.due_on,
        terms=terms_of(row),
        is_pkp=row.is_pkp,
        law=row.law,
        sums=Sums(row.base_minor, row.ppn_minor, row.total_minor, row.uncollected_minor),
        paid_minor=row.paid_minor,
        credited_minor=row.credited_minor,
        lines=lines,
        seller=party(row.seller) if whole else None,
        buyer=party(row.buyer) if whole else None,
        origin_id=row.origin_id,
        order_id=row.order_id,
        made_at=row.made_at,
        issued_at=row.issued_at,
        sent_at=row.sent_at,
        tax_revision=row.tax_revision,
        nsfp=row.nsfp,
        uploaded_at=row.uploaded_at,
    )


def _state(row: models.Document, kind: DocumentKind, today: date) -> State:
    return state_of(
        kind=kind,
        is_issued=row.issued_at is not None,
        is_sent=row.sent_at is not None,
        is_accepted=row.accepted_at is not None,
        is_declined=row.declined_at is not None,
        is_billed=row.billed_at is not None,
        due_on=row.due_on,
        total_minor=row.total_minor,
        credited_minor=row.credited_minor,
        paid_minor=row.paid_minor,
        today=today,
    )


def party(text: str) -> Party | None:
    """Read back who a paper names."""
    return Party(**json.loads(text)) if text else None


def party_text(found: Party) -> str:
    """Write who a paper names, to be kept as it was."""
    return json.dumps(asdict(found), ensure_ascii=False)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DocumentNotFound from None
