"""Idempotent writes: a request repeated under one key gets the first answer, other content a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.idempotency import KEY_LENGTH_MAX, BadIdempotencyKey, IdempotencyKeyReused, check_key
from kawasan.platform.db import requires_transaction
from kawasan.platform.models import IdempotencyKey

__all__ = ["KEY_LENGTH_MAX", "BadIdempotencyKey", "IdempotencyKeyReused", "check_key"]

KEPT = timedelta(days=30)


@requires_transaction
def once(
    *, actor: Actor, key: str | None, request: bytes, at: datetime, run: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any], bool]:
    """
    Run a write once per (actor, key); return (status, body, repeated).

    The key is inserted first, so a second request with it waits for the first to commit and then gets its answer. A
    refusal rolls the key back with everything else: the caller may try again. Raises BadIdempotencyKey,
    IdempotencyKeyReused.
    """
    key = check_key(key)
    owner = str(actor.person_id or "") or "business:" + ",".join(sorted(map(str, actor.businesses)))[:48]
    digest = hashlib.sha256(request).digest()
    row = IdempotencyKey(id=ids.uuid7(), owner=owner, key=key, request_hash=digest, at=at)
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    stored = IdempotencyKey.objects.get(owner=owner, key=key)
    if stored.pk != row.pk:
        if bytes(stored.request_hash) != digest:
            raise IdempotencyKeyReused
        return int(stored.status or 200), stored.body or {}, True
    status, body = run()
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, body=body)
    return status, body, False


@requires_transaction
def forget_old(*, at: datetime) -> int:
    """Drop keys older than KEPT; return how many."""
    return IdempotencyKey.objects.filter(at__lt=at - KEPT).delete()[0]
