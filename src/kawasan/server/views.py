"""Pages that no room owns: health, metrics, problems, errors."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import is_valid_path
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kawasan.core.errors import Forbidden, NotFound, Refusal, msg
from kawasan.platform.problems import respond
from kawasan.platform.schemas import zones


class FormExpired(Forbidden):
    """The page was open too long, or came from elsewhere."""

    code = "form-expired"
    title = msg("This page was open for too long")
    detail = msg("Go back, reload the page and send it again. Nothing was changed.")


class Failed(Refusal):
    """A fault of ours."""

    code = "internal-error"
    title = msg("Something went wrong on our side")
    detail = msg("Nothing was changed. We have noted the fault; please try again.")
    status = 500


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether the database answers and holds a zone: 200, or 503 with what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        count = len(zones())
    except Exception:
        return JsonResponse({"ready": False, "missing": "database"}, status=503)
    if not count:
        return JsonResponse({"ready": False, "missing": "zone"}, status=503)
    return JsonResponse({"ready": True, "zones": count})


def metrics(request: HttpRequest) -> HttpResponse:
    """Serve Prometheus metrics to this machine, or to whoever has KAWASAN_METRICS_TOKEN."""
    token = settings.KAWASAN_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1", "") and "X-Forwarded-For" not in request.headers
    if not (token and hmac.compare_digest(given, token)) and not (local and not token):
        raise Forbidden
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain an expired form."""
    del reason
    return respond(request, FormExpired())


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Explain an unknown address; one with a slash too many leads to the page that it means."""
    del exception
    known = request.path.rstrip("/")
    if request.method in ("GET", "HEAD") and known != request.path and is_valid_path(known):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{known}?{query}" if query else known)
    return respond(request, NotFound())


def failed(request: HttpRequest) -> HttpResponse:
    """Explain a fault of ours."""
    return respond(request, Failed())
