"""The clock: read at the edges only, handed inwards as ``at``."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

# Indonesia has three zones and no summer time. Payment and tax days are counted in WIB.
WIB = ZoneInfo("Asia/Jakarta")
WITA = ZoneInfo("Asia/Makassar")
WIT = ZoneInfo("Asia/Jayapura")


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def business_day(at: datetime, tz: tzinfo = WIB) -> date:
    """Return the calendar day on which ``at`` falls for people in ``tz``."""
    return at.astimezone(tz).date()


def day_bounds(day: date, tz: tzinfo = WIB) -> tuple[datetime, datetime]:
    """Return the half-open UTC period ``[start, end)`` of a calendar day in ``tz``."""
    start = datetime(day.year, day.month, day.day, tzinfo=tz)
    end = datetime.fromordinal(day.toordinal() + 1).replace(tzinfo=tz)
    return start.astimezone(UTC), end.astimezone(UTC)
