"""What an accountant sees of each business whose books are hers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

CLIENTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Client:
    """A business on an accountant's desk: the last month that is over, and what waits there."""

    business_id: UUID
    name: str
    slug: str
    month: date
    is_closed: bool
    open_lines: int
    tax_minor: int
    cash_minor: int
    negative: tuple[str, ...]  # accounts of cash or bank that are below zero
    overdue_minor: int

    @property
    def waits(self) -> bool:
        """Whether anything is to be done."""
        return not self.is_closed or bool(self.open_lines or self.negative)
