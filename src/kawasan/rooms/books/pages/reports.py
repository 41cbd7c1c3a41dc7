"""Statements, the general ledger behind each figure, and both as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.pages.desk import chips, context, language, names, period_asked, period_of_file
from kawasan.rooms.books.pages.papers import pdf_response
from kawasan.rooms.books.pages.wording import REPORTS, booked, file_heads, heads
from kawasan.rooms.zone import api as zone

EVERYTHING = books.Span(*books.ALL_DAYS)
# Where a transfer's document is shown, and how its id is written.
_DOCUMENTS = {
    "order": ("seller:order", "ord"),
    "sale": ("seller:till_sale", "sal"),
    "invoice": ("invoices:document", "inv"),
}


@signed_in
@require_GET
def report(request: HttpRequest, slug: str, report: str) -> HttpResponse:
    """Show a statement of a period with the one before it beside; every figure opens to its lines."""
    form, span = period_asked(request)
    business, rows, is_right = _rows(request, slug, report, span)
    page = context(
        business,
        "reports",
        report=report,
        title=gettext(REPORTS[report]),
        reports=[(name, gettext(text)) for name, text in REPORTS.items()],
        form=form,
        span=span,
        heads=heads(span, is_of_position=report == books.Report.POSITION),
        rows=rows,
        is_right=is_right,
        is_trial=report == books.Report.TRIAL,
        chips=chips(clock.business_day(clock.now())),
    )
    return render(request, "books/report.html", page, status=422 if form.errors else 200)


@signed_in
@require_GET
def report_file(request: HttpRequest, slug: str, report: str, kind: str) -> HttpResponseBase:
    """Download a statement: csv, xlsx or pdf."""
    span = period_of_file(request)
    business, rows, _is_right = _rows(request, slug, report, span)
    name = f"{report}-{business.slug}-{span.first:%Y%m%d}-{span.last:%Y%m%d}.{kind}"
    header = _header(report, span)
    table = [(row["label"], Money(row["amount"]).amount, Money(row["prior"]).amount) for row in rows]
    if kind == "csv":
        return csv_response(name, header, table)
    if kind == "xlsx":
        return xlsx_response(name, header, table)
    if kind == "pdf":
        title = gettext(REPORTS[report])
        shown = {"business": business, "title": title, "span": span, "header": header, "rows": rows}
        return pdf_response(request, name, "books/report_pdf.html", shown)
    raise NotFound


@signed_in
@require_GET
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the lines that a figure is the sum of, each with its source."""
    actor, (form, span) = actor_of(request), period_asked(request)
    codes = [code for code in request.GET.get("kode", "").split(",") if code]
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        page = books.general_ledger(
            actor=actor,
            business_id=business.id,
            codes=codes,
            first=span.first,
            last=span.last,
            cursor=request.GET.get("after"),
        )
        known = names(books.chart_of(actor=actor, business_id=business.id))
    lines = [_line(line, known, slug) for line in page.items]
    title = known[codes[0]] if len(codes) == 1 else gettext("General ledger")
    shown = context(
        business, "reports", lines=lines, title=title, form=form, span=span, codes=",".join(codes),
        parts=[(code, known[code]) for code in codes], next_cursor=page.next_cursor,
    )  # fmt: skip
    return render(request, "books/account.html", shown)


@signed_in
@require_GET
def beancount(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Download the journal of a period as text that beancount reads."""
    actor, span = actor_of(request), period_of_file(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        lines = list(books.beancount_lines(actor=actor, business_id=business.id, span=span, title=business.name))
    response = StreamingHttpResponse((line + "\n" for line in lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{business.slug}-{span.first:%Y%m%d}.beancount"'
    return response


def _rows(
    request: HttpRequest, slug: str, report: str, span: books.Span
) -> tuple[zone.Business, list[dict[str, Any]], bool]:
    if report not in REPORTS:
        raise NotFound
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        call: dict[str, Any] = {"actor": actor, "business_id": business.id, "span": span}
        if report == books.Report.TRIAL:
            trial = books.trial_balance(**call)
            return business, list(_trial_rows(trial, slug)), trial.debit_minor == trial.credit_minor
        found = books.statement(report=books.Report(report), **call)
    first = span.first if report in (books.Report.PROFIT, books.Report.CASH) else EVERYTHING.first
    spoken = language()
    rows = [
        {
            "label": books.line_name(row.name, spoken),
            "amount": row.amount_minor,
            "prior": row.prior_minor,
            "is_total": row.is_total,
            "href": open_address(slug, row.accounts, books.Span(first, span.last)),
        }
        for row in found.rows
    ]
    return business, rows, found.balances


def _trial_rows(trial: books.TrialBalance, slug: str) -> Iterator[dict[str, Any]]:
    spoken, span = language(), books.Span(EVERYTHING.first, trial.span.last)
    for row in trial.rows:
        yield {
            "label": f"{row.account.code} {row.account.name(spoken)}",
            "amount": max(0, row.balance_minor),
            "prior": max(0, -row.balance_minor),
            "is_total": False,
            "href": open_address(slug, (row.account.code,), span),
        }
    total = {"label": gettext("Total"), "amount": trial.debit_minor, "prior": trial.credit_minor}
    yield {**total, "is_total": True, "href": ""}


def open_address(slug: str, codes: tuple[str, ...], span: books.Span) -> str:
    if not codes:
        return ""
    asked = urlencode({"kode": ",".join(codes), "dari": span.first.isoformat(), "sampai": span.last.isoformat()})
    return f"{reverse('books:account', args=[slug])}?{asked}"


def _header(report: str, span: books.Span) -> list[str]:
    if report == books.Report.TRIAL:
        return [gettext("Account"), gettext("Debit"), gettext("Credit")]
    return [gettext("Line"), *file_heads(span, is_of_position=report == books.Report.POSITION)]


def _line(line: books.LedgerLine, known: dict[str, str], slug: str) -> dict[str, Any]:
    shown = {"line": line, "account": known[line.account], "credit": -line.amount_minor}
    if line.document and line.reference:
        return shown | {
            "what": line.memo or booked(line),
            "href": document_address(slug, line.document, line.reference),
        }
    if line.kind != "transfer":
        href = reverse("books:entry", args=[slug, ids.public(books.ENTRY_PREFIX, line.source_id)])
        return shown | {"what": line.memo or booked(line), "href": href}
    href = document_address(slug, books.rule_of(line.code).document, line.reference)
    return shown | {"what": booked(line), "href": href}


def document_address(slug: str, document: str, reference: UUID | None) -> str:
    """Return where a document is shown; nothing for one that has no page."""
    page, prefix = _DOCUMENTS.get(document, ("", ""))
    return reverse(page, args=[slug, ids.public(prefix, reference)]) if page and reference else ""
