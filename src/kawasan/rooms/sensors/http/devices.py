"""The room's part of the JSON API: what devices tell, devices and their readings, alarms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.errors import BadField
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone

router = Router(tags=["devices"])
CITY = "city"


class RefusedOut(Schema):
    """A reading that was not taken: its place in the message, and why."""

    index: int
    code: str


class TakenOut(Schema):
    """What became of a message: readings that are new, that were known, that were not taken."""

    taken: int
    repeated: int
    refused: list[RefusedOut]


class PositionOut(Schema):
    """Degrees, WGS 84."""

    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)


class StreamOut(Schema):
    """What a device measures, and its newest reading. ``unit`` is UCUM, ``cefact`` UN/CEFACT Recommendation 20."""

    name: str
    label: str
    property: str
    unit: str
    cefact: str
    lowest: float | None
    highest: float | None
    last_at: datetime | None
    last: float | str | None

    @classmethod
    def of(cls, one: sensors.Stream) -> StreamOut:
        """Return a stream as programs see it."""
        return cls(
            name=one.name, label=one.label, property=one.property_definition, unit=one.unit, cefact=one.cefact,
            lowest=one.lowest, highest=one.highest, last_at=one.last_at, last=one.shown_last,
        )  # fmt: skip


class DeviceOut(Schema):
    """A device. ``topic`` is where it publishes by MQTT; its user name there is its id, its password the key."""

    id: str
    owner: str
    kind: str
    name: str
    description: str
    district_code: str
    reference: str
    position: PositionOut | None
    registered_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    topic: str
    streams: list[StreamOut]
    key: str | None = None

    @classmethod
    def of(cls, one: sensors.Device, key: str | None = None) -> DeviceOut:
        """Return a device as programs see it; its key only where it was just made."""
        place = one.position
        return cls(
            id=one.public_id, owner=_owner_out(one.owner_id), kind=one.kind.value, name=one.name,
            description=one.description, district_code=one.district_code, reference=one.reference,
            position=PositionOut(longitude=place.longitude, latitude=place.latitude) if place else None,
            registered_at=one.registered_at, last_seen_at=one.last_seen_at, revoked_at=one.revoked_at,
            topic=sensors.topic_of(one.owner_id, one.id), streams=[StreamOut.of(item) for item in one.streams],
            key=key,
        )  # fmt: skip


class DevicesOut(Schema):
    """A page of devices."""

    items: list[DeviceOut]
    next_cursor: str | None


class StreamIn(Schema):
    """What is measured: a name for messages, a property of the catalogue, its unit in UCUM, the sensor's range."""

    name: str = Field(max_length=40)
    measures: str = Field(max_length=40)
    unit: str = Field(max_length=20)
    label: str = Field("", max_length=60)
    lowest: float | None = None
    highest: float | None = None


class DeviceIn(Schema):
    """A device to be registered: ``id`` made by the caller (dev_…), so that a repeat is one. ``owner``: biz_…, city."""

    id: str = Field(max_length=40)
    owner: str = Field(max_length=40)
    kind: sensors.DeviceKind
    name: str = Field(max_length=80)
    description: str = Field("", max_length=500)
    district_code: str = Field("", max_length=13)
    position: PositionOut | None = None
    streams: list[StreamIn] = Field(max_length=40)


class ReadingOut(Schema):
    """A reading: a number or a word."""

    at: datetime
    result: float | str | None


class ReadingsOut(Schema):
    """A page of readings, newest first."""

    items: list[ReadingOut]
    next_cursor: str | None


class FigureOut(Schema):
    """An hour or a day of readings."""

    start: datetime
    count: int
    mean: float
    lowest: float
    highest: float


class AlarmOut(Schema):
    """One episode in which a rule was broken."""

    id: str
    device_id: str
    device: str
    stream: str
    unit: str
    kind: str
    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    lowest: float | None
    highest: float | None
    mean: float | None
    count: int
    reference: str


class AlarmsOut(Schema):
    """A page of alarms, the latest first."""

    items: list[AlarmOut]
    next_cursor: str | None


@router.post("/readings", response=TakenOut, auth=None)
def take(request: HttpRequest) -> Any:
    """
    Take a SenML pack (RFC 8428, JSON) from a device, which sends ``Authorization: Bearer kd_…``, its own key.

    Each reading counts once, by stream and time (and by ``seq``, a member of our own): sending it again is harmless.
    The answer comes after the commit. Problems ``device-key-wrong``, ``senml-invalid``, ``too-many-readings``.
    """
    at = clock.now()
    secret = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not sensors.is_well_formed(secret):
        raise sensors.DeviceKeyWrong
    readings = sensors.read_senml(request.body, at=at)
    with transaction():
        found = sensors.take_readings(secret=secret, readings=readings, at=at)
    refused = [RefusedOut(index=one.index, code=one.code) for one in found.refused]
    return TakenOut(taken=found.taken, repeated=found.repeated, refused=refused)


