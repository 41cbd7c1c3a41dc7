"""What customers owe: for receivables by age, here and in the books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse

from kawasan.core import clock
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.rules.posting import RECEIVABLE
from kawasan.rooms.invoices.types.documents import DocumentKind, OpenDocument
from kawasan.rooms.invoices.types.money import Method
from kawasan.rooms.zone import api as zone

SOURCE = "invoices"  # as the books name this room


def receivables(business_id: UUID, at: datetime) -> tuple[OpenDocument, ...]:
    """
    Return the invoices that are not paid whole at a moment, oldest due day first; the caller has checked who asks.

    Payments and credit notes count up to that moment, so that a past day can be asked for.
    """
    return _open(business_id, clock.business_day(at), list(Method))


def open_documents(business_id: UUID, day: date) -> list[books.OpenDocument]:
    """
    Return the invoices that are open on a day, for the books' receivables by age (``server/wiring.py``).

    What the books themselves have seen paid they take off by their own entries.
    """
    slug = zone.business(business_id=business_id).slug
    return [
        books.OpenDocument(
            source=SOURCE,
            id=item.document_id,
            side=books.Side.RECEIVABLE,
            number=item.number,
            counterparty=item.customer,
            day=item.issued_on,
            due=item.due_on,
            total_minor=item.open_minor,
            account=RECEIVABLE,
            page=reverse("invoices:document", args=[slug, item.public_id]),
        )
        for item in _open(business_id, day, [method for method in Method if method is not Method.BOOKS])
    ]


def _open(business_id: UUID, day: date, methods: Iterable[Method]) -> tuple[OpenDocument, ...]:
    rows = models.Document.objects.filter(
        business_id=business_id, kind=DocumentKind.INVOICE.value, issued_on__isnull=False, issued_on__lte=day
    )
    money = models.Payment.objects.filter(business_id=business_id, day__lte=day, method__in=list(methods))
    notes = models.Document.objects.filter(business_id=business_id, kind=DocumentKind.CREDIT.value, issued_on__lte=day)
    paid, credited = _sums(money, "document_id", "amount_minor"), _sums(notes, "origin_id", "total_minor")
    found = []
    for row in rows.order_by("due_on", "pk"):
        left = row.total_minor - paid.get(row.id, 0) - credited.get(row.id, 0)
        if left > 0 and row.issued_on and row.due_on:
            found.append(
                OpenDocument(row.id, row.customer_id, row.customer_name, row.number, row.issued_on, row.due_on, left)
            )
    return tuple(found)


def _sums(rows: Any, by: str, what: str) -> dict[UUID, int]:
    return {row[by]: row["amount"] for row in rows.values(by).annotate(amount=Sum(what))}
