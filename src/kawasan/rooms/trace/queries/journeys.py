"""The way of a batch: its own events, and those of what went into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from kawasan.core.errors import Refusal
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.trace import models
from kawasan.rooms.trace.rules.places import point_of
from kawasan.rooms.trace.rules.steps import REGION, known_as_step
from kawasan.rooms.trace.types.goods import JOURNEY_MAX, Batch, JourneyStep, Reading
from kawasan.rooms.zone import api as zone

_CAME_FROM = """
with recursive came(thing) as (
  select %s::text
  union
  select link.source from came join trace_link link on link.target = came.thing
)
select thing from came limit 200
"""


@requires_transaction
def journey(*, batch: Batch) -> tuple[JourneyStep, ...]:
    """
    Return the steps of a batch and of what went into it, oldest first, at most JOURNEY_MAX of them.

    It tells what a passport shows to everybody: who says what, when and where; never parties or papers of trade. Steps
    of businesses that keep them to themselves are left out.
    """
    with seeing_everything():
        with connection.cursor() as cursor:
            cursor.execute(_CAME_FROM, [batch.uri])
            things = [thing for (thing,) in cursor.fetchall()]
        quiet = set(models.Desk.objects.filter(shows_steps=False).values_list("business_id", flat=True))
        named = models.Name.objects.filter(name__in=things).values("number")
        rows = models.Event.objects.filter(number__in=named, things__overlap=things).order_by("event_time", "number")
        quiet.discard(batch.business_id)
        shown = [row for row in rows[:JOURNEY_MAX] if row.business_id not in quiet]
    return tuple(_step(row, batch) for row in shown)


def _step(row: models.Event, batch: Batch) -> JourneyStep:
    body: dict[str, Any] = json.loads(bytes(row.raw))
    step = known_as_step(row.biz_step, row.disposition, body.get("kawasan:step"))
    place, region = _place(row.read_point or row.biz_location)
    return JourneyStep(
        id=row.id,
        text=step.text,
        icon=step.icon,
        at=row.event_time,
        told_at=row.record_time,
        business_id=row.business_id,
        place=place,
        point=point_of(region),
        note=str(body.get("kawasan:note", ""))[:300],
        event_id=row.event_id,
        is_of_part=batch.uri not in row.things,
        is_declared_wrong=row.error_at is not None,
        is_plain=not (row.transactions or row.sources or row.destinations),
        readings=tuple(_readings(body, row.event_time)),
    )


def _place(uri: str) -> tuple[str, str]:
    """Return a place's name and, where it is one of Indonesia's regions, its code; a device's number is no place."""
    if uri.startswith("urn:uuid:"):
        return "", ""
    if not uri.startswith(REGION):
        return uri.removeprefix("https://id.gs1.org/414/").split("/")[0], ""
    code = uri.removeprefix(REGION)
    try:
        found = zone.regency(code)
    except Refusal:
        return code, ""
    return f"{found.name}, {found.province_name}", code


def _readings(body: dict[str, Any], otherwise: datetime) -> Iterator[Reading]:
    for element in body.get("sensorElementList", ()):
        told = element.get("sensorMetadata", {}).get("time")
        for report in element["sensorReport"]:
            value = report.get("value", report.get("meanValue"))
            if report.get("type") != "Temperature" or value is None:
                continue
            stamp = report.get("time") or told
            at = datetime.fromisoformat(stamp.upper()) if stamp else otherwise
            low, high = report.get("minValue", value), report.get("maxValue", value)
            shift = 273.15 if report.get("uom") == "KEL" else 0.0
            yield Reading(at, value - shift, "exception" in report, low - shift, high - shift)
