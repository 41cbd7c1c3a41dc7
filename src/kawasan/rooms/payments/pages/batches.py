"""The zone's payout desk: batches that one person makes and another checks, their files, and the bank's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

PREFIX = "bat"


@signed_in
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    """List payout batches, newest first, and payouts that banks returned."""
    actor = actor_of(request)
    actor.need_zone()
    with transaction(actor):
        page = payments.batches(actor=actor, cursor=request.GET.get("after"))
        returned = payments.returned_payouts(actor=actor)[:10]
        firms = zone.businesses(ids=[one.business_id for one in returned])
    context = {
        "page": page,
        "returned": [(one, firms.get(one.business_id)) for one in returned],
        "new_id": ids.public(PREFIX, ids.uuid7()),
        "may_act": _may_act(actor),
        "zone_nav": "money",
        "money_nav": "batches",
    }
    return render(request, "payments/staff_batches.html", context)


@signed_in
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Collect what is due into a batch. Sent twice, it is one batch."""
    number = ids.parse(PREFIX, request.POST.get("id", ""))
    done = _act(
        request,
        lambda actor, at: payments.make_batch(actor=actor, batch_id=number, at=at),
        gettext("The batch waits for a second person."),
    )
    return redirect("zone_payouts:batch", ids.public(PREFIX, number)) if done else redirect("zone_payouts:batches")


@signed_in
@require_GET
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Show one batch: its payouts, who made and checked it, and what the bank said."""
    actor = actor_of(request)
    actor.need_zone()
    with transaction(actor):
        found = payments.batch(actor=actor, batch_id=ids.parse(PREFIX, batch_id))
        firms = zone.businesses(ids=[one.business_id for one in found.payouts])
    context: dict[str, Any] = {
        "batch": found,
        "payouts": [(one, firms.get(one.business_id)) for one in found.payouts],
        "may_act": _may_act(actor),
        "is_maker": found.made_by == actor.person_id,
        "reason_length_max": payments.REASON_LENGTH_MAX,
        "zone_nav": "money",
        "money_nav": "batches",
    }
    return render(request, "payments/staff_batch.html", context)


@signed_in
@require_POST
def approve(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Approve a batch as a second person."""
    number = ids.parse(PREFIX, batch_id)
    _act(
        request,
        lambda actor, at: payments.approve_batch(actor=actor, batch_id=number, at=at),
        gettext("Approved. Send its file to the bank now."),
    )
    return redirect("zone_payouts:batch", batch_id)


@signed_in
@require_POST
def reject(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Reject a batch as a second person, with a reason."""
    number, note = ids.parse(PREFIX, batch_id), request.POST.get("reason", "")
    _act(
        request,
        lambda actor, at: payments.reject_batch(actor=actor, batch_id=number, note=note, at=at),
        gettext("Rejected. The money is free in the balances again."),
    )
    return redirect("zone_payouts:batch", batch_id)


@signed_in
@require_POST
def rest_paid(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Note that the bank paid everything that nothing else was said about."""
    number, reference = ids.parse(PREFIX, batch_id), request.POST.get("reference", "")
    _act(
        request,
        lambda actor, at: payments.note_rest_paid(actor=actor, batch_id=number, bank_reference=reference, at=at),
        gettext("Noted: the bank has paid."),
    )
    return redirect("zone_payouts:batch", batch_id)


@signed_in
@require_POST
def returned(request: HttpRequest, batch_id: str, payout_id: str) -> HttpResponse:
    """Note that the bank returned one payout, and why."""
    number, reason = ids.parse("out", payout_id), request.POST.get("reason", "")
    _act(
        request,
        lambda actor, at: payments.note_bank_answer(actor=actor, payout_id=number, paid=False, reason=reason, at=at),
        gettext("Noted: the money is in the business's balance again, with the reason."),
    )
    return redirect("zone_payouts:batch", batch_id)


@signed_in
@require_GET
def file(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Download the file of an approved batch for the bank."""
    actor = actor_of(request)
    with transaction(actor):
        number = ids.parse(PREFIX, batch_id)
        name, text = payments.batch_file(actor=actor, batch_id=number)
        paid = {one.business_id for one in payments.batch(actor=actor, batch_id=number).payouts}
        zone.note_looks(actor=actor, business_ids=paid, what=zone.Look.BANK_ACCOUNT, at=clock.now(), text=name)
    response = HttpResponse(text, content_type="text/csv; charset=us-ascii")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _act(request: HttpRequest, act: Callable[[Actor, datetime], object], thanks: str) -> bool:
    """Do something in its own transaction and say how it went; a refusal is told on the next page."""
    actor = actor_of(request)
    actor.need_zone(ZoneRole.STAFF)
    try:
        with transaction(actor):
            act(actor, clock.now())
    except Refusal as refusal:
        title, detail = texts(refusal)
        messages.error(request, f"{title}. {detail}" if detail else title)
        return False
    messages.success(request, thanks)
    return True


def _may_act(actor: Actor) -> bool:
    return actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR)
