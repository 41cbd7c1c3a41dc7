"""
From transfers of units to what was sold and what came back on a day.

Units that a buyer has paid for are on their way: they count as sold when the order's money does (``posting_rules.csv:
earns``), so that sales and their cost meet in the same month. At the till both happen at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple
from uuid import UUID

from kawasan.rooms.books.rules.lists import rows_of
from kawasan.rooms.books.rules.posting import MOVES, Closings, booking_day, rule_of
from kawasan.rooms.ledger.rules import account_id
from kawasan.rooms.ledger.types import TransferRow

# accounts of commerce: units on the shelf, units sold, and where units come from and lost ones go
STOCK_CODE, SOLD_CODE, SUPPLY_CODE = 20, 21, 22


class Key(NamedTuple):
    """Units of one kind of one business."""

    business_id: UUID
    asset: UUID


@cache
def effects() -> dict[int, str]:
    """Return what a transfer's code does to units: ordered, back, sold, returned."""
    return {int(row["code"]): row["effect"] for row in rows_of("unit_rules.csv")}


@dataclass(slots=True)
class Held:
    """Units of an order that is paid and not complete, since a day."""

    day: date
    units: dict[Key, int] = field(default_factory=dict)


OnTheWay = dict[UUID, Held]  # by order


class UnitDays:
    """What was sold and came back, by unit and day."""

    def __init__(self) -> None:
        self.sold: dict[tuple[Key, date], int] = defaultdict(int)
        self.returned: dict[tuple[Key, date], int] = defaultdict(int)

    @property
    def rows(self) -> list[tuple[UUID, UUID, date, int, int]]:
        """Return (business, asset, day, sold, returned) in the order of the keys."""
        keys = sorted({*self.sold, *self.returned})
        return [(*key, day, self.sold.get((key, day), 0), self.returned.get((key, day), 0)) for key, day in keys]


def touching(rows: Iterable[TransferRow], tracked: Mapping[UUID, int]) -> list[TransferRow]:
    """Return the transfers that change units of businesses with stock cards, since those began."""
    return [
        row for row in rows
        if row.kind in MOVES
        and (row.code in effects() or rule_of(row.code).earns)
        and any(row.sequence > tracked[owner] for owner in (row.debit_owner, row.credit_owner) if owner in tracked)
    ]  # fmt: skip


def follow(rows: Iterable[TransferRow], on_the_way: OnTheWay, closings: Closings) -> UnitDays:
    """Return what transfers sold and brought back; ``on_the_way`` is what orders hold, and is brought up to date."""
    found = UnitDays()
    for row in rows:
        effect = effects().get(row.code, "completes")
        if effect == "completes":
            held = on_the_way.pop(row.reference, None) if row.reference else None
            for key, units in held.units.items() if held else ():
                found.sold[key, _day(row, key, closings)] += units
        elif effect in ("ordered", "sold"):
            _out(row, effect, on_the_way, found, closings)
        else:
            _back(row, effect, on_the_way, found, closings)
    return found


def _out(row: TransferRow, effect: str, on_the_way: OnTheWay, found: UnitDays, closings: Closings) -> None:
    key = Key(row.credit_owner, row.asset)
    if effect == "ordered" and row.reference:
        held = on_the_way.setdefault(row.reference, Held(_day(row, key, closings)))
        held.units[key] = held.units.get(key, 0) + row.amount
    else:
        found.sold[key, _day(row, key, closings)] += row.amount


def _back(row: TransferRow, effect: str, on_the_way: OnTheWay, found: UnitDays, closings: Closings) -> None:
    key = Key(row.debit_owner, row.asset)
    if effect == "returned" and row.credit != account_id(key.business_id, key.asset, STOCK_CODE):
        return  # it cannot be sold again
    held = on_the_way.get(row.reference) if row.reference else None
    units = min(held.units.get(key, 0), row.amount) if held else 0
    if held and units:
        held.units[key] -= units
    if row.amount > units:
        found.returned[key, _day(row, key, closings)] += row.amount - units


def _day(row: TransferRow, key: Key, closings: Closings) -> date:
    return booking_day(row, closings.get(key.business_id, ()))
