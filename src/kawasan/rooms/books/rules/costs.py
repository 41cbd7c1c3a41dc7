"""Fiscal depreciation of assets."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from kawasan.rooms.books.rules.lists import rows_of

MONTHS = 12


def straight_line(group: str, cost: int, *, in_use_from: date) -> list[tuple[int, int]]:
    """
    Return the fiscal depreciation of each year in whole rupiah, pro rata from the month of use (UU PPh art. 11).

    Each year is rounded half up, though never beyond what is left, and the last one takes the rest: the years add up to
    the cost.
    """
    row = next(row for row in rows_of("fiscal_depreciation_groups.csv") if row["group"] == group)
    left_months, years, left = int(row["useful_life_years"]) * MONTHS, [], cost
    total_months, year, months = left_months, in_use_from.year, MONTHS + 1 - in_use_from.month
    while left_months:
        months = min(months, left_months)
        left_months -= months
        part = left if not left_months else min(left, _whole(Decimal(cost) * months / total_months))
        years.append((year, part))
        left, year, months = left - part, year + 1, MONTHS
    return years


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
