"""The access log: one row for each thing somebody did to a business or a role."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.rooms.zone import models


def note(actor: Actor, action: str, *, at: datetime, business_id: UUID | None = None, text: str = "") -> None:
    """Write down who did what. ``text`` may hold a reason or a role, never a personal number."""
    row = models.AccessLog(
        id=ids.uuid7(), at=at, action=action, person_id=actor.person_id, business_id=business_id, note=text
    )
    row.save(force_insert=True)
