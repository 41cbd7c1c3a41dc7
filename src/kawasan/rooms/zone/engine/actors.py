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


class Keyholders:
    """Whom keys stand for, asked at once for all of them: in a pipeline it only sends."""

    def __init__(self, cursor: Cursor, secrets: Collection[str]) -> None:
        self._cursor, self._secrets = cursor, secrets
        asked = [_prefix(secret) for secret in secrets if keys.is_well_formed(secret)]
        self._has_asked = bool(asked)
        if asked:
            cursor.execute(_ACTORS, [asked], binary=True)

    def answers(self, *, at: datetime) -> tuple[dict[str, Actor], list[UUID]]:
        """
        Return whom each key stands for, as ``actor_of_key`` does for one, a stranger for an unknown or revoked key.

        And the keys whose last use is to be stamped, at most once a minute.
        """
        found: dict[str, Actor] = dict.fromkeys(self._secrets, STRANGER)
        known = {row[0]: row[1:] for row in self._cursor.fetchall()} if self._has_asked else {}
        used: list[UUID] = []
        for secret in found:
            key = known.get(_prefix(secret))
            if key is None or not hmac.compare_digest(key[2], keys.hash_of(secret)):
                continue
            key_id, name, _, scopes, business_id, person_id, last_used_at, *person = key
            found[secret] = _actor(name, scopes, business_id, person_id, person)
            if needs_stamp(last_used_at, at):
                used.append(key_id)
        return found, used


def stamp_keys(cursor: Cursor, key_ids: Collection[UUID], *, at: datetime) -> None:
    """Note when keys were last used."""
    cursor.execute(_STAMP, [at, list(key_ids)])


def _prefix(secret: str) -> str:
    return secret[: keys.PREFIX_LENGTH]


def _actor(name: str, scopes: list[str], business_id: UUID | None, person_id: UUID, person: list[Any]) -> Actor:
    if business_id is not None:
        return keys.as_business(business_id, name, scopes)
    if person[0] is None:  # gone or locked out
        return STRANGER
    return keys.as_key_of(keys.as_person(person_id, *person), scopes)
