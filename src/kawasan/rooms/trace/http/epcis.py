"""EPCIS 2.0: capture, events, the resources of the top level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.errors import msg
from kawasan.platform import problems
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.http.edge import business_meant, endpoint, json, with_next
from kawasan.rooms.zone import api as zone

_CAPTURE_TIMEOUT_MS = 60_000


def _root(request: HttpRequest) -> HttpResponse:
    """Name the resources there are."""
    names = ["capture", "events", "queries", *trace.RESOURCES]
    return json({"type": "Collection", "member": names})


def _capture(request: HttpRequest) -> HttpResponse:
    """Take a document's events in; the job is finished when its address is answered."""
    actor, at, capture_id = actor_of(request), clock.now(), ids.uuid7()
    mode = _mode(request)
    with transaction(actor, statement_timeout_ms=_CAPTURE_TIMEOUT_MS):
        business_id = business_meant(request, actor)
        trace.capture(actor=actor, business_id=business_id, capture_id=capture_id, body=request.body, mode=mode, at=at)
    address = reverse("epcis:capture_job", args=[ids.public(trace.CAPTURE_PREFIX, capture_id)])
    told = {"Location": request.build_absolute_uri(address), "GS1-Capture-Error-Behaviour": mode.value}
    return HttpResponse(status=202, headers=told)


def _mode(request: HttpRequest) -> trace.CaptureMode:
    """Return what becomes of good events beside bad ones. Raises HeaderInvalid: a guess could keep too much."""
    name = "GS1-Capture-Error-Behaviour"
    asked = request.headers.get(name) or request.GET.get("captureErrorBehaviour") or trace.CaptureMode.ROLLBACK.value
    try:
        return trace.CaptureMode(asked)
    except ValueError:
        raise trace.HeaderInvalid(
            name=name, problem=msg("one of {known}"), known=", ".join(trace.CaptureMode)
        ) from None


def _captures(request: HttpRequest) -> HttpResponse:
    """List capture jobs, newest first."""
    actor, cursor = actor_of(request), request.GET.get("nextPageToken")
    with transaction(actor):
        business_id = business_meant(request, actor)
        page = trace.captures(actor=actor, business_id=business_id, cursor=cursor, limit=_size(request))
    return with_next(request, json([trace.capture_document(job, say=problems.worded) for job in page.items]), page)


def _capture_job(request: HttpRequest, capture_id: str) -> HttpResponse:
    """Tell how a capture went."""
    actor = actor_of(request)
    with transaction(actor):
        job = trace.capture_job(actor=actor, capture_id=ids.parse(trace.CAPTURE_PREFIX, capture_id))
    return json(trace.capture_document(job, say=problems.worded), GS1_Capture_Error_Behaviour=job.mode.value)


def _add_event(request: HttpRequest) -> HttpResponse:
    """Take one event in."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        business_id = business_meant(request, actor)
        event, _ = trace.add_event(actor=actor, business_id=business_id, body=request.body, at=at)
    address = reverse("epcis:event", args=[event.event_id])
    return json(trace.event_document(event), status=201, Location=request.build_absolute_uri(address))


def _events(request: HttpRequest, **more: str) -> HttpResponse:
    """Answer a question about events."""
    asked = {name: tuple(str(value) for value in values) for name, values in request.GET.lists()}
    asked |= {name: (value,) for name, value in more.items()}
    return answer_question(request, trace.read_question(asked), "SimpleEventQuery")


def answer_question(request: HttpRequest, question: trace.Question, name: str) -> HttpResponse:
    """Return one page of the events that a question asks for."""
    actor, cursor = actor_of(request), request.GET.get("nextPageToken")
    with transaction(actor):
        page = trace.events(actor=actor, question=question, cursor=cursor, limit=_size(request))
        _note(actor, page.items)
    return with_next(request, json(trace.events_document(page.items, name=name, at=clock.now())), page)


def _note(actor: Actor, shown: Sequence[trace.Event]) -> None:
    """Let businesses see who of the zone read their events."""
    read = {one.business_id for one in shown}
    zone.note_looks(actor=actor, business_ids=read, what=zone.Look.EVENTS, at=clock.now())


def _event(request: HttpRequest, event_id: str) -> HttpResponse:
    """Return an event by its id, in a query document as the standard asks."""
    actor = actor_of(request)
    with transaction(actor):
        event = trace.event(actor=actor, event_id=event_id)
        _note(actor, (event,))
    return json(trace.events_document((event,), name="SimpleEventQuery", at=clock.now()))


def _resource(request: HttpRequest, name: str) -> HttpResponse:
    """List what there is of a kind: things, steps, places."""
    actor, cursor = actor_of(request), request.GET.get("nextPageToken")
    with transaction(actor):
        page = trace.resource(actor=actor, name=name, cursor=cursor, limit=_size(request))
    return with_next(request, json({"type": "Collection", "member": list(page.items)}), page)


# Which parameter of the query each resource stands for.
_PARAMETERS = {
    "epcs": "MATCH_anyEPC",
    "bizSteps": "EQ_bizStep",
    "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint",
    "dispositions": "EQ_disposition",
    "eventTypes": "eventType",
}


def _resource_events(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """Answer with the events of one thing, step or place."""
    if name == "eventTypes" and value == "all":
        return _events(request)
    # A comma or a bar inside an identifier is not a list of two.
    question = trace.read_question({key: tuple(map(str, given)) for key, given in request.GET.lists()})
    return answer_question(request, trace.narrowed(question, _PARAMETERS[name], value), "SimpleEventQuery")


def _one_resource(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """Name what can be asked about a thing, a step or a place."""
    return json({"type": "Collection", "member": ["events"]})


def _release(request: HttpRequest, token: str) -> HttpResponse:
    """Forget a page token: nothing is held for it, it only says where the next page begins."""
    return HttpResponse(status=204)


def _size(request: HttpRequest) -> int | None:
    text: Any = request.GET.get("perPage", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 6 and int(text) else None


root = endpoint(get=_root)
capture = endpoint(get=_captures, post=_capture)
capture_job = endpoint(get=_capture_job)
events = endpoint(get=_events, post=_add_event)
event = endpoint(get=_event)
resource = endpoint(get=_resource)
one_resource = endpoint(get=_one_resource)
resource_events = endpoint(get=_resource_events)
page_token = endpoint(delete=_release)
