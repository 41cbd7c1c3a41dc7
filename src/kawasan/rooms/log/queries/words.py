"""How other rooms call the values in documents that they commit to: for people, beside the value itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_CALLED: dict[str, dict[str, str]] = {}
_SAID: dict[tuple[str, str], Callable[[str], str]] = {}


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


def say_values(kind: str, says: Mapping[str, Callable[[str], str]]) -> None:
    """
    Say how a room tells values in documents of a kind that only it knows, by field: once, when the room is set up.

    What is given is asked in the page's transaction, and may refuse: then the value is shown as it stands.
    """
    _SAID.update({(kind, field): say for field, say in says.items()})


def said(kind: str, field: str, value: str) -> str:
    """Return what a room says for a value in a document of a kind, or nothing."""
    say = _SAID.get((kind, re.sub(r"\[\d+\]", "", field)))
    return say(value) if say else ""
