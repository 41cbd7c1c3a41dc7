"""Working days over a table of days off that the caller passes in: the decree changes every year, the rule does not."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta

_SATURDAY = 5
# Far above the longest run of days off (Idulfitri takes about eleven); a table that has more is broken.
_RUN_DAYS_MAX = 60


def is_working_day(day: date, days_off: Container[date]) -> bool:
    """
    Return whether offices and banks work: Monday to Friday, no public holiday, no joint leave (cuti bersama).

    Source: the yearly joint decree of three ministers (SKB 3 menteri). Some banks open on joint leave; leave those
    days out of ``days_off`` for them.
    """
    return day.weekday() < _SATURDAY and day not in days_off


def add_working_days(day: date, working_days: int, days_off: Container[date]) -> date:
    """Return the day that is so many working days later: Friday + 1 is Monday, any day + 0 is itself."""
    if working_days < 0:
        raise ValueError("working days are counted forwards")
    for _ in range(working_days):
        day = _next_working_day(day, days_off)
    return day


def working_days_between(start: date, end: date, days_off: Container[date]) -> int:
    """Count the working days of the half-open period ``[start, end)``."""
    days = (start + timedelta(days=offset) for offset in range((end - start).days))
    return sum(is_working_day(day, days_off) for day in days)


def _next_working_day(day: date, days_off: Container[date]) -> date:
    for offset in range(1, _RUN_DAYS_MAX + 1):
        later = day + timedelta(days=offset)
        if is_working_day(later, days_off):
            return later
    raise ValueError(f"no working day within {_RUN_DAYS_MAX} days after {day}")
