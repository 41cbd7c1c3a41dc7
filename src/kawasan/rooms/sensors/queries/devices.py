"""Reads of devices and their streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.queries.reach import need_reader
from kawasan.rooms.sensors.rules import units
from kawasan.rooms.sensors.types.devices import Device, DeviceKind, Position, Stream, UnknownDevice

ALL_MAX = 2_000


def device(*, actor: Actor, device_id: UUID) -> Device:
    """Return a device with its streams. Raises Unauthenticated, UnknownDevice."""
    row = _rows().filter(pk=device_id).first()
    if row is None:
        actor.need_scope("devices:read")
        raise UnknownDevice
    need_reader(actor, row.owner_id)
    return as_device(row)


def device_now(device_id: UUID) -> Device:
    """Return a device as it is now; who asks was checked before."""
    return as_device(_rows().get(pk=device_id))


def owners() -> set[UUID]:
    """Return who has devices."""
    return set(_rows().prefetch_related(None).values_list("owner_id", flat=True).distinct())


def devices(
    *,
    actor: Actor,
    owner_id: UUID,
    kind: str = "",
    text: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Device]:
    """List an owner's devices, newest first, of a kind or all, found by name. Raises Unauthenticated, NotFound."""
    need_reader(actor, owner_id)
    rows, limit = _rows().filter(owner_id=owner_id), clamp_limit(limit)
    if kind:
        rows = rows.filter(kind=kind)
    if wanted := text.replace("\0", "").strip()[:80]:
        rows = rows.filter(Q(name__icontains=wanted) | Q(description__icontains=wanted))
    if key := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=UUID(key[0])) if _is_uuid(key[0]) else rows.none()
    found = [as_device(row) for row in rows.order_by("-pk")[: limit + 1]]
    return page_of(found, limit, lambda one: [str(one.id)])


def devices_of_kind(*, owner_id: UUID, kind: DeviceKind) -> tuple[Device, ...]:
    """Return all devices of a kind that are in use; who asks was checked before."""
    rows = _rows().filter(owner_id=owner_id, kind=kind.value, revoked_at__isnull=True).order_by("name", "pk")
    return tuple(as_device(row) for row in rows[:ALL_MAX])


def broker_devices() -> tuple[tuple[UUID, UUID, str], ...]:
    """Return owner, id and password hash of every device that a broker lets in."""
    rows = models.Device.objects.filter(revoked_at__isnull=True).order_by("pk")
    return tuple(rows.values_list("owner_id", "pk", "key_mosquitto"))


def as_device(row: models.Device) -> Device:
    """Return a stored device as it crosses the door."""
    place = next((one for one in row.places.all() if one.until is None), None)
    return Device(
        id=row.id,
        number=row.number,
        owner_id=row.owner_id,
        kind=DeviceKind(row.kind),
        name=row.name,
        description=row.description,
        properties=row.properties,
        district_code=row.district_code,
        reference=row.reference,
        registered_at=row.registered_at,
        last_seen_at=row.last_seen_at,
        lost_at=row.lost_at,
        key_prefix=row.key_prefix,
        key_made_at=row.key_made_at,
        revoked_at=row.revoked_at,
        position=Position(place.longitude, place.latitude) if place else None,
        streams=as_streams(row.streams.all()),
    )


def as_streams(rows: Iterable[models.Stream]) -> tuple[Stream, ...]:
    """Return stored streams as they cross the door, in the order in which they were made."""
    return tuple(
        Stream(
            id=row.id,
            number=row.number,
            device_id=row.device_id,
            name=row.name,
            label=row.label,
            property_name=row.property.name,
            property_definition=row.property.definition,
            unit=row.unit,
            unit_symbol=row.unit_symbol or units.symbol(row.unit),
            cefact=units.cefact(row.unit),
            lowest=row.lowest,
            highest=row.highest,
            last_at=row.last_at,
            last_value=row.last_value,
            last_text=row.last_text,
        )
        for row in sorted(rows, key=lambda one: one.number)
    )


def _rows() -> QuerySet[models.Device]:
    streams = Prefetch("streams", models.Stream.objects.select_related("property"))
    return models.Device.objects.prefetch_related(streams, "places")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def names_of(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of devices."""
    return dict(models.Device.objects.filter(pk__in=ids).values_list("pk", "name"))
