"""The one JSON API under /v1/: authentication, problems, idempotent answers. Rooms bring their routers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyCookie, HttpBearer

from kawasan import __version__
from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.core.errors import BadField, InvalidInput, NotFound, Refusal, Unauthenticated
from kawasan.core.problems import field_refusal
from kawasan.platform import idempotency
from kawasan.platform.problems import json_problem
from kawasan.platform.web import actor_of


class KeyAuth(HttpBearer):
    """``Authorization: Bearer kw_...``: a key of a business or person, made on the keys page."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of(request)
        return actor if actor.is_signed_in else None


class SessionAuth(APIKeyCookie):
    """The browser's session (with the CSRF token on writes)."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor = actor_of(request)
        return actor if actor.person_id is not None else None


def make_api() -> NinjaAPI:
    """Return the API with its handlers; the server adds the rooms' routers."""
    api = NinjaAPI(
        title="Kawasan",
        version=__version__,
        description="One API for everything a zone's businesses, buyers and programs do. "
        "Amounts are integers in the currency's minor unit (Rp1 = 100). Errors are RFC 9457 problems.",
        auth=[KeyAuth(), SessionAuth()],
        urls_namespace="v1",
        openapi_url="/openapi.json",
        docs_url=None,  # our own page, without a foreign script: server/reference.py
    )
    api.add_exception_handler(Refusal, cast(Any, json_problem))
    api.add_exception_handler(ValidationError, cast(Any, _invalid))
    api.add_exception_handler(AuthenticationError, lambda request, _: json_problem(request, Unauthenticated()))
    api.add_exception_handler(HttpError, cast(Any, _http_error))
    return api


def once(request: HttpRequest, run: Callable[[], tuple[int, dict[str, Any]]]) -> HttpResponse:
    """Answer a write under its Idempotency-Key header; a repeat carries ``Idempotent-Replayed: true``."""
    body = request.method.encode() + b" " + request.path.encode() + b"\n" + request.body  # type: ignore[union-attr]
    key = request.headers.get("Idempotency-Key")
    status, answer, repeated = idempotency.once(actor=actor_of(request), key=key, request=body, at=clock.now(), run=run)
    response = JsonResponse(answer, status=status)
    if repeated:
        response["Idempotent-Replayed"] = "true"
    return response


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return json_problem(request, InvalidInput([field_refusal(_in_body(item)) for item in error.errors]))


def _in_body(item: dict[str, Any]) -> dict[str, Any]:
    """Name the member without where ninja found it: path, query or body, and the view's own argument."""
    inside = tuple(part for part in item["loc"][1:] if part != "body")
    return item | {"loc": inside or item["loc"][-1:]}


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return json_problem(request, NotFound() if error.status_code == 404 else BadField(problem=str(error)))
