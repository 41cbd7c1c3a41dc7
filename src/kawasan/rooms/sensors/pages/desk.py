"""An owner's devices: the list, a new one, the alarms."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.forms import KINDS, RegisterForm
from kawasan.rooms.sensors.pages.owner import districts_near, note_look, owner_of
from kawasan.rooms.sensors.pages.showing import key_page

QUIET = timedelta(hours=1)  # a device that has told nothing for so long is shown as quiet


@signed_in
@require_GET
def devices(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """List devices with their newest readings; find by name, choose a kind."""
    actor, text, kind = actor_of(request), request.GET.get("q", "")[:80], request.GET.get("jenis", "")
    with transaction(actor):
        owner = owner_of(slug)
        page = sensors.devices(
            actor=actor, owner_id=owner.id, kind=kind if kind in KINDS else "", text=text,
            cursor=request.GET.get("after"),
        )  # fmt: skip
        note_look(actor, owner.id)
        open_ones = sensors.alarms(actor=actor, owner_id=owner.id, is_open=True, limit=5)
    context = owner.context(
        "devices", page=page, next_cursor=page.next_cursor, text=text, kind=kind, kinds=KINDS,
        open_alarms=open_ones.items, quiet_since=clock.now() - QUIET,
    )  # fmt: skip
    return render(request, "sensors/devices.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Register a device and show its key, once."""
    actor = actor_of(request)
    with transaction(actor):
        owner = owner_of(slug)
        sensors.devices(actor=actor, owner_id=owner.id, limit=1)  # strangers learn nothing from the form
        near = districts_near(owner)
    form = RegisterForm(request.POST or None, initial={"id": ids.public("dev", ids.uuid7())}, districts=near)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                made = sensors.register_device(
                    actor=actor, device_id=ids.parse("dev", told["id"]), owner_id=owner.id,
                    kind=sensors.DeviceKind(told["kind"]), name=told["name"], description=told["description"],
                    district_code=told["district_code"], position=form.position, streams=form.streams, at=clock.now(),
                )  # fmt: skip
            return key_page(request, owner, made, is_new=True)
        except Refusal as refusal:
            form.add_refusal(refusal)
    context = owner.context("devices", form=form)
    return render(request, "sensors/register.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def alarms(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """List alarms, the latest first; all or those that go on."""
    actor, is_open = actor_of(request), request.GET.get("terbuka") == "1"
    with transaction(actor):
        owner = owner_of(slug)
        page = sensors.alarms(
            actor=actor, owner_id=owner.id, is_open=True if is_open else None, cursor=request.GET.get("after")
        )  # fmt: skip
        note_look(actor, owner.id)
    context = owner.context("alarms", page=page, next_cursor=page.next_cursor, is_open=is_open)
    return render(request, "sensors/alarms.html", context)
