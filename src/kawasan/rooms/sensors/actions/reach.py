"""Whose devices: a business's people, or for the zone's own city service its staff."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.rooms.zone import api as zone


def need_keeper(actor: Actor, owner_id: UUID) -> None:
    """Require that the actor may change devices of an owner. Raises Unauthenticated, NotFound, Forbidden."""
    actor.need_scope("devices:write")
    if owner_id == zone.ZONE_OWNER:
        actor.need_zone(ZoneRole.STAFF)
    else:
        actor.need_business(owner_id, BusinessRole.OWNER, BusinessRole.STAFF)


def next_number() -> int:
    """Return a new number for an entity of SensorThings, which wants numbers for ids."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('sensors_number')")
        return int(cursor.fetchone()[0])
