"""Exchange rates of the sample: the ECB's last month of the sample data, and the last of them for today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from kawasan.core.access import SYSTEM
from kawasan.core.clock import business_day
from kawasan.demo.sample.people import everything
from kawasan.rooms.exchange import api as exchange

DAYS = timedelta(days=30)
PRACTICE = "ECB (latihan)"  # an old day's rates under today's date: only for practice


def take_in(*, now: datetime) -> None:
    """Make sure that there are rates that can be quoted from today. A repeat on one day adds nothing."""
    known = exchange.sample_rates()
    newest = known[-1]
    today = replace(newest, day=business_day(now), source=PRACTICE)
    with everything():
        exchange.keep_rates([*(one for one in known if newest.day - one.day <= DAYS), today], at=now, actor=SYSTEM)
