"""Months, quarters and years as periods of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kawasan.core.errors import Invalid, msg

DAY_MIN = date(1000, 1, 1)
TAX_YEAR_MIN, YEAR_MAX = 2022, 2999  # the tables of taxes begin in 2022


class BadMonth(Invalid):
    """Not a month."""

    code = "bad-month"
    title = msg("There is no such month")
    detail = msg("Write a month like 2026-11.")


class BookPeriodInvalid(Invalid):
    """A period that ends before it begins, or a year without tables."""

    code = "book-period-invalid"
    title = msg("Please check the period")
    detail = msg("The period ends before it begins, or lies outside the years that the tables cover.")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, both included."""

    first: date
    last: date

    @property
    def prior(self) -> Span:
        """The period before it: the month before a month, the year before a year, else as many days before."""
        before = self.first - timedelta(days=1)
        if self.first == self.first.replace(month=1, day=1) and self.last == self.first.replace(month=12, day=31):
            return Span(before.replace(month=1, day=1), before)
        if self.first.day == 1 and self.last == last_of_month(self.first):
            return Span(before.replace(day=1), before)
        return Span(self.first - (self.last - self.first) - timedelta(days=1), before)


def month_of(day: date) -> Span:
    """Return the month that a day is in."""
    return Span(day.replace(day=1), last_of_month(day))


def checked_span(first: date, last: date) -> Span:
    """Return a period. Raises BookPeriodInvalid where it ends before it begins or has no period before it."""
    if not DAY_MIN <= first <= last:
        raise BookPeriodInvalid(field="to")
    return Span(first, last)


def checked_year(year: int) -> int:
    """Return a year that the tables of tax cover. Raises BookPeriodInvalid."""
    if not TAX_YEAR_MIN <= year <= YEAR_MAX:
        raise BookPeriodInvalid(field="year")
    return year


def last_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def parse_month(text: str) -> date:
    """Return the first day of a month written like 2026-11. Raises BadMonth."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadMonth(field="month") from None
    if not 2000 <= found.year <= 2999 or len(text) != 7:
        raise BadMonth(field="month")
    return found
