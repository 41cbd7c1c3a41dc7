"""Businesses that bill: customers, drafts, issued invoices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import api as invoices
from tests.builders.zone import a_business

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
TIN = "0013121660091000"


def an_owner(business_id: UUID, role: BusinessRole = BusinessRole.OWNER) -> Actor:
    """Somebody with a role in one business."""
    return Actor(person_id=ids.uuid7(), businesses={business_id: role})


def a_shop(*, pkp: bool = False, **given: Any) -> UUID:
    """A business, registered for PPN where ``pkp``; return its id."""
    shop = a_business(**given).id
    if pkp:
        register(shop)
    return shop


def register(shop: UUID) -> None:
    """Say that a business collects PPN."""
    who = {"taxpayer": books.Taxpayer.COMPANY, "registered_year": 2024, "is_pkp": True}
    books.say_profile(actor=an_owner(shop), business_id=shop, **who)


def a_customer(shop: UUID, **given: Any) -> invoices.Customer:
    """A customer with an NPWP, unless told otherwise."""
    data: dict[str, Any] = {
        "name": "PT Sinar Jaya",
        "proof": invoices.Proof.TIN,
        "number": "01.312.166.0-091.000",
        "address": "Jl. Sudirman 1, Jakarta",
        "email": "beli@sinarjaya.contoh.id",
    }
    data |= given
    return invoices.add_customer(
        actor=an_owner(shop), business_id=shop, customer_id=ids.uuid7(), data=invoices.CustomerData(**data), at=AT
    )


def a_line(name: str = "Kain batik", quantity: str = "2", price: int = 100_000, **given: Any) -> invoices.NewLine:
    """A line; the price in whole rupiah."""
    return invoices.NewLine(name, Decimal(quantity), price * 100, **given)


def a_draft(
    shop: UUID,
    *lines: invoices.NewLine,
    kind: invoices.DocumentKind = invoices.DocumentKind.INVOICE,
    customer: invoices.Customer | None = None,
    at: datetime = AT,
    document_id: UUID | None = None,
    **terms: Any,
) -> invoices.Document:
    """A draft of one line, unless told otherwise."""
    customer = customer or a_customer(shop)
    return invoices.draft(
        actor=an_owner(shop),
        business_id=shop,
        document_id=document_id or ids.uuid7(),
        kind=kind,
        customer_id=customer.id,
        lines=list(lines) or [a_line()],
        terms=invoices.Terms(**terms),
        at=at,
    )


def an_invoice(
    shop: UUID, *lines: invoices.NewLine, day: date | None = None, at: datetime = AT, **given: Any
) -> invoices.Document:
    """An issued invoice."""
    made = a_draft(shop, *lines, at=at, **given)
    return invoices.issue(actor=an_owner(shop), business_id=shop, document_id=made.id, day=day, at=at)


def a_payment(shop: UUID, document_id: UUID, whole_rupiah: int, **given: Any) -> invoices.Document:
    """Write down that cash came for an invoice."""
    values: dict[str, Any] = {
        "actor": an_owner(shop),
        "business_id": shop,
        "document_id": document_id,
        "payment_id": ids.uuid7(),
        "amount_minor": whole_rupiah * 100,
        "method": invoices.Method.CASH,
        "day": TODAY,
        "at": AT,
    }
    return invoices.record_payment(**(values | given))
