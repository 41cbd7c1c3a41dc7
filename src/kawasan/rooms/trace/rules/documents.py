"""Writes events as EPCIS documents: what was captured, with its time and id, in the names it was written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from kawasan.core import ids
from kawasan.rooms.trace.rules.reading import STANDARD_CONTEXTS, own_names
from kawasan.rooms.trace.types.events import CAPTURE_PREFIX, Capture, CaptureError, Event

CONTEXT = STANDARD_CONTEXTS[0]


def event_document(event: Event) -> dict[str, Any]:
    """Return an event by itself, with every name it uses."""
    body = _body(event)
    return {"@context": [CONTEXT, *(event.context or []), *(own_names(body.pop("@context", None)) or [])]} | body


def events_document(events: Sequence[Event], *, name: str, at: datetime, subscription: str = "") -> dict[str, Any]:
    """Return the answer of a query."""
    results: dict[str, Any] = {"queryName": name}
    if subscription:
        results["subscriptionID"] = subscription
    results["resultsBody"] = {"eventList": [_listed(event) for event in events]}
    return {
        "@context": [CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": moment(at),
        "epcisBody": {"queryResults": results},
    }


def as_bytes(document: dict[str, Any] | list[dict[str, Any]]) -> bytes:
    """Return a document as it is sent; numbers keep all their digits."""
    return json.dumps(document, separators=(",", ":")).encode()


Say = Callable[[str, str, dict[str, Any]], tuple[str, str]]


def capture_document(job: Capture, *, say: Say) -> dict[str, Any]:
    """Return a capture job as the standard shows it, its errors as ``say`` words title, detail and data."""
    return {
        "captureID": ids.public(CAPTURE_PREFIX, job.id),
        "createdAt": moment(job.created_at),
        "finishedAt": moment(job.created_at),
        "running": False,
        "success": job.success,
        "captureErrorBehaviour": job.mode.value,
        "events": job.events,
        "repeated": job.repeated,
        "errors": [_error_document(error, say) for error in job.errors],
    }


def _error_document(error: CaptureError, say: Say) -> dict[str, Any]:
    title, detail = say(error.title, error.detail, error.data)
    told = {
        "type": "epcisException:ValidationException",
        "title": title,
        "detail": detail,
        "code": error.code,
        "event": error.place,
    }
    return told | ({"reason": error.data["reason"]} if "reason" in error.data else {})


def moment(at: datetime) -> str:
    """Return a moment as documents hold it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _listed(event: Event) -> dict[str, Any]:
    body = _body(event)
    own = [*(event.context or []), *(own_names(body.pop("@context", None)) or [])]
    return body | ({"@context": own} if own else {})


def _body(event: Event) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event.raw)
    return body | {"eventID": event.event_id, "recordTime": moment(event.record_time)}
