"""The accountant's desk: many businesses on one page, and all their books as one file."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kawasan.core import clock
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import safe_cell
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books


@signed_in
@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """List the businesses whose books this person keeps, with what waits in each."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        found = books.clients(actor=actor, at=now)
    year = clock.business_day(now).year
    waiting = sum(client.waits for client in found)
    return render(request, "books/clients.html", {"clients": found, "waiting": waiting, "years": [year, year - 1]})


@signed_in
@require_GET
def clients_file(request: HttpRequest, year: int) -> HttpResponse:
    """Download a year of every client: trial balance as CSV and the journal as beancount, in one ZIP."""
    actor, now = actor_of(request), clock.now()
    books.checked_year(year)
    span, file = books.Span(date(year, 1, 1), date(year, 12, 31)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, transaction(actor):
        for client in books.clients(actor=actor, at=now):
            trial = books.trial_balance(actor=actor, business_id=client.business_id, span=span)
            archive.writestr(f"{client.slug}/neraca-saldo-{year}.csv", _table(trial))
            lines = books.beancount_lines(actor=actor, business_id=client.business_id, span=span, title=client.name)
            archive.writestr(f"{client.slug}/jurnal-{year}.beancount", "\n".join(lines) + "\n")
    response = HttpResponse(file.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="pembukuan-{year}.zip"'
    return response


def _table(trial: books.TrialBalance) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["akun", "nama", "debit", "kredit"])
    for row in trial.rows:
        sides = (max(0, row.balance_minor), max(0, -row.balance_minor))
        writer.writerow([row.account.code, safe_cell(row.account.name_id), *(Money(side).amount for side in sides)])
    return "\ufeff" + file.getvalue()
