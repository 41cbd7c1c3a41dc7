"""What the room announces: alarms, and what the clean city does with bins and waste."""

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


@dataclass(frozen=True, slots=True)
class BinVisited:
    """A bin on a round was emptied, or was missed when the round was closed. Told once for a stop."""

    stop_id: UUID
    owner_id: UUID
    device_id: UUID
    device_name: str
    district_code: str
    fill: float | None
    is_emptied: bool
    visited_at: datetime


@dataclass(frozen=True, slots=True)
class WasteTaken:
    """
    Waste was weighed: over the city's weighbridge, or brought to a waste bank (``is_brought``). Told once.

    ``materials`` are names of materials with grams. Who brought it is not told: that is for them and the waste bank.
    """

    taking_id: UUID
    owner_id: UUID
    district_code: str
    materials: tuple[tuple[str, int], ...]
    is_brought: bool
    taken_at: datetime
