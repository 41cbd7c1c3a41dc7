"""Taking readings in: each once, late and out of order alike, in one COPY; answered after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.rules import keys, units
from kawasan.rooms.sensors.types.devices import DeviceKeyWrong, NewReading, NotTaken, Taken

FUTURE_MAX = timedelta(minutes=10)  # a device's clock may go before ours
KEPT = timedelta(days=400)  # readings; their hours are kept

_TABLE = """
create temporary table if not exists sensors_incoming (
    stream_id uuid, at timestamptz, owner_id uuid, seq bigint, value float8, text text
) on commit delete rows
"""
_COPY = "copy sensors_incoming (stream_id, at, owner_id, seq, value, text) from stdin"
# Sorted, so that two processes that take the same readings wait for one another and never deadlock.
_INSERT = """
insert into sensors_reading (stream_id, at, owner_id, seq, value, text, taken_at)
select stream_id, at, owner_id, seq, value, text, %s from sensors_incoming order by stream_id, at, seq
on conflict do nothing
"""
_NEWEST = """
update sensors_stream s set last_at = n.at, last_value = n.value, last_text = n.text
from (select distinct on (stream_id) stream_id, at, value, text from sensors_incoming order by stream_id, at desc) n
where s.id = n.stream_id and (s.last_at is null or s.last_at < n.at)
"""
_SEEN = """
update sensors_device d set last_seen_at = %s, lost_at = null
where d.id = any(%s) and (d.lost_at is not null or d.last_seen_at is null or d.last_seen_at < %s - interval '1 second')
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What one message of a broker says: whose topic it came on, which device, and the readings."""

    owner: str
    device_id: UUID
    readings: Sequence[NewReading]


@requires_transaction
def take_readings(*, secret: str, readings: Sequence[NewReading], at: datetime) -> Taken:
    """
    Store what a device tells over HTTP, each reading once; a repeat is counted and changes nothing.

    Readings of streams that the device has not, in another unit, outside what the sensor can tell, from the future or
    older than what is kept are not taken, and named in the answer. Raises DeviceKeyWrong.
    """
    if not keys.is_well_formed(secret):
        raise DeviceKeyWrong
    with seeing_everything():  # the key says whose rows these are
        found = models.Device.objects.filter(key_prefix=secret[: keys.PREFIX_LENGTH], revoked_at__isnull=True)
        row = found.first()
        if row is None or not keys.is_key(secret, row.key_hash):
            raise DeviceKeyWrong
        streams = _streams([row.pk])
        given = [(row.pk, reading) for reading in readings]
        good, refused = _sorted_out(given, streams, at)
        return Taken(*_store(good, {row.pk}, at), refused=tuple(refused))


@requires_transaction
def note_lost(*, lost: Iterable[tuple[str, UUID]], at: datetime) -> int:
    """
    Note that connections broke (owner in the topic, device): rules of silence need not wait any longer (`watching.py`).

    Whatever a device tells afterwards takes it back. Unknown devices are passed over; return how many were known.
    """
    owners = {device: owner for owner, device in lost}
    rows = models.Device.objects.select_for_update().filter(pk__in=owners, revoked_at__isnull=True).order_by("pk")
    known = [row.pk for row in rows if keys.topic_owner(row.owner_id) == owners[row.pk]]
    return models.Device.objects.filter(pk__in=known, lost_at__isnull=True).update(lost_at=at)


@requires_transaction
def take_told(*, told: Sequence[Told], at: datetime) -> Taken:
    """
    Store what a broker handed over, of many devices at once. The broker has checked who published (its ACL).

    One that tells no reading says only that the device is there. Messages of unknown devices, or on another owner's
    topic, are not taken. Call it in a transaction of the system.
    """
    rows = models.Device.objects.filter(pk__in={one.device_id for one in told}, revoked_at__isnull=True)
    owners = {row.pk: keys.topic_owner(row.owner_id) for row in rows}
    known = [one for one in told if owners.get(one.device_id) == one.owner]
    given = [(one.device_id, reading) for one in known for reading in one.readings]
    good, refused = _sorted_out(given, _streams(owners), at)
    strangers = sum(len(one.readings) for one in told) - len(given)
    nobody = [NotTaken(-1, "unknown-device")] * strangers
    return Taken(*_store(good, {one.device_id for one in known}, at), refused=(*refused, *nobody))


def device_of_topic(owner: str, device: str) -> UUID | None:
    """Return the device that a topic names, or None where it names none."""
    try:
        return ids.parse("dev", device) if owner else None
    except NotFound:
        return None


def _streams(device_ids: Iterable[UUID]) -> dict[tuple[UUID, str], models.Stream]:
    return {(row.device_id, row.name): row for row in models.Stream.objects.filter(device__in=list(device_ids))}


def _sorted_out(
    given: Sequence[tuple[UUID, NewReading]], streams: Mapping[tuple[UUID, str], models.Stream], at: datetime
) -> tuple[list[tuple[Any, ...]], list[NotTaken]]:
    good, refused = [], []
    for index, (device_id, reading) in enumerate(given):
        stream = streams.get((device_id, reading.stream))
        problem = "unknown-stream" if stream is None else _problem(stream, reading, at)
        if problem or stream is None:
            refused.append(NotTaken(index, problem))
        else:
            good.append((stream.pk, reading.at, stream.owner_id, reading.seq, reading.value, reading.text))
    return good, refused


def _problem(stream: models.Stream, reading: NewReading, at: datetime) -> str:
    if not units.same_unit(reading.unit, stream.unit):
        return "unit-differs"
    if reading.at > at + FUTURE_MAX:
        return "from-the-future"
    if reading.at < at - KEPT:
        return "too-old"
    if reading.value is not None and _is_beyond(reading.value, stream):
        return "beyond-the-sensor"
    return ""


def _is_beyond(value: float, stream: models.Stream) -> bool:
    below = stream.lowest is not None and value < stream.lowest
    return below or (stream.highest is not None and value > stream.highest)


def _store(rows: list[tuple[Any, ...]], device_ids: set[UUID], at: datetime) -> tuple[int, int]:
    """Store rows; return how many were new and how many were known."""
    with connection.cursor() as cursor:
        # The devices' rows first: a transaction id before a number is drawn (note in platform/followers.py).
        cursor.execute("select pg_current_xact_id()")
        cursor.execute(_SEEN, [at, sorted(device_ids), at])
        if not rows:
            return 0, 0
        cursor.execute(_TABLE)
        cursor.execute("delete from sensors_incoming")
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_INSERT, [at])
        new = cursor.rowcount
        if new:
            cursor.execute(_NEWEST)
    return new, len(rows) - new
