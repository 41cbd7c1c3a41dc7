"""The clean city as it becomes events: a bin that was visited, waste that was weighed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BinVisit:
    """A bin was emptied on a round, or missed; ``fill`` is what it told before, in percent."""

    id: UUID
    business_id: UUID
    device_id: UUID
    device_name: str
    district_code: str
    fill: float | None
    is_emptied: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class WasteReceipt:
    """Waste was weighed: materials with grams. ``is_brought``: by a person, to a waste bank."""

    id: UUID
    business_id: UUID
    district_code: str
    materials: tuple[tuple[str, int], ...]
    is_brought: bool
    at: datetime
