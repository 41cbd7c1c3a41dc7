"""What the endpoints of EPCIS share: who asks, for which business, and answers in the standard's shapes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from kawasan.core.access import Actor
from kawasan.core.errors import Forbidden, NotFound, Refusal, Unauthenticated, msg
from kawasan.core.paging import Page
from kawasan.platform import problems
from kawasan.platform.web import actor_of
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone

View = Callable[..., HttpResponse]

# What each kind of refusal is called in EPCIS 2.0 (section 12.3); ours are the `code`.
_TYPES: tuple[tuple[type[Refusal] | tuple[type[Refusal], ...], str], ...] = (
    ((Unauthenticated, Forbidden), "SecurityException"),
    (trace.TooManyEvents, "CaptureLimitExceededException"),
    ((trace.UnknownQuery, trace.UnknownSubscription), "NoSuchNameException"),
    (trace.QueryNameTaken, "DuplicateNameException"),
    (trace.EventIdTaken, "ResourceAlreadyExistsException"),
    (trace.QueryInvalid, "QueryParameterException"),
    (trace.DestinationRefused, "InvalidURIException"),
    (trace.ScheduleInvalid, "SubscriptionControlsException"),
    (trace.TooManySubscriptions, "SubscribeNotPermittedException"),
    (NotFound, "NoSuchResourceException"),
)
_HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
    # Events are given back in the very names that they were captured in.
    "GS1-EPC-Format": "Never_Translates",
    "GS1-CBV-XML-Format": "Never_Translates",
    "GS1-Capture-Error-Behaviour": trace.CaptureMode.ROLLBACK.value,
    "GS1-EPCIS-Capture-Limit": str(trace.EVENTS_MAX),
    "GS1-EPCIS-Capture-File-Size-Limit": str(trace.DOCUMENT_BYTES_MAX),
    "X-Content-Type-Options": "nosniff",
}
_JSON = ("application/json", "application/ld+json")
_OURS = (2, 0, 0)
_NOT_ACCEPTABLE, _OF_HTTP = "NotAcceptableException", "about:blank"  # EPCIS has no name of its own for the latter


def endpoint(**views: View) -> View:
    """
    Return the view of an address: one function for each method, refusals as EPCIS problems.

    Writing needs a key in the Authorization header: a browser's session alone could be made to write by another site.
    """
    methods = {name.upper(): view for name, view in views.items()}

    @csrf_exempt
    @functools.wraps(next(iter(views.values())))
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = _answer(methods, request, *args, **kwargs)
        except Refusal as refusal:
            response = problem(request, refusal)
        for name, value in _HEADERS.items():
            response.setdefault(name, value)
        return response

    return answer


def _answer(methods: dict[str, View], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    method = "GET" if request.method == "HEAD" else str(request.method)
    allowed = ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))
    if method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allowed})
    if not actor_of(request).is_signed_in:
        raise Unauthenticated
    if method not in methods:
        text = gettext("Here there is {allowed}.").format(allowed=allowed)
        refused = as_problem(request, _OF_HTTP, 405, msg("This method is not known here"), text, "method-not-allowed")
        refused["Allow"] = allowed
        return refused
    if method in ("POST", "PUT", "DELETE") and not request.headers.get("Authorization", "").startswith("Bearer "):
        raise Unauthenticated
    return _unwelcome(request, method) or methods[method](request, *args, **kwargs)


def _unwelcome(request: HttpRequest, method: str) -> HttpResponse | None:
    """Answer whoever sends or wants something else than EPCIS 2.0 in JSON. Without a header everything is welcome."""
    sent = request.content_type or "application/json"
    if method == "POST" and sent not in _JSON:
        xml = gettext("EPCIS in XML is not taken here. Send JSON-LD.")
        detail = xml if "xml" in sent else gettext("Send application/json.")
        return as_problem(request, "UnsupportedMediaTypeException", 415, "JSON", detail, "bad-field")
    if not any(request.accepts(kind) for kind in (*_JSON, "application/problem+json")):
        detail = gettext("Answers are application/ld+json.")
        return as_problem(request, _NOT_ACCEPTABLE, 406, "JSON", detail, "not-acceptable")
    for name in ("GS1-EPCIS", "GS1-CBV"):
        low, high = (_version(request.headers.get(f"{name}-{end}", "")) for end in ("Min", "Max"))
        if (low and low > _OURS) or (high and high < _OURS[: len(high)]):
            detail = gettext("{name}-Min and {name}-Max leave out 2.0, which is what there is.").format(name=name)
            return as_problem(request, _NOT_ACCEPTABLE, 406, "2.0", detail, "not-acceptable")
    return None


def _version(text: str) -> tuple[int, ...]:
    """Return a version as numbers; nothing for what is none."""
    parts = text.strip().split(".")
    is_version = len(parts) <= 3 and all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts)
    return tuple(int(part) for part in parts) if is_version else ()


def problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal as RFC 7807 says, under the name that EPCIS has for it."""
    problems.json_problem(request, refusal)  # counted and logged like every other
    kind = next((name for kinds, name in _TYPES if isinstance(refusal, kinds)), "ValidationException")
    told = problems.as_dict(refusal, instance=request.path) | {"type": _named(kind)}
    return _as_response(told, problems.status_of(refusal))


def as_problem(request: HttpRequest, kind: str, status: int, title: str, detail: str, code: str) -> HttpResponse:
    """Return a problem document."""
    told = {
        "type": _named(kind),
        "title": gettext(title),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
    }
    return _as_response(told, status)


def _named(kind: str) -> str:
    return kind if ":" in kind else f"epcisException:{kind}"


def _as_response(told: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(trace.as_bytes(told), status=status, content_type="application/problem+json")


def json(document: dict[str, Any] | list[dict[str, Any]], *, status: int = 200, **headers: str) -> HttpResponse:
    """Return a document."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(trace.as_bytes(document), status=status, content_type="application/ld+json", headers=named)


def with_next(request: HttpRequest, response: HttpResponse, page: Page[Any]) -> HttpResponse:
    """Say where the next page is."""
    if page.next_cursor:
        given = [(name, value) for name, values in request.GET.lists() for value in values if name != "nextPageToken"]
        address = f"{request.path}?{urlencode([*given, ('nextPageToken', page.next_cursor)])}"
        response["Link"] = f'<{request.build_absolute_uri(address)}>; rel="next"'
        response["GS1-Next-Page-Token-Expires"] = "2100-01-01T00:00:00Z"
    return response


def business_meant(request: HttpRequest, actor: Actor) -> UUID:
    """
    Return the business that a caller writes for: the key's own, or the one named with ``business=`` by its slug.

    Raises Unauthenticated, BusinessNeeded, and UnknownBusiness where the caller has no role in it.
    """
    if not actor.is_signed_in:
        raise Unauthenticated
    if slug := request.GET.get("business"):
        found = zone.business_by_slug(slug=slug)
        actor.need_business(found.id)
        return found.id
    if len(actor.businesses) != 1:
        raise trace.BusinessNeeded
    return next(iter(actor.businesses))
