"""Catatan atas laporan keuangan, and the whole report as an accountant hands it in."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET
from openpyxl import Workbook

from kawasan.core import clock
from kawasan.core.errors import NotFound
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import safe_cell
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.pages.desk import chips, context, language, period_asked, period_of_file
from kawasan.rooms.books.pages.papers import pdf_response
from kawasan.rooms.books.pages.reports import EVERYTHING, open_address
from kawasan.rooms.books.pages.wording import REPORTS, file_heads, heads, policies
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def notes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the notes; every figure opens to its lines."""
    form, span = period_asked(request)
    page = _page(request, slug, span) | {"form": form, "chips": chips(clock.business_day(clock.now()))}
    return render(request, "books/notes.html", page, status=422 if form.errors else 200)


@signed_in
@require_GET
def report_file(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Download position, profit and loss and notes together: pdf or xlsx."""
    span = period_of_file(request)
    page = _page(request, slug, span)
    name = f"laporan-keuangan-{slug}-{span.last:%Y%m%d}.{kind}"
    if kind == "pdf":
        return pdf_response(request, name, "books/notes_pdf.html", page)
    if kind == "xlsx":
        return _xlsx(name, page)
    raise NotFound


def _page(request: HttpRequest, slug: str, span: books.Span) -> dict[str, Any]:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id}
        found = books.financial_report(**who, span=span)
        profile = books.profile_of(**who)
    spoken = language()
    statements = [
        (
            gettext(REPORTS[part.report.value]),
            [_line(row, spoken) for row in part.rows],
            heads(span, is_of_position=part is found.position),
            file_heads(span, is_of_position=part is found.position),
        )
        for part in (found.position, found.profit)
    ]
    form = zone.LABELS["legal_form"][business.legal_form.value]
    shown = [_note(slug, note, span, spoken) for note in found.notes]
    return context(
        business, "reports", span=span, statements=statements, notes=shown,
        legal_form=gettext(form), policies=policies(profile),
        reports=[(name, gettext(text)) for name, text in REPORTS.items()],
    )  # fmt: skip


def _line(row: books.Figure, spoken: str) -> dict[str, Any]:
    label = books.line_name(row.name, spoken)
    return {"label": label, "amount": row.amount_minor, "prior": row.prior_minor, "is_total": row.is_total}


def _note(slug: str, note: books.Note, span: books.Span, spoken: str) -> dict[str, Any]:
    first = EVERYTHING.first if note.is_of_position else span.first
    rows = [
        {
            "label": f"{row.account.code} {row.account.name(spoken)}"
            if row.account
            else gettext("Earned, not closed yet"),
            "amount": row.amount_minor,
            "prior": row.prior_minor,
            "href": open_address(slug, (row.account.code,), books.Span(first, span.last)) if row.account else "",
        }
        for row in note.rows
    ]
    name = books.line_name(note.line, spoken)
    return {
        "number": note.number, "name": name, "rows": rows, "amount": note.amount_minor, "prior": note.prior_minor,
        "heads": heads(span, is_of_position=note.is_of_position),
        "days": file_heads(span, is_of_position=note.is_of_position),
    }  # fmt: skip


def _account(account: books.Account | None, spoken: str) -> str:
    return f"{account.code} {account.name(spoken)}" if account else gettext("Earned, not closed yet")


def _xlsx(name: str, page: dict[str, Any]) -> HttpResponse:
    book = Workbook(write_only=True)
    for title, rows, _heads, days in page["statements"]:
        sheet = book.create_sheet(title[:31])
        sheet.append([title, *days])
        for row in rows:
            sheet.append([row["label"], Money(row["amount"]).amount, Money(row["prior"]).amount])
    sheet = book.create_sheet(gettext("Notes to the statements")[:31])
    for title, text in page["policies"]:
        sheet.append([title, text])
    for note in page["notes"]:
        sheet.append([f"{note['number']}. {note['name']}", *note["days"]])
        for row in note["rows"]:
            sheet.append([safe_cell(row["label"]), Money(row["amount"]).amount, Money(row["prior"]).amount])
        sheet.append([gettext("Total"), Money(note["amount"]).amount, Money(note["prior"]).amount])
    file = io.BytesIO()
    book.save(file)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(file.getvalue(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
