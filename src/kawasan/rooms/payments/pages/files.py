"""Statements as files: CSV, XLSX, PDF."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext

from kawasan.core import clock
from kawasan.core.errors import NotFound, msg
from kawasan.core.money import Money
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.templatetags.payments import movement

PARTS = (msg("Sold for (Rp)"), msg("Fee (Rp)"), msg("Income tax (Rp)"))
COLUMNS = (msg("Time"), msg("What"), msg("Reference"), msg("Change (Rp)"), msg("Balance (Rp)"))


def statement_file(
    request: HttpRequest, kind: str, *, name: str, owner: str, lines: list[payments.Line]
) -> HttpResponseBase:
    """Return a statement as a file of a kind: csv, xlsx or pdf. Raises NotFound for another kind."""
    filename = f"{name}-{clock.business_day(clock.now()):%Y%m%d}.{kind}"
    header = [gettext(column) for column in COLUMNS]
    if kind == "csv":
        return csv_response(filename, header, list(_rows(lines)))
    if kind == "xlsx":
        return xlsx_response(filename, header, _rows(lines))
    if kind == "pdf":
        return _pdf(request, filename, owner, lines)
    raise NotFound


def period_file(
    request: HttpRequest, kind: str, *, name: str, owner: str, statement: payments.Statement
) -> HttpResponseBase:
    """Return a statement of a period as a file: opening, lines with what each order paid, closing. Raises NotFound."""
    filename = f"{name}-{statement.start:%Y%m%d}-{statement.end:%Y%m%d}.{kind}"
    header = [gettext(column) for column in (*COLUMNS, *PARTS)]
    if kind == "csv":
        return csv_response(filename, header, list(_period_rows(statement)))
    if kind == "xlsx":
        return xlsx_response(filename, header, _period_rows(statement))
    if kind == "pdf":
        lines = [row.line for row in statement.rows]
        return _pdf(request, filename, owner, lines, statement=statement)
    raise NotFound


def _period_rows(statement: payments.Statement) -> Iterable[tuple[object, ...]]:
    yield statement.start.isoformat(), gettext("Opening balance"), "", "", Money(statement.opening_minor).amount
    lines = _rows(row.line for row in statement.rows)
    for row, cells in zip(statement.rows, lines, strict=True):
        order = row.order
        parts = (order.gross_minor, order.fee_minor, order.withheld_minor) if order else ()
        yield (*cells, *(Money(part).amount for part in parts))
    yield statement.end.isoformat(), gettext("Closing balance"), "", "", Money(statement.closing_minor).amount


# Amounts go into files as exact figures that a spreadsheet can add.
def _rows(lines: Iterable[payments.Line]) -> Iterable[tuple[object, ...]]:
    for line in lines:
        at = line.at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S")
        change, balance = Money(line.change_minor).amount, Money(line.balance_minor).amount
        yield at, movement(line), line.shown_reference, change, balance


def _pdf(
    request: HttpRequest,
    filename: str,
    owner: str,
    lines: list[payments.Line],
    statement: payments.Statement | None = None,
) -> HttpResponse:
    from weasyprint import HTML  # loads a text layout library: only where a PDF is asked for

    context = {"owner": owner, "lines": lines, "at": clock.now(), "statement": statement}
    page = render_to_string("payments/statement_pdf.html", context, request=request)
    response = HttpResponse(HTML(string=page).write_pdf(), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
