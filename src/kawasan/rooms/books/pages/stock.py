"""Stock cards: the list, one card, buying, counting, beginning."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import BusinessRole
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.stock import METHODS, BeginForm, BuyForm, ChangeForm, CountForm
from kawasan.rooms.books.pages.desk import chips, context, language, period_asked, period_of_file
from kawasan.rooms.books.pages.wording import MOVED
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def stock(request: HttpRequest, slug: str) -> HttpResponse:
    """List the goods with units and value on a day."""
    business, report = _report(request, slug, _day(request))
    today = clock.business_day(clock.now())
    other = next((item for item in METHODS if item is not report.method), None)
    page = context(
        business, "stock", report=report, method=METHODS.get(report.method, ""), is_today=report.day == today,
        new_year=date(today.year + 1, 1, 1), other=other, other_name=METHODS[other] if other else "",
        ahead=[(item.since, METHODS[item.method]) for item in report.chosen if item.since > today],
    )  # fmt: skip
    return render(request, "books/stock.html", page)


@signed_in
@require_GET
def stock_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Download the list: csv or xlsx."""
    business, report = _report(request, slug, _day(request))
    header = [
        gettext("Product"),
        "SKU",
        gettext("Units"),
        gettext("Value"),
        gettext("On the shelf now"),
        gettext("On the way now"),
    ]
    rows = [
        (item.name, item.sku, item.left, Money(item.value_minor).amount, item.on_shelf, item.on_the_way)
        for item in report.items
    ]
    return _file(f"persediaan-{business.slug}-{report.day:%Y%m%d}.{kind}", kind, header, rows)


@signed_in
@require_GET
def card(request: HttpRequest, slug: str, variant: UUID) -> HttpResponse:
    """Show a product's card of a period."""
    form, span = period_asked(request)
    business, found = _card(request, slug, variant, span)
    page = context(
        business, "stock", card=found, form=form, span=span, chips=chips(clock.business_day(clock.now())),
        rows=[(row, gettext(MOVED[row.kind]), _entry(row)) for row in found.rows],
    )  # fmt: skip
    return render(request, "books/stock_card.html", page, status=422 if form.errors else 200)


@signed_in
@require_GET
def card_file(request: HttpRequest, slug: str, variant: UUID, kind: str) -> HttpResponseBase:
    """Download a product's card of a period: csv or xlsx."""
    span = period_of_file(request)
    _, found = _card(request, slug, variant, span)
    header = [
        gettext("Day"),
        gettext("What"),
        gettext("Units"),
        gettext("Value"),
        gettext("Cost of sales"),
        gettext("Units left"),
        gettext("Value left"),
    ]
    rows: list[tuple[Any, ...]] = [
        (span.first, gettext("Before"), "", "", "", found.before, Money(found.before_minor).amount)
    ]
    rows += [
        (
            row.day, gettext(MOVED[row.kind]), row.quantity, Money(row.value_minor).amount,
            Money(row.cost_minor).amount, row.left, Money(row.left_minor).amount,
        )
        for row in found.rows
    ]  # fmt: skip
    return _file(f"kartu-{found.item.sku}-{span.first:%Y%m%d}-{span.last:%Y%m%d}.{kind}", kind, header, rows)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the method and say what is there."""
    now = clock.now()
    business, report = _report(request, slug, clock.business_day(now))
    form = BeginForm(request.POST or None, items=report.items)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor_of(request)):
                books.begin_stock_cards(
                    actor=actor_of(request), business_id=business.id, lines=form.lines, at=now,
                    method=books.StockMethod(form.cleaned_data["method"]),
                )  # fmt: skip
            messages.success(request, gettext("Your stock cards begin today."))
            return redirect("books:stock", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(business, "stock", form=form, report=report)
    return render(request, "books/stock_begin.html", page, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest, slug: str) -> HttpResponse:
    """Book goods that were bought. Sent twice, they are booked once."""
    actor, now = actor_of(request), clock.now()
    business, report = _report(request, slug, clock.business_day(now))
    with transaction(actor):
        known = {account.code: account for account in books.chart_of(actor=actor, business_id=business.id)}
    roles = actor.businesses.get(business.id)
    begin_with = {"id": ids.public(books.ENTRY_PREFIX, ids.uuid7()), "day": clock.business_day(now)}
    form = BuyForm(
        request.POST or None, accounts=known, language=language(), items=report.items, initial=begin_with,
        may_fill_shelf=roles is not BusinessRole.ACCOUNTANT,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                books.buy_stock(
                    actor=actor, business_id=business.id, entry_id=given["id"], day=given["day"], lines=form.lines,
                    paid_from=given["money"], memo=given["memo"], ppn_minor=given["ppn"] or 0, due=form.new_due,
                    onto_shelf=given.get("onto_shelf", False), at=now,
                )  # fmt: skip
            messages.success(request, gettext("Booked."))
            return redirect("books:stock", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(business, "stock", form=form)
    return render(request, "books/stock_buy.html", page, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def count(request: HttpRequest, slug: str) -> HttpResponse:
    """Note what was counted on the shelf today."""
    now = clock.now()
    business, report = _report(request, slug, clock.business_day(now))
    begin_with = {"id": ids.public(books.ENTRY_PREFIX, ids.uuid7())}
    form = CountForm(request.POST or None, items=report.items, initial=begin_with)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor_of(request)):
                books.count_units(
                    actor=actor_of(request), business_id=business.id, count_id=form.cleaned_data["id"],
                    counted=form.counted, at=now,
                )  # fmt: skip
            messages.success(request, gettext("Counted. What is missing is booked tonight."))
            return redirect("books:stock", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(business, "stock", form=form)
    return render(request, "books/stock_count.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Value goods in another way from the next year on."""
    actor, form = actor_of(request), ChangeForm(request.POST)
    if not form.is_valid():
        raise NotFound
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        books.change_stock_method(
            actor=actor, business_id=business.id, method=books.StockMethod(form.cleaned_data["method"]),
            since=form.cleaned_data["since"], at=clock.now(),
        )  # fmt: skip
    messages.success(request, gettext("The method changes on that day."))
    return redirect("books:stock", slug=slug)


def _day(request: HttpRequest) -> date:
    try:
        return max(date.fromisoformat(request.GET["tanggal"]), books.DAY_MIN)
    except (KeyError, ValueError):
        return clock.business_day(clock.now())


def _report(request: HttpRequest, slug: str, day: date) -> tuple[zone.Business, books.StockReport]:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        return business, books.stock_report(actor=actor, business_id=business.id, day=day)


def _card(request: HttpRequest, slug: str, variant: UUID, span: books.Span) -> tuple[zone.Business, books.StockCard]:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        return business, books.stock_card(actor=actor, business_id=business.id, variant_id=variant, span=span)


def _entry(row: books.CardRow) -> str:
    return ids.public(books.ENTRY_PREFIX, row.source_id) if row.source_id else ""


def _file(name: str, kind: str, header: list[str], rows: list[tuple[Any, ...]]) -> HttpResponseBase:
    if kind == "csv":
        return csv_response(name, header, rows)
    if kind == "xlsx":
        return xlsx_response(name, header, rows)
    raise NotFound
