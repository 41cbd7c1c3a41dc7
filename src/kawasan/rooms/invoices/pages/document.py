"""A paper's page, and what can be done with it: issue, send, pay, credit, bill, copy, throw away."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import tasks
from kawasan.rooms.invoices.forms import PaymentForm, ReasonForm, RecurringForm, RoomForm, day_field
from kawasan.rooms.invoices.pages.desk import (
    KINDS,
    context,
    document_id,
    how,
    link_address,
    new_key,
    row,
    state,
)
from kawasan.rooms.zone import api as zone


class IssueForm(RoomForm):
    """The day that an invoice bears."""

    day = day_field("", required=False)


@signed_in
@require_GET
def document(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Show a paper with its lines, money and what can be done with it."""
    return shown(request, slug, document)


def shown(request: HttpRequest, slug: str, document: str, status: int = 200, **forms: RoomForm) -> HttpResponse:
    """Return a paper's page; ``forms`` are those that were refused."""
    actor, now, key = actor_of(request), clock.now(), document_id(document)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        call: dict[str, Any] = {"actor": actor, "business_id": business.id, "document_id": key}
        found = invoices.document(**call, at=now)
        money = invoices.payments_of(**call)
        made = invoices.related(**call, at=now)
        link = invoices.link(**call) if not found.is_draft else ""
        customer = invoices.customer(actor=actor, business_id=business.id, customer_id=found.customer_id)
        comes_again = invoices.recurring_of(**call)
        leaves = invoices.leaves_of_paper(document_id=found.id)
    today = clock.business_day(now)
    page = context(
        request,
        actor,
        business,
        found.kind.value,
        found=found,
        state=state(found),
        kind_name=gettext(KINDS[found.kind]),
        leaves=leaves,
        customer=customer,
        money=[(item, how(item)) for item in money],
        related=[row(item, slug) for item in made],
        link=link_address(request, link) if link else "",
        credit_lines=[(line, left) for line, left in _left(found, made) if left],
        today=today,
        issue_form=forms.get("issue_form") or IssueForm(initial={"day": today}),
        pay_form=forms.get("pay_form") or PaymentForm(initial={"key": new_key(invoices.PAYMENT_PREFIX), "day": today}),
        credit_form=forms.get("credit_form") or ReasonForm(initial={"key": new_key()}),
        recurring_form=forms.get("recurring_form") or RecurringForm(initial={"next_on": today}),
        recurring=comes_again,
        copy_key=new_key(),
    )
    return render(request, "invoices/document.html", page, status=status)


def _left(found: invoices.Document, made: list[invoices.Document]) -> list[tuple[invoices.Line, bool]]:
    is_open = found.kind is invoices.DocumentKind.INVOICE and found.credited_minor < found.sums.total_minor
    del made
    return [(line, is_open) for line in found.lines]


def _act(request: HttpRequest, slug: str, document: str, run: Callable[..., object], said: str) -> HttpResponse:
    """Do one thing with a paper and return to its page, with what was refused above it."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            run(actor=actor, business_id=business.id, document_id=document_id(document))
        messages.success(request, said)
    except NotFound:
        raise
    except Refusal as refusal:
        title, detail = texts(refusal)
        messages.error(request, detail or title)
    return redirect("invoices:document", slug=slug, document=document)


@signed_in
@require_POST
def issue(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Issue a draft: it gets its number and is booked."""
    form, now = IssueForm(request.POST), clock.now()
    day = form.cleaned_data["day"] if form.is_valid() else None
    return _act(
        request, slug, document, lambda **call: invoices.issue(**call, day=day, at=now), gettext("It is issued.")
    )


