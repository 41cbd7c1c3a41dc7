"""Who is asking: a person by session, a program by key."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.core.access import STRANGER, Actor
from kawasan.rooms.zone.rules import keys
from kawasan.rooms.zone.rules.decisions import needs_stamp
from kawasan.rooms.zone.rules.keys import KEY_PREFIX, PREFIX_LENGTH, hash_of

__all__ = ["KEY_PREFIX", "PREFIX_LENGTH", "actor_of_key", "actor_of_person", "hash_of"]


def actor_of_person(*, person_id: UUID) -> Actor:
    """Return a signed-in person with all roles, in one query; a stranger where the person is gone or locked out."""
    with connection.cursor() as cursor:
        cursor.execute("select name, zone_role, businesses, roles from zone_actor_of_person(%s)", [person_id])
        row = cursor.fetchone()
    if row is None:
        return STRANGER
    name, zone_role, businesses, roles = row
    return keys.as_person(person_id, name, zone_role, businesses, roles)


def actor_of_key(*, secret: str, at: datetime) -> Actor:
    """
    Return whom an API key stands for; a stranger for an unknown, revoked or malformed one.

    A business's key acts as that business's staff. A person's key acts as the person; it carries the person's zone role
    only with a zone scope. Either is narrowed to the key's scopes. The last use is stamped at most once a minute.
    """
    if not keys.is_well_formed(secret):
        return STRANGER
    with connection.cursor() as cursor:
        cursor.execute("select * from zone_actor_of_key(%s)", [secret[:PREFIX_LENGTH]])
        row = cursor.fetchone()
        if row is None or not hmac.compare_digest(row[2], hash_of(secret)):
            return STRANGER
        key_id, name, _, scopes, business_id, person_id, last_used_at = row
        if needs_stamp(last_used_at, at):
            cursor.execute("select zone_key_used(%s, %s)", [key_id, at])
    if business_id is not None:
        return keys.as_business(business_id, name, scopes)
    return keys.as_key_of(actor_of_person(person_id=person_id), scopes)
