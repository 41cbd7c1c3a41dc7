"""Who is asking: a person by session, a program by key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.core.access import STRANGER, Actor, BusinessRole, ZoneRole
from kawasan.rooms.zone.rules.decisions import needs_stamp
from kawasan.rooms.zone.types import ZONE_SCOPES

KEY_PREFIX = "kw_"
PREFIX_LENGTH = len(KEY_PREFIX) + 8
SECRET_LENGTH_MAX = 80


def actor_of_person(*, person_id: UUID) -> Actor:
    """Return a signed-in person with all roles, in one query; a stranger where the person is gone or locked out."""
    with connection.cursor() as cursor:
        cursor.execute("select name, zone_role, businesses, roles from zone_actor_of_person(%s)", [person_id])
        row = cursor.fetchone()
    if row is None:
        return STRANGER
    name, zone_role, businesses, roles = row
    return Actor(
        person_id=person_id,
        businesses={business: BusinessRole(role) for business, role in zip(businesses, roles, strict=True)},
        zone_role=ZoneRole(zone_role) if zone_role else None,
        name=name,
    )


def actor_of_key(*, secret: str, at: datetime) -> Actor:
    """
    Return whom an API key stands for; a stranger for an unknown, revoked or malformed one.

    A business's key acts as that business's staff. A person's key acts as the person; it carries the person's zone role
    only with a zone scope. Either is narrowed to the key's scopes. The last use is stamped at most once a minute.
    """
    if not secret.startswith(KEY_PREFIX) or len(secret) > SECRET_LENGTH_MAX or not secret.isascii() or "\0" in secret:
        return STRANGER
    with connection.cursor() as cursor:
        cursor.execute("select * from zone_actor_of_key(%s)", [secret[:PREFIX_LENGTH]])
        row = cursor.fetchone()
        if row is None or not hmac.compare_digest(row[2], hash_of(secret)):
            return STRANGER
        key_id, name, _, scopes, business_id, person_id, last_used_at = row
        if needs_stamp(last_used_at, at):
            cursor.execute("select zone_key_used(%s, %s)", [key_id, at])
    allowed = frozenset(scopes)
    if business_id is not None:
        return Actor(businesses={business_id: BusinessRole.STAFF}, scopes=allowed, name=name)
    person = actor_of_person(person_id=person_id)
    if not person.is_signed_in:
        return STRANGER
    return replace(person, scopes=allowed, zone_role=person.zone_role if allowed & ZONE_SCOPES else None)


def hash_of(secret: str) -> str:
    """
    Return the hash under which a key or a link's token is kept.

    Plain SHA-256 is right here: the secret is 256 random bits, so there is nothing to guess, and a slow hash would cost
    every API call.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
