"""The payment page: the code and the time left, what became of it, the receipt."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.rooms.payments.forms import payment_url
from kawasan.rooms.payments.pages.abroad import from_abroad
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def payment(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Show a payment: its QRIS code and the time left, or what became of it."""
    return render(request, "payments/payment.html", _payment_context(request, payment_id))


@signed_in
@require_GET
def payment_status(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Answer the page's question whether the money has come; once it has, send the browser on."""
    context = _payment_context(request, payment_id)
    found: payments.Payment = context["payment"]
    response = render(request, "payments/_state.html", context)
    if found.is_paid and context["next"]:
        response["HX-Redirect"] = context["next"]
    elif not found.is_open or context["shown"] != request.GET.get("shown", context["shown"]):
        response["HX-Refresh"] = "true"  # closed, or the bank has made what the page still waits for
    return response


@signed_in
@require_POST
def check(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Let us ask the provider now ("I have paid")."""
    actor = actor_of(request)
    with transaction(actor):
        found = payments.payment(payment_id=ids.parse("pay", payment_id), actor=actor)
        tasks.check_payment.defer(payment_id=str(found.id))
    messages.info(request, gettext("We are asking the bank. This page follows by itself."))
    return redirect(payment_url(found, _next_of(request, found)))


@signed_in
@require_POST
def virtual_account(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Let the payment be payable by bank transfer, too. Pressed twice, it is one account number."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            means = payments.want_virtual_account(payment_id=ids.parse("pay", payment_id), actor=actor, at=clock.now())
            tasks.make_code.defer(code_id=str(means.id))
            found = payments.payment(payment_id=means.payment_id, actor=actor)
    except (payments.MeansUnavailable, payments.PaymentClosed) as refusal:
        messages.error(request, texts(refusal)[1])
        return redirect(reverse("pay:payment", args=[payment_id]))
    return redirect(payment_url(found, _next_of(request, found)))


@signed_in
@require_POST
def cancel(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Close a payment that shall not be paid any more."""
    actor = actor_of(request)
    with transaction(actor):
        found = payments.cancel_payment(payment_id=ids.parse("pay", payment_id), actor=actor, at=clock.now())
    messages.success(request, gettext("The payment is cancelled. Nothing was charged."))
    return redirect(payment_url(found, _next_of(request, found)))


@signed_in
@require_GET
def receipt(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Show the receipt of a paid payment."""
    context = _payment_context(request, payment_id)
    if not context["payment"].is_paid:
        raise NotFound
    return render(request, "payments/receipt.html", context)


def _payment_context(request: HttpRequest, payment_id: str) -> dict[str, Any]:
    actor = actor_of(request)
    with transaction(actor):
        found = payments.payment(payment_id=ids.parse("pay", payment_id), actor=actor)
        means = {one.kind: one for one in payments.means_of(payment_id=found.id)}
        practice = payments.practice_address()
        abroad = from_abroad(found, is_mine=found.payer_id == actor.person_id, at=clock.now())
        paid_to = zone.businesses(ids=[part.business_id for part in found.splits if part.business_id])
    return {
        "payment": found,
        "qr": drawn(found.qris) if found.is_open else "",
        "next": _next_of(request, found),
        "mine": found.payer_id == actor.person_id,
        "practice": reachable(practice, request),
        "practice_language": (get_language() or "id")[:2],
        "va": means.get(payments.CodeKind.VA),
        "problem": _problem(means.get(payments.CodeKind.QRIS)),
        "waiting": found.is_open and any(_is_waiting(one) for one in means.values()),
        "abroad": abroad,
        # A quote that ends changes the page as well as a code that is made.
        "shown": sum(one.is_ready for one in means.values()) + (100 if abroad and abroad.is_open else 0),
        "parts": [(part, paid_to.get(part.business_id) if part.business_id else None) for part in found.splits],
    }


def _is_waiting(means: payments.PaymentMeans) -> bool:
    return means.state in (payments.CodeState.ASKED, payments.CodeState.UNKNOWN)


def _problem(means: payments.PaymentMeans | None) -> str:
    return means.problem if means is not None and means.state is payments.CodeState.REFUSED else ""


# The sandbox bank runs on the zone's machine: who reaches the zone by another name reaches the bank by it, too.
def reachable(practice: str, request: HttpRequest) -> str:
    """Return the practice bank's address as this browser reaches it."""
    parts = urlsplit(practice)
    if parts.hostname not in ("127.0.0.1", "localhost"):
        return practice
    host = request.get_host().rsplit(":", 1)[0]
    return f"{parts.scheme}://{host}:{parts.port}"


# Where the browser goes once the money is there: only ever a page of ours.
def _next_of(request: HttpRequest, found: payments.Payment) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    name = "wallet:home" if found.purpose is payments.Purpose.TOP_UP else "shop:orders"
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def drawn(payload: str) -> SafeString:
    """Return a code as a drawing to stand in a page."""
    code = segno.make(payload, error="m", micro=False)
    svg = code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(svg)  # noqa: S308 - made by segno from squares; the payload is not in it as text
