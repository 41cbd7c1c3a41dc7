"""Every "no" in one shape: RFC 9457 problem details for programs, a page with the same words for people."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kawasan.core import problems
from kawasan.core.errors import Busy, Forbidden, InvalidInput, Refusal
from kawasan.core.problems import status_of
from kawasan.platform.i18n import language
from kawasan.platform.telemetry import REFUSALS, log

__all__ = ["as_dict", "json_problem", "page_problem", "respond", "status_of", "texts", "wants_json", "worded"]

R = TypeVar("R", bound=HttpResponse)

# What only programs ask for, whatever they say that they accept.
_OF_PROGRAMS = ("/v1/", "/log/proof/", "/log/tile/")
# Refusals worth a log line even though nobody did anything wrong in the program.
_WORTH_A_LINE = (Forbidden, Busy)


def texts(refusal: Refusal) -> tuple[str, str]:
    """Return title and detail of a refusal in the reader's language."""
    return worded(refusal.title, refusal.detail, refusal.data)


def worded(title: str, detail: str, data: dict[str, Any]) -> tuple[str, str]:
    """Return a refusal's texts in the reader's language, also of one that was stored as texts and data."""
    return problems.worded(title, detail, data, translate=gettext, language=language())


def as_dict(refusal: Refusal, *, instance: str) -> dict[str, Any]:
    """Return the members of a problem document."""
    return problems.document(refusal, instance=instance, texts=texts)


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
    accepted = request.headers.get("Accept", "").partition(",")[0].partition(";")[0].strip()
    return request.path.startswith(_OF_PROGRAMS) or accepted == "application/json" or accepted.endswith("+json")


def respond(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer whoever asks."""
    return json_problem(request, refusal) if wants_json(request) else page_problem(request, refusal)


def _with_headers(response: R, refusal: Refusal) -> R:
    for name, value in problems.headers(refusal).items():
        response[name] = value
    return response


def _note(request: HttpRequest, refusal: Refusal) -> None:
    REFUSALS.labels(refusal.code).inc()
    if isinstance(refusal, _WORTH_A_LINE):
        log.warning("refused", code=refusal.code, path=request.path, method=request.method)
