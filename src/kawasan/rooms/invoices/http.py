"""Invoices for programs: customers, documents, issuing, payments, credit notes, UBL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.invoices import api as invoices

router = Router(tags=["invoices"])


class CustomerIn(Schema):
    """A customer. ``proof`` says by which number it is known; a USCC is checked."""

    name: str = Field(max_length=200)
    proof: invoices.Proof = invoices.Proof.NONE
    number: str = Field(default="", max_length=30)
    place: str = Field(default="", max_length=30)
    country: str = Field(default="IDN", max_length=3)
    address: str = Field(default="", max_length=400)
    email: str = Field(default="", max_length=254)
    language: str = Field(default="id", max_length=8)


class CustomerOut(Schema):
    """A customer with its personal data masked."""

    id: str
    name: str
    proof: str
    masked_number: str
    country: str
    masked_email: str
    language: str


class CustomersOut(Schema):
    """One page of customers by name."""

    items: list[CustomerOut]
    next_cursor: str | None


class LineIn(Schema):
    """A line: the price of one unit in minor units; ``unit`` is a code of Coretax."""

    name: str = Field(max_length=200)
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)
    price_minor: int = Field(gt=0, le=10**13)
    discount_minor: int = Field(default=0, ge=0, le=10**15)
    unit: str = Field(default=invoices.UNIT_OTHER, max_length=7)
    is_service: bool = False
    code: str = Field(default="000000", max_length=6)


class DocumentIn(Schema):
    """A draft. It has no number until it is issued."""

    kind: invoices.DocumentKind = invoices.DocumentKind.INVOICE
    customer: str
    lines: list[LineIn] = Field(max_length=100)
    due_days: int = Field(default=14, ge=0, le=365)
    language: str = Field(default="id", max_length=8)
    note: str = Field(default="", max_length=1000)
    prices_include_ppn: bool = False
    trx_code: str = Field(default="04", max_length=2)


class LineOut(Schema):
    """A line with its figures."""

    name: str
    quantity: Decimal
    unit: str
    price_minor: int
    discount_minor: int
    base_minor: int
    other_base_minor: int
    ppn_minor: int
    total_minor: int


class DocumentOut(Schema):
    """A document; ``open_minor`` is below zero where too much was paid."""

    id: str
    kind: str
    state: str
    number: str
    customer: str
    customer_name: str
    issued_on: date | None
    due_on: date | None
    base_minor: int
    ppn_minor: int
    total_minor: int
    paid_minor: int
    credited_minor: int
    open_minor: int
    nsfp: str
    lines: list[LineOut]

    @classmethod
    def of(cls, found: invoices.Document) -> DocumentOut:
        """Return a document as programs see it."""
        names = ("customer_name", "issued_on", "due_on", "paid_minor", "credited_minor", "open_minor", "nsfp", "number")
        figures = ("name", "quantity", "unit", "price_minor", "discount_minor", "base_minor", "other_base_minor")
        return cls(
            id=found.public_id,
            kind=found.kind.value,
            state=found.state.value,
            customer=ids.public(invoices.CUSTOMER_PREFIX, found.customer_id),
            base_minor=found.sums.base_minor,
            ppn_minor=found.sums.ppn_minor,
            total_minor=found.sums.total_minor,
            lines=[
                LineOut(**{name: getattr(line, name) for name in (*figures, "ppn_minor", "total_minor")})
                for line in found.lines
            ],
            **{name: getattr(found, name) for name in names},
        )


class DocumentsOut(Schema):
    """One page of documents, newest first, without their lines."""

    items: list[DocumentOut]
    next_cursor: str | None


class DocumentsIn(Schema):
    """Which documents, which page."""

    kind: invoices.DocumentKind = invoices.DocumentKind.INVOICE
    state: invoices.State | None = None
    q: str = Field(default="", max_length=60)
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    cursor: str | None = None
    limit: int | None = None


class PaymentIn(Schema):
    """Money that came in cash or to a bank account; below zero: given back."""

    amount_minor: int = Field(ge=-(10**15), le=10**15)
    method: invoices.Method
    day: date
    note: str = Field(default="", max_length=200)


class CreditIn(Schema):
    """What is credited: quantities by the place of a line; left out: everything that is left."""

    quantities: dict[int, Decimal] | None = None
    reason: str = Field(default="", max_length=300)


class IssueIn(Schema):
    """The day that the document bears; left out: today."""

    day: date | None = None


@router.get("/invoices/{business_id}/customers", response=CustomersOut, summary="Customers by name")
def customers(
    request: HttpRequest, business_id: str, q: str = "", cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Return customers, personal data masked."""
    actor, found_id = _reader(request, business_id)
    with transaction(actor):
        page = invoices.customers(actor=actor, business_id=found_id, text=q[:60], cursor=cursor, limit=limit)
    return {"items": [_customer(item) for item in page.items], "next_cursor": page.next_cursor}


@router.post("/invoices/{business_id}/customers", response={201: CustomerOut}, summary="Write a customer down")
def add_customer(request: HttpRequest, business_id: str, given: CustomerIn) -> HttpResponse:
    """Write a customer down, once for each Idempotency-Key."""
    actor, found_id = _writer(request, business_id)
    data = invoices.CustomerData(**given.dict())

    def run() -> tuple[int, dict[str, Any]]:
        with transaction(actor):
            made = invoices.add_customer(
                actor=actor, business_id=found_id, customer_id=ids.uuid7(), data=data, at=clock.now()
            )
        return 201, _customer(made)

    return once(request, run)


