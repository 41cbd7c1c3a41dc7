"""The zone's tax officer: rates and regimes as dated rows, proposed by one, confirmed by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms import rates as forms
from kawasan.rooms.payments import api as payments

NAV = {"zone_nav": "money", "money_nav": "tax-rates"}


@signed_in
@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """Show every kind of row: what holds, what comes, what waits for a second person, what was."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        rows = books.rows_for_staff(actor=actor, at=at)
        withholding = payments.money_rules(actor=actor, kind=payments.RuleKind.WITHHOLDING)
    today = clock.business_day(at)
    kinds = [_kind(kind, [row for row in rows if row.kind is kind], today) for kind in books.RateKind]
    context = {
        "kinds": kinds,
        "me": actor.person_id,
        "may_act": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "withholding": next((rule for rule in withholding if rule.since <= today), None),
        "waiting": sum(bool(kind["waiting"]) for kind in kinds),
    }
    return render(request, "books/tax_rates.html", context | NAV)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose what a law says from a day on; the form begins with what holds today."""
    actor, at, wanted = actor_of(request), clock.now(), _kind_of(kind)
    actor.need_zone(ZoneRole.STAFF)
    with transaction(actor):
        rows = books.tax_rows(at=at)
    held = next((row for row in rows if row.kind is wanted and row.holds), None)
    begin = forms.begin_with(held) if held else {}
    begin["id"] = ids.public(books.ROW_PREFIX, ids.uuid7())
    form = forms.TaxRowForm(request.POST or None, initial=begin, kind=wanted)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                books.propose_tax_row(actor=actor, row_id=form.cleaned_data["id"], row=form.row, at=at)
            messages.success(request, gettext("Proposed. It holds when a second person has confirmed it."))
            return redirect("zone_taxes:rates")
        except Refusal as refusal:
            form.add_refusal(refusal)
    context = {"form": form, "kind": wanted, "name": forms.KINDS[wanted]} | NAV
    return render(request, "books/tax_rate_new.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def decide(request: HttpRequest, row_id: str) -> HttpResponse:
    """Confirm a row that somebody else proposed, or reject it."""
    actor, is_confirmed = actor_of(request), request.POST.get("decision") == "confirm"
    try:
        with transaction(actor):
            books.decide_tax_row(
                actor=actor,
                row_id=ids.parse(books.ROW_PREFIX, row_id),
                is_confirmed=is_confirmed,
                note=request.POST.get("note", ""),
                at=clock.now(),
            )
    except (books.TaxRowNeedsOther, books.TaxRowDecided, books.TaxRowTooEarly) as refusal:
        messages.error(request, " ".join(texts(refusal)))
    else:
        messages.success(request, gettext("Confirmed.") if is_confirmed else gettext("Rejected."))
    return redirect("zone_taxes:rates")


@signed_in
@require_GET
def rates_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Download every row with its history as CSV or XLSX. Raises NotFound for another kind of file."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        rows = books.rows_for_staff(actor=actor, at=at)
    if kind not in ("csv", "xlsx"):
        raise NotFound
    header = [
        gettext("Row"), gettext("What"), gettext("From this day on"), gettext("Law"),
        gettext("Figures"), gettext("State"), gettext("Proposed by"), gettext("Proposed"),
        gettext("Decided by"), gettext("Decided"), gettext("Note"),
    ]  # fmt: skip
    lines = [
        [
            row.public_id, str(forms.KINDS[row.kind]), row.valid_from.isoformat(), row.law,
            forms.figures_text(row.figures), row.state.value, row.proposed_name, f"{row.proposed_at:%Y-%m-%d %H:%M}",
            row.decided_name, f"{row.decided_at:%Y-%m-%d %H:%M}" if row.decided_at else "", row.note,
        ]
        for row in rows
    ]  # fmt: skip
    respond = csv_response if kind == "csv" else xlsx_response
    return respond(f"tarif-pajak.{kind}", header, lines)


def _kind_of(text: str) -> books.RateKind:
    try:
        return books.RateKind(text)
    except ValueError:
        raise NotFound from None


def _kind(kind: books.RateKind, rows: list[books.TaxRow], today: Any) -> dict[str, Any]:
    held = [(row, forms.shown(row)) for row in rows]
    confirmed = [pair for pair in held if pair[0].state is books.RowState.CONFIRMED]
    return {
        "kind": kind,
        "name": forms.KINDS[kind],
        "now": next((pair for pair in confirmed if pair[0].holds), None),
        "coming": [pair for pair in confirmed if pair[0].valid_from > today],
        "waiting": [pair for pair in held if pair[0].state is books.RowState.PROPOSED],
        "past": [
            pair
            for pair in held
            if pair[0].state is books.RowState.REJECTED
            or (pair[0].state is books.RowState.CONFIRMED and not pair[0].holds and pair[0].valid_from <= today)
        ],
    }