@router.get("/devices", response=DevicesOut)
def devices(
    request: HttpRequest,
    owner: str = "",
    kind: str = "",
    q: str = "",
    after: str | None = None,
    limit: int | None = None,
) -> Any:
    """List devices of a business (``owner``: biz_…, one's own by default) or of the city service (``city``)."""
    actor = actor_of(request)
    owner_id = owner_of(owner, actor.businesses)
    with transaction(actor):
        page = sensors.devices(actor=actor, owner_id=owner_id, kind=kind, text=q, cursor=after, limit=limit)
        _note(actor, owner_id)
    return DevicesOut(items=[DeviceOut.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/devices", response={201: DeviceOut})
def register(request: HttpRequest, body: DeviceIn) -> Any:
    """Register a device; the answer holds its key this once. A repeat before its first reading gives it a new key."""
    actor, place = actor_of(request), body.position
    with transaction(actor):
        made = sensors.register_device(
            actor=actor, device_id=ids.parse("dev", body.id), owner_id=owner_of(body.owner, actor.businesses),
            kind=body.kind, name=body.name, description=body.description, district_code=body.district_code,
            position=sensors.Position(place.longitude, place.latitude) if place else None,
            streams=[sensors.NewStream(**one.model_dump()) for one in body.streams], at=clock.now(),
        )  # fmt: skip
    return Status(201, DeviceOut.of(made.device, made.secret))


@router.get("/devices/{device_id}", response=DeviceOut)
def device(request: HttpRequest, device_id: str) -> Any:
    """Return a device with its streams and their newest readings."""
    actor = actor_of(request)
    with transaction(actor):
        return DeviceOut.of(_read(actor, device_id))


@router.post("/devices/{device_id}/key", response=DeviceOut)
def new_key(request: HttpRequest, device_id: str) -> Any:
    """Give a device a new key; the one before is useless from now on."""
    actor = actor_of(request)
    with transaction(actor):
        made = sensors.new_key(actor=actor, device_id=ids.parse("dev", device_id), at=clock.now())
    return DeviceOut.of(made.device, made.secret)


@router.delete("/devices/{device_id}", response=DeviceOut)
def revoke(request: HttpRequest, device_id: str) -> Any:
    """Put a device out of use: its key no longer counts, what it told stays."""
    actor = actor_of(request)
    with transaction(actor):
        return DeviceOut.of(
            sensors.revoke_device(actor=actor, device_id=ids.parse("dev", device_id), at=clock.now())
        )  # fmt: skip


@router.get("/devices/{device_id}/readings", response=ReadingsOut)
def readings(
    request: HttpRequest,
    device_id: str,
    stream: str,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> Any:
    """List readings of a stream, newest first."""
    actor = actor_of(request)
    with transaction(actor):
        found = _stream(actor, device_id, stream)
        page = sensors.readings(
            actor=actor, stream_id=found.id, since=_aware(since), until=_aware(until), cursor=after, limit=limit
        )  # fmt: skip
    items = [ReadingOut(at=one.at, result=one.shown) for one in page.items]
    return ReadingsOut(items=items, next_cursor=page.next_cursor)


@router.get("/devices/{device_id}/figures", response=list[FigureOut])
def figures(
    request: HttpRequest, device_id: str, stream: str, by: str = "hour", since: datetime | None = None
) -> Any:  # fmt: skip
    """Return a stream by ``hour`` (of the last two days unless ``since`` says more) or ``day`` (of sixty)."""
    actor, now = actor_of(request), clock.now()
    if by not in ("hour", "day"):
        raise BadField(field="by", problem="hour or day")
    read, usual = (sensors.hours, timedelta(days=2)) if by == "hour" else (sensors.days, timedelta(days=60))
    start = max(_aware(since) or now - usual, now - timedelta(days=62 if by == "hour" else 1_500))
    with transaction(actor):
        found = _stream(actor, device_id, stream)
        rows = read(actor=actor, stream_id=found.id, since=start, until=now)
    return [FigureOut(start=o.start, count=o.count, mean=o.mean, lowest=o.lowest, highest=o.highest) for o in rows]


@router.get("/alarms", response=AlarmsOut)
def alarms(
    request: HttpRequest, owner: str = "", going_on: bool | None = None, after: str | None = None, limit: int = 24
) -> Any:
    """List alarms, the latest first; ``going_on=true`` those that are not over."""
    actor = actor_of(request)
    owner_id = owner_of(owner, actor.businesses)
    with transaction(actor):
        page = sensors.alarms(actor=actor, owner_id=owner_id, is_open=going_on, cursor=after, limit=limit)
        _note(actor, owner_id)
    items = [
        AlarmOut(
            id=o.public_id, device_id=ids.public("dev", o.device_id), device=o.device_name, stream=o.stream_name,
            unit=o.unit, kind=o.kind.value, started_at=o.started_at, opened_at=o.opened_at, ended_at=o.ended_at,
            lowest=o.lowest, highest=o.highest, mean=o.mean, count=o.count, reference=o.reference,
        )
        for o in page.items
    ]  # fmt: skip
    return AlarmsOut(items=items, next_cursor=page.next_cursor)


def owner_of(owner: str, businesses: dict[UUID, Any]) -> UUID:
    if owner == CITY:
        return zone.ZONE_OWNER
    if owner:
        return ids.parse("biz", owner)
    if len(businesses) != 1:
        raise BadField(field="owner", problem="biz_… or city")
    return next(iter(businesses))


def _owner_out(owner_id: UUID) -> str:
    return CITY if owner_id == zone.ZONE_OWNER else ids.public("biz", owner_id)


def _note(actor: Actor, owner_id: UUID) -> None:
    """Let a business see who of the zone looked at its devices."""
    zone.note_looks(actor=actor, business_ids=[owner_id], what=zone.Look.DEVICES, at=clock.now())


def _read(actor: Actor, device_id: str) -> sensors.Device:
    found = sensors.device(actor=actor, device_id=ids.parse("dev", device_id))
    _note(actor, found.owner_id)
    return found


def _stream(actor: Actor, device_id: str, name: str) -> sensors.Stream:
    found = _read(actor, device_id).stream(name)
    if found is None:
        raise sensors.UnknownStream(field="stream", name=name[:40])
    return found


def _aware(moment: datetime | None) -> datetime | None:
    """Read a moment without a zone as one in WIB."""
    return moment.replace(tzinfo=clock.WIB) if moment and moment.tzinfo is None else moment
