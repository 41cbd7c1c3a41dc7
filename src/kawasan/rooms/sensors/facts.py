"""What the room announces: an alarm that opened, and the same one when it is over, with what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AlarmOpened:
    """A rule has been broken for as long as it allows. Told once for an episode."""

    alarm_id: UUID
    owner_id: UUID
    device_id: UUID
    stream_id: UUID
    kind: str
    started_at: datetime
    opened_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class AlarmClosed:
    """
    The episode is over. ``reference`` names the batch or shipment with which the device travelled when it began.

    ``property_definition`` is the measured property (a term of GS1's vocabulary where there is one), ``cefact`` the
    unit's UN/CEFACT code, as EPCIS sensor reports want them. Figures are None for an alarm about silence.
    """

    alarm_id: UUID
    owner_id: UUID
    device_id: UUID
    device_name: str
    stream_id: UUID
    stream_name: str
    kind: str
    property_definition: str
    cefact: str
    started_at: datetime
    ended_at: datetime
    lowest: float | None
    highest: float | None
    mean: float | None
    count: int
    reference: str
    longitude: float | None
    latitude: float | None
