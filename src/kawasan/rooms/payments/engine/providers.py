"""Whether the zone has a provider, for whoever takes orders without Django."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

from kawasan.rooms.payments.rules.snap.profiles import SANDBOX

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

_ACTIVE = "select exists (select from payments_provider where is_active and (%s or profile <> %s))"


def has_provider(cursor: Cursor, *, with_sandbox: bool) -> bool:
    """Tell whether somebody makes payment codes here, as ``active_provider`` does; the sandbox counts where it may."""
    row = cursor.execute(_ACTIVE, [with_sandbox, SANDBOX]).fetchone()
    return bool(row and row[0])
