"""Devices, their streams and what they told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, Unauthenticated, msg

HOURS_FOLLOWER, ALARMS_FOLLOWER = "sensors.hours", "sensors.alarms"
READING_SEQUENCE = "sensors_reading_number"


class DeviceKind(StrEnum):
    """What a device is."""

    SENSOR = "sensor"
    COLD_BOX = "cold_box"
    BIN = "bin"
    WEIGHBRIDGE = "weighbridge"
    MACHINE = "machine"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class NewStream:
    """
    One thing that a device measures: its name in messages, the property, the unit in UCUM, what the sensor can tell.

    ``measures`` is a name of the catalogue (``rules/units.py``) or, with ``definition``, a property of one's own.
    """

    name: str
    measures: str
    unit: str
    lowest: float | None = None
    highest: float | None = None
    definition: str = ""
    label: str = ""
    unit_name: str = ""
    unit_symbol: str = ""
    unit_definition: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """One thing that a device measures, with its newest reading."""

    id: UUID
    number: int
    device_id: UUID
    name: str
    label: str
    property_name: str
    property_definition: str
    unit: str
    unit_symbol: str
    cefact: str
    lowest: float | None
    highest: float | None
    last_at: datetime | None
    last_value: float | None
    last_text: str | None

    @property
    def shown_last(self) -> float | str | None:
        """The newest reading, a number or a word."""
        return self.last_value if self.last_text is None else self.last_text


@dataclass(frozen=True, slots=True)
class Position:
    """Where a device is, in degrees (WGS 84)."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device. Its key is kept as hashes only."""

    id: UUID
    number: int
    owner_id: UUID
    kind: DeviceKind
    name: str
    description: str
    properties: dict[str, Any]
    district_code: str
    reference: str
    registered_at: datetime
    last_seen_at: datetime | None
    lost_at: datetime | None  # the broker said so, and nothing came since
    key_prefix: str
    key_made_at: datetime
    revoked_at: datetime | None
    position: Position | None
    streams: tuple[Stream, ...] = ()

    @property
    def public_id(self) -> str:
        """The id that people, programs and the broker see."""
        return ids.public("dev", self.id)

    def stream(self, name: str) -> Stream | None:
        """Return the stream of a name, if there is one."""
        return next((one for one in self.streams if one.name == name), None)


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device with its key, which is shown this once."""

    device: Device
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewReading:
    """What a device told about one stream at a moment: a number or a word; ``seq`` counts the device's messages."""

    stream: str
    at: datetime
    value: float | None = None
    text: str | None = None
    seq: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A stored reading."""

    number: int
    at: datetime
    value: float | None
    text: str | None

    @property
    def shown(self) -> float | str | None:
        """The number or the word."""
        return self.value if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A reading that was not taken: its place in what was sent, and why."""

    index: int
    code: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of readings that were sent."""

    taken: int
    repeated: int
    refused: tuple[NotTaken, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """The readings of a stream in an hour or a day, rolled up."""

    start: datetime
    count: int
    mean: float
    lowest: float
    highest: float


class UnknownDevice(NotFound):
    """No such device, or not of the caller."""

    code = "unknown-device"
    title = msg("We do not know this device")
    detail = msg("It does not exist, or it is not yours.")


class UnknownStream(NotFound):
    """The device has no stream of this name."""

    code = "unknown-stream"
    title = msg("The device has no such stream")
    detail = msg("{name} is not something this device measures.")


class DeviceKeyWrong(Unauthenticated):
    """The device's key is unknown, was replaced or revoked."""

    code = "device-key-wrong"
    title = msg("The device's key is not valid")
    detail = msg("Send the key that was shown when the device was registered, or make a new one.")


class DeviceInvalid(Invalid):
    """A device or stream cannot be registered like this."""

    code = "device-invalid"
    title = msg("Please check the device")
    detail = msg("{problem}")


class DeviceIdReused(Conflict):
    """The id names another device."""

    code = "device-id-reused"
    title = msg("This id is another device's")
    detail = msg("Register the device under a new id.")


class TooManyDevices(Conflict):
    """An owner has as many devices as one may have."""

    code = "too-many-devices"
    title = msg("Too many devices")
    detail = msg("At most {most} devices are kept for one owner.")


class SenmlInvalid(Invalid):
    """The message is not SenML (RFC 8428)."""

    code = "senml-invalid"
    title = msg("This is not a SenML message")
    detail = msg("{problem}")


class TooManyReadings(Invalid):
    """More readings than one message may hold."""

    code = "too-many-readings"
    title = msg("Too many readings at once")
    detail = msg("At most {most} readings are taken in one message.")
    status = 413
