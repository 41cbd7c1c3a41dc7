"""What became of a month at the tax office: numbers that it gave, replacements, the PPN of retail sales."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic as savepoint

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.actions.issuing import commit
from kawasan.rooms.invoices.queries import customers, desk
from kawasan.rooms.invoices.queries.documents import as_documents, locked, party_text
from kawasan.rooms.invoices.queries.proofs import REPLACE
from kawasan.rooms.invoices.queries.taxes import open_mends, retail_booked, retail_key, tax_month
from kawasan.rooms.invoices.rules import posting
from kawasan.rooms.invoices.rules.numbers import NSFP
from kawasan.rooms.invoices.types.documents import Document, DocumentKind
from kawasan.rooms.invoices.types.refusals import (
    DocumentNotIssued,
    FileNotReady,
    NothingOpen,
    NotPkp,
    TaxNumberInvalid,
    TaxNumberTaken,
)

RETAIL = "retail"


@requires_transaction
def mark_uploaded(*, actor: Actor, business_id: UUID, document_id: UUID, nsfp: str, at: datetime) -> Document:
    """
    Note the number that the tax office gave an invoice; a repeat changes nothing, another number is noted beside.

    What Coretax would refuse cannot have been uploaded. Raises Unauthenticated, NotFound, Forbidden, DocumentNotFound,
    DocumentNotIssued, NotPkp, TaxNumberInvalid, TaxNumberTaken, FileNotReady while something is to be mended.
    """
    desk.need_tax(actor, business_id)
    number = "".join(letter for letter in nsfp if letter.isdecimal() and letter.isascii())
    if not NSFP.fullmatch(number):
        raise TaxNumberInvalid(field="nsfp")
    row = _of_pkp(business_id, document_id)
    if (row.nsfp, row.uploaded_at is not None) == (number, True):
        return as_documents([row], at=at)[0]
    if open_mends(business_id, as_documents([row], at=at)[0]):
        raise FileNotReady(field="nsfp")
    row.nsfp, row.uploaded_at = number, at
    try:
        with savepoint():
            row.save(update_fields=["nsfp", "uploaded_at"])
    except IntegrityError:
        raise TaxNumberTaken(field="nsfp") from None
    _note(row, "uploaded", actor, at)
    return as_documents([row], at=at)[0]


@requires_transaction
def replace_tax_invoice(*, actor: Actor, business_id: UUID, document_id: UUID, at: datetime) -> Document:
    """
    Name the buyer as the customer stands now, and where the tax office has the invoice, say that it is to be replaced.

    Lines and sums stay: for those there are credit notes. The number (NSFP) stays too, as a Faktur Pengganti keeps it.
    Raises as ``mark_uploaded``.
    """
    desk.need_tax(actor, business_id)
    row = _of_pkp(business_id, document_id)
    row.buyer = party_text(customers.party_of(row.customer))
    row.seller = party_text(desk.seller_of(business_id))
    row.customer_name = row.customer.name
    if row.uploaded_at is not None:
        row.tax_revision, row.uploaded_at = row.tax_revision + 1, None
    row.save(update_fields=["buyer", "seller", "customer_name", "tax_revision", "uploaded_at"])
    _note(row, REPLACE, actor, at)
    commit(row, at)
    return as_documents([row], at=at)[0]


@requires_transaction
def book_retail(*, actor: Actor, business_id: UUID, month: date, at: datetime) -> int:
    """
    Take the PPN out of a month's retail sales in the books, as far as it is not booked; return what was booked.

    Raises as ``tax_month``, NothingOpen where nothing is left to book, PeriodClosed.
    """
    found = tax_month(actor=actor, business_id=business_id, month=month)
    booked = retail_booked(business_id, month)
    left = found.retail.ledger_ppn_minor - booked
    if not left:
        raise NothingOpen
    day = min(books.month_of(month).last, clock.business_day(at))
    key = retail_key(business_id, month)
    books.book_document(
        business_id=business_id,
        entry_id=ids.derived("invoices.retail-entry", key, booked, left),
        entry=books.NewEntry(day, f"PPN digunggung {month:%Y-%m}", posting.of_tax_within(left)),
        document=RETAIL,
        reference=key,
        made_by=actor.person_id,
        at=at,
    )
    return left


def _of_pkp(business_id: UUID, document_id: UUID) -> models.Document:
    row = locked(business_id, document_id)
    if row.issued_at is None or row.kind != DocumentKind.INVOICE:
        raise DocumentNotIssued
    if not row.is_pkp:
        raise NotPkp
    return row


def _note(row: models.Document, what: str, actor: Actor, at: datetime) -> None:
    models.TaxMark.objects.create(
        id=ids.uuid7(),
        business_id=row.business_id,
        document=row,
        revision=row.tax_revision,
        nsfp=row.nsfp,
        what=what,
        made_by=actor.person_id,
        at=at,
    )
