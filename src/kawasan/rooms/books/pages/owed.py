"""Receivables and payables by age, the documents behind them, and paying one."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import SettleForm
from kawasan.rooms.books.pages.desk import context, language
from kawasan.rooms.books.pages.papers import pdf_response
from kawasan.rooms.books.pages.wording import AGES, SIDES
from kawasan.rooms.zone import api as zone

_PAYING = (
    books.EntryInvalid, books.PeriodClosed, books.BookEntryIdReused, books.KeptByZone, books.DocumentOverpaid,
    books.DocumentNotFound,
)  # fmt: skip


@signed_in
@require_GET
def owed(request: HttpRequest, slug: str, side: str) -> HttpResponse:
    """Show who owes how much since when; every figure opens to its document."""
    business, found = _ageing(request, slug, side)
    page = context(
        business,
        "owed",
        found=found,
        side=found.side.value,
        sides=[(item.value, gettext(text)) for item, text in SIDES.items()],
        title=gettext(SIDES[found.side]),
        ages=[(gettext(text), found.by_age[age]) for age, text in AGES.items()],
        rows=[(item, gettext(AGES[item.age]), _page_of(slug, item.document)) for item in found.documents],
        parties=[(party, [party.by_age[age] for age in books.Age]) for party in found.parties],
    )
    return render(request, "books/owed.html", page)


@signed_in
@require_GET
def owed_file(request: HttpRequest, slug: str, side: str, kind: str) -> HttpResponseBase:
    """Download the list: csv, xlsx or pdf."""
    business, found = _ageing(request, slug, side)
    name = f"{side}-{business.slug}-{found.day:%Y%m%d}.{kind}"
    header = [
        gettext("Who"),
        gettext("Document"),
        gettext("Day"),
        gettext("Due"),
        *(gettext(text) for text in AGES.values()),
    ]
    rows = [_cells(item) for item in found.documents]
    if kind == "csv":
        return csv_response(name, header, rows)
    if kind == "xlsx":
        return xlsx_response(name, header, rows)
    if kind == "pdf":
        total = ["", "", "", gettext("Total"), *(_amount(found.by_age[age]) for age in books.Age)]
        shown = {"business": business, "title": gettext(SIDES[found.side]), "day": found.day, "header": header}
        return pdf_response(request, name, "books/owed_pdf.html", shown | {"rows": rows, "total": total})
    raise NotFound


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, slug: str, source: str, document: UUID) -> HttpResponse:
    """Write that a document was paid, in whole or in part. Sent twice, it is booked once."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id}
        known = {account.code: account for account in books.chart_of(**who)}
        found = books.open_document(**who, source=source, document_id=document, day=clock.business_day(now))
    begin = {
        "id": ids.public(books.ENTRY_PREFIX, ids.uuid7()),
        "amount": f"{found.open_minor // 100}"
        if found.open_minor % 100 == 0
        else f"{Money(found.open_minor).amount}".replace(".", ","),
        "day": clock.business_day(now),
        "money": "1102",
    }
    form = SettleForm(request.POST or None, accounts=known, language=language(), initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                books.settle_document(
                    **who, entry_id=given["id"], source=source, document_id=document, day=given["day"],
                    amount_minor=given["amount"], money=given["money"], at=now,
                )  # fmt: skip
            messages.success(request, gettext("Booked."))
            return redirect("books:owed", slug=slug, side=found.document.side.value)
        except _PAYING as refusal:
            form.add_refusal(refusal)
    page = context(business, "owed", form=form, found=found, side=found.document.side.value)
    return render(request, "books/settle.html", page, status=422 if form.errors else 200)


def _ageing(request: HttpRequest, slug: str, side: str) -> tuple[zone.Business, books.Ageing]:
    if side not in list(books.Side):
        raise NotFound
    actor, day = actor_of(request), clock.business_day(clock.now())
    with suppress(ValueError):  # otherwise today
        day = date.fromisoformat(request.GET.get("hari", "")[:10])
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        return business, books.ageing(actor=actor, business_id=business.id, side=books.Side(side), day=day)


def _page_of(slug: str, document: books.OpenDocument) -> str:
    if document.source == books.OWN_SOURCE:
        return reverse("books:entry", args=[slug, ids.public(books.ENTRY_PREFIX, document.id)])
    return document.page


def _cells(item: books.AgedDocument) -> list[Any]:
    amounts = [_amount(item.open_minor) if item.age is age else "" for age in books.Age]
    document = item.document
    return [document.counterparty, document.number, document.day, document.due, *amounts]


def _amount(minor: int) -> Any:
    return Money(minor).amount
