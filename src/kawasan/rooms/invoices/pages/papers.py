"""Papers and lists as files: PDF, UBL, CSV, XLSX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from kawasan.core import clock
from kawasan.core.errors import NotFound
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices.pages.desk import STATES, document_id, link_address
from kawasan.rooms.invoices.pages.documents import asked
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def paper_file(request: HttpRequest, slug: str, document: str, kind: str) -> HttpResponse:
    """Download a paper as PDF, or an invoice or credit note as UBL 2.1 XML."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        paper = invoices.paper(actor=actor, business_id=business.id, document_id=document_id(document), at=clock.now())
    return file_of(request, paper, kind)


def file_of(request: HttpRequest, paper: invoices.Paper, kind: str) -> HttpResponse:
    """Return a paper as a download."""
    name = (paper.document.number or "draft").replace("/", "-")
    if kind == "pdf":
        link = link_address(request, paper.link) if paper.link else ""
        response = HttpResponse(invoices.pdf_of(paper, link), content_type="application/pdf")
    elif kind == "xml":
        response = HttpResponse(invoices.ubl_of(paper), content_type="application/xml")
    else:
        raise NotFound
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


@signed_in
@require_GET
def list_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Download a list as the page shows it: csv or xlsx."""
    actor, now, wanted = actor_of(request), clock.now(), asked(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = list(invoices.all_documents(actor=actor, business_id=business.id, wanted=wanted, at=now))
    name = f"{wanted.kind.value}-{slug}-{clock.business_day(now):%Y%m%d}.{kind}"
    if kind == "csv":
        return csv_response(name, _header(), _rows(found))
    if kind == "xlsx":
        return xlsx_response(name, _header(), _rows(found))
    raise NotFound


def _header() -> list[str]:
    return [
        gettext("Number"), gettext("Day"), gettext("Due"), gettext("Customer"), gettext("State"),
        gettext("Without PPN"), gettext("PPN"), gettext("Total"), gettext("Paid"), gettext("Credited"),
        pgettext("money", "Open"), gettext("Tax invoice"),
    ]  # fmt: skip


def _rows(found: list[invoices.Document]) -> Iterator[tuple[Any, ...]]:
    for item in found:
        figures = (
            item.sums.base_minor, item.sums.ppn_minor, item.sums.total_minor, item.paid_minor, item.credited_minor,
            item.open_minor if item.kind is invoices.DocumentKind.INVOICE and not item.is_draft else 0,
        )  # fmt: skip
        days = (item.issued_on.isoformat() if item.issued_on else "", item.due_on.isoformat() if item.due_on else "")
        yield (
            item.number, *days, item.customer_name, gettext(STATES[item.state]),
            *(Money(minor).amount for minor in figures), item.nsfp,
        )  # fmt: skip
