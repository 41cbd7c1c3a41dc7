"""What ``kawasan verify`` asks this room."""

from __future__ import annotations

from collections.abc import Iterable

from kawasan.platform.checks import Finding
from kawasan.rooms.trace import api


def verify() -> Iterable[Finding]:
    """Compare columns with bytes, documents with their digests."""
    yield from api.verify_events()
    yield from api.verify_captures()
