"""A machine's day: how long it ran, how fast, how well (ISO 22400-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kawasan.core.errors import Invalid, msg

RUNNING = "running"
STATES = {RUNNING: msg("In operation"), "idle": msg("Idle"), "down": msg("Down"), "setup": msg("Setup")}
"""What machines say of themselves, in words; they may say others."""


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """When a machine is planned to be busy each day (minutes of the day, WIB) and how long a piece should take."""

    device_id: UUID
    starts: int
    ends: int
    ideal_seconds: float


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A time in which a machine was in one state."""

    state: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class MachineDay:
    """
    A day of a machine. ISO 22400-2: availability = APT / PBT, effectiveness = PRI * PQ / APT, quality ratio = GQ / PQ,
    OEE index their product; what cannot be divided is None.
    """

    day: date
    busy_seconds: float  # planned busy time, PBT, as far as it has passed
    running_seconds: float  # actual production time, APT
    made: float  # produced quantity, PQ
    rejected: float
    energy: float
    spans: tuple[StateSpan, ...]
    availability: float | None
    performance: float | None
    quality: float | None

    @property
    def oee(self) -> float | None:
        """The index of overall equipment effectiveness."""
        parts = (self.availability, self.performance, self.quality)
        if any(part is None for part in parts):
            return None
        return (self.availability or 0) * (self.performance or 0) * (self.quality or 0)

    @property
    def energy_each(self) -> float | None:
        """Energy for a good piece."""
        good = self.made - self.rejected
        return self.energy / good if good > 0 else None


class PlanInvalid(Invalid):
    """A plan that cannot be."""

    code = "machine-plan-invalid"
    title = msg("Please check the plan")
    detail = msg("A machine is planned from an hour to a later one, and a piece takes more than nothing.")
