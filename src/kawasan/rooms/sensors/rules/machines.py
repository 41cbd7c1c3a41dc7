"""Overall equipment effectiveness after ISO 22400-2, from states and counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from kawasan.rooms.sensors.types.machines import RUNNING, StateSpan


def counted(values: Iterable[float]) -> float:
    """Return how far a counter went: the sum of its steps; where it fell it was set to nothing and began again."""
    total, before = 0.0, None
    for value in values:
        if before is not None:
            total += value - before if value >= before else value
        before = value
    return total


def spans(states: Sequence[tuple[datetime, str]], start: datetime, end: datetime) -> tuple[StateSpan, ...]:
    """Return the states between two moments; each holds until the next one is told, the one before ``start`` too."""
    found = []
    for place, (at, state) in enumerate(states):
        until = states[place + 1][0] if place + 1 < len(states) else end
        first, last = max(at, start), min(until, end)
        if first < last:
            found.append(StateSpan(state, first, last))
    return tuple(found)


def running(found: Iterable[StateSpan]) -> float:
    """Return the actual production time in seconds."""
    return sum(span.seconds for span in found if span.state == RUNNING)


def ratio(part: float, whole: float) -> float | None:
    """Return a part of a whole, or None where there is no whole."""
    return part / whole if whole > 0 else None
