"""What is due to the tax office and when."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date, timedelta

from kawasan.core.calendar import is_working_day
from kawasan.rooms.books.types.months import last_of_month
from kawasan.rooms.books.types.reports import Duty, DutyKind
from kawasan.rooms.books.types.tax import FinalTaxMonth, Taxpayer
from kawasan.rooms.payments.rules.days_off import days_off as banking_days_off

# PMK 81/2024 art. 94: monthly taxes are due on the 15th of the month after (before 2025: on the 10th or 15th).
DEPOSIT_DAY = 15
# PPh Final: KAP 411128, KJS 420 (PER-17/PJ/2025's list of codes; the same as before Coretax).
FINAL_ACCOUNT_CODE, FINAL_DEPOSIT_CODE = "411128", "420"
PPN_ACCOUNT_CODE, PPN_DEPOSIT_CODE = "411211", "100"


def deposit_due(month: date, days_off: Container[date]) -> date:
    """Return the last day to pay a month's tax: the 15th of the month after, or the next working day."""
    return _working(last_of_month(month) + timedelta(days=DEPOSIT_DAY), days_off)


def duties_of(
    months: Sequence[FinalTaxMonth],
    *,
    taxpayer: Taxpayer,
    is_pkp: bool,
    today: date,
    days_off: Container[date] | None = None,
    ppn: Mapping[date, int] | None = None,
) -> list[Duty]:
    """
    Return what is due for the months that are over: deposits of the final tax, PPN returns, the yearly return.

    A day of payment that is no working day moves to the next one.
    A month without tax has no deposit; ``ppn`` is what is left of a month's output PPN after input PPN, by first day.
    Individuals file for the year by 31 March, others by 30 April (UU KUP art. 3).
    """
    off = banking_days_off() if days_off is None else days_off
    found = []
    for month in months:
        end = last_of_month(month.month)
        if end >= today:
            continue
        if month.tax_minor:
            due = deposit_due(month.month, off)
            codes = (FINAL_ACCOUNT_CODE, FINAL_DEPOSIT_CODE)
            found.append(Duty(DutyKind.FINAL_DEPOSIT, month.month, due, month.tax_minor, *codes))
        if is_pkp:
            due = last_of_month(end + timedelta(days=1))
            codes, amount = (PPN_ACCOUNT_CODE, PPN_DEPOSIT_CODE), (ppn or {}).get(month.month, 0)
            found.append(Duty(DutyKind.PPN_RETURN, month.month, due, max(0, amount), *codes))
    if months:
        year = months[0].month.year
        due = date(year + 1, 3, 31) if taxpayer is Taxpayer.INDIVIDUAL else date(year + 1, 4, 30)
        found.append(Duty(DutyKind.YEARLY_RETURN, date(year, 12, 1), due, 0))
    return found


def _working(day: date, days_off: Container[date]) -> date:
    while not is_working_day(day, days_off):
        day += timedelta(days=1)
    return day
