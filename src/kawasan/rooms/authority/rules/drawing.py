"""The chart of the last hour as plain numbers that a template draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kawasan.rooms.authority.types import Minute

CHART_WIDTH, CHART_HEIGHT = 720, 160
MINUTES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute of the chart."""

    at: datetime
    orders: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The last hour, minute by minute."""

    bars: tuple[Bar, ...]
    last: Minute
    peak: Minute
    top: int


def chart_of(minutes: Sequence[Minute], at: datetime) -> Chart:
    """Return the hour up to ``at``; minutes without orders are there too, as nothing."""
    known = {minute.at: minute for minute in minutes}
    end = at.replace(second=0, microsecond=0)
    shown = [_minute(known, end - timedelta(minutes=back)) for back in range(MINUTES_SHOWN - 1, -1, -1)]
    top = max(1, *(minute.orders for minute in shown))
    step = CHART_WIDTH / MINUTES_SHOWN
    bars = tuple(
        Bar(m.at, m.orders, round(n * step + 1, 1), round(CHART_HEIGHT - high, 1), round(step - 2, 1), round(high, 1))
        for n, m in enumerate(shown)
        for high in [m.orders / top * CHART_HEIGHT]
    )
    return Chart(bars, last=shown[-2], peak=max(shown, key=lambda minute: minute.orders), top=top)


def _minute(known: Mapping[datetime, Minute], at: datetime) -> Minute:
    return known.get(at) or Minute(at, 0, 0)
