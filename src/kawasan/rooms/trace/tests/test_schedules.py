"""When schedules fire: as the standard's examples say, in the zone's time, and never too often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.rules.schedules import next_firing, read_schedule

AT = datetime(2026, 11, 22, 3, 0, 30, tzinfo=UTC)  # a Sunday, 10.00.30 WIB


def wib(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"hour": "1", "minute": "5"}, "2026-11-23T01:05:00"),  # the standard's own example: every morning at 1.05
        ({"second": "0/30"}, "2026-11-22T10:01:00"),
        ({"minute": "0"}, "2026-11-22T11:00:00"),
        ({"minute": "*/20"}, "2026-11-22T10:20:00"),
        ({"hour": "10", "minute": "0", "second": "45"}, "2026-11-22T10:00:45"),
        ({"hour": "[9-11],15", "minute": "30"}, "2026-11-22T10:30:00"),
        ({"dayOfWeek": "1", "hour": "7"}, "2026-11-23T07:00:00"),  # 1 is Monday
        ({"dayOfMonth": "1"}, "2026-12-01T00:00:00"),
        ({"month": "2", "dayOfMonth": "29"}, "2028-02-29T00:00:00"),
    ],
)
def test_a_schedule_fires_next_when_it_says(schedule: dict[str, str], expected: str) -> None:
    assert next_firing(read_schedule(schedule, at=AT), after=AT) == wib(expected)


def test_a_schedule_fires_later_than_the_moment_that_it_fired_at() -> None:
    fired = next_firing({"minute": "0"}, after=AT)
    assert next_firing({"minute": "0"}, after=fired) == wib("2026-11-22T12:00:00")


@pytest.mark.parametrize(
    "told",
    [{}, [], "daily", {"hour": "24"}, {"hour": ""}, {"minute": "5-1"}, {"minute": "*/0"}, {"day": "1"}, {"hour": None},
     {"second": "*"}, {"second": "*/5"}, {"month": "2", "dayOfMonth": "30"}, {"dayOfWeek": "0"}, {"hour": "1;2"},
     {"hour": {"a": 1}}],
)  # fmt: skip
def test_a_schedule_that_cannot_be_or_fires_too_often_is_refused(told: Any) -> None:
    with pytest.raises(trace.ScheduleInvalid):
        read_schedule(told, at=AT)
