"""The report of a period, what stands behind each of its figures, and its files."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.authority import api
from kawasan.rooms.authority.forms import (
    BUSINESS_PREFIX,
    GROUPINGS,
    SORTINGS,
    Question,
    read_period,
    read_question,
)
from kawasan.rooms.authority.pages.labels import (
    GROUP_WORDS,
    headings,
    kinds,
    line_of,
    narrowed_by,
    report_address,
    sector_label,
)

_SORT_WORDS = {sort: word for word, sort in SORTINGS.items()}


@require_GET
@signed_in
def report(request: HttpRequest) -> HttpResponse:
    """Show or export the figures of a period."""
    actor = actor_of(request)
    question = read_question(request.GET, today=clock.business_day(clock.now()))
    with transaction(actor):
        table = api.table(
            actor=actor, period=question.period, by=question.by, wanted=question.wanted, sort=question.sort
        )
        is_public = api.screen_is_public()
    if question.file:
        return _file(table, question.file)
    return render(request, "authority/report.html", _report_context(request, question, table, is_public))


@require_GET
@signed_in
def business(request: HttpRequest, business_id: str) -> HttpResponse:
    """Show the ledger's transfers that a business's figures are the sum of; the look is written down."""
    actor, wanted, at = actor_of(request), ids.parse(BUSINESS_PREFIX, business_id), clock.now()
    period = read_period(request.GET, today=clock.business_day(at))
    with transaction(actor):
        place = api.place(actor=actor, business_id=wanted)
        table = api.table(actor=actor, period=period, by=api.By.DAY, wanted=api.Filter(business_id=wanted))
        page = api.open_transfers(
            actor=actor, business_id=wanted, period=period, cursor=request.GET.get("cursor"), at=at
        )
    context = {
        "place": place,
        "name": place.name or gettext("Not in the register"),
        "sector": sector_label(place.sector),
        "business": business_id,
        "total": table.total,
        "page": page,
        "period": period,
        "back": report_address(period, menurut="usaha"),
    }
    return render(request, "authority/business.html", context)


@require_GET
@signed_in
def transfer(request: HttpRequest, sequence: int) -> HttpResponse:
    """Show a counted transfer beside the ledger's own row."""
    actor = actor_of(request)
    with transaction(actor):
        traced = api.trace(actor=actor, sequence=sequence)
    day = clock.business_day(traced.counted.at)
    business_id = ids.public(BUSINESS_PREFIX, traced.counted.business_id)
    back = f"{reverse('authority:business', args=[business_id])}?{urlencode({'dari': day, 'sampai': day})}"
    context = {"traced": traced, "kind": kinds()[traced.counted.kind], "day": day, "back": back}
    return render(request, "authority/transfer.html", context)


def _report_context(request: HttpRequest, question: Question, table: api.Table, is_public: bool) -> dict[str, Any]:
    today = clock.business_day(clock.now())
    actor = actor_of(request)
    return {
        "question": question,
        "table": table,
        "lines": [line_of(row, question.by, question.period, question.wanted) for row in table.rows],
        "heading": headings()[question.by],
        "groupings": [(word, headings()[by], by is question.by) for word, by in GROUPINGS.items()],
        "sort": _SORT_WORDS[question.sort],
        "shortcuts": [
            (
                label,
                today - timedelta(days=days - 1),
                today,
                question.period == api.Period(today - timedelta(days - 1), today),
            )
            for label, days in (
                (gettext("Today"), 1),
                (gettext("7 days"), 7),
                (gettext("30 days"), 30),
                (gettext("A year"), 365),
            )
        ],
        "narrowed": narrowed_by(question.wanted),
        "is_public": is_public,
        "may_publish": actor.zone_role is ZoneRole.OPERATOR,
        "by_day": question.by is api.By.DAY,
    }


def _file(table: api.Table, kind: str) -> HttpResponse:
    """Return the table as the page shows it, total last, money in rupiah."""
    header = [headings()[table.by], gettext("Code"), gettext("Businesses"), *_columns()]
    rows: list[list[Any]] = []
    for row in table.rows:
        line = line_of(row, table.by, table.period, table.filter)
        rows.append([line.label, row.key, row.businesses, *_cells(row.figures)])
    rows.append([gettext("Total"), "", table.businesses, *_cells(table.total)])
    name = f"kawasan-{GROUP_WORDS[table.by]}-{table.period.first}-{table.period.last}"
    if kind == "csv":
        return cast(HttpResponse, csv_response(f"{name}.csv", header, rows))  # streamed, else the same
    return xlsx_response(f"{name}.xlsx", header, rows)


def _columns() -> list[str]:
    return [
        gettext("Orders"),
        gettext("Paid (Rp)"),
        gettext("of it by QRIS (Rp)"),
        gettext("Refunded (Rp)"),
        gettext("Net (Rp)"),
        gettext("Completed (Rp)"),
        gettext("Fees (Rp)"),
        gettext("Cancelled orders"),
    ]


def _cells(figures: api.Figures) -> list[Any]:
    money = (
        figures.gross_minor,
        figures.qris_minor,
        figures.refunded_minor,
        figures.net_minor,
        figures.completed_minor,
        figures.fee_minor,
    )
    return [figures.orders, *(Decimal(amount) / 100 for amount in money), figures.cancelled_orders]
