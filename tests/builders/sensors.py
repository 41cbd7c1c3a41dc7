"""Devices and what they tell, made through the door of sensors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.sensors import api as sensors
from tests.builders.zone import a_business

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
COLD = sensors.NewStream("suhu", "temperature", "Cel", -40, 85)


def a_device(owner_id: UUID | None = None, *, at: datetime = AT, **changes: Any) -> sensors.DeviceKey:
    """Register a cold box (unless told otherwise) of a business."""
    given: dict[str, Any] = {
        "actor": SYSTEM,
        "device_id": ids.uuid7(),
        "owner_id": owner_id or a_business().id,
        "kind": sensors.DeviceKind.COLD_BOX,
        "name": "Kotak dingin 1",
        "streams": [COLD],
        "position": sensors.Position(107.61, -6.92),
        "at": at,
    }
    return sensors.register_device(**(given | changes))


def told(
    made: sensors.DeviceKey, values: Iterable[float | str], *, since: datetime = AT, every: int = 300,
    stream: str = "suhu", at: datetime | None = None,
) -> sensors.Taken:  # fmt: skip
    """Let a device tell values, one every so many seconds."""
    readings = [
        sensors.NewReading(stream, since + timedelta(seconds=place * every), None, value)
        if isinstance(value, str)
        else sensors.NewReading(stream, since + timedelta(seconds=place * every), float(value))
        for place, value in enumerate(values)
    ]
    last = readings[-1].at if readings else since
    return sensors.take_readings(secret=made.secret, readings=readings, at=at or last)
