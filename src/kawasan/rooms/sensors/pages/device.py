"""One device: its readings as charts and files, its rules and alarms, its key."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.forms import KINDS, ChangeForm, RuleForm
from kawasan.rooms.sensors.pages.owner import Owner, device_of, districts_near, owner_of
from kawasan.rooms.sensors.pages.showing import SPANS, key_page, span_asked

ALARMS_SHOWN, NEWEST = 5, 20


@signed_in
@require_GET
def device(request: HttpRequest, device_id: str, slug: str | None = None) -> HttpResponse:
    """Show a device."""
    return _device(request, device_id, slug)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, device_id: str, slug: str | None = None) -> HttpResponse:
    """Change name, place and what it travels with."""
    actor = actor_of(request)
    owner, found = _found(actor, slug, device_id)
    with transaction(actor):
        near = districts_near(owner)
    place = found.position
    initial = {
        "name": found.name, "description": found.description, "reference": found.reference,
        "district_code": found.district_code, "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
    }  # fmt: skip
    form = ChangeForm(request.POST or None, initial=initial, districts=near)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("name", "description", "reference", "district_code")}
        try:
            with transaction(actor):
                sensors.change_device(
                    actor=actor, device_id=found.id, position=form.position, at=clock.now(), **told
                )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect(owner.url("device", device_id))
        except Refusal as refusal:
            form.add_refusal(refusal)
    context = owner.context("devices", device=found, form=form)
    return render(request, "sensors/change.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def key(request: HttpRequest, device_id: str, slug: str | None = None) -> HttpResponse:
    """Ask, then give the device a new key and show it, once."""
    actor = actor_of(request)
    owner, found = _found(actor, slug, device_id)
    if request.method == "POST":
        with transaction(actor):
            made = sensors.new_key(actor=actor, device_id=found.id, at=clock.now())
        return key_page(request, owner, made, is_new=False)
    title = gettext("A new key for {name}?").format(name=found.name)
    text = gettext("The present key is useless from that moment on. Set the device up again with the new one.")
    return _confirm(request, owner, found, title, text, gettext("Make a new key"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, device_id: str, slug: str | None = None) -> HttpResponse:
    """Ask, then put the device out of use."""
    actor = actor_of(request)
    owner, found = _found(actor, slug, device_id)
    if request.method == "POST":
        with transaction(actor):
            sensors.revoke_device(actor=actor, device_id=found.id, at=clock.now())
        messages.success(request, gettext("The device is out of use. What it told is kept."))
        return redirect(owner.url("device", device_id))
    title = gettext("Put {name} out of use?").format(name=found.name)
    text = gettext("Nothing more is taken from it. What it told is kept, and a new key brings it back.")
    return _confirm(request, owner, found, title, text, gettext("Put it out of use"))


@signed_in
@require_POST
def set_rule(request: HttpRequest, device_id: str, slug: str | None = None) -> HttpResponse:
    """Set a rule."""
    actor = actor_of(request)
    owner, found = _found(actor, slug, device_id)
    form = _rule_form(found, request)
    if form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                sensors.set_rule(
                    actor=actor, rule_id=ids.parse("rul", told["id"]), device_id=found.id, stream=told["stream"],
                    kind=sensors.RuleKind(told["kind"]), low=told["low"], high=told["high"],
                    seconds=told["minutes"] * 60, at=clock.now(),
                )  # fmt: skip
            messages.success(request, gettext("The rule holds from now on."))
            return redirect(owner.url("device", device_id))
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _device(request, device_id, slug, form)


@signed_in
@require_POST
def end_rule(request: HttpRequest, device_id: str, rule_id: str, slug: str | None = None) -> HttpResponse:
    """End a rule."""
    actor = actor_of(request)
    owner, _found_one = _found(actor, slug, device_id)
    with transaction(actor):
        sensors.end_rule(actor=actor, rule_id=ids.parse("rul", rule_id), at=clock.now())
    messages.success(request, gettext("The rule has ended."))
    return redirect(owner.url("device", device_id))


@signed_in
@require_GET
def export(request: HttpRequest, device_id: str, kind: str, slug: str | None = None) -> HttpResponseBase:
    """Return the readings of a stream between two days as CSV or XLSX."""
    actor = actor_of(request)
    if kind not in ("csv", "xlsx"):
        raise NotFound
    today = clock.business_day(clock.now())
    first = _day(request.GET.get("dari"), today - timedelta(days=6))
    last = _day(request.GET.get("sampai"), today)
    with transaction(actor):
        owner = owner_of(slug)
        found = device_of(actor, owner, device_id)
        stream = found.stream(request.GET.get("aliran", "")) or next(iter(found.streams), None)
        if stream is None:
            raise sensors.UnknownStream(name="")
        rows = sensors.all_readings(
            actor=actor, stream_id=stream.id, since=clock.day_bounds(first)[0], until=clock.day_bounds(last)[1]
        )  # fmt: skip
    header = [gettext("Time"), stream.name, gettext("Unit")]
    cells = ([row.at.astimezone(clock.WIB).isoformat(), row.shown, stream.unit_symbol] for row in rows)
    name = f"{found.public_id}-{stream.name}-{first}-{last}.{kind}"
    return csv_response(name, header, cells) if kind == "csv" else xlsx_response(name, header, cells)


def _device(
    request: HttpRequest, device_id: str, slug: str | None, form: RuleForm | None = None
) -> HttpResponse:  # fmt: skip
    actor, now = actor_of(request), clock.now()
    span, since = span_asked(request, now)
    with transaction(actor):
        owner = owner_of(slug)
        found = device_of(actor, owner, device_id)
        rules = sensors.rules_of(actor=actor, device_id=found.id)
        alarms = sensors.alarms(actor=actor, owner_id=owner.id, device_id=found.id, limit=ALARMS_SHOWN).items
        charts = [_chart(actor, stream, span, since, now, rules, alarms) for stream in found.streams]
    context = owner.context(
        "devices", device=found, kind=KINDS[found.kind.value], rules=rules, alarms=alarms, charts=charts, span=span,
        spans=SPANS, form=form or _rule_form(found), until=clock.business_day(now), since=clock.business_day(since),
    )  # fmt: skip
    return render(request, "sensors/device.html", context, status=422 if form else 200)


def _chart(
    actor: Actor, stream: sensors.Stream, span: str, since: datetime, now: datetime, rules: Any, alarms: Any
) -> dict[str, Any]:
    if span == "24j":
        figures = sensors.chart(stream_id=stream.id, since=since, until=now)
    else:
        figures = sensors.hours(actor=actor, stream_id=stream.id, since=since, until=now)
    newest = sensors.readings(actor=actor, stream_id=stream.id, since=since, limit=NEWEST).items
    limits = [rule for rule in rules if rule.stream_id == stream.id and rule.kind is sensors.RuleKind.LIMIT]
    bad = [alarm for alarm in alarms if alarm.stream_id == stream.id and alarm.kind is sensors.RuleKind.LIMIT]
    return {
        "stream": stream, "figures": figures, "newest": newest, "limits": limits, "alarms": bad, "since": since,
        "until": now,
    }  # fmt: skip


def _rule_form(found: sensors.Device, request: HttpRequest | None = None) -> RuleForm:
    streams = [(stream.name, stream.label or gettext(stream.property_name)) for stream in found.streams]
    posted = request.POST if request else None
    return RuleForm(posted, streams=streams, initial={"id": ids.public("rul", ids.uuid7())})


def _found(actor: Actor, slug: str | None, device_id: str) -> tuple[Owner, sensors.Device]:
    with transaction(actor):
        owner = owner_of(slug)
        return owner, device_of(actor, owner, device_id)


def _confirm(
    request: HttpRequest, owner: Owner, found: sensors.Device, title: str, text: str, submit: str
) -> HttpResponse:  # fmt: skip
    context = owner.context(
        "devices", title=title, text=text, submit=submit, action=request.path, danger=True,
        cancel=owner.url("device", found.public_id),
    )  # fmt: skip
    return render(request, "confirm.html", context)


def _day(text: str | None, usual: date) -> date:
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        return usual
