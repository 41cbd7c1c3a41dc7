"""Idempotency-Keys: what one looks like, and what is said to one that is wrong or belongs to another request."""

from __future__ import annotations

from kawasan.core.errors import Conflict, Invalid, msg

KEY_LENGTH_MAX = 120


class IdempotencyKeyReused(Conflict):
    """The key was used for another request."""

    code = "idempotency-key-reused"
    title = msg("This key was used before")
    detail = msg("The Idempotency-Key belongs to a request with other content. Choose a new key.")


class BadIdempotencyKey(Invalid):
    """The key is missing, too long or holds odd characters."""

    code = "bad-idempotency-key"
    title = msg("Idempotency-Key needed")
    detail = msg("Send an Idempotency-Key header of 8 to 120 visible ASCII characters.")


def check_key(key: str | None) -> str:
    """Return a well-formed key. Raises BadIdempotencyKey."""
    if not key or not 8 <= len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise BadIdempotencyKey
    return key
