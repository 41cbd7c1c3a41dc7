"""The access log: one row for each thing somebody did to a business or a role."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.zone import models

LOOK_LIFETIME = timedelta(minutes=15)  # turning pages and coming back within this time is still the same look


@requires_transaction
def note_look(*, actor: Actor, business_id: UUID, at: datetime, text: str = "") -> None:
    """
    Write down that somebody of the zone looked at a business's transfers; ``text`` says at which (a period).

    The same person's look at the same within LOOK_LIFETIME is written once. A business that the register does not
    know, and the system's own work, leave no row. Raises Unauthenticated, Forbidden.
    """
    actor.need_zone()
    if actor.is_system or not models.Business.objects.filter(pk=business_id).exists():
        return
    same = models.AccessLog.objects.filter(
        business=business_id, person=actor.person_id, action="transfers_seen", note=text, at__gt=at - LOOK_LIFETIME
    )
    if not same.exists():
        note(actor, "transfers_seen", at=at, business_id=business_id, text=text)


def note(actor: Actor, action: str, *, at: datetime, business_id: UUID | None = None, text: str = "") -> None:
    """Write down who did what. ``text`` may hold a reason or a role, never a personal number."""
    row = models.AccessLog(
        id=ids.uuid7(), at=at, action=action, person_id=actor.person_id, business_id=business_id, note=text
    )
    row.save(force_insert=True)