@router.get("/invoices/{business_id}/documents", response=DocumentsOut, summary="Quotations, invoices, credit notes")
def documents(request: HttpRequest, business_id: str, given: Query[DocumentsIn]) -> dict[str, Any]:
    """Return documents, newest first."""
    actor, found_id = _reader(request, business_id)
    wanted = invoices.DocumentFilter(given.kind, given.q, given.state, given.first, given.last)
    with transaction(actor):
        page = invoices.documents(
            actor=actor, business_id=found_id, wanted=wanted, at=clock.now(), cursor=given.cursor, limit=given.limit
        )
    return {"items": [DocumentOut.of(item) for item in page.items], "next_cursor": page.next_cursor}


@router.get("/invoices/{business_id}/documents/{document_id}", response=DocumentOut, summary="A document")
def document(request: HttpRequest, business_id: str, document_id: str) -> DocumentOut:
    """Return a document with its lines."""
    actor, found_id = _reader(request, business_id)
    with transaction(actor):
        found = invoices.document(actor=actor, business_id=found_id, document_id=_key(document_id), at=clock.now())
    return DocumentOut.of(found)


@router.get("/invoices/{business_id}/documents/{document_id}/ubl", summary="An invoice or credit note as UBL 2.1")
def ubl(request: HttpRequest, business_id: str, document_id: str) -> HttpResponse:
    """Return an issued invoice or credit note as UBL 2.1 XML."""
    actor, found_id = _reader(request, business_id)
    with transaction(actor):
        paper = invoices.paper(actor=actor, business_id=found_id, document_id=_key(document_id), at=clock.now())
    return HttpResponse(invoices.ubl_of(paper), content_type="application/xml")


@router.post("/invoices/{business_id}/documents", response={201: DocumentOut}, summary="Write a draft")
def add_document(request: HttpRequest, business_id: str, given: DocumentIn) -> HttpResponse:
    """Write a quotation or an invoice down, once for each Idempotency-Key."""
    actor, found_id = _writer(request, business_id)
    names = ("due_days", "language", "note", "prices_include_ppn", "trx_code")

    def run(at: datetime) -> invoices.Document:
        return invoices.draft(
            actor=actor,
            business_id=found_id,
            document_id=ids.uuid7(),
            kind=given.kind,
            customer_id=ids.parse(invoices.CUSTOMER_PREFIX, given.customer),
            lines=[invoices.NewLine(**line.dict()) for line in given.lines],
            terms=invoices.Terms(**{name: getattr(given, name) for name in names}),
            at=at,
        )

    return _write(request, actor, run, 201)


@router.post("/invoices/{business_id}/documents/{document_id}/issue", response=DocumentOut, summary="Issue a draft")
def issue(request: HttpRequest, business_id: str, document_id: str, given: IssueIn) -> HttpResponse:
    """Give a draft its number and book it; a repeat changes nothing."""
    actor, found_id = _writer(request, business_id)
    call: dict[str, Any] = {"actor": actor, "business_id": found_id, "document_id": _key(document_id)}
    return _write(request, actor, lambda at: invoices.issue(**call, day=given.day, at=at))


@router.post("/invoices/{business_id}/documents/{document_id}/payments", response=DocumentOut, summary="Money came")
def pay(request: HttpRequest, business_id: str, document_id: str, given: PaymentIn) -> HttpResponse:
    """Write down money that came by hand, once for each Idempotency-Key."""
    actor, found_id = _writer(request, business_id)
    call: dict[str, Any] = {"actor": actor, "business_id": found_id, "document_id": _key(document_id)}
    call |= {**given.dict(), "payment_id": ids.uuid7()}
    return _write(request, actor, lambda at: invoices.record_payment(**call, at=at))


@router.post("/invoices/{business_id}/documents/{document_id}/credits", response={201: DocumentOut}, summary="Credit")
def credit(request: HttpRequest, business_id: str, document_id: str, given: CreditIn) -> HttpResponse:
    """Issue a credit note, once for each Idempotency-Key."""
    actor, found_id = _writer(request, business_id)
    call: dict[str, Any] = {"actor": actor, "business_id": found_id, "document_id": _key(document_id)}
    call |= {"quantities": given.quantities, "reason": given.reason, "credit_id": ids.uuid7()}
    return _write(request, actor, lambda at: invoices.credit(**call, at=at), 201)


def _write(request: HttpRequest, actor: Actor, run: Any, status: int = 200) -> HttpResponse:
    def work() -> tuple[int, dict[str, Any]]:
        with transaction(actor):
            found = run(clock.now())
        return status, DocumentOut.of(found).model_dump(mode="json")

    return once(request, work)


def _customer(found: invoices.Customer) -> dict[str, Any]:
    names = ("name", "masked_number", "country", "masked_email", "language")
    return {"id": found.public_id, "proof": found.proof.value, **{name: getattr(found, name) for name in names}}


def _key(text: str) -> UUID:
    return ids.parse(invoices.DOCUMENT_PREFIX, text)


def _reader(request: HttpRequest, business_id: str) -> tuple[Actor, UUID]:
    actor = actor_of(request)
    actor.need_scope("invoices:read")
    return actor, ids.parse("biz", business_id)


def _writer(request: HttpRequest, business_id: str) -> tuple[Actor, UUID]:
    actor = actor_of(request)
    actor.need_scope("invoices:write")
    return actor, ids.parse("biz", business_id)
