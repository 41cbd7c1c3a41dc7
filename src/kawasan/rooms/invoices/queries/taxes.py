"""A month of tax invoices, read anew each time: what goes into the file, what to mend, returns, retail."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Sum

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.desk import is_pkp, need_tax, tin_of
from kawasan.rooms.invoices.queries.documents import as_documents
from kawasan.rooms.invoices.rules import amounts, taxes
from kawasan.rooms.invoices.types.customers import Proof
from kawasan.rooms.invoices.types.documents import Document, DocumentKind
from kawasan.rooms.invoices.types.refusals import DocumentNotFound, FileNotReady, NotPkp
from kawasan.rooms.invoices.types.tax import Mend, Retail, ReturnRow, TaxMonth, TaxRow

_SEN = 100
Rates = tuple[books.PpnRate, ...]


def last_ppn_day() -> date | None:
    """Return the last day of a document that PPN was counted for, or None: rates up to it stay as they are."""
    last: date | None = models.Document.objects.filter(is_pkp=True).aggregate(last=Max("issued_on"))["last"]
    return last


def tax_month(*, actor: Actor, business_id: UUID, month: date) -> TaxMonth:
    """Return a month of tax invoices. Raises Unauthenticated, NotFound, Forbidden, NotPkp."""
    need_tax(actor, business_id)
    if not is_pkp(business_id):
        raise NotPkp
    tin, rates, rows, consumers = tin_of(business_id), books.ppn_rates(), [], []
    for found in _issued(business_id, DocumentKind.INVOICE, month):
        if found.credited_minor >= found.sums.total_minor and not found.uploaded_at and not found.nsfp:
            continue  # cancelled before the tax office heard of it
        if found.buyer is not None and found.buyer.proof == Proof.NONE.value:
            consumers.append(found)
        else:
            rows.append(_row(found, tin, rates))
    waiting = sum(row.goes_into_file for row in rows)
    return TaxMonth(
        month=month,
        seller_mends=taxes.seller_mends(tin),
        rows=tuple(rows),
        returns=tuple(_returns(business_id, month)),
        retail=_retail(business_id, month, consumers),
        files=taxes.parts(waiting),
    )


def tax_file(*, actor: Actor, business_id: UUID, month: date, part: int) -> str:
    """
    Return one file of a month for Coretax, counted from 1; each holds at most 1,000 invoices.

    Raises as ``tax_month``, FileNotReady where something has to be mended, DocumentNotFound for a part that is not
    there.
    """
    found = tax_month(actor=actor, business_id=business_id, month=month)
    if not found.is_ready:
        raise FileNotReady
    if not 1 <= part <= found.files:
        raise DocumentNotFound
    rates = books.ppn_rates()
    wanted = [_tax_invoice(row.document, rates) for row in found.rows if row.goes_into_file]
    return taxes.files_of(tin_of(business_id), wanted)[part - 1]


def open_mends(business_id: UUID, found: Document) -> tuple[Mend, ...]:
    """Return what the tax office would refuse of an invoice as it stands, the seller's own number included."""
    tin = tin_of(business_id)
    if found.buyer is not None and found.buyer.proof == Proof.NONE.value:
        return taxes.seller_mends(tin)  # no tax invoice by the file: its number came from Coretax's own page
    return (*taxes.seller_mends(tin), *_mends(found, tin, books.ppn_rates()))


def _issued(business_id: UUID, kind: DocumentKind, month: date) -> list[Document]:
    span = books.month_of(month)
    rows = models.Document.objects.filter(
        business_id=business_id, kind=kind.value, is_pkp=True, issued_on__gte=span.first, issued_on__lte=span.last
    ).order_by("issued_on", "count")
    return as_documents(rows, at=clock.day_bounds(span.last)[0])


def _row(found: Document, tin: str, rates: Rates) -> TaxRow:
    return TaxRow(found, () if found.uploaded_at else _mends(found, tin, rates))


def _mends(found: Document, tin: str, rates: Rates) -> tuple[Mend, ...]:
    return taxes.mends_of(tin, _tax_invoice(found, rates), rates)


def _tax_invoice(found: Document, rates: Rates) -> taxes.TaxInvoice:
    rate = amounts.rate_on(rates, found.issued_on) if found.issued_on else None
    if rate is None:
        raise FileNotReady
    return taxes.tax_invoice(found, rate)


def _returns(business_id: UUID, month: date) -> list[ReturnRow]:
    found = _issued(business_id, DocumentKind.CREDIT, month)
    origins = models.Document.objects.in_bulk([item.origin_id for item in found if item.origin_id])
    shown = []
    for item in found:
        origin = origins.get(item.origin_id) if item.origin_id else None
        if origin is not None and origin.nsfp:
            shown.append(ReturnRow(item, origin.number, origin.nsfp))
    return shown


# What the ledger booked as sales and no tax invoice names, PPN included: shop prices are what buyers pay.
def _retail(business_id: UUID, month: date, consumers: list[Document]) -> Retail:
    span = books.month_of(month)
    billed = sum(item.sums.total_minor for item in _issued(business_id, DocumentKind.INVOICE, month) if item.order_id)
    billed -= _credited_of_orders(business_id, span)
    through_ledger = books.sales_of_ledger(business_id=business_id, first=span.first, last=span.last) - billed
    inside = books.ppn_inside(Decimal(max(0, through_ledger)) / _SEN, rates=books.ppn_rates(), day=span.last)
    ledger_ppn = int(inside.vat * _SEN)
    return Retail(
        ledger_minor=max(0, through_ledger),
        invoices_minor=sum(item.sums.total_minor for item in consumers),
        base_minor=int(inside.tax_base * _SEN) + sum(item.sums.base_minor for item in consumers),
        other_base_minor=int(inside.other_tax_base * _SEN)
        + sum(line.other_base_minor for item in consumers for line in item.lines),
        ppn_minor=ledger_ppn + sum(item.sums.ppn_minor for item in consumers),
        ledger_ppn_minor=ledger_ppn,
        booked_minor=retail_booked(business_id, month),
    )


# What was given back of an order with an invoice is among the ledger's returns: its credit note says so, not retail.
def _credited_of_orders(business_id: UUID, span: books.Span) -> int:
    rows = models.Document.objects.filter(
        business_id=business_id, kind=DocumentKind.CREDIT.value, is_pkp=True, origin__order_id__isnull=False
    ).filter(issued_on__gte=span.first, issued_on__lte=span.last)
    return int(rows.aggregate(sum=Sum("total_minor"))["sum"] or 0)


def retail_key(business_id: UUID, month: date) -> UUID:
    """Return what the entries of a month's retail PPN name as their document."""
    return ids.derived("invoices.retail", business_id, month)


def retail_booked(business_id: UUID, month: date) -> int:
    """Return how much PPN of a month's retail sales is booked."""
    return books.booked_by_document(
        business_id=business_id, document="retail", reference=retail_key(business_id, month), account="2201"
    )
