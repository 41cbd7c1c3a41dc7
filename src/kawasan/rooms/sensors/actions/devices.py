"""Devices: registered with a key that is shown once, moved, given a new key, put out of use."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import msg
from kawasan.platform.db import requires_transaction
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.actions.reach import need_keeper, next_number
from kawasan.rooms.sensors.queries.devices import as_device, device_now
from kawasan.rooms.sensors.rules import keys, units
from kawasan.rooms.sensors.types.devices import (
    Device,
    DeviceIdReused,
    DeviceInvalid,
    DeviceKey,
    DeviceKind,
    NewStream,
    Position,
    TooManyDevices,
    UnknownDevice,
)
from kawasan.rooms.zone import api as zone

DEVICES_MAX = 2_000
STREAMS_MAX = 40
NAME_MAX, TEXT_MAX, PROPERTIES_MAX = 80, 500, 20
STREAM_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,39}")


@requires_transaction
def register_device(
    *,
    actor: Actor,
    device_id: UUID,
    owner_id: UUID,
    kind: DeviceKind,
    name: str,
    streams: Sequence[NewStream],
    at: datetime,
    position: Position | None = None,
    description: str = "",
    properties: dict[str, Any] | None = None,
    district_code: str = "",
) -> DeviceKey:
    """
    Register a device of a business, or of the zone's own city service, and return its key, which is shown this once.

    A repeat with the same id gives the device a new key, since nobody else can have the old one: the answer got lost.
    Raises Unauthenticated, NotFound, Forbidden, DeviceInvalid, DeviceIdReused, TooManyDevices, UnknownRegion.
    """
    need_keeper(actor, owner_id)
    if earlier := models.Device.objects.filter(pk=device_id).first():
        if earlier.owner_id != owner_id or earlier.name != name.strip() or earlier.last_seen_at is not None:
            raise DeviceIdReused
        return new_key(actor=actor, device_id=device_id, at=at)
    if models.Device.objects.filter(owner_id=owner_id).count() >= DEVICES_MAX:
        raise TooManyDevices(most=DEVICES_MAX)
    _check(name, description, properties or {}, district_code, streams)
    secret = keys.new_secret()
    row = models.Device(
        id=device_id, number=next_number(), owner_id=owner_id, kind=kind.value, name=name.strip(),
        description=description.strip(), properties=properties or {}, district_code=district_code,
        registered_at=at, registered_by=actor.person_id, **_kept(secret, at),
    )  # fmt: skip
    row.save(force_insert=True)
    for stream in streams:
        _add_stream(row, stream)
    if position:
        _place(row, position, at)
    return DeviceKey(as_device(row), secret)


@requires_transaction
def add_stream(*, actor: Actor, device_id: UUID, stream: NewStream) -> Device:
    """Add a stream to a device; one of this name that is there stays as it is. Raises UnknownDevice, DeviceInvalid."""
    row = locked(actor, device_id)
    if not row.streams.filter(name=stream.name).exists():
        _check_streams([stream])
        if row.streams.count() >= STREAMS_MAX:
            raise DeviceInvalid(field="streams", problem=msg("It measures too many things."))
        _add_stream(row, stream)
    return device_now(device_id)


@requires_transaction
def new_key(*, actor: Actor, device_id: UUID, at: datetime) -> DeviceKey:
    """Give a device a new key; the old one is useless from now on, and a device out of use is in use again."""
    row = locked(actor, device_id)
    secret = keys.new_secret()
    for name, value in _kept(secret, at).items():
        setattr(row, name, value)
    row.revoked_at = None
    row.save()
    return DeviceKey(as_device(row), secret)


@requires_transaction
def revoke_device(*, actor: Actor, device_id: UUID, at: datetime) -> Device:
    """Put a device out of use: its key no longer counts, what it told stays. A repeat changes nothing."""
    row = locked(actor, device_id)
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
    return as_device(row)


@requires_transaction
def change_device(
    *,
    actor: Actor,
    device_id: UUID,
    at: datetime,
    name: str | None = None,
    description: str | None = None,
    position: Position | None = None,
    district_code: str | None = None,
    reference: str | None = None,
) -> Device:
    """
    Change what is said about a device; None leaves a part as it is. A new position keeps the old one's time.

    ``reference`` names the batch or shipment with which it travels: alarms that begin carry it. Raises DeviceInvalid.
    """
    row = locked(actor, device_id)
    told = {"name": name, "description": description, "district_code": district_code, "reference": reference}
    for key, value in told.items():
        if value is not None:
            setattr(row, key, value.strip())
    _check(row.name, row.description, row.properties, row.district_code, ())
    if len(row.reference) > TEXT_MAX:
        raise DeviceInvalid(field="reference", problem=msg("The text is too long."))
    row.save()
    if position:
        _place(row, position, at)
    return device_now(device_id)


def locked(actor: Actor, device_id: UUID) -> models.Device:
    """Return a device's row for a change. Raises UnknownDevice, Forbidden."""
    row = models.Device.objects.select_for_update().filter(pk=device_id).first()
    if row is None:
        actor.need_scope("devices:write")
        raise UnknownDevice
    need_keeper(actor, row.owner_id)
    return row


