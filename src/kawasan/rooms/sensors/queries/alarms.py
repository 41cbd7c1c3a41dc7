"""Reads of rules and alarms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.queries.reach import need_reader
from kawasan.rooms.sensors.rules import units
from kawasan.rooms.sensors.types.alarms import Alarm, Rule, RuleKind
from kawasan.rooms.sensors.types.devices import UnknownDevice

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def rules_of(*, actor: Actor, device_id: UUID) -> tuple[Rule, ...]:
    """Return the rules that hold for a device. Raises Unauthenticated, UnknownDevice."""
    _need_device(actor, device_id)
    rows = models.Rule.objects.select_related("stream__property").filter(device=device_id, ended_at__isnull=True)
    return tuple(as_rule(row) for row in rows.order_by("pk"))


def alarms(
    *,
    actor: Actor,
    owner_id: UUID,
    device_id: UUID | None = None,
    is_open: bool | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Alarm]:
    """List an owner's alarms, the latest first: of a device or all, open or over. Raises Unauthenticated, NotFound."""
    need_reader(actor, owner_id)
    rows, limit = (
        models.Alarm.objects.select_related("device", "stream__property").filter(owner_id=owner_id),
        clamp_limit(limit),
    )
    if device_id:
        rows = rows.filter(device=device_id)
    if is_open is not None:
        rows = rows.filter(ended_at__isnull=is_open)
    if key := decode_cursor(cursor, int, str):
        started, last = EPOCH + timedelta(microseconds=max(0, min(key[0], 2**52))), ids.parse("alm", key[1])
        rows = rows.filter(Q(started_at__lt=started) | Q(started_at=started, pk__gt=last))
    found = [as_alarm(row) for row in rows.order_by("-started_at", "pk")[: limit + 1]]
    return page_of(found, limit, lambda one: [(one.started_at - EPOCH) // MICROSECOND, ids.public("alm", one.id)])


def alarm(*, alarm_id: UUID) -> Alarm | None:
    """Return an alarm; who asks was checked before."""
    row = models.Alarm.objects.select_related("device", "stream__property").filter(pk=alarm_id).first()
    return as_alarm(row) if row else None


def open_alarms(*, owner_id: UUID) -> int:
    """Return how many alarms of an owner are open; who asks was checked before."""
    return models.Alarm.objects.filter(owner_id=owner_id, ended_at__isnull=True).count()


def as_rule(row: models.Rule) -> Rule:
    """Return a stored rule as it crosses the door."""
    return Rule(
        id=row.id, device_id=row.device_id, stream_id=row.stream_id,
        stream_name=row.stream.label or row.stream.property.name,
        unit=row.stream.unit_symbol or units.symbol(row.stream.unit), kind=RuleKind(row.kind), low=row.low,
        high=row.high, seconds=row.seconds, since=row.since, ended_at=row.ended_at,
    )  # fmt: skip


def as_alarm(row: models.Alarm) -> Alarm:
    """Return a stored alarm as it crosses the door."""
    return Alarm(
        id=row.id, owner_id=row.owner_id, device_id=row.device_id, device_name=row.device.name,
        stream_id=row.stream_id, stream_name=row.stream.label or row.stream.property.name,
        unit=row.stream.unit_symbol or units.symbol(row.stream.unit), rule_id=row.rule_id, kind=RuleKind(row.kind),
        started_at=row.started_at, opened_at=row.opened_at, ended_at=row.ended_at, lowest=row.lowest,
        highest=row.highest, mean=row.mean, count=row.count, reference=row.reference,
    )  # fmt: skip


def _need_device(actor: Actor, device_id: UUID) -> None:
    owner = models.Device.objects.filter(pk=device_id).values_list("owner_id", flat=True).first()
    if owner is None:
        actor.need_scope("devices:read")
        raise UnknownDevice
    need_reader(actor, owner)
