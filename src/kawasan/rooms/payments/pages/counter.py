"""A buyer's wallet at the counter: the one-time code to show, and what became of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.pages.pay import drawn
from kawasan.rooms.zone import api as zone

_PREFIX = "wlc"


@signed_in
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Make a code and show it, this once; a page that is opened without asking leads to the wallet."""
    if request.method != "POST":
        return redirect("wallet:home")
    actor = actor_of(request)
    with transaction(actor):
        made = payments.make_wallet_code(actor=actor, at=clock.now())
    response = render(request, "payments/wallet_code.html", {"code": made, "qr": drawn(made.digits)})
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
@require_safe
def status(request: HttpRequest, code_id: str) -> HttpResponse:
    """Answer the page's question: nothing new, paid (how much, to whom), or over."""
    actor = actor_of(request)
    with transaction(actor):
        found = payments.wallet_code(actor=actor, code_id=ids.parse(_PREFIX, code_id))
        paid_to = zone.businesses(ids=[found.business_id]) if found.business_id else {}
    is_over = found.used_at is None and found.expires_at <= clock.now()
    if found.used_at is None and not is_over:
        return HttpResponse(status=204)
    context = {"code": found, "is_over": is_over, "shop": paid_to.get(found.business_id) if found.business_id else None}
    return render(request, "payments/_wallet_code_state.html", context)
