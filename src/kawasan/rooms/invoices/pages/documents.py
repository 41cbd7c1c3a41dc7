"""Quotations and invoices: the list, a new one, changing it, its page and what can be done with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal, msg
from kawasan.core.money import Money, format_money
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices.forms import DocumentForm, LineForm, units
from kawasan.rooms.invoices.pages.desk import (
    KINDS,
    STATES,
    STATES_OF,
    context,
    document_id,
    language,
    new_key,
    row,
)
from kawasan.rooms.zone import api as zone

LINES_SHOWN, LINES_MORE = 1, 3
CUSTOMERS_MAX = 200


@signed_in
@require_GET
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    """List a business's papers with search and filters."""
    actor, now = actor_of(request), clock.now()
    wanted = asked(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        call: dict[str, Any] = {"actor": actor, "business_id": business.id, "at": now}
        page = invoices.documents(**call, wanted=wanted, cursor=request.GET.get("after"))
        sums = invoices.tally(**call)
    shown = context(
        request,
        actor,
        business,
        wanted.kind.value,
        rows=[row(found, slug) for found in page.items],
        page=page,
        tally=sums,
        wanted=wanted,
        kind=wanted.kind.value,
        states=[(state.value, gettext(STATES[state])) for state in STATES_OF[wanted.kind]],
        title=gettext(TITLES[wanted.kind]),
        is_narrowed=wanted != invoices.DocumentFilter(kind=wanted.kind),
    )
    return render(request, "invoices/documents.html", shown)


TITLES = {
    invoices.DocumentKind.QUOTATION: msg("Quotations"),
    invoices.DocumentKind.INVOICE: msg("Invoices"),
    invoices.DocumentKind.CREDIT: msg("Credit notes"),
}


def asked(request: HttpRequest) -> invoices.DocumentFilter:
    """Return which papers a list's address asks for; what cannot be read is left out."""
    given = request.GET
    kinds, states = {k.value: k for k in invoices.DocumentKind}, {s.value: s for s in invoices.State}
    return invoices.DocumentFilter(
        kind=kinds.get(given.get("jenis", ""), invoices.DocumentKind.INVOICE),
        text=given.get("q", "")[:60],
        state=states.get(given.get("status", "")),
        first=_day(given.get("dari", "")),
        last=_day(given.get("sampai", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a quotation or an invoice. Sent twice, it is there once."""
    kind = invoices.DocumentKind.INVOICE
    if (request.POST.get("kind") or request.GET.get("jenis")) == invoices.DocumentKind.QUOTATION:
        kind = invoices.DocumentKind.QUOTATION
    return _edit(request, slug, kind, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Change a draft."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = invoices.document(actor=actor, business_id=business.id, document_id=document_id(document), at=now)
    if not found.is_draft:
        raise invoices.DocumentIssued
    return _edit(request, slug, found.kind, found)


def _edit(
    request: HttpRequest, slug: str, kind: invoices.DocumentKind, found: invoices.Document | None
) -> HttpResponse:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        known = invoices.customers(actor=actor, business_id=business.id, limit=CUSTOMERS_MAX).items
        habits = invoices.habits_of(actor=actor, business_id=business.id)
        is_pkp = invoices.collects_ppn(actor=actor, business_id=business.id)
        china = books.china_percents(day=clock.business_day(clock.now()))
    if not known:
        messages.info(request, gettext("Write down a customer first."))
        return redirect(reverse("invoices:customer_new", args=[slug]) + f"?jenis={kind.value}")
    given = request.POST or None
    wants_more = request.POST.get("act") == "more"
    form = DocumentForm(
        given if not wants_more else None,
        customers=[(item.public_id, item.name) for item in known],
        is_pkp=is_pkp,
        china=china,
        initial=request.POST.dict() if wants_more else _beginning(request, found, known, habits),
    )
    lines = _line_forms(request, found, wants_more=wants_more)
    if given and not wants_more and form.is_valid() and lines.is_valid():
        saved = _save(request, business, form, lines, kind, found)
        if saved is not None:
            return redirect("invoices:document", slug=slug, document=saved.public_id)
    page = context(
        request, actor, business, kind.value, form=form, lines=lines, kind=kind.value, found=found, is_pkp=is_pkp,
        title=gettext(KINDS[kind]),
    )  # fmt: skip
    return render(request, "invoices/edit.html", page, status=422 if form.errors or _faults(lines) else 200)


def _faults(lines: BaseFormSet[LineForm]) -> bool:
    return lines.is_bound and any(form.errors for form in lines.forms)


def _line_forms(request: HttpRequest, found: invoices.Document | None, *, wants_more: bool) -> BaseFormSet[LineForm]:
    begin = [_typed(line) for line in found.lines] if found else []
    if wants_more:
        total = min(int(request.POST.get("line-TOTAL_FORMS") or 0), invoices.LINES_MAX)
        names = ("name", "quantity", "unit", "price", "discount", "is_service")
        begin = [{name: request.POST.get(f"line-{n}-{name}", "") for name in names} for n in range(total)]
    extra = LINES_MORE if wants_more or not begin else LINES_SHOWN
    made = formset_factory(LineForm, extra=extra, max_num=invoices.LINES_MAX, absolute_max=invoices.LINES_MAX)
    bound = request.POST if request.method == "POST" and not wants_more else None
    return made(bound, prefix="line", initial=begin, form_kwargs={"unit_choices": units(language())})


def _typed(line: invoices.Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "quantity": f"{line.quantity.normalize():f}".replace(".", ","),
        "unit": line.unit,
        "price": _amount(line.typed_price_minor),
        "discount": _amount(line.typed_discount_minor) if line.typed_discount_minor else "",
        "is_service": line.is_service,
    }


def _amount(minor: int) -> str:
    return format_money(Money(minor)).removeprefix("Rp")


def _beginning(
    request: HttpRequest,
    found: invoices.Document | None,
    known: tuple[invoices.Customer, ...],
    habits: invoices.Habits,
) -> dict[str, Any]:
    if found is None:
        chosen = next((item for item in known if item.public_id == request.GET.get("pelanggan")), known[0])
        return {
            "key": new_key(),
            "customer": chosen.public_id,
            "due_days": habits.due_days,
            "language": chosen.language,
            "note": habits.note,
            "trx_code": "04",
        }
    terms = found.terms
    return {
        "key": found.public_id,
        "customer": ids.public(invoices.CUSTOMER_PREFIX, found.customer_id),
        "due_days": terms.due_days,
        "note": terms.note,
        "language": terms.language,
        "inclusive": terms.prices_include_ppn,
        "trx_code": terms.trx_code,
        "add_info": terms.add_info,
        "facility_stamp": terms.facility_stamp,
        "china_vat_percent": terms.china_vat_percent,
    }


def _save(
    request: HttpRequest,
    business: zone.Business,
    form: DocumentForm,
    lines: BaseFormSet[LineForm],
    kind: invoices.DocumentKind,
    found: invoices.Document | None,
) -> invoices.Document | None:
    actor, now = actor_of(request), clock.now()
    given: dict[str, Any] = {
        "actor": actor,
        "business_id": business.id,
        "document_id": found.id if found else form.cleaned_data["key"],
        "customer_id": ids.parse(invoices.CUSTOMER_PREFIX, form.cleaned_data["customer"]),
        "lines": [line.line for line in lines.forms if line.line is not None],
        "terms": form.terms,
        "at": now,
    }
    try:
        with transaction(actor):
            if found is not None:
                return invoices.change_draft(**given)
            return invoices.draft(**given, kind=kind)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return None
