"""Whether what is indexed of each event is what its bytes say, and each document is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from kawasan.core.errors import Refusal
from kawasan.platform.checks import Finding
from kawasan.rooms.trace import models
from kawasan.rooms.trace.rules.columns import columns_of, content_of, links_of
from kawasan.rooms.trace.rules.reading import joined

_CHUNK = 500
_COLUMNS = (
    "type", "action", "event_time", "biz_step", "disposition", "read_point", "biz_location", "error_at",
    "error_reason", "epcs", "parents", "inputs", "outputs", "classes", "input_classes", "output_classes",
    "transactions", "sources", "destinations", "transformation", "has_sensors", "things", "quantities",
)  # fmt: skip


def verify_events() -> Iterator[Finding]:
    """Read every event again from its bytes and compare with the columns, the digest and the links beside."""
    for row in models.Event.objects.order_by("number").iterator(_CHUNK):
        try:
            body = json.loads(bytes(row.raw))
            found = columns_of(body)
        except (ValueError, KeyError, TypeError, AttributeError, Refusal) as error:
            yield Finding("trace-event-unreadable", str(row.id), "an event", str(error)[:80])
            continue
        for name in _COLUMNS:
            told, kept = _plain(getattr(found, name)), getattr(row, name)
            if told != kept:
                yield Finding(f"trace-event-{name.replace('_', '-')}", str(row.id), told, kept)
        if found.offset != row.time_offset or content_of(body) != bytes(row.content):
            yield Finding("trace-event-content", str(row.id), content_of(body).hex(), bytes(row.content).hex())
        if row.is_id_given and body.get("eventID") != row.event_id:
            yield Finding("trace-event-id", str(row.id), body.get("eventID"), row.event_id)
        yield from _links(row, set(links_of(found)))


def _links(row: models.Event, told: set[tuple[str, str]]) -> Iterator[Finding]:
    if not told:
        return
    kept = set(models.Link.objects.filter(event_id=row.id).values_list("source", "target"))
    if kept != told:
        yield Finding("trace-event-links", str(row.id), sorted(told), sorted(kept))


def verify_captures() -> Iterator[Finding]:
    """Put every document together again and compare with the digest of what was sent."""
    for job in models.Capture.objects.order_by("id").iterator(_CHUNK):
        raws = models.Event.objects.filter(capture=job).order_by("place").values_list("raw", flat=True)
        events, pieces = [bytes(raw) for raw in raws], [bytes(piece) for piece in job.pieces]
        if len(pieces) != len(events) + 1:
            yield Finding("trace-capture-events", str(job.id), len(pieces) - 1, len(events))
        elif hashlib.sha256(joined(pieces, events)).digest() != bytes(job.digest):
            yield Finding("trace-capture-digest", str(job.id), bytes(job.digest).hex(), "another")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
