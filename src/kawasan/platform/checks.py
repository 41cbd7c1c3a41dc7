"""What ``kawasan verify`` asks every room: findings about stored data that break a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

# Note [How whole tables are compared]
# A check joins whole tables and most often finds nothing, which no planner can know: for the first hundred rows of what
# it takes for a large answer it goes through one table row by row and looks each up in another. Where the tables were
# never analysed (a zone just restored, a PostgreSQL that was killed and has forgotten what it wanted to analyse) it
# does so without an index as well: with 5,000 orders that took over a minute, with ten times as many a hundred times
# as long. So tables are hashed, with the memory for it.
_HASHING = "select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)"
_AS_BEFORE = "set local enable_nestloop to default; set local work_mem to default"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: what is wrong, in which row, what was expected and what was found."""

    code: str
    row: str
    expected: Any
    found: Any


def compared(sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return the rows of a statement that compares whole tables: they are hashed, not looked up row by row."""
    with connection.cursor() as cursor:
        cursor.execute(_HASHING)
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute(_AS_BEFORE)
    return rows
