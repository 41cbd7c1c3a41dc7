"""What ``kawasan verify`` asks every room: findings about stored data that break a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: what is wrong, in which row, what was expected and what was found."""

    code: str
    row: str
    expected: Any
    found: Any
