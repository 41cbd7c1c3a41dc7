"""Whom many API keys stand for, in one statement."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from kawasan.core.access import STRANGER, Actor
from kawasan.rooms.zone.rules import keys
from kawasan.rooms.zone.rules.decisions import needs_stamp

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

_ACTORS = """
select k.id, k.name, k.secret_hash, k.scopes, k.business_id, k.person_id, k.last_used_at, asked.secret,
       p.name, p.zone_role, p.businesses, p.roles
from unnest(%s::text[], %s::text[]) as asked (secret, prefix)
cross join lateral zone_actor_of_key(asked.prefix) k
left join lateral zone_actor_of_person(k.person_id) p on true
"""
_STAMP = "select zone_key_used(id, %s) from unnest(%s::uuid[]) as used (id)"


def actors_of_keys(cursor: Cursor, secrets: Collection[str], *, at: datetime) -> dict[str, Actor]:
    """
    Return whom each key stands for, as ``actor_of_key`` does for one; a stranger for an unknown or revoked key.

    Their last use is stamped at most once a minute.
    """
    found: dict[str, Actor] = dict.fromkeys(secrets, STRANGER)
    asked = [secret for secret in found if keys.is_well_formed(secret)]
    if not asked:
        return found
    cursor.execute(_ACTORS, [asked, [secret[: keys.PREFIX_LENGTH] for secret in asked]], binary=True)
    used: list[UUID] = []
    for key_id, name, digest, scopes, business_id, person_id, last_used_at, secret, *person in cursor.fetchall():
        if not hmac.compare_digest(digest, keys.hash_of(secret)):
            continue
        found[secret] = _actor(name, scopes, business_id, person_id, person)
        if needs_stamp(last_used_at, at):
            used.append(key_id)
    if used:
        cursor.execute(_STAMP, [at, used])
    return found


def _actor(name: str, scopes: list[str], business_id: UUID | None, person_id: UUID, person: list[Any]) -> Actor:
    if business_id is not None:
        return keys.as_business(business_id, name, scopes)
    if person[2] is None:  # gone or locked out
        return STRANGER
    return keys.as_key_of(keys.as_person(person_id, *person), scopes)
