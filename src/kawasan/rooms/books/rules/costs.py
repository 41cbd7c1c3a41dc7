"""What goods and assets cost: weighted average and FIFO of stock, fiscal depreciation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from kawasan.core.errors import Conflict, msg
from kawasan.rooms.books.rules.lists import rows_of
from kawasan.rooms.books.rules.ppn import cents

MONTHS = 12


class StockShort(Conflict):
    """More goes out than came in."""

    code = "stock-cost-short"
    title = msg("More goods went out than came in")
    detail = msg("There are {there} units with a known cost, and {wanted} went out.")


@dataclass(frozen=True, slots=True)
class Costed:
    """What went out cost, and what is left."""

    costs: tuple[Decimal, ...]
    quantity: Decimal
    value: Decimal


Movement = tuple[str, Decimal, Decimal]  # "in" or "out", quantity, unit cost of what came in


def weighted_average(movements: Iterable[Movement]) -> Costed:
    """
    Return costs by the average of what is there; the last unit takes what is left, so nothing is lost to rounding.

    Raises StockShort. SAK EMKM allows this or FIFO, not LIFO.
    """
    quantity, value, costs = Decimal(0), Decimal(0), []
    with localcontext(prec=50):
        for kind, count, unit in movements:
            if kind == "in":
                quantity, value = quantity + count, value + cents(count * unit)
                continue
            _need(quantity, count)
            cost = value if count == quantity else cents(value * count / quantity)
            quantity, value = quantity - count, value - cost
            costs.append(cost)
    return Costed(tuple(costs), quantity, value)


def first_in_first_out(movements: Iterable[Movement]) -> Costed:
    """Return costs with the oldest units going out first. Raises StockShort."""
    layers: deque[list[Decimal]] = deque()
    costs = []
    for kind, count, unit in movements:
        if kind == "in":
            layers.append([count, unit])
            continue
        _need(sum((layer[0] for layer in layers), Decimal(0)), count)
        costs.append(_take(layers, count))
    left = [cents(count * unit) for count, unit in layers]
    return Costed(tuple(costs), sum((count for count, _ in layers), Decimal(0)), sum(left, Decimal(0)))


def _take(layers: deque[list[Decimal]], count: Decimal) -> Decimal:
    cost = Decimal(0)
    while count:
        layer = layers[0]
        taken = min(count, layer[0])
        cost += taken * layer[1]
        layer[0] -= taken
        count -= taken
        if not layer[0]:
            layers.popleft()
    return cents(cost)


def _need(there: Decimal, wanted: Decimal) -> None:
    if wanted > there:
        raise StockShort(there=str(there), wanted=str(wanted))


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
