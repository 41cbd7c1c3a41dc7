"""What SensorThings answers, and what it does not understand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kawasan.core.errors import Forbidden, Invalid, NotFound, msg


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: a JSON document."""

    document: dict[str, Any]


class QueryNotUnderstood(Invalid):
    """An address or an option of SensorThings that is not right."""

    code = "query-not-understood"
    title = msg("This query is not understood")
    detail = msg("This part of it is not known here: {problem}")
    status = 400


class EntityNotFound(NotFound):
    """No such entity, or not for this caller."""

    code = "entity-not-found"
    title = msg("There is no such entity")
    detail = msg("It does not exist, or it is not yours.")


class ReadOnly(Forbidden):
    """SensorThings is for reading."""

    code = "sensorthings-read-only"
    title = msg("This interface is for reading")
    detail = msg("Devices are registered under /v1/devices and send their readings to /v1/readings or by MQTT.")
    status = 405
