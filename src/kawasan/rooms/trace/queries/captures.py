"""Capture jobs, and what is known already of events about to be written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.trace import models
from kawasan.rooms.trace.types.events import Capture, CaptureError, CaptureMode
from kawasan.rooms.trace.types.refusals import UnknownCapture


def connection_of() -> Any:
    """Return the connection of the present transaction."""
    return connection


def own_contents(business_id: UUID, event_ids: Iterable[str]) -> dict[str, bytes]:
    """Return the digest of each event that a business has under these ids."""
    rows = models.Event.objects.filter(business_id=business_id, event_id__in=list(event_ids))
    return {event_id: bytes(content) for event_id, content in rows.values_list("event_id", "content")}


def capture_job(*, actor: Actor, capture_id: UUID) -> Capture:
    """Return a capture job, for the business's people and zone roles. Raises Unauthenticated, UnknownCapture."""
    actor.need_scope("trace:read")
    row = models.Capture.objects.filter(pk=capture_id).first()
    if row is None or not (actor.sees_zone or row.business_id in actor.businesses):
        raise UnknownCapture
    return as_capture(row)


def captures(*, actor: Actor, business_id: UUID, cursor: str | None = None, limit: int | None = None) -> Page[Capture]:
    """Return one page of a business's capture jobs, newest first. Raises Unauthenticated, NotFound, BadCursor."""
    if not actor.sees_zone:
        actor.need_business(business_id)
    actor.need_scope("trace:read")
    rows = models.Capture.objects.filter(business_id=business_id).order_by("-id")
    if after := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=UUID(after[0]))
    size = clamp_limit(limit)
    return page_of([as_capture(row) for row in rows[: size + 1]], size, lambda job: (str(job.id),))


def as_capture(row: models.Capture) -> Capture:
    """Return a job as others see it."""
    return Capture(
        id=row.id,
        business_id=row.business_id,
        created_at=row.created_at,
        success=row.success,
        mode=CaptureMode(row.mode),
        events=row.events,
        repeated=row.repeated,
        errors=tuple(CaptureError(**error) for error in row.errors),
    )
