"""Pure decisions about API keys: how one looks, under which hash it is kept, and whom it stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from kawasan.core.access import STRANGER, Actor, BusinessRole, ZoneRole
from kawasan.rooms.zone.types import ZONE_SCOPES

KEY_PREFIX = "kw_"
PREFIX_LENGTH = len(KEY_PREFIX) + 8
SECRET_LENGTH_MAX = 80


def is_well_formed(secret: str) -> bool:
    """Whether this could be one of our keys."""
    return (
        secret.startswith(KEY_PREFIX) and len(secret) <= SECRET_LENGTH_MAX and secret.isascii() and "\0" not in secret
    )


def hash_of(secret: str) -> str:
    """
    Return the hash under which a key or a link's token is kept.

    Plain SHA-256 is right here: the secret is 256 random bits, so there is nothing to guess, and a slow hash would cost
    every API call.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def as_person(
    person_id: UUID, name: str, zone_role: str | None, businesses: Sequence[UUID], roles: Sequence[str]
) -> Actor:
    """Return a person with all roles."""
    return Actor(
        person_id=person_id,
        businesses={business: BusinessRole(role) for business, role in zip(businesses, roles, strict=True)},
        zone_role=ZoneRole(zone_role) if zone_role else None,
        name=name,
    )


def as_business(business_id: UUID, name: str, scopes: Iterable[str]) -> Actor:
    """Return whom a business's key stands for: its staff, narrowed to the key's scopes."""
    return Actor(businesses={business_id: BusinessRole.STAFF}, scopes=frozenset(scopes), name=name)


def as_key_of(person: Actor, scopes: Iterable[str]) -> Actor:
    """Return whom a person's key stands for: the person, narrowed to the key's scopes; a stranger if locked out."""
    allowed = frozenset(scopes)
    if not person.is_signed_in:
        return STRANGER
    return replace(person, scopes=allowed, zone_role=person.zone_role if allowed & ZONE_SCOPES else None)
