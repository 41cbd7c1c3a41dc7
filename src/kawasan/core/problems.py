"""Every "no" as an RFC 9457 problem document: its status and its members. Languages are the edge's business."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from kawasan.core.errors import (
    BadField,
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    InvalidInput,
    MissingField,
    NotFound,
    Refusal,
    Unauthenticated,
)
from kawasan.core.money import Money, format_money

CONTENT_TYPE = "application/problem+json"

# The only place that knows which kind of refusal is which HTTP status.
STATUS: tuple[tuple[type[Refusal], HTTPStatus], ...] = (
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE),
)

Texts = Callable[[Refusal], tuple[str, str]]


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    given = getattr(refusal, "status", None)
    if given is not None:
        return int(given)
    return next((int(status) for kind, status in STATUS if isinstance(refusal, kind)), 400)


def worded(
    title: str, detail: str, data: dict[str, Any], *, translate: Callable[[str], str], language: str
) -> tuple[str, str]:
    """Return title and detail in a language, the detail's names filled from ``data``."""
    shown = {name: _shown(value, language) for name, value in data.items()}
    title, detail = translate(title), translate(detail)
    try:
        return title, detail.format(**shown)
    except (KeyError, IndexError):
        return title, detail


def document(refusal: Refusal, *, instance: str, texts: Texts) -> dict[str, Any]:
    """Return the members of a problem document."""
    title, detail = texts(refusal)
    body: dict[str, Any] = {
        "type": f"/problems#{refusal.code}",
        "title": title,
        "status": status_of(refusal),
        "code": refusal.code,
        "detail": detail,
        "instance": instance,
    }
    body |= {name: _plain(value) for name, value in refusal.data.items() if name not in body}
    if refusal.field:
        body["field"] = refusal.field
    if isinstance(refusal, InvalidInput):
        body["errors"] = [_part(item, texts) for item in refusal.errors]
    return body


def headers(refusal: Refusal) -> dict[str, str]:
    """Return the HTTP headers that go with a refusal."""
    found = {"Cache-Control": "no-store"}
    if isinstance(refusal, Busy):
        found["Retry-After"] = str(refusal.retry_after_seconds)
    if isinstance(refusal, Unauthenticated):
        found["WWW-Authenticate"] = "Bearer"
    return found


def field_refusal(error: dict[str, Any]) -> Refusal:
    """Return what pydantic found wrong in one member of a JSON body as a refusal of ours."""
    parts = [str(part) for part in error["loc"]]
    name = ".".join(part for part in parts if part != "body") or (parts[-1] if parts else "body")
    if error["type"] == "missing":
        return MissingField(field=name, name=name)
    return BadField(field=name, problem=error["msg"])


def _part(item: Refusal, texts: Texts) -> dict[str, Any]:
    title, detail = texts(item)
    return {"code": item.code, "field": item.field, "title": title, "detail": detail}


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.minor, "currency": value.currency}
    if isinstance(value, UUID):
        return str(value)
    return value if isinstance(value, (str, int, bool, list, dict, type(None))) else str(value)


def _shown(value: Any, language: str) -> str:
    return format_money(value, language=language) if isinstance(value, Money) else str(value)