@signed_in
@require_POST
def send(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Send a paper to its customer by e-mail, or note that the owner sends it."""
    by_mail, now = request.POST.get("how") == "mail", clock.now()

    def run(**call: Any) -> None:
        origin = request.build_absolute_uri("/")
        found = invoices.mark_sent(**call, by_mail=by_mail, origin=origin, at=now)
        if by_mail:
            tasks.mail_document.defer(business_id=str(found.business_id), document_id=str(found.id), origin=origin)

    said = gettext("The e-mail is on its way.") if by_mail else gettext("Noted as sent.")
    return _act(request, slug, document, run, said)


@signed_in
@require_POST
def new_link(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Make the earlier link worthless."""
    return _act(request, slug, document, invoices.new_link, gettext("The old link opens nothing any more."))


@signed_in
@require_POST
def pay(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Write down money that came by hand, or was given back. Sent twice, it counts once."""
    form, now = PaymentForm(request.POST), clock.now()
    if not form.is_valid():
        return shown(request, slug, document, 422, pay_form=form)
    given, actor = form.cleaned_data, actor_of(request)
    sign = -1 if request.POST.get("back") else 1
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            invoices.record_payment(
                actor=actor,
                business_id=business.id,
                document_id=document_id(document),
                payment_id=given["key"],
                amount_minor=sign * given["amount"],
                method=invoices.Method(given["method"]),
                day=given["day"],
                note=given["note"],
                at=now,
            )
    except (invoices.InvoiceAmountInvalid, invoices.InvoicePaymentIdReused, books.PeriodClosed) as refusal:
        form.add_refusal(refusal)
        return shown(request, slug, document, 422, pay_form=form)
    messages.success(request, gettext("The payment is written down."))
    return redirect("invoices:document", slug=slug, document=document)


@signed_in
@require_POST
def credit(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Credit an invoice, whole or in part. Sent twice, it is credited once."""
    form, now, actor = ReasonForm(request.POST), clock.now(), actor_of(request)
    if not form.is_valid():
        return shown(request, slug, document, 422, credit_form=form)
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            made = invoices.credit(
                actor=actor,
                business_id=business.id,
                document_id=document_id(document),
                credit_id=form.cleaned_data["key"],
                quantities=_quantities(request),
                reason=form.cleaned_data["reason"],
                at=now,
            )
    except (invoices.CreditInvalid, invoices.NothingOpen, invoices.IssueDayInvalid, books.PeriodClosed) as refusal:
        form.add_refusal(refusal)
        return shown(request, slug, document, 422, credit_form=form)
    messages.success(request, gettext("The credit note is issued."))
    return redirect("invoices:document", slug=slug, document=made.public_id)


def _quantities(request: HttpRequest) -> dict[int, Decimal] | None:
    """Return how much of which lines; None: everything that is left. Raises CreditInvalid."""
    if request.POST.get("whole"):
        return None
    found = {}
    for name, text in request.POST.items():
        if name.startswith("q-") and name[2:].isdecimal() and str(text).strip():
            try:
                found[int(name[2:])] = Decimal(str(text).strip().replace(",", "."))
            except InvalidOperation:
                raise invoices.CreditInvalid(field="lines") from None
    return found


@signed_in
@require_POST
def drop(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Throw a draft away."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        invoices.drop_draft(actor=actor, business_id=business.id, document_id=document_id(document))
    messages.success(request, gettext("The draft is gone."))
    return redirect("invoices:documents", slug=slug)


@signed_in
@require_POST
def bill(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Make an invoice of a quotation, or another one like it."""
    actor, now, wanted = actor_of(request), clock.now(), document_id(request.POST.get("key", ""))
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        call: dict[str, Any] = {"actor": actor, "business_id": business.id, "document_id": wanted, "at": now}
        if request.POST.get("copy"):
            made = invoices.copy_document(**call, source_id=document_id(document))
        else:
            made = invoices.bill_quotation(**call, quotation_id=document_id(document))
    messages.success(request, gettext("Here is the draft. Check it and issue it."))
    return redirect("invoices:document", slug=slug, document=made.public_id)


@signed_in
@require_POST
def again(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Let an invoice come again."""
    form, now, actor = RecurringForm(request.POST), clock.now(), actor_of(request)
    if not form.is_valid():
        return shown(request, slug, document, 422, recurring_form=form)
    given = form.cleaned_data
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            invoices.repeat_document(
                actor=actor,
                business_id=business.id,
                document_id=document_id(document),
                every=invoices.Every(given["every"]),
                next_on=given["next_on"],
                ends_on=given["ends_on"],
                is_sent=given["is_sent"],
                at=now,
            )
    except (invoices.RecurringInvalid, invoices.NoAddress, invoices.DocumentNotIssued) as refusal:
        form.add_refusal(refusal)
        return shown(request, slug, document, 422, recurring_form=form)
    messages.success(request, gettext("It comes again by itself from now on."))
    return redirect("invoices:document", slug=slug, document=document)


@signed_in
@require_POST
def stop(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Let an invoice not come again."""
    now, said = clock.now(), gettext("It does not come again.")
    return _act(request, slug, document, lambda **call: invoices.stop_repeating(**call, at=now), said)
