"""Credit notes: what was issued is undone, whole or in part, by another paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.actions.customers import lock_habits
from kawasan.rooms.invoices.actions.drafts import put_sums, store_lines
from kawasan.rooms.invoices.actions.issuing import book, commit, number_row
from kawasan.rooms.invoices.actions.paying import add_order_money
from kawasan.rooms.invoices.queries.desk import need_sales
from kawasan.rooms.invoices.queries.documents import (
    as_documents,
    as_line,
    lines_of,
    locked,
    paid_by_voucher,
    refund_key,
)
from kawasan.rooms.invoices.queries.orders import sold_by_place
from kawasan.rooms.invoices.rules import amounts, crediting, posting
from kawasan.rooms.invoices.types.documents import Document, DocumentKind, Line
from kawasan.rooms.invoices.types.refusals import CreditInvalid, DocumentNotIssued, NothingOpen


@requires_transaction
def credit(
    *,
    actor: Actor,
    business_id: UUID,
    document_id: UUID,
    credit_id: UUID,
    quantities: Mapping[int, Decimal] | None = None,
    reason: str = "",
    at: datetime,
) -> Document:
    """
    Credit an invoice: everything that is left, or so much of some lines (by their place). A repeat returns the first.

    It gets a number of its own series and is booked by opposite entries. Raises Unauthenticated, NotFound,
    DocumentNotFound, DocumentNotIssued, NothingOpen, CreditInvalid.
    """
    need_sales(actor, business_id)
    row = locked(business_id, document_id)
    earlier = models.Document.objects.filter(pk=credit_id, origin_id=row.id).first()
    if earlier is not None:
        return as_documents([earlier], at=at)[0]
    if row.kind != DocumentKind.INVOICE or row.issued_at is None:
        raise DocumentNotIssued
    lines = crediting.lines_to_credit(lines_of([row.id])[row.id], credited_lines(row.id), quantities)
    if not lines:
        raise NothingOpen if quantities is None else CreditInvalid(field="lines")
    made = _issue(row, lines, credit_id, reason, actor.person_id, at)
    return as_documents([made], at=at)[0]


@requires_transaction
def credit_refund(
    *,
    business_id: UUID,
    order_id: UUID,
    refund_id: UUID,
    amount_minor: int | None,
    voucher_minor: int | None,
    at: datetime,
) -> Document | None:
    """
    Credit what was given back of an order that has an invoice, once; nothing where it has none, or said so already.

    ``amount_minor`` is what went back, None for all of it, ``voucher_minor`` what of it went to the zone's voucher and
    not to the buyer. The note undoes the price that the invoice says, whoever paid it; the money went by the ledger and
    is noted as it went. For listeners: the caller has checked that it happened. A repeat returns nothing.
    """
    row = _invoice_of_order(business_id, order_id)
    credit_id = ids.derived("invoices.refund-credit", refund_id)
    if row is None or models.Document.objects.filter(pk=credit_id).exists():
        return None
    order, whole = commerce.order(actor=SYSTEM, order_id=order_id), lines_of([row.id])[row.id]
    most = row.total_minor if amount_minor is None else amount_minor
    lines = crediting.lines_of_refund(whole, credited_lines(row.id), sold_by_place(whole, order), most)
    if not lines:
        return None
    made = _issue(row, lines, credit_id, order.number, None, at)
    back = min(paid_by_voucher(row.id), made.total_minor, made.total_minor if voucher_minor is None else voucher_minor)
    key, day = refund_key(credit_id), clock.business_day(at)
    add_order_money(row, key, -made.total_minor, -back, day=day, note=order.number, made_by=None, at=at)
    return as_documents([made], at=at)[0]


# The business's lock is what an invoice of the order that is only just being issued holds: after it, it is there, or
# it will see the refund.
def _invoice_of_order(business_id: UUID, order_id: UUID) -> models.Document | None:
    rows = models.Document.objects.filter(business_id=business_id, order_id=order_id, issued_at__isnull=False)
    if not rows.exists():
        lock_habits(business_id)
    found = rows.values_list("pk", flat=True).first()
    return locked(business_id, found) if found else None


def _issue(
    row: models.Document, lines: tuple[Line, ...], credit_id: UUID, reason: str, made_by: UUID | None, at: datetime
) -> models.Document:
    made = _paper(row, credit_id, reason, made_by, at)
    put_sums(made, amounts.sums_of(lines, trx_code=row.trx_code))
    made.save(force_insert=True)
    store_lines(made, lines)
    commit(made, at)
    row.credited_minor += made.total_minor
    row.save(update_fields=["credited_minor"])
    _book(row, made, made_by, at)
    return made


def credited_lines(document_id: UUID) -> list[Line]:
    """Return the lines of every credit note of an invoice."""
    found = models.Line.objects.filter(document__origin_id=document_id, document__kind=DocumentKind.CREDIT)
    return [as_line(row) for row in found]


def _paper(row: models.Document, credit_id: UUID, reason: str, made_by: UUID | None, at: datetime) -> models.Document:
    made = models.Document(
        id=credit_id,
        business_id=row.business_id,
        kind=DocumentKind.CREDIT.value,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        due_days=0,
        language=row.language,
        note=" ".join(reason.split())[:300],
        inclusive=row.inclusive,
        trx_code=row.trx_code,
        is_pkp=row.is_pkp,
        law=row.law,
        seller=row.seller,
        buyer=row.buyer,
        origin_id=row.id,
        content_hash=b"",
        made_by=made_by,
        made_at=at,
        issued_at=at,
    )
    number_row(made, clock.business_day(at), lock_habits(row.business_id).prefix, at)
    return made


# The sale of an order was booked by the ledger, and so is what of it is given back: only its PPN was ours.
def _book(row: models.Document, made: models.Document, made_by: UUID | None, at: datetime) -> None:
    if row.order_id is None:
        lines = posting.of_credit(made.base_minor, made.ppn_minor)
    else:
        lines = tuple(
            books.JournalLine(line.account, -line.amount_minor) for line in posting.of_tax_within(made.ppn_minor)
        )
    book(made, lines, made_by=made_by, at=at)
