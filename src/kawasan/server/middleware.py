"""What happens around every request: zone by host, who asks, refusals, headers, one log line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.utils.functional import SimpleLazyObject

from kawasan.core.access import STRANGER, Actor
from kawasan.core.errors import BodyTooLarge, MethodNotAllowed, NotFound, OnlyByButton, Refusal
from kawasan.platform import schemas
from kawasan.platform.problems import respond, wants_json
from kawasan.platform.telemetry import REQUESTS, log
from kawasan.server.wiring import actor_of_key, actor_of_person

Answer = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_WITHOUT_ZONE = ("/healthz", "/readyz", "/metrics", "/static/")


class SecurityHeaders:
    """Say to the browser what these pages never do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        return response


class ZoneOfHost:
    """Work inside the zone that the host name opens."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_WITHOUT_ZONE):
            return self.get_response(request)
        try:
            zone = schemas.zone_of_host(request.get_host())
        except Refusal as refusal:
            return respond(request, refusal)
        request.zone = zone  # type: ignore[attr-defined]
        with schemas.in_zone(zone.schema):
            response = self.get_response(request)
        _stay_in_zone(response, zone.schema)
        return response


def _stay_in_zone(response: HttpResponseBase, schema: str) -> None:
    """Let a file that is sent while it is read be read in its zone: the server asks for the rest of it later."""
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        response.streaming_content = _in_zone(schema, iter(response))


def _in_zone(schema: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = iter(chunks)
    while True:
        with schemas.in_zone(schema):
            chunk = next(rest, None)
        if chunk is None:
            return
        yield chunk


class BodyLimit:
    """Turn away a body that says it is too large before any of it is read."""

    bytes_max = 12 * 1024 * 1024  # a file of 10 MB and the form around it

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > self.bytes_max:
            return respond(request, BodyTooLarge(megabytes=self.bytes_max // 1024**2))
        return self.get_response(request)


class RequestLog:
    """Time each request for /metrics and log the slow and the failed."""

    slow_seconds = 1.0

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = perf_counter()
        response = self.get_response(request)
        seconds = perf_counter() - start
        match = request.resolver_match
        route = (match.route if match else "") or "-"
        REQUESTS.labels(route, str(response.status_code)).observe(seconds)
        if seconds > self.slow_seconds or response.status_code >= 500:
            log.warning(
                "request", route=route, method=request.method, status=response.status_code, seconds=round(seconds, 3)
            )
        return response


class WhoAsks:
    """Build the actor, lazily, from the API key or the session."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return actor_of_key(header[7:].strip())
    user = request.user
    return actor_of_person(user.pk) if user.is_authenticated else STRANGER


class Refusals:
    """Turn refusals that reach the edge into problem documents or pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_told = response.get("Content-Type", "").startswith("application/problem+json")
        return response if response.status_code != 405 or is_told else self._wrong_method(request, response["Allow"])

    @staticmethod
    def _wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
        """Say with words what Django's and ninja's bare answers leave to guess."""
        kind = MethodNotAllowed if wants_json(request) else OnlyByButton
        response = respond(request, kind(allowed=allowed))
        response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return respond(request, exception)
        if isinstance(exception, Http404):
            return respond(request, NotFound())
        if isinstance(exception, ImmediateHttpResponse | ReauthenticationRequired):
            return None  # no fault: allauth's middleware answers these
        log.error("request-failed", path=request.path, method=request.method, exc_info=exception)
        return None
