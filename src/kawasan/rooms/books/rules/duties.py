"""What is due to the tax office and when."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date, timedelta

from kawasan.core.calendar import is_working_day
from kawasan.rooms.books.rules.tax_tables import on
from kawasan.rooms.books.types.duties import Duty, DutyKind
from kawasan.rooms.books.types.months import last_of_month
from kawasan.rooms.books.types.rates import TaxTables
from kawasan.rooms.books.types.tax import FinalTaxMonth, Taxpayer
from kawasan.rooms.payments.rules.days_off import days_off as banking_days_off


def deposit_due(month: date, tables: TaxTables, days_off: Container[date]) -> date:
    """
    Return the last day to pay a month's tax: a day of the month after, or the next working day.

    Source: PMK 81/2024 art. 94 (the 15th) and art. 100 (the next working day; joint leave is none).
    """
    end = last_of_month(month)
    return _working(_day_of(end + timedelta(days=1), on(tables.calendar, end, "calendar").deposit_day), days_off)


def duties_of(
    months: Sequence[FinalTaxMonth],
    *,
    tables: TaxTables,
    taxpayer: Taxpayer,
    is_pkp: bool,
    today: date,
    days_off: Container[date] | None = None,
    ppn: Mapping[date, int] | None = None,
) -> list[Duty]:
    """
    Return what is due for the months that are over: deposits of the final tax, PPN returns, the yearly return.

    A day of payment that is no working day moves to the next one. Days and codes are those of the month that they are
    for. A month without tax has no deposit; ``ppn`` is what is left of a month's output PPN after input PPN, by first
    day. Sources: PMK 81/2024 (deposits), UU PPN art. 15A (PPN by the end of the month after), UU KUP art. 3 (years).
    """
    off = banking_days_off() if days_off is None else days_off
    found = []
    for month in months:
        end = last_of_month(month.month)
        if end >= today:
            continue
        codes = on(tables.slips, end, "KAP/KJS")
        if month.tax_minor:
            due, pair = deposit_due(month.month, tables, off), (codes.final_account, codes.final_deposit)
            found.append(Duty(DutyKind.FINAL_DEPOSIT, month.month, due, month.tax_minor, *pair))
        if is_pkp:
            due = _day_of(end + timedelta(days=1), on(tables.calendar, end, "calendar").ppn_day)
            amount, pair = max(0, (ppn or {}).get(month.month, 0)), (codes.ppn_account, codes.ppn_deposit)
            found.append(Duty(DutyKind.PPN_RETURN, month.month, due, amount, *pair))
    if months:
        found.append(_yearly_return(months[0].month.year, taxpayer, tables))
    return found


def may_be_due(day: date, tables: TaxTables, days_off: Container[date] | None = None) -> bool:
    """Return whether anything of any business is due on a day: most days nobody has to be asked."""
    off, month = banking_days_off() if days_off is None else days_off, day.replace(day=1) - timedelta(days=1)
    calendar = on(tables.calendar, month, "calendar")
    year = on(tables.calendar, date(day.year - 1, 12, 31), "calendar")
    due = {deposit_due(month.replace(day=1), tables, off), _day_of(day.replace(day=1), calendar.ppn_day)}
    return day in due or (day.month, day.day) in (year.individual_return, year.other_return)


def _yearly_return(year: int, taxpayer: Taxpayer, tables: TaxTables) -> Duty:
    calendar = on(tables.calendar, date(year, 12, 31), "calendar")
    month, day = calendar.individual_return if taxpayer is Taxpayer.INDIVIDUAL else calendar.other_return
    return Duty(DutyKind.YEARLY_RETURN, date(year, 12, 1), date(year + 1, month, day), 0)


def _day_of(month: date, day: int) -> date:
    return month.replace(day=min(day, last_of_month(month).day))


def _working(day: date, days_off: Container[date]) -> date:
    while not is_working_day(day, days_off):
        day += timedelta(days=1)
    return day
