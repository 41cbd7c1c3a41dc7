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
select prefix, id, name, secret_hash, scopes, business_id, person_id, last_used_at,
       person_name, zone_role, businesses, roles
from zone_actors_of_keys(%s::text[])
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
    cursor.execute(_ACTORS, [[_prefix(secret) for secret in asked]], binary=True)
    known = {row[0]: row[1:] for row in cursor.fetchall()}
    used: list[UUID] = []
    for secret in asked:
        key = known.get(_prefix(secret))
        if key is None or not hmac.compare_digest(key[2], keys.hash_of(secret)):
            continue
        key_id, name, _, scopes, business_id, person_id, last_used_at, *person = key
        found[secret] = _actor(name, scopes, business_id, person_id, person)
        if needs_stamp(last_used_at, at):
            used.append(key_id)
    if used:
        cursor.execute(_STAMP, [at, used])
    return found


def _prefix(secret: str) -> str:
    return secret[: keys.PREFIX_LENGTH]


def _actor(name: str, scopes: list[str], business_id: UUID | None, person_id: UUID, person: list[Any]) -> Actor:
    if business_id is not None:
        return keys.as_business(business_id, name, scopes)
    if person[0] is None:  # gone or locked out
        return STRANGER
    return keys.as_key_of(keys.as_person(person_id, *person), scopes)
