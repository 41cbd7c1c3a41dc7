"""Something due to the tax office: what the deposit slip asks for, how to pay, and noting that it was paid."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import DutyForm
from kawasan.rooms.books.pages.desk import context, language
from kawasan.rooms.books.pages.wording import DUTIES
from kawasan.rooms.zone import api as zone


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: HttpRequest, slug: str, kind: str, month: str) -> HttpResponse:
    """Show one thing that is due with its slip, and take that it was paid or filed."""
    actor, now, wanted = actor_of(request), clock.now(), _wanted(kind, month)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        slip = books.slip(actor=actor, business_id=business.id, at=now, **wanted)
        accounts = {account.code: account for account in books.chart_of(actor=actor, business_id=business.id)}
    begin = {"id": ids.public(books.DONE_PREFIX, ids.uuid7()), "day": clock.business_day(now), "money": "1102"}
    form = DutyForm(
        request.POST or None,
        initial=begin,
        accounts=accounts,
        language=language(),
        is_paid=bool(slip.duty.amount_minor),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                _note(actor, business.id, wanted, form.cleaned_data, now)
            messages.success(request, gettext("Noted. You will not be reminded of it any more."))
            return redirect("books:duty", slug=slug, kind=kind, month=month)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(business, "taxes", slip=slip, duty=slip.duty, name=gettext(DUTIES[slip.duty.kind]), form=form)
    page |= {"is_late": not slip.duty.is_done and slip.duty.due < clock.business_day(now), "asked_month": month}
    return render(request, "books/duty.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def take_back(request: HttpRequest, slug: str, kind: str, month: str) -> HttpResponse:
    """Take back that something was paid or filed."""
    actor, now = actor_of(request), clock.now()
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            books.take_back_duty(actor=actor, business_id=business.id, at=now, **_wanted(kind, month))
        messages.success(request, gettext("Taken back."))
    except (books.PeriodClosed, books.AlreadyCorrected) as refusal:
        messages.error(request, " ".join(texts(refusal)))
    return redirect("books:duty", slug=slug, kind=kind, month=month)


def _note(actor: Any, business_id: Any, wanted: dict[str, Any], given: dict[str, Any], now: Any) -> None:
    books.note_duty(
        actor=actor,
        business_id=business_id,
        done_id=given["id"],
        day=given["day"],
        reference=given["reference"],
        paid_from=given.get("money", ""),
        at=now,
        **wanted,
    )


def _wanted(kind: str, month: str) -> dict[str, Any]:
    """Return which duty is meant. Raises NotFound."""
    try:
        found: date = books.parse_month(month)
        return {"kind": books.DutyKind(kind), "month": found}
    except (ValueError, books.BadMonth):
        raise NotFound from None
