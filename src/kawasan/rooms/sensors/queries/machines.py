"""A machine's day, worked out from its readings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.queries.devices import device
from kawasan.rooms.sensors.rules.machines import counted, ratio, running, spans
from kawasan.rooms.sensors.types.devices import Device
from kawasan.rooms.sensors.types.machines import MachineDay, MachinePlan

USUAL = (8 * 60, 16 * 60, 60.0)  # eight to four, a piece a minute, until somebody says otherwise


def machine_plan(*, device_id: UUID) -> MachinePlan:
    """Return when a machine is planned; who asks was checked before."""
    row = models.MachinePlan.objects.filter(pk=device_id).first()
    return MachinePlan(device_id, *((row.starts, row.ends, row.ideal_seconds) if row else USUAL))


def machine_day(*, actor: Actor, device_id: UUID, day: date, at: datetime) -> MachineDay:
    """Return a machine's day in its planned time, as far as it has passed. Raises Unauthenticated, UnknownDevice."""
    found = device(actor=actor, device_id=device_id)
    plan, midnight = machine_plan(device_id=device_id), clock.day_bounds(day)[0]
    start = midnight + timedelta(minutes=plan.starts)
    end = max(start, min(midnight + timedelta(minutes=plan.ends), at))
    held = spans(_states(found, start, end), start, end)
    busy, ran = (end - start).total_seconds(), running(held)
    made, rejected = _count(found, "output", start, end), _count(found, "rejects", start, end)
    return MachineDay(
        day=day, busy_seconds=busy, running_seconds=ran, made=made, rejected=rejected,
        energy=_count(found, "energy", start, end), spans=held, availability=ratio(ran, busy),
        performance=ratio(plan.ideal_seconds * made, ran), quality=ratio(made - rejected, made),
    )  # fmt: skip


def _states(found: Device, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    stream = found.stream("state")
    if stream is None:
        return []
    rows = models.Reading.objects.filter(stream_id=stream.id, text__isnull=False)
    before = rows.filter(at__lt=start, at__gte=start - timedelta(days=1)).order_by("-at").first()
    inside = list(rows.filter(at__gte=start, at__lt=end).order_by("at"))
    return [(row.at, row.text or "") for row in ([before] if before else []) + inside]


def _count(found: Device, name: str, start: datetime, end: datetime) -> float:
    """Return how far a counter went, from the last value before the time on."""
    stream = found.stream(name)
    if stream is None:
        return 0.0
    rows = models.Reading.objects.filter(stream_id=stream.id, value__isnull=False)
    before = rows.filter(at__lt=start, at__gte=start - timedelta(days=1)).order_by("-at").first()
    inside = rows.filter(at__gte=start, at__lt=end).order_by("at").values_list("value", flat=True)
    values = [*([before.value] if before else []), *inside]
    return counted(value for value in values if value is not None)
