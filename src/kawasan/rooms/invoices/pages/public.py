"""What a customer sees who has a paper's link: the paper, paying it, answering a quotation, its files."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import tasks
from kawasan.rooms.invoices.forms import Amount, RoomForm
from kawasan.rooms.invoices.pages.desk import KINDS, how, link_address, state
from kawasan.rooms.invoices.pages.papers import file_of
from kawasan.rooms.payments import api as payments


class PartForm(RoomForm):
    """How much of an invoice is paid now."""

    amount = Amount(label="", required=False)


@require_GET
def public(request: HttpRequest, link: str) -> HttpResponse:
    """Show a paper to whoever has its link."""
    return _page(request, link, "invoices/public.html")


@require_GET
def public_state(request: HttpRequest, link: str) -> HttpResponse:
    """Answer the page's question whether the money has come; once something changed, the page loads anew."""
    response = _page(request, link, "invoices/_public_state.html")
    if request.GET.get("shown") != response.context_shown:  # type: ignore[attr-defined]
        response["HX-Refresh"] = "true"
    return response


def _page(request: HttpRequest, link: str, template: str) -> HttpResponse:
    now = clock.now()
    with transaction(SYSTEM):  # who knows the address of a paper was given it
        paper = invoices.public_paper(link=link, at=now)
        leaves = invoices.leaves_of_paper(document_id=paper.document.id)
    found = paper.document
    shown = f"{found.open_minor}-{int(bool(paper.qris))}-{paper.qris_problem}-{found.state.value}"
    context: dict[str, Any] = invoices.context_of(paper, link_address(request, link))
    context |= {
        "state": state(found),
        "kind_name": gettext(KINDS[found.kind]),
        "money": [(item, how(item)) for item in paper.payments],
        "path_link": link,
        "leaves": leaves,
        "key": ids.public(invoices.PAYMENT_PREFIX, ids.uuid7()),
        "qr": _drawn(paper.qris) if paper.qris else "",
        "shown": shown,
        "signed_in": actor_of(request).person_id is not None,
        "largest": payments.largest_payment(clock.business_day(now)).minor,
        "practice": payments.practice_address(),
    }
    response = render(request, template, context)
    # The address is a secret: other sites do not hear it. "no-referrer" would also take the origin off our own forms,
    # and a form without an origin is refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    response.context_shown = shown  # type: ignore[attr-defined]
    return response


@require_POST
def pay(request: HttpRequest, link: str) -> HttpResponse:
    """Ask the bank for a QRIS code of the whole open amount, or of a part."""
    form = PartForm(request.POST)
    amount = form.cleaned_data["amount"] if form.is_valid() else None
    return _done(
        request,
        link,
        lambda: invoices.request_code(link=link, payment_id=_key(request), amount_minor=amount, at=clock.now()),
    )


@require_POST
def check(request: HttpRequest, link: str) -> HttpResponse:
    """Let us ask the bank now ("I have paid")."""
    with transaction(SYSTEM):
        paper = invoices.public_paper(link=link, at=clock.now())
        if paper.code_id:
            tasks.check_code.defer(code_id=str(paper.code_id))
    messages.info(request, gettext("We are asking the bank. This page follows by itself."))
    return redirect("invoices:public", link=link)


@signed_in
@require_POST
def pay_by_wallet(request: HttpRequest, link: str) -> HttpResponse:
    """Pay from the wallet of whoever is signed in, once."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            invoices.pay_from_wallet(actor=actor, link=link, payment_id=_key(request), at=clock.now())
        messages.success(request, gettext("Paid. Thank you."))
    except invoices.DocumentNotFound:
        raise
    except Refusal as refusal:
        messages.error(request, texts(refusal)[1] or texts(refusal)[0])
    return redirect("invoices:public", link=link)


@require_POST
def answer(request: HttpRequest, link: str) -> HttpResponse:
    """Take a customer's yes or no to a quotation."""
    is_yes = request.POST.get("answer") == "yes"
    return _done(request, link, lambda: invoices.answer_quotation(link=link, accepted=is_yes, at=clock.now()))


@require_GET
def public_file(request: HttpRequest, link: str, kind: str) -> HttpResponse:
    """Download a paper: pdf, or xml for programs."""
    with transaction(SYSTEM):
        paper = invoices.public_paper(link=link, at=clock.now())
    with translation.override(paper.document.terms.language):
        return file_of(request, paper, kind)


def _done(request: HttpRequest, link: str, run: Any) -> HttpResponse:
    try:
        with transaction(SYSTEM):  # who knows the address of a paper may pay and answer it
            run()
    except invoices.DocumentNotFound:
        raise
    except Refusal as refusal:
        messages.error(request, texts(refusal)[1] or texts(refusal)[0])
    return redirect("invoices:public", link=link)


def _key(request: HttpRequest) -> Any:
    return ids.parse(invoices.PAYMENT_PREFIX, request.POST.get("key", ""))


def _drawn(payload: str) -> SafeString:
    code = segno.make(payload, error="m", micro=False)
    svg = code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(svg)  # noqa: S308 - made by segno from squares; the payload is not in it as text
