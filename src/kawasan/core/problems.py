"""Every "no" as an RFC 9457 problem document: its status and its members. Languages are the edge's business."""

from __future__ import annotations

import re
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
    msg,
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

_NAME = re.compile(r"\{(\w+)\}")
_UNREADABLE = msg("Cannot parse request body")  # ninja's words for a body that is not JSON
# What pydantic finds in a body, under its own names and with its own limits; what is not here is told in English.
_FIELD_PROBLEMS = {
    "string_type": msg("A text is needed."),
    "string_too_short": msg("The text is too short: at least {min_length}."),
    "string_too_long": msg("The text is too long: at most {max_length}."),
    "string_pattern_mismatch": msg("The text does not have the form {pattern}."),
    "int_type": msg("A whole number is needed."),
    "int_parsing": msg("A whole number is needed."),
    "int_from_float": msg("A whole number is needed."),
    "float_type": msg("A number is needed."),
    "float_parsing": msg("A number is needed."),
    "decimal_type": msg("A number is needed."),
    "decimal_parsing": msg("A number is needed."),
    "bool_type": msg("true or false is needed."),
    "bool_parsing": msg("true or false is needed."),
    "greater_than": msg("More than {gt} is needed."),
    "greater_than_equal": msg("At least {ge} is needed."),
    "less_than": msg("Less than {lt} is needed."),
    "less_than_equal": msg("At most {le} is allowed."),
    "enum": msg("One of {expected} is needed."),
    "literal_error": msg("One of {expected} is needed."),
    "list_type": msg("A list is needed."),
    "too_short": msg("The list is too short: at least {min_length}."),
    "too_long": msg("The list is too long: at most {max_length}."),
    "dict_type": msg("An object is needed."),
    "model_attributes_type": msg("An object is needed."),
    "model_type": msg("An object is needed."),
    "uuid_type": msg("An id (UUID) is needed."),
    "uuid_parsing": msg("An id (UUID) is needed."),
    "date_type": msg("A date such as 2026-11-22 is needed."),
    "date_parsing": msg("A date such as 2026-11-22 is needed."),
    "date_from_datetime_parsing": msg("A date such as 2026-11-22 is needed."),
    "datetime_type": msg("A moment such as 2026-11-22T10:00:00+07:00 is needed."),
    "datetime_parsing": msg("A moment such as 2026-11-22T10:00:00+07:00 is needed."),
    "datetime_from_date_parsing": msg("A moment such as 2026-11-22T10:00:00+07:00 is needed."),
    "timezone_aware": msg("The moment needs its time zone."),
    "extra_forbidden": msg("This field is not known here."),
}

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
    """
    Return title and detail in a language, the detail's names filled from ``data``.

    ``problem`` in the data is a text for people as well: it is translated, and its names are filled too.
    """
    shown = {name: _shown(value, language) for name, value in data.items()}
    if isinstance(problem := data.get("problem"), str) and problem:
        shown["problem"] = _filled(translate(problem), shown)
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
    if isinstance(problem := body.get("problem"), str):
        body["problem"] = _filled(problem, {name: str(value) for name, value in refusal.data.items()})
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
    told = error.get("ctx", {})
    known = _FIELD_PROBLEMS.get(error["type"], "")
    if not known:
        return BadField(field=name, problem=error["msg"])
    return BadField(field=name, problem=known, **{key: told[key] for key in _NAME.findall(known) if key in told})


def _filled(text: str, values: dict[str, str]) -> str:
    """Fill in what is known and leave everything else alone: a problem can quote what somebody sent."""
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


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
