"""Which periods are closed, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from kawasan.rooms.books import models
from kawasan.rooms.books.rules.posting import Closing
from kawasan.rooms.books.types.desk import PeriodEvent


def closings_of(business_ids: Iterable[UUID]) -> dict[UUID, list[Closing]]:
    """Return each business's closings and reopenings in the order in which they were made."""
    rows = models.Period.objects.filter(business_id__in=list(business_ids)).order_by("position", "id")
    found: dict[UUID, list[Closing]] = defaultdict(list)
    for row in rows:
        found[row.business_id].append(Closing(row.position, row.through))
    return found


def closed_through(business_id: UUID) -> date | None:
    """Return the last closed day of a business's books, or None."""
    row = models.Period.objects.filter(business_id=business_id).order_by("-position", "-id").first()
    return row.through if row else None


def period_events(business_id: UUID, *, limit: int = 24) -> tuple[PeriodEvent, ...]:
    """Return closings and reopenings, newest first."""
    rows = models.Period.objects.filter(business_id=business_id).order_by("-position", "-id")[:limit]
    return tuple(PeriodEvent(row.id, row.through, row.reason, row.made_by, row.at) for row in rows)
