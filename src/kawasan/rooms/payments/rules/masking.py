"""What of a provider's message may be shown: our own words as they are, everything else masked."""

from __future__ import annotations

import json
from typing import Any, Final

DETAILS_MAX = 60
KEPT = 4  # the last letters of what is masked
_KEY_LENGTH_MAX = 80

# Numbers of messages, money and bills say nothing about a person. Whatever else a provider sends (payer's name, phone,
# account, device) is masked, known or not.
_SHOWN: Final = frozenset(
    {
        "eventId",
        "kind",
        "reference",
        "moneyId",
        "amount.value",
        "amount.currency",
        "happenedAt",
    }
)


def masked_details(body: bytes) -> tuple[tuple[str, str], ...]:
    """Return the fields of a message, at most DETAILS_MAX; a body that is not an object in JSON shows nothing."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(told, dict):
        return ()
    found: list[tuple[str, str]] = []
    _flatten("", told, found)
    return tuple((name[:_KEY_LENGTH_MAX], value if name in _SHOWN else masked(value)) for name, value in found)


def masked(value: str) -> str:
    """Return a value with all but its last letters hidden; a short one is hidden whole."""
    return "•" * min(8, len(value) - KEPT) + value[-KEPT:] if len(value) > 2 * KEPT else "•" * len(value)


def _flatten(name: str, value: Any, found: list[tuple[str, str]]) -> None:
    if len(found) >= DETAILS_MAX:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}.{key}" if name else str(key), inner, found)
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            _flatten(f"{name}.{number}", inner, found)
    elif value is not None:
        found.append((name, str(value)))
