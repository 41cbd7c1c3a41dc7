"""Working days and local days are counted as people in Indonesia count them."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import FOLDER, each, kinds

from kawasan.core.calendar import add_working_days, is_working_day, working_days_between
from kawasan.core.clock import WIB, WIT, WITA, business_day, day_bounds


def holidays() -> dict[date, tuple[str, str]]:
    with (FOLDER / "holidays_excerpt.csv").open(newline="", encoding="utf-8") as lines:
        return {date.fromisoformat(row["date"]): (row["kind"], row["name"]) for row in csv.DictReader(lines)}


def test_every_kind_of_calendar_vector_is_tested():
    assert kinds("calendar") == {"day_kind", "settlement_date", "working_days_in_month", "local_date"}


@each("calendar", "day_kind")
def test_holidays_and_joint_leave_are_not_worked(given, expected):
    day = date.fromisoformat(given)
    assert holidays()[day] == (expected["kind"], *expected["names"])
    assert not is_working_day(day, holidays())


@each("calendar", "settlement_date")
def test_settlement_falls_on_the_working_day_of_the_vectors(given, expected):
    day = date.fromisoformat(given["date"])
    assert add_working_days(day, given["working_days"], holidays()).isoformat() == expected


@each("calendar", "working_days_in_month")
def test_working_days_of_a_month_are_the_vectors(given, expected):
    start = date(given["year"], given["month"], 1)
    end = (start + timedelta(days=31)).replace(day=1)
    assert working_days_between(start, end, holidays()) == expected


@each("calendar", "local_date")
def test_local_days_follow_the_three_zones(given, expected):
    zone = {"WIB": WIB, "WITA": WITA, "WIT": WIT}[given["zone"]]
    at = datetime.fromisoformat(given["utc"])
    day = business_day(at, zone)
    assert day.isoformat() == expected
    start, end = day_bounds(day, zone)
    assert start <= at < end
    assert end - start == timedelta(hours=24)


@forall(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 30))
def test_so_many_working_days_lie_between_a_day_and_its_settlement(day, working_days):
    later = add_working_days(day, working_days, holidays())
    assert working_days_between(day + timedelta(days=1), later + timedelta(days=1), holidays()) == working_days


def test_a_broken_table_is_told_instead_of_searched_forever():
    every_day = {date(2026, 1, 1) + timedelta(days=offset) for offset in range(90)}
    with pytest.raises(ValueError, match="no working day"):
        add_working_days(date(2026, 1, 1), 1, every_day)
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 1, 1), -1, ())
