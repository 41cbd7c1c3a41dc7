"""Whether what is indexed of each event is what its bytes say, and each document is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.errors import Refusal
from kawasan.platform.checks import Finding
from kawasan.rooms.trace import models
from kawasan.rooms.trace.engine.naming import names_of, sendings_of
from kawasan.rooms.trace.rules.columns import columns_of, content_of, links_of
from kawasan.rooms.trace.rules.reading import joined

_CHUNK = 2_000
_NAMES_TOLD_MAX = 1_000
_COLUMNS = (
    "type", "action", "event_time", "biz_step", "disposition", "read_point", "biz_location", "error_at",
    "error_reason", "epcs", "parents", "inputs", "outputs", "classes", "input_classes", "output_classes",
    "transactions", "sources", "destinations", "transformation", "has_sensors", "things", "quantities",
)  # fmt: skip
_READ = ("id", "raw", "content", "time_offset", "event_id", "is_id_given", *_COLUMNS)
_NAMES = f"""
with told as ({names_of("trace_event")}), kept as (select name, number, business_id, is_epc from trace_name)
(select number, name, true from (table told except table kept) missing)
union all
(select number, name, false from (table kept except table told) extra)
order by 1, 2 limit {_NAMES_TOLD_MAX}
"""
_SENDINGS = f"""
with told as ({sendings_of("trace_event")}), kept as (select thing, business_id, party, number from trace_sending)
(select number, thing || ' -> ' || party, true from (table told except table kept) missing)
union all
(select number, thing || ' -> ' || party, false from (table kept except table told) extra)
order by 1, 2 limit {_NAMES_TOLD_MAX}
"""


class _Beside:
    """Rows of another table, in the order of a key, read along with the rows that they belong to."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, lambda row: row[0])
        self._next: tuple[Any, list[Any]] | None = None
        self.left: list[Any] = []  # keys that nothing was asked for

    def of(self, key: Any) -> list[Any]:
        """Return the rows of a key; keys are asked for in their order."""
        while (group := self._peek()) is not None and group[0] < key:
            self.left.append(group[0])
            self._next = None
        if group is None or group[0] != key:
            return []
        self._next = None
        return group[1]

    def end(self) -> list[Any]:
        """Return the keys whose rows belong to nothing."""
        while (group := self._peek()) is not None:
            self.left.append(group[0])
            self._next = None
        return self.left

    def _peek(self) -> tuple[Any, list[Any]] | None:
        if self._next is None:
            found = next(self._groups, None)
            self._next = (found[0], [row[1:] for row in found[1]]) if found else None
        return self._next


def verify_events() -> Iterator[Finding]:
    """Read every event again from its bytes and compare with the columns, the digest, links and names beside."""
    kept = models.Link.objects.order_by("event_id").values_list("event_id", "source", "target")
    links = _Beside(kept.iterator(_CHUNK))
    for row in models.Event.objects.order_by("id").values_list(*_READ).iterator(_CHUNK):
        yield from _event(dict(zip(_READ, row, strict=True)), set(links.of(row[0])))
    for event_id in links.end():
        yield Finding("trace-event-links", str(event_id), "no event", "links")
    yield from _beside(_NAMES, "trace-event-names")
    yield from _beside(_SENDINGS, "trace-event-sendings")


def _event(row: dict[str, Any], links: set[tuple[str, str]]) -> Iterator[Finding]:
    key = str(row["id"])
    try:
        body = json.loads(bytes(row["raw"]))
        found = columns_of(body)
    except (ValueError, KeyError, TypeError, AttributeError, Refusal) as error:
        yield Finding("trace-event-unreadable", key, "an event", str(error)[:80])
        return
    for name in _COLUMNS:
        told, kept = _plain(getattr(found, name)), row[name]
        if told != kept:
            yield Finding(f"trace-event-{name.replace('_', '-')}", key, told, kept)
    content = content_of(body)
    if found.time_offset != row["time_offset"] or content != bytes(row["content"]):
        yield Finding("trace-event-content", key, content.hex(), bytes(row["content"]).hex())
    if row["is_id_given"] and body.get("eventID") != row["event_id"]:
        yield Finding("trace-event-id", key, body.get("eventID"), row["event_id"])
    if (told_links := set(links_of(found))) != links:
        yield Finding("trace-event-links", key, sorted(told_links), sorted(links))


def _beside(statement: str, code: str) -> Iterator[Finding]:
    """Compare what all events say, by their columns, with the rows that find them: in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    for number, name, is_missing in found:
        told, kept = (name, "nothing") if is_missing else ("nothing", name)
        yield Finding(code, str(number), told, kept)


def verify_captures() -> Iterator[Finding]:
    """Put every document together again and compare with the digest of what was sent."""
    events = models.Event.objects.order_by("capture_id", "place").values_list("capture_id", "raw")
    raws = _Beside(events.iterator(_CHUNK))
    jobs = models.Capture.objects.order_by("id").values_list("id", "pieces", "digest")
    for job_id, pieces, digest in jobs.iterator(_CHUNK):
        yield from _capture(job_id, [bytes(piece) for piece in pieces], bytes(digest), raws.of(job_id))


def _capture(job_id: UUID, pieces: list[bytes], digest: bytes, rows: list[tuple[Any]]) -> Iterator[Finding]:
    events = [bytes(raw) for (raw,) in rows]
    if len(pieces) != len(events) + 1:
        yield Finding("trace-capture-events", str(job_id), len(pieces) - 1, len(events))
    elif hashlib.sha256(joined(pieces, events)).digest() != digest:
        yield Finding("trace-capture-digest", str(job_id), digest.hex(), "another")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
