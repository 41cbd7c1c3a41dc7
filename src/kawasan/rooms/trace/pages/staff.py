"""The zone's desk: reports that something in a passport is not so."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.forms.goods import DecisionForm
from kawasan.rooms.zone import api as zone

_STATES = ("open", "upheld", "dismissed")


@require_safe
@signed_in
def doubts(request: HttpRequest) -> HttpResponse:
    """List reports of a state, newest first."""
    actor, state = actor_of(request), request.GET.get("state", "open")
    state = state if state in _STATES else "open"
    with transaction(actor):
        page = trace.doubts(actor=actor, state=state, cursor=request.GET.get("after"))
        shown = {one.business_id for one in page.items}
        names = zone.businesses(ids=shown)
        zone.note_looks(actor=actor, business_ids=shown, what=zone.Look.DOUBTS, at=clock.now())
    rows = [
        {
            "doubt": one,
            "public": ids.public(trace.DOUBT_PREFIX, one.id),
            "batch": ids.public(trace.BATCH_PREFIX, one.batch_id),
            "business": names.get(one.business_id),
        }
        for one in page.items
    ]
    labels = {"open": gettext("To be looked into"), "upheld": gettext("Upheld"), "dismissed": gettext("Dismissed")}
    tabs = [{"label": labels[one], "href": f"?state={one}", "is_current": one == state} for one in _STATES]
    may_act = actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR)
    context = {"page": page, "rows": rows, "state": state, "tabs": tabs, "may_act": may_act, "zone_nav": "trace"}
    return render(request, "trace/doubts.html", context)


@require_POST
@signed_in
def decide(request: HttpRequest, doubt_id: str) -> HttpResponse:
    """Say what became of a report."""
    actor, form = actor_of(request), DecisionForm(request.POST)
    is_upheld = request.POST.get("decision") == "uphold"
    if not form.is_valid():
        messages.error(request, gettext("Write an answer first."))
        return redirect("trace:doubts")
    with transaction(actor):
        which = ids.parse(trace.DOUBT_PREFIX, doubt_id)
        answer = form.cleaned_data["answer"]
        trace.decide_doubt(actor=actor, doubt_id=which, is_upheld=is_upheld, answer=answer, at=clock.now())
    messages.success(request, gettext("Decided."))
    return redirect("trace:doubts")
