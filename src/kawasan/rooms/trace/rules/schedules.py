"""When a subscription's schedule fires (EPCIS 2.0.1, section 8.2.5.3): like cron, in the zone's time (WIB)."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from kawasan.core import clock
from kawasan.core.errors import msg
from kawasan.rooms.trace.types.refusals import ScheduleInvalid

# From the coarsest to the finest, with what each may be. A day of the week is 1 (Monday) to 7.
_DATES = {"month": (1, 12), "dayOfMonth": (1, 31), "dayOfWeek": (1, 7)}
_TIMES = {"hour": (0, 23), "minute": (0, 59), "second": (0, 59)}
_FIELDS = _DATES | _TIMES
_ELEMENT = re.compile(r"(?:\*|\[?(\d{1,2})-(\d{1,2})\]?|(\d{1,2}))(?:/(\d{1,2}))?")
SECONDS_MAX = 6  # of a minute: more often is what a stream is for
_TEXT_LENGTH_MAX = 200
_DAYS_AHEAD = 366 * 8  # a 29th of February comes again at the latest after eight years


def read_schedule(told: Any, *, at: datetime) -> dict[str, str]:
    """Return a schedule as it is kept. Raises ScheduleInvalid, also for one that never fires after ``at``."""
    if not isinstance(told, dict) or not told or not set(told) <= set(_FIELDS):
        raise ScheduleInvalid(field="schedule", problem=msg("an object of {known}"), known=", ".join(_FIELDS))
    kept = {name: str(value).replace(" ", "") for name, value in told.items()}
    if len(_values(kept)["second"]) > SECONDS_MAX:
        raise ScheduleInvalid(field="schedule", problem=msg("second: at most {most} of a minute"), most=SECONDS_MAX)
    next_firing(kept, after=at)
    return kept


def next_firing(schedule: dict[str, str], *, after: datetime) -> datetime:
    """Return the first moment later than ``after`` at which a schedule fires. Raises ScheduleInvalid for none."""
    values = _values(schedule)
    start = after.astimezone(clock.WIB)
    for ahead in range(_DAYS_AHEAD):
        day = start.date() + timedelta(days=ahead)
        is_day = day.month in values["month"] and day.day in values["dayOfMonth"]
        if not is_day or day.isoweekday() not in values["dayOfWeek"]:
            continue
        earliest = start.timetz().replace(tzinfo=None) if ahead == 0 else None
        if (found := _time_of_day(values, earliest)) is not None:
            return datetime.combine(day, found, clock.WIB)
    raise ScheduleInvalid(field="schedule", problem=msg("there is no such day"))


def _time_of_day(values: dict[str, list[int]], later_than: time | None) -> time | None:
    for hour in values["hour"]:
        for minute in values["minute"]:
            for second in values["second"]:
                found = time(hour, minute, second)
                if later_than is None or found > later_than:
                    return found
    return None


def _values(schedule: dict[str, str]) -> dict[str, list[int]]:
    """
    Return what each field may be. What is not named is free where it is coarser than what is, else the least.

    So ``hour 1, minute 5`` is once a day, as the standard's example says it, and not in each second of that minute.
    """
    found: dict[str, list[int]] = {}
    finest = max(list(_FIELDS).index(name) for name in schedule)
    for place, (name, (low, high)) in enumerate(_FIELDS.items()):
        if name in schedule:
            found[name] = _numbers(name, schedule[name], low, high)
        else:
            is_free = place < finest or name in _DATES
            found[name] = list(range(low, high + 1)) if is_free else [low]
    return found


def _numbers(name: str, text: str, low: int, high: int) -> list[int]:
    problem = msg("{name}: {low} to {high}, such as {low}, {low}-{high} or */5")
    wrong = ScheduleInvalid(field="schedule", problem=problem, name=name, low=low, high=high)
    found: set[int] = set()
    for part in text[:_TEXT_LENGTH_MAX].split(","):
        match = _ELEMENT.fullmatch(part)
        if match is None:
            raise wrong
        first, last, single, step = (int(group) if group else None for group in match.groups())
        start = first if first is not None else single if single is not None else low
        end = last if last is not None else high if single is None or step else start
        if not low <= start <= end <= high or step == 0:
            raise wrong
        found.update(range(start, end + 1, step or 1))
    return sorted(found)
