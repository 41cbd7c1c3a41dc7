"""The zone's promotion money at the money desk: what is left, what was paid in, and what waits for a second person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.clock import WIB, business_day
from kawasan.core.errors import Refusal, msg
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms.promotion import PromotionForm

WAYS = {
    payments.PromotionWay.IN: msg("Money came in for promotions"),
    payments.PromotionWay.OUT: msg("Money went out again"),
}
STATES = {
    payments.PromotionState.ENTERED: msg("Waits for somebody else"),
    payments.PromotionState.APPROVED: msg("Approved"),
    payments.PromotionState.REJECTED: msg("Rejected"),
}


@signed_in
@require_http_methods(["GET", "POST"])
def promotion(request: HttpRequest) -> HttpResponse:
    """Show what is left and what was entered; enter another transfer of the bank."""
    actor = actor_of(request)
    if request.method == "GET":
        return _shown(request, actor, _blank())
    actor.need_zone(ZoneRole.STAFF)
    form = PromotionForm(request.POST)
    if form.is_valid():
        try:
            with transaction(actor):
                payments.enter_promotion(actor=actor, at=clock.now(), **_entered(form.cleaned_data))
            messages.success(request, gettext("Entered. It counts once somebody else has approved it."))
            return redirect("zone_promotion:money")
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _shown(request, actor, form, status=422)


@signed_in
@require_POST
def decide(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Approve or reject an entry."""
    actor, is_approved = actor_of(request), request.POST.get("decision") == "approve"
    actor.need_zone(ZoneRole.STAFF)
    try:
        with transaction(actor):
            number = ids.parse(payments.PROMOTION_PREFIX, entry_id)
            payments.decide_promotion(actor=actor, entry_id=number, is_approved=is_approved, at=clock.now())
    except Refusal as refusal:
        messages.error(request, " ".join(texts(refusal)))
    else:
        messages.success(request, gettext("Approved and booked.") if is_approved else gettext("Rejected."))
    return redirect("zone_promotion:money")


@signed_in
@require_GET
def file(request: HttpRequest) -> HttpResponseBase:
    """Everything that was entered, as CSV."""
    actor = actor_of(request)
    with transaction(actor):
        found = list(payments.all_promotion_entries(actor=actor))
    header = [
        gettext("Day"), gettext("In or out"), gettext("Amount"), gettext("Reference of the bank"), gettext("Note"),
        gettext("State"), gettext("Entered by"), gettext("Entered"), gettext("Decided by"), gettext("Decided"),
    ]  # fmt: skip
    rows = (
        [
            one.day, gettext(WAYS[one.way]), Money(one.amount_minor).amount, one.bank_reference, one.note,
            gettext(STATES[one.state]),
            one.entered_by, one.entered_at, one.decided_by, one.decided_at,
        ]
        for one in found
    )  # fmt: skip
    return csv_response("promosi.csv", header, rows)


def _blank() -> PromotionForm:
    number = ids.public(payments.PROMOTION_PREFIX, ids.uuid7())
    return PromotionForm(initial={"id": number, "way": "in", "day": business_day(clock.now(), WIB)})


def _entered(told: dict[str, Any]) -> dict[str, Any]:
    return {"entry_id": told.pop("id"), "way": payments.PromotionWay(told.pop("way")), **told}


def _shown(request: HttpRequest, actor: Actor, form: PromotionForm, *, status: int = 200) -> HttpResponse:
    with transaction(actor):
        free, earned = payments.promotion_money(actor=actor)
        page = payments.promotion_entries(actor=actor, cursor=request.GET.get("after") or None)
    context = {
        "free_minor": free,
        "earned_minor": earned,
        "page": page,
        "next_cursor": page.next_cursor,
        "form": form,
        "me": actor.person_id,
        "may_act": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "zone_nav": "money",
        "money_nav": "promotion",
    }
    return render(request, "payments/staff_promotion.html", context, status=status)
