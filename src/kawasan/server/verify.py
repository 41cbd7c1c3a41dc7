"""``kawasan verify``: ask every room whether its stored data keeps the promises."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.server.wiring import CHECKS

TIMEOUT_MS = 600_000


def verify_zone(schema: str) -> list[dict[str, Any]]:
    """Return every finding of one zone, each with the check that made it; an empty list means all promises hold."""
    found: list[dict[str, Any]] = []
    with in_zone(schema):
        for name, check in CHECKS.items():
            with transaction(SYSTEM, statement_timeout_ms=TIMEOUT_MS):
                found += [{"zone": schema, "check": name} | asdict(item) for item in check()]
    return found
