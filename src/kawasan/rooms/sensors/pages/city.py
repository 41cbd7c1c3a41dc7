"""The clean city: what is due, rounds, weighings; and the page for everybody."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.platform.wiring import wiring
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.forms import GRAMS, WeighingForm
from kawasan.rooms.sensors.pages.owner import owner_of
from kawasan.rooms.zone import api as zone

FILE_ROWS_MAX = 50_000
EPOCH = date(2000, 1, 1)


@signed_in
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show which bins are due today, and the newest rounds."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        bins = sensors.city_bins(actor=actor, at=now)
        page = sensors.rounds(actor=actor, cursor=request.GET.get("after"))
    due = [one for one in bins if one.is_due]
    context = owner_of(None).context(
        "city", bins=bins, due=due, rounds=page.items, next_cursor=page.next_cursor,
        new_id=ids.public("rnd", ids.uuid7()), today=clock.business_day(now),
    )  # fmt: skip
    return render(request, "sensors/city.html", context)


@signed_in
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan today's round."""
    actor, now = actor_of(request), clock.now()
    round_id = ids.parse("rnd", request.POST.get("id", ""))
    try:
        with transaction(actor):
            vehicle = request.POST.get("vehicle", "")
            sensors.plan_round(
                actor=actor, round_id=round_id, day=clock.business_day(now), vehicle=vehicle, at=now
            )  # fmt: skip
    except sensors.RoundInvalid as refusal:
        messages.error(request, gettext(str(refusal.data["problem"])))
        return redirect("city:desk")
    return redirect("city:round", ids.public("rnd", round_id))


@signed_in
@require_GET
def round_page(request: HttpRequest, round_id: str) -> HttpResponse:
    """Show a round in its order."""
    actor = actor_of(request)
    with transaction(actor):
        found = sensors.city_round(actor=actor, round_id=ids.parse("rnd", round_id))
        leaves = wiring().leaves_of_city([stop.id for stop in found.stops])
    stops = [(stop, leaves.get(stop.id)) for stop in found.stops]
    return render(request, "sensors/round.html", owner_of(None).context("city", round=found, stops=stops))


@signed_in
@require_POST
def collect(request: HttpRequest, round_id: str) -> HttpResponse:
    """Note that a bin was emptied, or close the round."""
    actor, stop = actor_of(request), request.POST.get("stop", "")
    try:
        with transaction(actor):
            if stop:
                sensors.collect(actor=actor, stop_id=ids.parse("stp", stop), at=clock.now())
            else:
                sensors.close_round(actor=actor, round_id=ids.parse("rnd", round_id), at=clock.now())
    except sensors.RoundClosed as refusal:
        messages.error(request, " ".join(texts(refusal)))
    return redirect("city:round", round_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def weighings(request: HttpRequest) -> HttpResponse:
    """Enter a weighing, and show the newest."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        near = sensors.city_districts()
    form = WeighingForm(request.POST or None, initial={"id": ids.public("wgh", ids.uuid7())}, districts=near)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                sensors.weigh(
                    actor=actor, weighing_id=ids.parse("wgh", told["id"]), material=sensors.Material(told["material"]),
                    district_code=told["district_code"].strip(), grams=int(told["kilograms"] * GRAMS), at=now,
                )  # fmt: skip
            messages.success(request, gettext("Weighed."))
            return redirect("city:weighings")
        except (sensors.WasteInvalid, zone.UnknownRegion) as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        page = sensors.weighing_page(actor=actor, cursor=request.GET.get("after"))
        leaves = wiring().leaves_of_city([one.id for one in page.items])
    rows = [(one, _district(one.district_code), leaves.get(one.id)) for one in page.items]
    context = owner_of(None).context("weighings", form=form, rows=rows, next_cursor=page.next_cursor)
    return render(request, "sensors/weighings.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def weighings_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return all weighings as CSV or XLSX."""
    actor = actor_of(request)
    if kind not in ("csv", "xlsx"):
        raise NotFound
    with transaction(actor):
        today = clock.business_day(clock.now())
        found = sensors.weighings(actor=actor, since=EPOCH, until=today, limit=FILE_ROWS_MAX)
    header = [gettext("Time"), gettext("Material"), gettext("District"), gettext("Code"), gettext("Kilograms")]
    rows = (
        [one.at.astimezone(clock.WIB).isoformat(timespec="minutes"), gettext(sensors.MATERIALS[one.material]),
         _district(one.district_code), one.district_code, one.grams / GRAMS]
        for one in found
    )  # fmt: skip
    return (csv_response if kind == "csv" else xlsx_response)(f"weighings.{kind}", header, rows)


@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """Show everybody how clean the city is: sums of a month."""
    now = clock.now()
    month = _month(request.GET.get("bulan"), sensors.this_month(now))
    with transaction(actor_of(request)):
        figures, work = sensors.city_figures(month=month, at=now), sensors.newest_work(month=month)
        leaves = wiring().leaves_of_city([one.id for one in work])
    context = {
        "figures": figures,
        "work": [(one, _district(one.district_code), leaves.get(one.id)) for one in work],
        "weighed": [(_material(one.key), _kilograms(one.grams)) for one in figures.weighed],
        "brought": [(_material(one.key), _kilograms(one.grams)) for one in figures.brought],
        "districts": [(_district(one.key), _kilograms(one.grams)) for one in figures.districts],
    }
    return render(request, "sensors/clean_city.html", context)


def _material(key: str) -> str:
    return gettext(sensors.MATERIALS[sensors.Material(key)])


def _district(code: str) -> str:
    if not code:
        return ""
    try:
        return zone.district(code).name
    except Refusal:
        return code


def _month(text: str | None, usual: date) -> date:
    try:
        found = date.fromisoformat(f"{text}-01") if text else usual
    except ValueError:
        return usual
    return min(max(found, EPOCH), usual)


def _kilograms(grams: int) -> float:
    """Return kilograms to the gram, as each weighing beside the sum is written."""
    whole, rest = divmod(grams, GRAMS)
    return grams / GRAMS if rest else whole
