"""A question about events, read from an address or a query document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: a column, how it is compared, and with what."""

    column: str
    relation: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Conditions that all hold, in which order, and how many events a page has."""

    conditions: tuple[Condition, ...] = ()
    order_by: str = "recordTime"
    is_descending: bool = False
    page_size: int | None = None
    most: int | None = None
    asked: dict[str, Any] = field(default_factory=dict, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return what was asked, to be kept and asked again."""
        return asdict(self)["asked"]  # type: ignore[no-any-return]
