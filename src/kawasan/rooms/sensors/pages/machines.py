"""A machine's day on one page: effectiveness, states, pieces, energy; its plan; a file."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock
from kawasan.core.errors import NotFound
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.forms import PlanForm
from kawasan.rooms.sensors.pages.owner import device_of, owner_of

FILE_DAYS = 31


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    """Show a machine's day; the plan is set here too."""
    actor, now = actor_of(request), clock.now()
    asked = _day(request.GET.get("hari"), clock.business_day(now))
    with transaction(actor):
        owner = owner_of(slug)
        found = device_of(actor, owner, device_id)
        plan = sensors.machine_plan(device_id=found.id)
    form = PlanForm(request.POST or None, initial=_shown(plan))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                sensors.plan_machine(
                    actor=actor, device_id=found.id, starts=_minutes(told["starts"]), ends=_minutes(told["ends"]),
                    ideal_seconds=told["ideal_seconds"],
                )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect("machines:day", slug, device_id)
        except sensors.PlanInvalid as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        shown = sensors.machine_day(actor=actor, device_id=found.id, day=asked, at=now)
    seconds: Counter[str] = Counter()
    for span in shown.spans:
        seconds[span.state] += int(span.seconds)
    context = owner.context(
        "devices", device=found, shown=shown, form=form, before=asked - timedelta(days=1),
        after=asked + timedelta(days=1) if asked < clock.business_day(now) else None,
        states=[(_word(state), round(lasted / 60)) for state, lasted in seconds.most_common()],
        busy_minutes=round(shown.busy_seconds / 60), running_minutes=round(shown.running_seconds / 60),
        good=shown.made - shown.rejected,
    )  # fmt: skip
    return render(request, "sensors/machine.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def export(request: HttpRequest, slug: str, device_id: str, kind: str) -> HttpResponseBase:
    """Return the last month of a machine, a day a row, as CSV or XLSX."""
    actor, now = actor_of(request), clock.now()
    if kind not in ("csv", "xlsx"):
        raise NotFound
    today = clock.business_day(now)
    with transaction(actor):
        found = device_of(actor, owner_of(slug), device_id)
        days = [
            sensors.machine_day(actor=actor, device_id=found.id, day=today - timedelta(days=back), at=now)
            for back in range(FILE_DAYS)
        ]
    header = [
        gettext("Day"), gettext("Planned minutes"), gettext("Running minutes"), gettext("Pieces made"),
        gettext("Pieces rejected"), "kWh", gettext("Availability"), gettext("Performance"), gettext("Quality"), "OEE",
    ]  # fmt: skip
    rows = (
        [one.day.isoformat(), round(one.busy_seconds / 60), round(one.running_seconds / 60), one.made, one.rejected,
         round(one.energy, 3), *(_share(part) for part in (one.availability, one.performance, one.quality, one.oee))]
        for one in days
    )  # fmt: skip
    return (csv_response if kind == "csv" else xlsx_response)(f"{found.public_id}-oee.{kind}", header, rows)


def _share(part: float | None) -> float | str:
    return "" if part is None else round(part, 4)


def _word(state: str) -> str:
    return gettext(sensors.MACHINE_STATES[state]) if state in sensors.MACHINE_STATES else state


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _shown(plan: sensors.MachinePlan) -> dict[str, object]:
    starts, ends = (time(part // 60 % 24, part % 60) for part in (plan.starts, plan.ends))
    return {"starts": starts, "ends": ends, "ideal_seconds": plan.ideal_seconds}


def _day(text: str | None, today: date) -> date:
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        return today
    return min(found, today)
