"""API keys: made, shown once, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.zone import models
from kawasan.rooms.zone.actions.log import note
from kawasan.rooms.zone.queries.actors import KEY_PREFIX, PREFIX_LENGTH, hash_of
from kawasan.rooms.zone.queries.people import as_key
from kawasan.rooms.zone.rules.applications import check_name
from kawasan.rooms.zone.rules.decisions import KEYS_MAX, check_scopes
from kawasan.rooms.zone.types import ZONE_SCOPES, Key, NewKey, TooManyKeys, UnknownKey, UnknownScope


@requires_transaction
def create_key(
    *, actor: Actor, name: str, scopes: Iterable[str], at: datetime, business_id: UUID | None = None
) -> NewKey:
    """
    Make a key of a business (its owners may), or of the caller; the answer holds the secret this once.

    Every call makes another key. Zone scopes are for keys of people with a role in the zone.
    Raises InvalidName, UnknownScope, TooManyKeys.
    """
    person_id = actor.need_person()
    if business_id is not None:
        actor.need_business(business_id, BusinessRole.OWNER)
    allowed = check_scopes(scopes)
    if ZONE_SCOPES & set(allowed) and (business_id is not None or actor.zone_role is None):
        raise UnknownScope(field="scopes")
    owner = {"business_id": business_id} if business_id else {"person_id": person_id}
    if models.Key.objects.filter(**owner, revoked_at__isnull=True).count() >= KEYS_MAX:
        raise TooManyKeys(most=KEYS_MAX)
    secret = KEY_PREFIX + secrets.token_urlsafe(6).replace("-", "A").replace("_", "B") + secrets.token_urlsafe(32)
    row = models.Key(
        id=ids.uuid7(),
        name=check_name(name),
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=hash_of(secret),
        scopes=list(allowed),
        created_at=at,
        created_by=person_id,
        **owner,
    )
    row.save(force_insert=True)
    note(actor, "key_created", at=at, business_id=business_id, text=row.prefix)
    return NewKey(key=as_key(row), secret=secret)


@requires_transaction
def revoke_key(*, actor: Actor, key_id: UUID, at: datetime) -> Key:
    """Make a key useless from now on; a repeat returns it as it is. Raises UnknownKey."""
    person_id = actor.need_person()
    row = models.Key.objects.select_for_update().filter(pk=key_id).first()
    if row is None or (row.business_id is None and row.person_id != person_id):
        raise UnknownKey
    if row.business_id is not None:
        actor.need_business(row.business_id, BusinessRole.OWNER)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = at, person_id
        row.save(update_fields=["revoked_at", "revoked_by"])
        note(actor, "key_revoked", at=at, business_id=row.business_id, text=row.prefix)
    return as_key(row)
