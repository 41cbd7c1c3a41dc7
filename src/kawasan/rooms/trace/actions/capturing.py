"""Takes events in: whole documents as jobs, single events at once. What was taken never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.transaction import atomic as savepoint

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import Refusal
from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import api as log
from kawasan.rooms.trace.engine.writing import Row, insert_capture, insert_events
from kawasan.rooms.trace.queries.captures import connection_of, own_contents
from kawasan.rooms.trace.queries.events import own_event
from kawasan.rooms.trace.rules.columns import columns_of, content_of_read, links_of, pairs_of
from kawasan.rooms.trace.rules.event_hash import event_hash, ignored_by
from kawasan.rooms.trace.rules.reading import joined, own_names, read_document, read_event
from kawasan.rooms.trace.rules.validation import check_document, check_event
from kawasan.rooms.trace.types.events import (
    LEAF_KIND,
    PAIRS_MAX,
    Capture,
    CaptureError,
    CaptureMode,
    Event,
    ReadDocument,
    ReadEvent,
)
from kawasan.rooms.trace.types.refusals import EventIdTaken, EventInvalid


class _AllBack(Exception):
    """Ends the savepoint of a job of which nothing may stay."""


@requires_transaction
def capture(
    *, actor: Actor, business_id: UUID, capture_id: UUID, body: bytes, mode: CaptureMode, at: datetime
) -> Capture:
    """
    Take the events of a document and return the finished job.

    With ``rollback`` one bad event keeps all of them out; with ``proceed`` the good ones are taken. An event that is
    there already, word for word, is counted as repeated and nothing more; the same id with other content is an error
    of the job (event-id-taken). Raises DocumentUnreadable, TooManyEvents, EventInvalid (of the document itself),
    Unauthenticated, NotFound, Forbidden.
    """
    may_capture(actor, business_id)
    document = read_document(body)
    check_document(document.head)
    rows, errors = _check_all(document)
    stops = mode is CaptureMode.ROLLBACK
    inserted: dict[int, UUID] = {}
    repeated = 0
    if not (stops and errors):
        try:
            with savepoint():
                inserted = _write(business_id, capture_id, rows, own_names(document.context), at)
                repeated, clashes = _judge(business_id, [row for row in rows if row.place not in inserted])
                errors += clashes
                if stops and errors:
                    raise _AllBack
        except _AllBack:
            inserted, repeated = {}, 0
    return _finish(
        capture_id, business_id, actor.name, mode, body, _pieces(document, inserted), inserted, repeated, errors, at
    )


@requires_transaction
def add_event(*, actor: Actor, business_id: UUID, body: bytes, at: datetime) -> tuple[Event, bool]:
    """
    Take one event; return it, and whether it is new (a repeat, word for word, is not).

    Raises DocumentUnreadable, EventInvalid, EventIdTaken, Unauthenticated, NotFound, Forbidden.
    """
    may_capture(actor, business_id)
    return put_event(business_id=business_id, event=read_event(body), by=actor.name, at=at)


@requires_transaction
def put_event(*, business_id: UUID, event: ReadEvent, by: str, at: datetime) -> tuple[Event, bool]:
    """Take an event for a business whose right to it was checked. Returns and raises as add_event."""
    row = _row(0, event, None, (), "event", PAIRS_MAX)
    capture_id = ids.uuid7()
    if inserted := _write(business_id, capture_id, [row], None, at):
        mode = CaptureMode.ROLLBACK
        _finish(capture_id, business_id, by, mode, event.raw, (b"", b""), inserted, 0, [], at)
        return own_event(business_id, row.event_id), True
    if own_contents(business_id, [row.event_id])[row.event_id] != row.content:
        raise EventIdTaken(event_id=row.event_id)
    return own_event(business_id, row.event_id), False


def may_capture(actor: Actor, business_id: UUID) -> None:
    """Require a role in the business, and with a key the scope. Raises Unauthenticated, NotFound, Forbidden."""
    actor.need_business(business_id)
    actor.need_scope("trace:write")


def _check_all(document: ReadDocument) -> tuple[list[Row], list[CaptureError]]:
    ignored, rows, errors = ignored_by(document.head), [], []
    seen: dict[str, bytes] = {}
    left = PAIRS_MAX
    for place, event in enumerate(document.events):
        try:
            row = _row(place, event, document.context, ignored, f"event {place + 1}", left)
            left -= pairs_of(row.columns)
            if seen.setdefault(row.event_id, row.content) != row.content:
                raise EventIdTaken(event_id=row.event_id)
            rows.append(row)
        except Refusal as refusal:
            errors.append(_as_error(refusal, place))
    return rows, errors


def _row(place: int, event: ReadEvent, context: Any, ignored: Iterable[str], named: str, left: int) -> Row:
    """Check an event and make its row, with at most so many pairs. Raises EventInvalid."""
    body = event.body
    check_event(body, place=named)
    columns = columns_of(body, place=named)
    if pairs_of(columns) > left:  # before they are made: a short document could ask for billions of them
        raise EventInvalid(place=named, reason="too-many-pairs", most=PAIRS_MAX)
    given = body.get("eventID")
    return Row(
        place=place,
        event_id=given or event_hash(body, context=context, ignored=ignored),
        is_id_given=given is not None,
        raw=event.raw,
        content=content_of_read(event),
        columns=columns,
        links=links_of(columns),
    )


def _judge(business_id: UUID, rows: list[Row]) -> tuple[int, list[CaptureError]]:
    """Tell repeats from events that use an id again."""
    known = own_contents(business_id, [row.event_id for row in rows])
    clashing = [row for row in rows if known.get(row.event_id) != row.content]
    errors = [_as_error(EventIdTaken(event_id=row.event_id), row.place) for row in clashing]
    return len(rows) - len(clashing), errors


def _as_error(refusal: Refusal, place: int) -> CaptureError:
    return CaptureError(refusal.code, refusal.title, refusal.detail, dict(refusal.data), place)


def _write(
    business_id: UUID, capture_id: UUID, rows: list[Row], names: list[Any] | None, at: datetime
) -> dict[int, UUID]:
    """Write events that are new, and commit to the bytes of each in the log."""
    inserted = insert_events(connection_of(), business_id, capture_id, rows, names, at)
    leaves = [
        log.Submission(LEAF_KIND, str(inserted[row.place]), row.raw, (business_id,))
        for row in rows
        if row.place in inserted
    ]
    if leaves:
        log.submit_many(leaves, at=at)
    return inserted


def _pieces(document: ReadDocument, inserted: Collection[int]) -> tuple[bytes, ...]:
    """Return what stands between the events that have rows of their own: all the rest of the document."""
    pieces, piece = [], document.pieces[0]
    for place, (event, after) in enumerate(zip(document.events, document.pieces[1:], strict=True)):
        if place in inserted:
            pieces.append(piece)
            piece = after
        else:
            piece = joined([piece, after], [event.raw])
    return (*pieces, piece)


def _finish(
    capture_id: UUID,
    business_id: UUID,
    by: str,
    mode: CaptureMode,
    body: bytes,
    pieces: tuple[bytes, ...],
    inserted: Collection[int],
    repeated: int,
    errors: list[CaptureError],
    at: datetime,
) -> Capture:
    kept, job = [asdict(error) for error in errors], (len(inserted), repeated)
    digest, told = hashlib.sha256(body).digest(), json.dumps(kept)
    insert_capture(
        connection_of(), capture_id, business_id, by[:160], mode.value, list(pieces), digest, not errors, *job, told, at
    )
    return Capture(capture_id, business_id, at, not errors, mode, *job, tuple(errors))
