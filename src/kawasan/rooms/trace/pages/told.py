"""Queries and schedules in people's words."""

from __future__ import annotations

from django.utils.translation import gettext

from kawasan.rooms.trace import api as trace


def query_told(query: trace.NamedQuery) -> str:
    """Return what a query asks: its steps by their names, every other condition as it was written."""
    words: dict[str, list[str]] = {}
    for step in trace.STEPS.values():
        words.setdefault(step.biz_step, []).append(gettext(step.text))
    told = [_told(name, values, words) for name, values in query.parameters.items()]
    return " · ".join(told) or gettext("All events")


def _told(name: str, values: list[str], words: dict[str, list[str]]) -> str:
    if name == "EQ_bizStep":
        return ", ".join(" / ".join(words.get(value, [value])) for value in values)
    return f"{name} = {', '.join(values)}"


def when_told(found: trace.Subscription) -> str:
    """Return when a subscriber is told."""
    schedule = found.schedule
    if schedule is None:
        return gettext("At once")
    hour = f"{schedule['hour'].zfill(2)}.00 WIB" if schedule.get("hour", "").isdigit() else ""
    match sorted(schedule.items()):
        case [("minute", "0")]:
            return gettext("Every hour")
        case [("hour", _), ("minute", "0")] if hour:
            return gettext("Every day at {hour}").format(hour=hour)
        case [("dayOfWeek", "1"), ("hour", _), ("minute", "0")] if hour:
            return gettext("Every Monday at {hour}").format(hour=hour)
        case [("dayOfMonth", "1"), ("hour", _), ("minute", "0")] if hour:
            return gettext("On the first of each month at {hour}").format(hour=hour)
        case parts:
            return " · ".join(f"{name} {value}" for name, value in parts) + " (WIB)"
