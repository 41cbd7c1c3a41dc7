"""What the zone announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BusinessApplied:
    """A business asked to join, for the first time or again after it was sent back."""

    business_id: UUID


@dataclass(frozen=True, slots=True)
class BusinessAdmitted:
    """Zone staff let a business in; it may trade from now on."""

    business_id: UUID


@dataclass(frozen=True, slots=True)
class BusinessSentBack:
    """Zone staff returned an application with a reason; its owner may correct it and apply again."""

    business_id: UUID


@dataclass(frozen=True, slots=True)
class BusinessSuspended:
    """Zone staff stopped a business; it may not trade until it is restored."""

    business_id: UUID


@dataclass(frozen=True, slots=True)
class BusinessRestored:
    """A suspended business may trade again."""

    business_id: UUID
