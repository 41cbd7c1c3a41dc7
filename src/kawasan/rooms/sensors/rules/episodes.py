"""When a rule is broken: runs of bad readings, long enough to count. One run is one episode."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Run:
    """Readings outside the limits, one after another; ``ended_at`` is the first good reading after them, if any."""

    first_at: datetime
    last_at: datetime
    crossed_at: datetime | None  # the first reading at which the run had lasted as long as the rule allows
    ended_at: datetime | None
    lowest: float
    highest: float
    total: float
    count: int


def is_outside(value: float, low: float | None, high: float | None) -> bool:
    """Whether a value lies outside what is allowed; the limits themselves are allowed."""
    return (low is not None and value < low) or (high is not None and value > high)


def runs(
    readings: Iterable[tuple[datetime, float]], *, is_bad: Callable[[float], bool], lasting: timedelta
) -> list[Run]:
    """
    Return every run of bad readings that lasted at least ``lasting``, from readings in order of time.

    A run lasts from its first to its last bad reading: what was between two readings nobody knows, and a good one
    ends it.
    """
    found: list[Run] = []
    bad: list[tuple[datetime, float]] = []
    for at, value in readings:
        if is_bad(value):
            bad.append((at, value))
        elif bad:
            found += _lasting(bad, at, lasting)
            bad = []
    return found + (_lasting(bad, None, lasting) if bad else [])


def _lasting(bad: list[tuple[datetime, float]], ended_at: datetime | None, lasting: timedelta) -> list[Run]:
    first = bad[0][0]
    crossed = next((at for at, _ in bad if at - first >= lasting), None)
    if crossed is None:
        return []
    values = [value for _, value in bad]
    return [Run(first, bad[-1][0], crossed, ended_at, min(values), max(values), sum(values), len(values))]
