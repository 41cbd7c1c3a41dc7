"""An owner's month, and closing it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import CASH_LINE, CloseForm, ReasonForm
from kawasan.rooms.books.pages.desk import context, month_asked, names
from kawasan.rooms.zone import api as zone

NEWEST = 6
BY_HAND = tuple(kind for kind in books.EntryKind if kind is not books.EntryKind.DOCUMENT)


@signed_in
@require_GET
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """Show this month: in, out, left, tax to put aside."""
    return render(request, "books/home.html", _month_page(request, slug, ReasonForm()))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the value of the stock, show what closing will write, and close a month."""
    actor, month, now = actor_of(request), month_asked(request), clock.now()
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                business = zone.business_by_slug(slug=slug)
                stock = form.cleaned_data["stock"]
                books.close_month(actor=actor, business_id=business.id, month=month, stock_minor=stock, at=now)
            messages.success(request, gettext("The month is closed."))
            return _to_month(slug, month)
        except (books.PeriodNotOver, books.BooksBehind) as refusal:
            form.add_refusal(refusal)
    page = _month_page(request, slug, ReasonForm()) | {"form": form}
    return render(request, "books/close.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    """Reopen a month with a reason."""
    actor, month, form = actor_of(request), month_asked(request), ReasonForm(request.POST)
    try:
        if form.is_valid():
            with transaction(actor):
                business = zone.business_by_slug(slug=slug)
                reason = form.cleaned_data["reason"]
                books.reopen_month(actor=actor, business_id=business.id, month=month, reason=reason, at=clock.now())
            messages.success(request, gettext("The month is open again."))
            return _to_month(slug, month)
    except (books.ReasonMissing, books.PeriodNotClosed) as refusal:
        form.add_refusal(refusal)
    return render(request, "books/home.html", _month_page(request, slug, form), status=422)


def _month_page(request: HttpRequest, slug: str, form: ReasonForm) -> dict[str, Any]:
    actor, month, now = actor_of(request), month_asked(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        shown = books.owners_month(actor=actor, business_id=business.id, month=month, at=now)
        year = books.tax_year(actor=actor, business_id=business.id, year=month.year, at=now)
        page = books.entries(actor=actor, business_id=business.id, kinds=BY_HAND, limit=NEWEST)
        chart = books.chart_of(actor=actor, business_id=business.id)
        events = books.period_events(business.id)
    today = clock.business_day(now)
    return context(
        business,
        "home",
        month=shown,
        year=year,
        entries=entry_rows(page.items, chart),
        events=events,
        reason_form=form,
        is_over=shown.span.last < today,
        is_present=shown.span.first <= today <= shown.span.last,
        before=shown.span.prior.first,
        after=None if shown.span.last >= today else shown.span.last + timedelta(days=1),
        next_duty=next((duty for duty in year.duties if duty.amount_minor and not duty.is_done), None),
        today=today,
    )


def entry_rows(found: Sequence[books.Entry], chart: Sequence[books.Account]) -> list[dict[str, Any]]:
    """Return entries by hand as a list shows them: what for, how much, in or out."""
    known, money = names(chart), {account.code for account in chart if account.line == CASH_LINE}
    return [{"entry": entry, "what": known[_telling(entry, money)]} | _direction(entry, money) for entry in found]


def _telling(entry: books.Entry, money: Set[str]) -> str:
    """Return the account that says what an entry is about: not the till or the bank that was paid from or into."""
    first = entry.lines[0].account
    if entry.kind is books.EntryKind.OPENING:
        return first
    return next((line.account for line in entry.lines if line.account not in money), first)


def _direction(entry: books.Entry, money: Set[str]) -> dict[str, bool]:
    """Say whether all of an entry came in or went out; what was there at the beginning did neither."""
    moved = sum(line.amount_minor for line in entry.lines if line.account in money)
    is_whole = abs(moved) == entry.amount_minor and entry.kind is not books.EntryKind.OPENING
    return {"is_in": is_whole and moved > 0, "is_out": is_whole and moved < 0}


def _to_month(slug: str, month: date) -> HttpResponse:
    response = redirect("books:home", slug=slug)
    response["Location"] += f"?bulan={month:%Y-%m}"
    return response
