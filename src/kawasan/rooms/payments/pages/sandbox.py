"""The sandbox bank's app: scan a code, see who is paid and how much, pay. It knows nothing of our payments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.rooms.payments.forms import SandboxPayForm, ScanForm

PICKED_MAX = 10


@require_GET
def scan(request: HttpRequest) -> HttpResponse:
    """Show the field for a code and, once there is one, the bill as a bank's app shows it before paying."""
    payments.need_sandbox()
    payload = request.GET.get("kode", "")
    form = ScanForm({"payload": payload} if payload else None)
    context: dict[str, Any] = {"form": form, "own": _own_open_payments(request)}
    if payload and form.is_valid():
        try:
            bill = payments.scan(payload=form.cleaned_data["payload"])
        except payments.InvalidQris as refusal:
            form.add_error("payload", texts(refusal)[1])
        else:
            context |= {"bill": bill, "visit": ids.public("vis", ids.uuid7())}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "payments/sandbox.html", context, status=status)


@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Pay a bill in the way chosen; the notifications follow from a job, as a bank's do."""
    payments.need_sandbox()
    form = SandboxPayForm(request.POST)
    if not form.is_valid():
        return redirect("sandbox:scan")
    given = form.cleaned_data
    with transaction(SYSTEM):  # the bank is another system with its own memory
        tasks.pay_at_sandbox(
            visit_id=given["id"],
            payload=given["payload"],
            scenario=payments.Scenario(given["scenario"]),
            host=request.get_host(),
            port=int(request.META["SERVER_PORT"]),
        )
    query = urlencode({"kode": given["payload"], "cara": given["scenario"]})
    return redirect(f"{reverse('sandbox:done')}?{query}")


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """Show what the bank did. Raises InvalidQris."""
    bill = payments.scan(payload=request.GET.get("kode", ""))
    how = request.GET.get("cara", "")
    context = {
        "bill": bill,
        "how": how if how in list(payments.Scenario) else payments.Scenario.PAY,
        "back": reverse("pay:payment", args=[found.public_id]) if (found := _own_payment(request, bill)) else "",
    }
    return render(request, "payments/sandbox_done.html", context)


def _own_open_payments(request: HttpRequest) -> list[payments.Payment]:
    actor = actor_of(request)
    if actor.person_id is None:
        return []
    with transaction(actor):
        page = payments.payments_of(payer_id=actor.person_id, limit=PICKED_MAX)
    return [item for item in page.items if item.is_open]


def _own_payment(request: HttpRequest, bill: payments.Bill) -> payments.Payment | None:
    actor = actor_of(request)
    if actor.person_id is None:
        return None
    with transaction(actor):
        return payments.payment_of_reference(provider="sandbox", reference=bill.reference)
