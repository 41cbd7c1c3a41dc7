"""Lists that come with the room: chart of accounts, codes of Coretax, groups of fiscal depreciation."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table in the room's data."""
    text = resources.files("kawasan.rooms.books").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def trx_codes() -> frozenset[str]:
    """Return the transaction codes of a tax invoice (PER-11/PJ/2025)."""
    return frozenset(row["code"] for row in rows_of("trx_codes.csv"))


@cache
def unit_codes() -> dict[str, str]:
    """Return the units of measure by code, in Indonesian."""
    return {row["code"]: row["name_id"] for row in rows_of("unit_codes.csv")}
