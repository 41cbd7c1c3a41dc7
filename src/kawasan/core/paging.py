"""Keyset pages: a list is read in limited pages, each with an opaque cursor to the next."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kawasan.core.errors import Invalid, msg

LIMIT_DEFAULT = 24
LIMIT_MAX = 100

# NUL and lone surrogates.
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")

T = TypeVar("T")


class BadCursor(Invalid):
    """The cursor did not come from us."""

    code = "bad-cursor"
    title = msg("This page link is broken")
    detail = msg("Start again from the first page.")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list and the cursor of the next page (None on the last)."""

    items: tuple[T, ...]
    next_cursor: str | None


def clamp_limit(limit: int | None) -> int:
    """Return a page size between 1 and LIMIT_MAX."""
    return LIMIT_DEFAULT if limit is None else max(1, min(limit, LIMIT_MAX))


def encode_cursor(key: Sequence[Any]) -> str:
    """Turn a sort key (text, numbers) into an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(list(key), separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Read a cursor back; ``kinds`` are the expected types of the key's parts. Raises BadCursor."""
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise BadCursor from None
    if not isinstance(key, list) or len(key) != len(kinds):
        raise BadCursor
    if not all(_fits(part, kind) for part, kind in zip(key, kinds, strict=True)):
        raise BadCursor
    return tuple(key)


def _fits(part: object, kind: type) -> bool:
    # What PostgreSQL cannot hold in a text or a bigint is refused here, not as an error there.
    if isinstance(part, str):
        return kind is str and not _UNSTORABLE.search(part)
    if isinstance(part, int) and kind is int:
        return not isinstance(part, bool) and -(2**63) <= part < 2**63
    return isinstance(part, kind)


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]) -> Page[T]:
    """Make a page from ``limit + 1`` fetched rows: the extra row only tells that there is more."""
    items = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(items=items, next_cursor=encode_cursor(key(items[-1])) if more else None)
