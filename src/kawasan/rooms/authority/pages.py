"""The authority's pages: the live screen, the report, and what stands behind each of its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, ZoneRole
from kawasan.core.errors import Unauthenticated
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.authority import api
from kawasan.rooms.authority.forms import BUSINESS_PREFIX, GROUPINGS, SORTINGS, Question, read_period, read_question

POLL_SECONDS = 2
PROVINCES_LISTED = 6

_GROUP_WORDS = {by: word for word, by in GROUPINGS.items()}
_SORT_WORDS = {sort: word for word, sort in SORTINGS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table as the page shows it: with its name in the reader's language and where it opens."""

    row: api.Row
    label: str
    note: str
    href: str


def _or_sign_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send strangers to the sign-in page only where the door turns them away: a published screen is open to all."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Unauthenticated:
            return HttpResponseRedirect(
                f"{reverse('account_login')}?{urlencode({'next': reverse('authority:screen')})}"
            )

    return checked


@require_GET
@_or_sign_in
def screen(request: HttpRequest) -> HttpResponse:
    """Show the live screen."""
    return _no_store(render(request, "authority/screen.html", _screen_context(request)))


@require_GET
@_or_sign_in
def live(request: HttpRequest) -> HttpResponse:
    """Return the part of the screen that changes; the page asks for it every POLL_SECONDS."""
    return _no_store(render(request, "authority/_live.html", _screen_context(request)))


