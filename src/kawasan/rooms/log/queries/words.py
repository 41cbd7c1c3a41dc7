"""How other rooms call the values in documents that they commit to: for people, beside the value itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CALLED: dict[str, dict[str, str]] = {}


def call_values(field: str, words: Mapping[Any, str]) -> None:
    """
    Say how values of a field are called, as English texts that the reader's language has: once, when a room is set up.

    Of transfers: ``code``; ``account`` by an account's code; ``reference`` holds the prefix of the public id of what a
    transfer with a code belongs to.
    """
    _CALLED.setdefault(field, {}).update({str(value): text for value, text in words.items()})


def called(field: str, value: object) -> str:
    """Return how a value is called, in English, or nothing."""
    return _CALLED.get(field, {}).get(str(value), "")
