"""How far an asset is depreciated at a month's end, and what its disposal earned or cost."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from kawasan.rooms.books.rules import chart, costs
from kawasan.rooms.books.rules.lists import rows_of
from kawasan.rooms.books.types.assets import ASSET_NAME_LENGTH_MAX, AssetInvalid, NewAsset
from kawasan.rooms.books.types.entries import AMOUNT_MAX_MINOR, JournalLine

MINOR = 100
BUILDING = "1502"
_BUILDINGS = ("building_permanent", "building_non_permanent")


def groups() -> list[str]:
    """Return the fiscal groups (UU PPh art. 11)."""
    return [row["group"] for row in rows_of("fiscal_depreciation_groups.csv")]


def check(asset: NewAsset) -> None:
    """Raise AssetInvalid unless it can be kept: buildings have groups of their own, land has none."""
    wanted = [""] if asset.account == chart.LAND else [
        group for group in groups() if (group in _BUILDINGS) == (asset.account == BUILDING)
    ]  # fmt: skip
    if (
        asset.account not in (chart.LAND, *chart.FIXED_ASSETS)
        or asset.group not in wanted
        or not 0 < len(asset.name.strip()) <= ASSET_NAME_LENGTH_MAX
        or "\0" in asset.name
        or not 0 < asset.cost_minor <= AMOUNT_MAX_MINOR
        or asset.cost_minor % MINOR
    ):
        raise AssetInvalid(field="name")


def depreciated(group: str, cost_minor: int, *, in_use_from: date, last: date) -> int:
    """
    Return what is depreciated up to the end of the month of ``last``, in the minor unit.

    Whole years are those of the fiscal rule; within a year every month takes an equal part, rounded to whole rupiah.
    """
    if not group or last < in_use_from.replace(day=1):
        return 0
    done = 0
    for year, amount in costs.straight_line(group, cost_minor // MINOR, in_use_from=in_use_from):
        if year < last.year:
            done += amount
        elif year == last.year:
            done += _part(group, amount, in_use_from, last)
    return min(done * MINOR, cost_minor)  # the rule rounds years up; of a few rupiah that would be too much


def _part(group: str, amount: int, in_use_from: date, last: date) -> int:
    """Return the part of a year's amount up to a month: the first and the last year may have fewer than twelve."""
    is_first = in_use_from.year == last.year
    first_month = in_use_from.month if is_first else 1
    used_before = 0 if is_first else (last.year - in_use_from.year) * costs.MONTHS - in_use_from.month + 1
    months = min(costs.MONTHS + 1 - first_month, life_months(group) - used_before)
    passed = min(last.month + 1 - first_month, months)
    return int((Decimal(amount) * passed / months).quantize(Decimal(1), ROUND_HALF_UP))


def life_months(group: str) -> int:
    """Return for how many months a group is depreciated."""
    row = next(row for row in rows_of("fiscal_depreciation_groups.csv") if row["group"] == group)
    return int(row["useful_life_years"]) * costs.MONTHS


def acquired(asset: NewAsset, paid_from: str) -> tuple[JournalLine, ...]:
    """Return the lines of an acquisition."""
    return JournalLine(asset.account, asset.cost_minor), JournalLine(paid_from, -asset.cost_minor)


def disposed(
    *, account: str, cost_minor: int, depreciated_minor: int, proceeds_minor: int, money: str
) -> tuple[JournalLine, ...]:
    """Return the lines of a disposal: cost and depreciation go out, what is left against the proceeds is the result."""
    result = proceeds_minor - (cost_minor - depreciated_minor)
    lines = (
        JournalLine(money, proceeds_minor),
        JournalLine(chart.ACCUMULATED_DEPRECIATION, depreciated_minor),
        JournalLine(account, -cost_minor),
        JournalLine(chart.ASSET_GAIN if result > 0 else chart.ASSET_LOSS, -result),
    )
    return tuple(line for line in lines if line.amount_minor)
