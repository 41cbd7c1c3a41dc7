"""Files of products as they cross the door: what one would do or did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

IMPORT_BYTES_MAX = 10 * 1024 * 1024
IMPORT_ROWS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong in one line of a file; code and data give the text in the reader's language."""

    line: int
    column: str
    code: str
    title: str
    detail: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file would do or did."""

    id: UUID
    business_id: UUID
    filename: str
    rows: int
    creates: int
    updates: int
    unchanged: int
    problems: tuple[LineProblem, ...]
    at: datetime
    applied_at: datetime | None
