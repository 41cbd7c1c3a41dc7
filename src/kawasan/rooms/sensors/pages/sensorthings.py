"""SensorThings 1.1 under /sensorthings/v1.1/: for reading, with a key of a business or a person's session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from kawasan.core import clock
from kawasan.core.errors import Refusal, Unauthenticated
from kawasan.platform.db import transaction
from kawasan.platform.problems import json_problem
from kawasan.platform.web import actor_of
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone

ROOT = "/sensorthings/v1.1"


@csrf_exempt  # nothing is ever written here
def read(request: HttpRequest, path: str | None = None) -> HttpResponse:
    """Answer a read; anything else is told where devices and readings are written."""
    try:
        return JsonResponse(_found(request, path or ""), json_dumps_params={"ensure_ascii": False})
    except Refusal as refusal:
        response = json_problem(request, refusal)
        if isinstance(refusal, sensors.ReadOnly):
            response["Allow"] = "GET, HEAD"
        return response


def _found(request: HttpRequest, path: str) -> dict[str, Any]:
    actor = actor_of(request)
    if not actor.is_signed_in:
        raise Unauthenticated
    if request.method not in ("GET", "HEAD"):
        raise sensors.ReadOnly
    options = [(name, text) for name in request.GET for text in request.GET.getlist(name)]
    with transaction(actor):
        found = sensors.sensorthings(actor=actor, path=path, options=options, root=request.build_absolute_uri(ROOT))
        if actor.sees_zone:  # a question goes over everybody's devices
            zone.note_looks(actor=actor, business_ids=sensors.owners(), what=zone.Look.DEVICES, at=clock.now())
        return found.document
