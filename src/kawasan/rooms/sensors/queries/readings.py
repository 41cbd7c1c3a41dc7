"""Reads of readings: one after another, or rolled up by hours and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.queries.reach import need_reader
from kawasan.rooms.sensors.types.devices import Figure, Reading, UnknownStream

EXPORT_MAX = 100_000
CHART_POINTS = 240

# So few points that a chart can be drawn: the span in equal parts, the mean of each.
_CHART = """
select to_timestamp(floor(extract(epoch from at) / %(part)s) * %(part)s) as start, count(*), avg(value), min(value),
       max(value)
from sensors_reading
where stream_id = %(stream)s and at >= %(since)s and at < %(until)s and value is not null
group by 1 order by 1
"""
_HOURS = """
select hour, count, total / count, lowest, highest from sensors_hour
where stream_id = %s and hour >= %s and hour < %s order by hour
"""
# Days are those of WIB, seven whole hours before UTC: a day is the sum of its hours.
_DAYS = """
select date_trunc('day', hour, 'Asia/Jakarta') as day, sum(count), sum(total) / sum(count), min(lowest), max(highest)
from sensors_hour where stream_id = %s and hour >= %s and hour < %s group by 1 order by 1
"""


def readings(
    *,
    actor: Actor,
    stream_id: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Reading]:
    """List readings of a stream, newest first. Raises Unauthenticated, UnknownStream."""
    need_stream(actor, stream_id)
    rows, limit = models.Reading.objects.filter(stream_id=stream_id), clamp_limit(limit)
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    if key := decode_cursor(cursor, int):
        last = models.Reading.objects.filter(stream_id=stream_id, number=key[0]).values_list("at", flat=True).first()
        rows = rows.filter(at__lt=last) if last else rows.none()
    found = [Reading(row.number, row.at, row.value, row.text) for row in rows.order_by("-at")[: limit + 1]]
    return page_of(found, limit, lambda one: [one.number])


def all_readings(*, actor: Actor, stream_id: UUID, since: datetime, until: datetime) -> list[Reading]:
    """Return the readings of a span in order, for a file: at most EXPORT_MAX. Raises Unauthenticated, UnknownStream."""
    need_stream(actor, stream_id)
    rows = models.Reading.objects.filter(stream_id=stream_id, at__gte=since, at__lt=until).order_by("at")
    return [Reading(row.number, row.at, row.value, row.text) for row in rows[:EXPORT_MAX]]


def chart(*, stream_id: UUID, since: datetime, until: datetime) -> tuple[Figure, ...]:
    """Return the means of a span's equal parts, at most CHART_POINTS and a few; who asks was checked before."""
    part = max(60, int((until - since) / timedelta(seconds=1)) // CHART_POINTS)
    values = {"part": part, "stream": stream_id, "since": since, "until": until}
    return tuple(_figures(_CHART, values))


def hours(*, actor: Actor, stream_id: UUID, since: datetime, until: datetime) -> tuple[Figure, ...]:
    """Return a stream's hours, rolled up. Raises Unauthenticated, UnknownStream."""
    need_stream(actor, stream_id)
    return tuple(_figures(_HOURS, [stream_id, since, until]))


def days(*, actor: Actor, stream_id: UUID, since: datetime, until: datetime) -> tuple[Figure, ...]:
    """Return a stream's days (WIB), rolled up from its hours. Raises Unauthenticated, UnknownStream."""
    need_stream(actor, stream_id)
    start = clock.day_bounds(clock.business_day(since))[0]
    return tuple(_figures(_DAYS, [stream_id, start, until]))


def need_stream(actor: Actor, stream_id: UUID) -> None:
    """Require that the actor may look at a stream. Raises Unauthenticated, UnknownStream."""
    owner = models.Stream.objects.filter(pk=stream_id).values_list("owner_id", flat=True).first()
    if owner is None:
        actor.need_scope("devices:read")
        raise UnknownStream(name="")
    need_reader(actor, owner)


def _figures(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for start, count, mean, lowest, highest in cursor.fetchall():
            yield Figure(start, int(count), float(mean), lowest, highest)
