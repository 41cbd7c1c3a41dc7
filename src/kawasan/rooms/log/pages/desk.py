"""The staff's page of the log: its keys, and who cosigns it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.log import api as log
from kawasan.rooms.log.forms import WitnessForm


@signed_in
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show keys and witnesses."""
    return _desk(request, WitnessForm())


@signed_in
@require_POST
def rotate(request: HttpRequest) -> HttpResponse:
    """Make a new key; the old one signs along for a while."""
    actor = actor_of(request)
    actor.need_zone(ZoneRole.OPERATOR)
    with transaction(actor):
        log.rotate_key(at=clock.now())
    messages.success(request, gettext("The new key signs from the next checkpoint on. Publish it where people look."))
    return redirect("log_desk:desk")


@signed_in
@require_POST
def add_witness(request: HttpRequest) -> HttpResponse:
    """Ask a witness from now on."""
    form = WitnessForm(request.POST)
    if form.is_valid():
        actor = actor_of(request)
        try:
            with transaction(actor):
                log.add_witness(actor=actor, at=clock.now(), **form.cleaned_data)
        except (log.WitnessInvalid, log.WitnessTaken) as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, gettext("The witness is asked within a minute."))
            return redirect("log_desk:desk")
    return _desk(request, form, status=422)


@signed_in
@require_POST
def remove_witness(request: HttpRequest, witness_id: str) -> HttpResponse:
    """Ask a witness no more."""
    actor = actor_of(request)
    with transaction(actor):
        log.remove_witness(actor=actor, witness_id=ids.parse("wit", witness_id), at=clock.now())
    messages.success(request, gettext("The witness is asked no more. What it cosigned stays."))
    return redirect("log_desk:desk")


def _refuse(form: WitnessForm, refusal: Refusal) -> None:
    form.add_refusal(refusal)


def _desk(request: HttpRequest, form: WitnessForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    actor.need_zone()
    with transaction(actor):
        context = {
            "newest": log.checkpoint(),
            "keys": log.keys(),
            "witnesses": log.witnesses(),
            "plans": log.anchor_plans(at=clock.now()),
            "anchors": log.anchors(is_held=False),
            "form": form,
            "may_set": actor.zone_role is ZoneRole.OPERATOR,
            "zone_nav": "log",
        }
    return render(request, "log/desk.html", context, status=status)
