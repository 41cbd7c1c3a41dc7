"""Answers as bytes: orders, problems in the reader's language, and the status line around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson

from kawasan.core import problems
from kawasan.core.errors import Busy, Refusal
from kawasan.intake import languages
from kawasan.rooms.commerce.rules.checkout import Draft
from kawasan.rooms.commerce.rules.placed import placed_json

JSON = "application/json"
PLAIN = "text/plain"
METRICS = "text/plain; version=0.0.4; charset=utf-8"
_STATUS_LINES = {
    int(status): f"HTTP/1.1 {int(status)} {status.phrase}\r\n".encode() for status in HTTPStatus if status >= 200
}
_REPEATED = {"Idempotent-Replayed": "true"}
_CREATED = _STATUS_LINES[201] + f"Content-Type: {JSON}\r\nContent-Length: ".encode()
_NOTHING: dict[str, str] = {}


def response(
    status: int, body: bytes, *, keep_alive: bool, kind: str = JSON, headers: Mapping[str, str] = _NOTHING
) -> bytes:
    """Return a whole HTTP response."""
    more = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    end = "" if keep_alive else "Connection: close\r\n"
    head = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}{end}\r\n"
    return _STATUS_LINES[status] + head.encode("latin-1") + body


def placed(draft: Draft, *, repeated: bool, keep_alive: bool) -> bytes:
    """Return the answer to an order that was placed."""
    body = placed_json(draft).encode()
    if keep_alive and not repeated:  # nearly all of them
        return b"%b%d\r\n\r\n%b" % (_CREATED, len(body), body)
    return response(201, body, keep_alive=keep_alive, headers=_REPEATED if repeated else _NOTHING)


def problem(refusal: Refusal, *, path: str, language: str, keep_alive: bool, allow: str = "") -> bytes:
    """Return a refusal as a problem document (RFC 9457)."""
    if isinstance(refusal, Busy) and not refusal.data and refusal.field is None:
        return _BUSY(type(refusal), path, language, keep_alive)
    return _problem(refusal, path=path, language=language, keep_alive=keep_alive, allow=allow)


# The more often it is said, the less time there is to say it: each is written once for its reader's language.
def _busy(kind: type[Busy], path: str, language: str, keep_alive: bool) -> bytes:
    return _problem(kind(), path=path, language=language, keep_alive=keep_alive, allow="")


_BUSY: Callable[[type[Busy], str, str, bool], bytes] = lru_cache(maxsize=256)(_busy)  # type: ignore[assignment]


def _problem(refusal: Refusal, *, path: str, language: str, keep_alive: bool, allow: str) -> bytes:
    body = orjson.dumps(document(refusal, path=path, language=language))
    headers = problems.headers(refusal) | ({"Allow": allow} if allow else {})
    status = problems.status_of(refusal)
    return response(status, body, keep_alive=keep_alive, kind=problems.CONTENT_TYPE, headers=headers)


def document(refusal: Refusal, *, path: str, language: str) -> dict[str, Any]:
    """Return a refusal as the members of a problem document in a language."""
    translate = languages.translator(language)

    def texts(item: Refusal) -> tuple[str, str]:
        return problems.worded(item.title, item.detail, item.data, translate=translate, language=language)

    return problems.document(refusal, instance=path, texts=texts)


def one_of_many(result: Draft | Refusal, *, repeated: bool, path: str, language: str) -> dict[str, Any]:
    """Return an order's own answer within the answer to a batch."""
    if isinstance(result, Refusal):
        return {"status": problems.status_of(result), "problem": document(result, path=path, language=language)}
    return {"status": 201, "repeated": repeated, "order_group": orjson.Fragment(placed_json(result))}
