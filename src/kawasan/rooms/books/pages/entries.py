"""Entries by hand: money in and out, opening balances, the list, corrections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import OpeningForm, RecordForm
from kawasan.rooms.books.forms.receipts import PhotoForm
from kawasan.rooms.books.pages.desk import context, language, names
from kawasan.rooms.books.pages.home import entry_rows
from kawasan.rooms.books.pages.reports import document_address
from kawasan.rooms.zone import api as zone

_BOOKING = (
    books.EntryInvalid,
    books.PeriodClosed,
    books.BookEntryIdReused,
    books.BookedByDocument,
    books.KeptByZone,
    books.AlreadyCorrected,
    books.EntryOfStockCards,
    books.DisposalStands,
    books.DueInvalid,
)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, slug: str) -> HttpResponse:
    """Write what went out or came in. Sent twice, it is booked once."""
    actor, direction = actor_of(request), _direction(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        known = {account.code: account for account in books.chart_of(actor=actor, business_id=business.id)}
    form = RecordForm(
        request.POST or None,
        accounts=known,
        language=language(),
        direction=direction,
        initial=_beginning(request, direction),
    )
    if request.method == "POST" and form.is_valid() and _book(request, business, form, direction):
        messages.success(request, gettext("Booked."))
        return redirect("books:home", slug=slug)
    page = context(business, "home", form=form, direction=direction)
    return render(request, "books/record.html", page, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, slug: str) -> HttpResponse:
    """Write what the business had and owed when its books began."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        known = {account.code: account for account in books.chart_of(actor=actor, business_id=business.id)}
    begin = {"id": _new_id(), "day": clock.business_day(now).replace(month=1, day=1)}
    form = OpeningForm(request.POST or None, accounts=known, language=language(), initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                books.open_balances(
                    actor=actor,
                    business_id=business.id,
                    entry_id=form.cleaned_data["id"],
                    day=form.cleaned_data["day"],
                    amounts=form.amounts,
                    memo=gettext("Opening balances"),
                    at=now,
                )
            messages.success(request, gettext("Booked."))
            return redirect("books:home", slug=slug)
        except _BOOKING as refusal:
            form.add_refusal(refusal)
    return render(
        request, "books/opening.html", context(business, "home", form=form), status=422 if form.errors else 200
    )


@signed_in
@require_GET
def entries(request: HttpRequest, slug: str) -> HttpResponse:
    """List entries by hand, newest first."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        page = books.entries(actor=actor, business_id=business.id, cursor=request.GET.get("after"))
        rows = entry_rows(page.items, books.chart_of(actor=actor, business_id=business.id))
    return render(
        request, "books/entries.html", context(business, "entries", entries=rows, next_cursor=page.next_cursor)
    )


@signed_in
@require_GET
def entry(request: HttpRequest, slug: str, entry_id: str) -> HttpResponse:
    """Show an entry with its lines, and the way to correct it."""
    return _entry_page(request, slug, entry_id)


@signed_in
@require_POST
def correct(request: HttpRequest, slug: str, entry_id: str) -> HttpResponse:
    """Undo an entry by a new one, on its own day where that is open, otherwise today."""
    actor, now = actor_of(request), clock.now()
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            wrong = books.entry(actor=actor, business_id=business.id, entry_id=ids.parse("jrn", entry_id))
            closed = books.closed_through(business.id)
            books.correct_entry(
                actor=actor,
                business_id=business.id,
                entry_id=wrong.id,
                correction_id=ids.derived("books.correction", wrong.id),
                day=wrong.day if closed is None or wrong.day > closed else clock.business_day(now),
                memo=gettext("Correction: {memo}").format(memo=wrong.memo)[:200],
                at=now,
            )
    except _BOOKING as refusal:
        return _entry_page(request, slug, entry_id, refusal, status=409)
    messages.success(request, gettext("The entry is undone. Write the right one now."))
    return redirect("books:entry", slug=slug, entry_id=entry_id)


def _entry_page(
    request: HttpRequest, slug: str, entry_id: str, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = books.entry(actor=actor, business_id=business.id, entry_id=ids.parse("jrn", entry_id))
        known = names(books.chart_of(actor=actor, business_id=business.id))
        has_receipt = books.has_receipt(business_id=business.id, entry_id=found.id)
        blocked = books.undo_refusal(entry=found)
    lines = [
        (line.account, known[line.account], max(0, line.amount_minor), max(0, -line.amount_minor))
        for line in found.lines
    ]
    source = document_address(slug, found.document, found.reference)
    page = context(
        business, "entries", entry=found, lines=lines, source=source, photo_form=PhotoForm(), has_receipt=has_receipt,
        problem=texts(refusal)[1] if refusal else "", blocked=texts(blocked) if blocked else (),
        is_of_cards=isinstance(blocked, books.EntryOfStockCards),
    )  # fmt: skip
    return render(request, "books/entry.html", page, status=status)


def _book(request: HttpRequest, business: zone.Business, form: RecordForm, direction: str) -> bool:
    given, actor = form.cleaned_data, actor_of(request)
    common: dict[str, Any] = {
        "actor": actor,
        "business_id": business.id,
        "entry_id": given["id"],
        "day": given["day"],
        "amount_minor": given["amount"],
        "category": given["category"],
        "memo": given["memo"],
        "due": form.new_due,
        "at": clock.now(),
    }
    try:
        with transaction(actor):
            if direction == "out":
                books.add_expense(**common, paid_from=given["money"])
            else:
                books.add_income(**common, paid_to=given["money"])
    except _BOOKING as refusal:
        form.add_refusal(refusal)
        return False
    return True


def _direction(request: HttpRequest) -> str:
    asked = request.POST.get("direction") or request.GET.get("arah")
    return "in" if asked in ("in", "masuk") else "out"


def _beginning(request: HttpRequest, direction: str) -> dict[str, Any]:
    return {
        "id": _new_id(),
        "direction": direction,
        "day": clock.business_day(clock.now()),
        "category": request.GET.get("kategori"),
        "amount": request.GET.get("jumlah"),
        "money": request.GET.get("uang"),
    }


def _new_id() -> str:
    return ids.public(books.ENTRY_PREFIX, ids.uuid7())
