"""Days on which taxes are due move to the next working day."""

from __future__ import annotations

from datetime import date

from kawasan.rooms.books.rules import duties, pph
from kawasan.rooms.books.rules.rates import starting_rows, tables_of
from kawasan.rooms.books.types.duties import DutyKind
from kawasan.rooms.books.types.tax import Taxpayer

TABLES = tables_of(starting_rows())


def test_a_deposit_due_on_a_day_off_is_due_on_the_next_working_day():
    months = pph.final_tax_months([100_000_000_00] * 10, tables=TABLES, year=2026, taxpayer=Taxpayer.COOPERATIVE)
    found = duties.duties_of(
        months, tables=TABLES, taxpayer=Taxpayer.COOPERATIVE, is_pkp=False, today=date(2026, 11, 22)
    )
    due = {duty.month.month: duty.due for duty in found if duty.kind is DutyKind.FINAL_DEPOSIT}
    assert due[6] == date(2026, 7, 15)
    assert due[7] == date(2026, 8, 18)  # 15 August is a Saturday, 17 August Independence Day
    assert due[10] == date(2026, 11, 16)  # a Sunday
