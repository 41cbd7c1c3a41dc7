"""Days: when an invoice is due, when it is spoken of, when it comes again."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from kawasan.core.calendar import add_working_days, is_working_day
from kawasan.rooms.invoices.types.money import Every
from kawasan.rooms.payments.rules.days_off import days_off

# Days after the due day (below zero: before) on which the customer gets a mail.
REMINDER_DAYS = (-3, 0, 3, 14)
_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}


def due_day(issued_on: date, due_days: int) -> date:
    """Return the last day to pay: so many days later, or the next working day where that is none."""
    day = issued_on + timedelta(days=due_days)
    return day if is_working_day(day, days_off()) else add_working_days(day, 1, days_off())


def next_day(day: date, every: Every, *, first_day: int) -> date:
    """Return the day after this one; ``first_day`` is the day of the month it began with, so the 31st stays one."""
    if every is Every.WEEK:
        return day + timedelta(days=7)
    months = day.year * 12 + day.month - 1 + _MONTHS[every]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(first_day, calendar.monthrange(year, month + 1)[1]))


def reminder_due(due_on: date, today: date) -> int | None:
    """
    Return the reminder that is due today, if any: the latest whose day has come.

    Where a day was missed (nobody worked), the mail that came in between is not sent late; the next one is.
    """
    passed = [days for days in REMINDER_DAYS if due_on + timedelta(days=days) <= today]
    if not passed or today - (due_on + timedelta(days=passed[-1])) > timedelta(days=2):
        return None
    return passed[-1]
