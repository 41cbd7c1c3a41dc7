"""Who may look at an owner's devices."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.zone import api as zone


def need_reader(actor: Actor, owner_id: UUID) -> None:
    """Require that the actor may look at an owner's devices. Raises Unauthenticated, NotFound, Forbidden."""
    actor.need_scope("devices:read")
    if owner_id == zone.ZONE_OWNER:
        actor.need_zone()
    elif not actor.sees_zone:
        actor.need_business(owner_id)