def _kept(secret: str, at: datetime) -> dict[str, Any]:
    return {
        "key_prefix": secret[: keys.PREFIX_LENGTH],
        "key_hash": keys.hash_of(secret),
        "key_mosquitto": keys.mosquitto_hash(secret),
        "key_made_at": at,
    }


def _add_stream(row: models.Device, stream: NewStream) -> None:
    known = units.PROPERTIES.get(stream.measures)
    definition = stream.definition or (known.definition if known else "")
    unit = units.UNITS.get(stream.unit)
    models.Stream(
        id=ids.uuid7(), number=next_number(), owner_id=row.owner_id, device=row,
        property=_property(known.name if known else stream.measures, definition), name=stream.name,
        label=stream.label.strip(), unit=stream.unit,
        unit_symbol=stream.unit_symbol or (unit.symbol if unit else stream.unit),
        unit_name=stream.unit_name or (unit.name if unit else stream.unit),
        unit_definition=stream.unit_definition or (unit.definition if unit else ""),
        lowest=stream.lowest, highest=stream.highest,
    ).save(force_insert=True)  # fmt: skip


def _property(name: str, definition: str) -> models.Property:
    if found := models.Property.objects.filter(definition=definition).first():
        return found
    made = models.Property(id=ids.uuid7(), number=next_number(), name=name, definition=definition)
    models.Property.objects.bulk_create([made], ignore_conflicts=True)
    return models.Property.objects.get(definition=definition)


def _place(row: models.Device, position: Position, at: datetime) -> None:
    before = models.Place.objects.filter(device=row, until__isnull=True).first()
    if before and (before.longitude, before.latitude) == (position.longitude, position.latitude):
        return
    if not (math.isfinite(position.longitude) and math.isfinite(position.latitude)) or not (
        abs(position.longitude) <= 180 and abs(position.latitude) <= 90
    ):
        raise DeviceInvalid(field="latitude", problem=msg("There is no such place on earth."))
    if before:
        before.until = max(at, before.since)
        before.save(update_fields=["until"])
    models.Place(
        id=ids.uuid7(), number=next_number(), owner_id=row.owner_id, device=row, longitude=position.longitude,
        latitude=position.latitude, is_first=before is None, since=at,
    ).save(force_insert=True)  # fmt: skip


def _check(
    name: str, description: str, properties: dict[str, Any], district_code: str, streams: Sequence[NewStream]
) -> None:
    if not 2 <= len(name.strip()) <= NAME_MAX or "\0" in name:
        raise DeviceInvalid(field="name", problem=msg("The name has 2 to 80 letters."))
    if len(description) > TEXT_MAX or "\0" in description or len(properties) > PROPERTIES_MAX:
        raise DeviceInvalid(field="description", problem=msg("The text is too long."))
    if district_code:
        zone.district(district_code)
    if len(streams) > STREAMS_MAX:
        raise DeviceInvalid(field="streams", problem=msg("It measures too many things."))
    _check_streams(streams)


def _check_streams(streams: Sequence[NewStream]) -> None:
    names = [stream.name for stream in streams]
    if len(set(names)) != len(names) or not all(STREAM_NAME.fullmatch(name) for name in names):
        problem = msg("Names of streams are different words of small letters, digits, - and _.")
        raise DeviceInvalid(field="streams", problem=problem)
    for stream in streams:
        if stream.unit not in units.UNITS and not stream.unit_definition:
            raise DeviceInvalid(field="unit", problem=msg("This unit is not known."))
        if stream.measures not in units.PROPERTIES and not stream.definition:
            raise DeviceInvalid(field="measures", problem=msg("This property is not known."))
        if stream.lowest is not None and stream.highest is not None and stream.lowest >= stream.highest:
            raise DeviceInvalid(field="lowest", problem=msg("The lowest value lies below the highest."))
