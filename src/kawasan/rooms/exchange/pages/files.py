"""Files at the currency desk: rates that come in, looked at before they count; exchanges that go out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock
from kawasan.core.access import ZoneRole
from kawasan.core.errors import NotFound, msg
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.exchange.forms import RatesForm

COLUMNS = (
    msg("Time"), msg("Quote"), msg("Payment"), msg("Given"), msg("Currency given"), msg("Taken"), msg("Currency taken"),
    msg("Middle value"), msg("Earned"), msg("Currency of both"), msg("Spread in basis points"), msg("Day of the rates"),
    msg("Source"), msg("Ledger entry"),
)  # fmt: skip


@signed_in
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show what a file of rates would change; nothing is taken in yet."""
    actor = actor_of(request)
    actor.need_zone(ZoneRole.STAFF)
    form = RatesForm(request.POST, request.FILES)
    found = None
    if form.is_valid():
        content, source = form.cleaned_data["file"], form.cleaned_data["source"]
        try:
            with transaction(actor):
                found = exchange.preview_rates(actor=actor, content=content, source=source, at=clock.now())
        except exchange.RatesUnreadable as refusal:
            form.add_refusal(refusal)
    context = {"form": form, "found": found, "zone_nav": "money", "money_nav": "currencies"}
    if found is not None:
        context |= {"content": content.decode("utf-8-sig"), "source": source}
    return render(request, "exchange/preview.html", context, status=200 if found else 422)


@signed_in
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take in rates that somebody has looked at. Sent twice, it is once."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            count = exchange.take_rates(
                actor=actor,
                content=request.POST.get("content", "").encode(),
                source=request.POST.get("source", ""),
                is_checked=request.POST.get("is_checked") == "on",
                at=clock.now(),
            )
    except (exchange.RatesUnreadable, exchange.RatesUnusual) as refusal:
        messages.error(request, " ".join(texts(refusal)))
    else:
        text = ngettext("%(count)s day of rates was taken in.", "%(count)s days of rates were taken in.", count)
        messages.success(request, text % {"count": count})
    return redirect("exchange:desk")


@signed_in
@require_GET
def conversions_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Download exchanges as CSV or XLSX. Raises NotFound for another kind of file."""
    if kind not in ("csv", "xlsx"):
        raise NotFound
    actor = actor_of(request)
    with transaction(actor):
        found = list(exchange.all_conversions(actor=actor, currency=request.GET.get("currency", "")[:3]))
    filename = f"penukaran-{clock.business_day(clock.now()):%Y%m%d}.{kind}"
    header = [gettext(column) for column in COLUMNS]
    if kind == "csv":
        return cast(HttpResponse, csv_response(filename, header, list(_rows(found))))
    return xlsx_response(filename, header, _rows(found))


def _rows(found: Iterable[exchange.Quote]) -> Iterable[tuple[object, ...]]:
    for one in found:
        at = one.used_at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S") if one.used_at else ""
        yield (
            at, one.public_id, str(one.purpose_id or ""), one.source.amount, one.source.currency, one.target.amount,
            one.target.currency, one.middle.amount, one.income.amount, one.income.currency, one.spread_points,
            one.rates_day.isoformat(), one.rates_source, str(one.entry_id or ""),
        )  # fmt: skip
