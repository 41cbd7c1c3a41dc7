"""Banking days of Indonesia: the joint decree's days off, and the day on which a payout is paid."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from kawasan.core import clock
from kawasan.core.calendar import add_working_days, is_working_day

_FILE = Path(__file__).parent.parent / "data" / "holidays_id.csv"


@cache
def days_off() -> frozenset[date]:
    """
    Return the public holidays and joint leave (cuti bersama) of 2020 to 2027.

    Source: the yearly joint decree of three ministers (SKB 3 menteri), by the PyPI package holidays; data/README.md.
    The days of 2027 are a projection, since lunar dates may move and the decree is not out.
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        return frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(file))


def value_date(at: datetime, *, cut_off_minutes: int) -> date:
    """Return the day on which the bank pays what it is told now: today, if it is a working day before the cut-off."""
    local = at.astimezone(clock.WIB)
    end = time(cut_off_minutes // 60, cut_off_minutes % 60)
    if is_working_day(local.date(), days_off()) and local.time() < end:
        return local.date()
    return add_working_days(local.date(), 1, days_off())


def week_of(day: date) -> date:
    """Return the Monday of a day's week: weekly payouts go out once in it."""
    return day - timedelta(days=day.weekday())
