"""Every "no" in one shape: RFC 9457 problem details for programs, a page with the same words for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kawasan.core.errors import Busy, Conflict, Forbidden, Invalid, InvalidInput, NotFound, Refusal, Unauthenticated
from kawasan.core.money import Money, format_money
from kawasan.platform.i18n import language
from kawasan.platform.telemetry import REFUSALS, log

R = TypeVar("R", bound=HttpResponse)

# The only place that knows which kind of refusal is which HTTP status.
STATUS: tuple[tuple[type[Refusal], HTTPStatus], ...] = (
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE),
)
# Refusals worth a log line even though nobody did anything wrong in the program.
_WORTH_A_LINE = (Forbidden, Busy)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    given = getattr(refusal, "status", None)
    if given is not None:
        return int(given)
    return next((int(status) for kind, status in STATUS if isinstance(refusal, kind)), 400)


def texts(refusal: Refusal) -> tuple[str, str]:
    """Return title and detail of a refusal in the reader's language."""
    return worded(refusal.title, refusal.detail, refusal.data)


def worded(title: str, detail: str, data: dict[str, Any]) -> tuple[str, str]:
    """Return a refusal's texts in the reader's language, also of one that was stored as texts and data."""
    shown = {name: _shown(value) for name, value in data.items()}
    title, detail = gettext(title), gettext(detail)
    try:
        return title, detail.format(**shown)
    except (KeyError, IndexError):
        return title, detail


def as_dict(refusal: Refusal, *, instance: str) -> dict[str, Any]:
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
        body["errors"] = [
            {"code": item.code, "field": item.field, "title": texts(item)[0], "detail": texts(item)[1]}
            for item in refusal.errors
        ]
    return body


def json_problem(request: HttpRequest, refusal: Refusal) -> JsonResponse:
    """Answer a program."""
    _note(request, refusal)
    response = JsonResponse(
        as_dict(refusal, instance=request.path),
        status=status_of(refusal),
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    return _with_headers(response, refusal)


def page_problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a person with a page."""
    _note(request, refusal)
    title, detail = texts(refusal)
    context = {"title": title, "detail": detail, "code": refusal.code, "status": status_of(refusal), "refusal": refusal}
    if isinstance(refusal, InvalidInput):
        context["errors"] = [texts(item) for item in refusal.errors]
    return _with_headers(render(request, "problem.html", context, status=status_of(refusal)), refusal)


def wants_json(request: HttpRequest) -> bool:
    """Whether this request comes from a program."""
    return request.path.startswith("/v1/") or request.headers.get("Accept", "").startswith("application/json")


def respond(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer whoever asks."""
    return json_problem(request, refusal) if wants_json(request) else page_problem(request, refusal)


def _with_headers(response: R, refusal: Refusal) -> R:
    if isinstance(refusal, Busy):
        response["Retry-After"] = str(refusal.retry_after_seconds)
    if isinstance(refusal, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    response["Cache-Control"] = "no-store"
    return response


def _note(request: HttpRequest, refusal: Refusal) -> None:
    REFUSALS.labels(refusal.code).inc()
    if isinstance(refusal, _WORTH_A_LINE):
        log.warning("refused", code=refusal.code, path=request.path, method=request.method)


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.minor, "currency": value.currency}
    if isinstance(value, (UUID,)):
        return str(value)
    return value if isinstance(value, (str, int, bool, list, dict, type(None))) else str(value)


def _shown(value: Any) -> str:
    return format_money(value, language=language()) if isinstance(value, Money) else str(value)
