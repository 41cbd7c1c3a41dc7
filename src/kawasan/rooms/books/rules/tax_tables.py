"""
Rates, thresholds and terms of taxes as dated rows, each with its law: which one holds on a day.

The rows themselves are data that an operator extends (``rules/rates.py``); a new law is a new row, and nothing that
was counted under an older one changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from kawasan.rooms.books.types.tax import NoSuchRate


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=_Dated)


def on(rows: Sequence[Row], day: date, what: str) -> Row:
    """Return the row that holds on a day. Raises NoSuchRate for a day before the first one."""
    held = [row for row in rows if row.valid_from <= day]
    if not held:
        raise NoSuchRate(what=what, begins=rows[0].valid_from.isoformat() if rows else "–")
    return held[-1]