@require_POST
@signed_in
def publish(request: HttpRequest) -> HttpResponse:
    """Let everybody see the screen, or take it back."""
    is_public = request.POST.get("public") == "1"
    actor = actor_of(request)
    with transaction(actor):
        api.publish_screen(actor=actor, is_public=is_public, at=clock.now())
    done = gettext("Everybody can see the screen now.") if is_public else gettext("The screen is private again.")
    messages.success(request, done)
    return HttpResponseRedirect(reverse("authority:report"))


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
    """Show the ledger's transfers that a business's figures are the sum of."""
    actor, wanted = actor_of(request), ids.parse(BUSINESS_PREFIX, business_id)
    period = read_period(request.GET, today=clock.business_day(clock.now()))
    with transaction(actor):
        place = api.place(actor=actor, business_id=wanted)
        table = api.table(actor=actor, period=period, by=api.By.DAY, wanted=api.Filter(business_id=wanted))
        page = api.transfers(actor=actor, business_id=wanted, period=period, cursor=request.GET.get("cursor"))
    context = {
        "place": place,
        "name": place.name or gettext("Not in the register"),
        "sector": _sector(place.sector),
        "business": business_id,
        "total": table.total,
        "page": page,
        "period": period,
        "back": _report_address(period, menurut="usaha"),
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
    context = {"traced": traced, "kind": _kinds()[traced.counted.kind], "day": day, "back": back}
    return render(request, "authority/transfer.html", context)


# The screen's sums reach over every business, and a published one is read by people who may see no single row. So the
# transaction sees the zone, and the door decides who gets the sums.
def _screen_context(request: HttpRequest) -> dict[str, Any]:
    now, actor = clock.now(), actor_of(request)
    with transaction(SYSTEM):
        shown = api.screen(actor=actor, at=now)
    may_open = actor.zone_role is not None
    day = api.Period(shown.day, shown.day)
    return {
        "screen": shown,
        "now": now,
        "chart": api.chart_of(shown.minutes, now),
        "sectors": _bars(shown.sectors, api.By.SECTOR, day, may_open=may_open),
        "provinces": _bars(shown.provinces[:PROVINCES_LISTED], api.By.PROVINCE, day, may_open=may_open),
        "regencies": _bars(shown.regencies, api.By.REGENCY, day, may_open=may_open),
        "map": {row.key: row.figures.gross_minor for row in shown.provinces if row.key},
        "newest": [(order, _sector(order.what)) for order in shown.newest],
        "may_open": may_open,
        "today_address": _report_address(day),
        "poll_seconds": POLL_SECONDS,
    }


def _bars(rows: Iterable[api.Row], by: api.By, period: api.Period, *, may_open: bool) -> list[tuple[str, int, str]]:
    lines = [_line(row, by, period, api.Filter()) for row in rows]
    return [(line.label, line.row.figures.gross_minor, line.href if may_open else "") for line in lines]


def _report_context(request: HttpRequest, question: Question, table: api.Table, is_public: bool) -> dict[str, Any]:
    today = clock.business_day(clock.now())
    actor = actor_of(request)
    return {
        "question": question,
        "table": table,
        "lines": [_line(row, question.by, question.period, question.wanted) for row in table.rows],
        "heading": _headings()[question.by],
        "groupings": [(word, _headings()[by], by is question.by) for word, by in GROUPINGS.items()],
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
        "narrowed": _narrowed(question.wanted),
        "is_public": is_public,
        "may_publish": actor.zone_role is ZoneRole.OPERATOR,
        "by_day": question.by is api.By.DAY,
    }


def _narrowed(wanted: api.Filter) -> list[tuple[str, str]]:
    """Return what narrows a table, each with the word of the address that a link leaves out."""
    names = []
    if wanted.sector:
        names.append(("sektor", _sector(wanted.sector)))
    if wanted.province:
        names.append(("provinsi", api.province_name(wanted.province)))
    if wanted.regency:
        names.append(("kabupaten", api.regency_name(wanted.regency)))
    if wanted.business_id:
        names.append(("usaha", ids.public(BUSINESS_PREFIX, wanted.business_id)))
    return names


def _line(row: api.Row, by: api.By, period: api.Period, wanted: api.Filter) -> Line:
    """Name a row, and let it open to what it is made of: a province to its regencies, a business to its transfers."""
    if by is api.By.SECTOR:
        edition, _, section = row.key.partition("-")
        label, note = _sector(row.key), f"KBLI {edition} · {section}" if section else ""
    else:
        label, note = row.label or gettext("Not in the register"), row.note
    return Line(row, label, note, _opens(row, by, period, wanted) if row.key else "")


def _opens(row: api.Row, by: api.By, period: api.Period, wanted: api.Filter) -> str:
    if by is api.By.BUSINESS:
        address = reverse("authority:business", args=[ids.public(BUSINESS_PREFIX, UUID(row.key))])
        return f"{address}?{urlencode({'dari': period.first, 'sampai': period.last})}"
    given = _as_query(wanted)
    if by is api.By.SECTOR:
        return _report_address(period, **given | {"menurut": "usaha", "sektor": row.key})
    if by is api.By.PROVINCE:
        return _report_address(period, **given | {"menurut": "kabupaten", "provinsi": row.key})
    if by is api.By.REGENCY:
        return _report_address(period, **given | {"menurut": "usaha", "kabupaten": row.key})
    return _report_address(None, **given | {"menurut": "usaha", "dari": row.key, "sampai": row.key})


def _as_query(wanted: api.Filter) -> dict[str, str]:
    given = {"sektor": wanted.sector, "provinsi": wanted.province, "kabupaten": wanted.regency}
    if wanted.business_id:
        given["usaha"] = ids.public(BUSINESS_PREFIX, wanted.business_id)
    return {word: value for word, value in given.items() if value}


def _report_address(period: api.Period | None, **given: Any) -> str:
    days = {"dari": period.first, "sampai": period.last} if period else {}
    return f"{reverse('authority:report')}?{urlencode(days | given)}"


def _file(table: api.Table, kind: str) -> HttpResponse:
    """Return the table as the page shows it, total last, money in rupiah."""
    header = [_headings()[table.by], gettext("Code"), gettext("Businesses"), *_columns()]
    rows: list[list[Any]] = []
    for row in table.rows:
        line = _line(row, table.by, table.period, table.filter)
        rows.append([line.label, row.key, row.businesses, *_cells(row.figures)])
    rows.append([gettext("Total"), "", table.businesses, *_cells(table.total)])
    name = f"kawasan-{_GROUP_WORDS[table.by]}-{table.period.first}-{table.period.last}"
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


def _headings() -> dict[api.By, str]:
    return {
        api.By.SECTOR: gettext("Sector"),
        api.By.PROVINCE: gettext("Province"),
        api.By.REGENCY: gettext("Regency or city"),
        api.By.DAY: gettext("Day"),
        api.By.BUSINESS: gettext("Business"),
    }


def _kinds() -> dict[api.Counted, str]:
    return {
        api.Counted.PAID: gettext("Paid"),
        api.Counted.REFUNDED: gettext("Refunded"),
        api.Counted.RELEASED: gettext("Released to the seller"),
        api.Counted.FEE: gettext("Fee of the zone"),
    }


def _sector(key: str) -> str:
    name = api.sector_name(key)
    return gettext(name) if name else gettext("Not in the register")


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
