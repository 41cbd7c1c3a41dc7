"""The digitalisation panel and the businesses that its figures count."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.authority import api
from kawasan.rooms.authority.forms import (
    ACTIVITIES,
    BUSINESS_PREFIX,
    GROUPINGS,
    read_activity,
    read_panel,
)
from kawasan.rooms.authority.pages.labels import (
    GROUP_WORDS,
    as_query,
    headings,
    narrowed_by,
    sector_label,
)

LIST_SHOWN = 500  # a page shows so many businesses; the file has all


@require_GET
@signed_in
def digital(request: HttpRequest) -> HttpResponse:
    """Show how many businesses are admitted, publish and sell."""
    actor, today = actor_of(request), clock.business_day(clock.now())
    by, wanted = read_panel(request.GET)
    with transaction(actor):
        panel = api.digitalisation(actor=actor, day=today, by=by, wanted=wanted)
    if request.GET.get("unduh") == "csv":
        return _panel_file(panel)
    context = {
        "panel": panel,
        "lines": [panel_line(row, by, wanted) for row in panel.rows],
        "heading": headings()[by],
        "groupings": [(word, headings()[each], each is by) for word, each in list(GROUPINGS.items())[:3]],
        "narrowed": narrowed_by(wanted),
    }
    return render(request, "authority/digital.html", context)


@require_GET
@signed_in
def digital_list(request: HttpRequest) -> HttpResponse:
    """Show the businesses that one figure of the panel counts."""
    actor, today = actor_of(request), clock.business_day(clock.now())
    activity, (_, wanted) = read_activity(request.GET), read_panel(request.GET)
    with transaction(actor):
        found = api.digital_businesses(actor=actor, day=today, activity=activity, wanted=wanted)
    heading = {
        api.Activity.ADMITTED: gettext("Admitted businesses"),
        api.Activity.PUBLISHED: gettext("Businesses with a product published"),
        api.Activity.SOLD: gettext("Businesses with an order in 30 days"),
    }[activity]
    if request.GET.get("unduh") == "csv":
        rows = [[p.name, p.regency_name, p.province_name, p.edition, p.kbli_code, p.kbli_title] for p in found]
        header = [
            gettext("Business"),
            gettext("Regency or city"),
            gettext("Province"),
            "KBLI",
            gettext("Code"),
            gettext("Activity"),
        ]
        return cast(HttpResponse, csv_response("kawasan-digitalisasi-usaha.csv", header, rows))
    shown = [
        (place, reverse("authority:business", args=[ids.public(BUSINESS_PREFIX, place.business_id)])) for place in found
    ]
    context = {
        "heading": heading,
        "places": shown[:LIST_SHOWN],
        "count": len(found),
        "most": LIST_SHOWN,
        "narrowed": narrowed_by(wanted),
    }
    return render(request, "authority/digital_list.html", context)


def panel_line(row: api.Digital, by: api.By, wanted: api.Filter) -> dict[str, Any]:
    """Name a row of the panel, and let each of its figures open to the businesses that it counts."""
    label = sector_label(row.key) if by is api.By.SECTOR else row.label
    here = as_query(wanted) | {GROUP_WORDS[by]: row.key}
    address = reverse("authority:digital-list")
    links = {word: f"{address}?{urlencode(here | {'yang': word})}" for word in ACTIVITIES}
    return {"row": row, "label": label, "links": links}


def _panel_file(panel: api.Digitalisation) -> HttpResponse:
    header = [
        headings()[panel.by],
        gettext("Code"),
        gettext("Admitted"),
        gettext("With a product published"),
        gettext("With an order in 30 days"),
        gettext("Orders"),
        gettext("Orders paid by QRIS"),
    ]
    rows = [
        [
            panel_line(row, panel.by, api.Filter())["label"],
            row.key,
            row.admitted,
            row.published,
            row.sold,
            row.orders,
            row.qris_orders,
        ]
        for row in panel.rows
    ]
    total = panel.total
    rows.append([gettext("Total"), "", total.admitted, total.published, total.sold, total.orders, total.qris_orders])
    return cast(HttpResponse, csv_response(f"kawasan-digitalisasi-{panel.period.last}.csv", header, rows))
