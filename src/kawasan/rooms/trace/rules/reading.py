"""Takes a document apart into its events without changing a byte of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from kawasan.core.errors import msg
from kawasan.rooms.trace.types.events import DOCUMENT_BYTES_MAX, EVENTS_MAX, ReadDocument, ReadEvent
from kawasan.rooms.trace.types.refusals import BodyTooLarge, DocumentUnreadable, TooManyEvents

_SPACE = re.compile(r"[ \t\n\r]*")
_DESCEND = ("epcisBody", "queryResults", "resultsBody")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_scan: Any = json.JSONDecoder(parse_constant=_refuse_constant).scan_once  # type: ignore[attr-defined]
Visit = Callable[[str, int], int]


def read_document(body: bytes) -> ReadDocument:
    """
    Return a document's head and its events, each with the very bytes that were sent.

    Integers keep all their digits. Raises DocumentUnreadable, TooManyEvents, BodyTooLarge.
    """
    text = _text_of(body)
    try:
        reader = _Reader(text)
        end = reader.members(_skip(text, 0), reader.top)
        if _skip(text, end) != len(text):
            raise DocumentUnreadable(problem=msg("something follows its end"))
    except (ValueError, StopIteration, IndexError, RecursionError) as error:
        raise _unreadable(error, text) from None
    if len(reader.spans) > EVENTS_MAX:
        raise TooManyEvents(most=EVENTS_MAX)
    return reader.document()


def read_event(body: bytes) -> ReadEvent:
    """Return a single event. Raises DocumentUnreadable, BodyTooLarge."""
    text = _text_of(body)
    try:
        value, end = _scan(text, _skip(text, 0))
        if _skip(text, end) != len(text):
            raise DocumentUnreadable(problem=msg("something follows its end"))
    except (ValueError, StopIteration, IndexError, RecursionError) as error:
        raise _unreadable(error, text) from None
    if not isinstance(value, dict):
        raise DocumentUnreadable(problem=msg("an event is an object"))
    return ReadEvent(body, value)


def joined(pieces: tuple[bytes, ...] | list[bytes], events: list[bytes]) -> bytes:
    """Put a document together again."""
    parts = [pieces[0]]
    for event, piece in zip(events, pieces[1:], strict=True):
        parts += [event, piece]
    return b"".join(parts)


STANDARD_CONTEXTS = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    "https://gs1.github.io/EPCIS/epcis-context.jsonld",
)


def own_names(context: Any) -> list[Any] | None:
    """Return what a document's context adds to the standard one; None where it adds nothing."""
    parts = context if isinstance(context, list) else [context]
    added = [part for part in parts if part not in STANDARD_CONTEXTS and part is not None]
    return added or None


def _unreadable(error: Exception, text: str) -> DocumentUnreadable:
    """Say where JSON stopped being JSON."""
    if isinstance(error, RecursionError):
        return DocumentUnreadable(problem=msg("it is nested too deep"))
    at = error.pos if isinstance(error, json.JSONDecodeError) else None
    if isinstance(error, StopIteration):  # the scanner found no value at this place
        at = error.value
    if at is None and isinstance(error, ValueError):
        return DocumentUnreadable(problem=msg("it is not JSON"))
    if at is None or at >= len(text):
        return DocumentUnreadable(problem=msg("it ends too early"))
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return DocumentUnreadable(
        problem=msg("it is not JSON in line {line}, at character {column}"), line=line, column=column
    )


def _text_of(body: bytes) -> str:
    if len(body) > DOCUMENT_BYTES_MAX:
        raise BodyTooLarge(megabytes=DOCUMENT_BYTES_MAX // 1024**2)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise DocumentUnreadable(problem=msg("it is not UTF-8")) from None


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


class _Reader:
    """Walks through the outer members of a document and remembers where each event begins and ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.head: dict[str, Any] = {}
        self.bodies: list[Any] = []
        self.spans: list[tuple[int, int]] = []
        self._inside: dict[str, Any] = self.head
        self._has_list = False

    def top(self, key: str, at: int) -> int:
        """Take one member: go into the body, take the list of events apart, read anything else."""
        if key in self._inside:
            raise DocumentUnreadable(problem=msg("{name} stands there twice"), name=key[:80])
        opening = self.text[at]
        if key in _DESCEND and opening == "{":
            outer = self._inside
            outer[key] = self._inside = {}
            end = self.members(at, self.top)
            self._inside = outer
            return end
        if key == "eventList" and opening == "[" and not self._has_list and self._inside is not self.head:
            self._has_list, self._inside[key] = True, []
            return self._elements(at)
        self._inside[key], end = _scan(self.text, at)
        return int(end)

    def members(self, at: int, visit: Visit) -> int:
        """Visit each member of the object at a place and return where it ends."""
        if self.text[at] != "{":
            raise DocumentUnreadable(problem=msg("a document is an object"))
        at = _skip(self.text, at + 1)
        if self.text[at] == "}":
            return at + 1
        while True:
            if self.text[at] != '"':
                raise json.JSONDecodeError("a member needs a name in quotation marks", self.text, at)
            key, at = scanstring(self.text, at + 1, True)
            at = _skip(self.text, at)
            if self.text[at] != ":":
                raise json.JSONDecodeError("a colon is missing", self.text, at)
            at = _skip(self.text, visit(key, _skip(self.text, at + 1)))
            if self.text[at] == "}":
                return at + 1
            if self.text[at] != ",":
                raise json.JSONDecodeError("a comma is missing", self.text, at)
            at = _skip(self.text, at + 1)

    def _elements(self, at: int) -> int:
        at = _skip(self.text, at + 1)
        if self.text[at] == "]":
            return at + 1
        while True:
            body, end = _scan(self.text, at)
            self.bodies.append(body)
            self.spans.append((at, end))
            at = _skip(self.text, end)
            if self.text[at] == "]":
                return at + 1
            if self.text[at] != ",":
                raise json.JSONDecodeError("a comma is missing", self.text, at)
            at = _skip(self.text, at + 1)

    def document(self) -> ReadDocument:
        """Return what was found."""
        text, pieces, events, last = self.text, [], [], 0
        for (start, end), body in zip(self.spans, self.bodies, strict=True):
            if not isinstance(body, dict):
                raise DocumentUnreadable(problem=msg("an event is an object"))
            pieces.append(text[last:start].encode())
            events.append(ReadEvent(text[start:end].encode(), body))
            last = end
        return ReadDocument(self.head, tuple(events), (*pieces, text[last:].encode()))
