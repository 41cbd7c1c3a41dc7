"""GS1 Digital Link: a scanned code leads to what this zone knows of it (GS1-Conformant Resolver Standard 1.2)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import respond
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone

LINKSET = "application/linkset+json"
PASSPORT, PRODUCT = "https://gs1.org/voc/traceability", "https://gs1.org/voc/pip"
DEFAULT = "https://gs1.org/voc/defaultLink"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context.jsonld"
_LANGUAGES = ["id", "en", "zh-Hans"]


def _open(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let scripts of any site ask, as the standard says of resolvers: everything here is public."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = HttpResponse(status=204) if request.method == "OPTIONS" else view(request, *args, **kwargs)
        except Refusal as refusal:
            response = respond(request, refusal)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = response["Allow"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Expose-Headers"] = "Link, Location"
        return response

    return require_http_methods(["GET", "HEAD", "OPTIONS"])(answer)


@_open
def resolve(request: HttpRequest, key: str, rest: str) -> HttpResponse:
    """
    Lead to the passport or the product of an identifier, or list all links (``linkType=linkset``, or by Accept).

    Raises IdentifierInvalid for a key that cannot exist and UnknownIdentifier where nobody told anything about it.
    """
    link = trace.parse(f"/{key}/{rest}")
    if link is None or not trace.is_rightly_checked(link):
        raise trace.IdentifierInvalid
    with transaction(actor_of(request)):
        links = _links(request, link)
    if not links:
        raise trace.UnknownIdentifier
    asked = request.GET.get("linkType", "")
    accepted = request.headers.get("Accept", "")
    if asked in ("linkset", "all") or LINKSET in accepted or accepted.split(";")[0].strip() == "application/json":
        listed = JsonResponse(_linkset(request, link, links), content_type=LINKSET)
        listed["Link"] = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
        return listed
    wanted = asked.replace("gs1:", "https://gs1.org/voc/") or links[0][0]
    target = next((href for kind, href, _ in links if kind == wanted), None)
    if target is None:
        raise trace.UnknownIdentifier
    response = HttpResponseRedirect(_with_rest(request, target), status=307)
    response["Link"] = f'<{request.build_absolute_uri(request.path)}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
    return response


@_open
def described(request: HttpRequest) -> HttpResponse:
    """Say what this resolver is and what it answers."""
    with transaction(actor_of(request)):
        name = zone.zone_settings().name
    return JsonResponse(
        {
            "name": name,
            "resolverRoot": request.build_absolute_uri("/").rstrip("/"),
            "supportedPrimaryKeys": ["all"],
            "linkTypeDefaultCanBeLinkset": False,
            "supportedLinkType": [{"namespace": "https://gs1.org/voc/", "prefix": "gs1:"}],
            "supportedContextValuesEnumerated": _LANGUAGES,
            "validatesAIs": True,
            "extensionProfile": "",
        }
    )


def _with_rest(request: HttpRequest, target: str) -> str:
    """Hand on what stood behind the question mark (an expiry date on the label, say): the standard's default."""
    rest = [(name, value) for name, values in request.GET.lists() for value in values if name != "linkType"]
    return f"{target}?{urlencode(rest)}" if rest else target


def _links(request: HttpRequest, link: trace.DigitalLink) -> list[tuple[str, str, str]]:
    """Return link type, address and title of what is known, the default first."""
    found: list[tuple[str, str, str]] = []
    lot = f"https://id.gs1.org/{link.key}/{link.value}/10/{link.lot}" if link.lot else link.canonical
    batch = trace.batch_by_uri(uri=link.canonical) or trace.batch_by_uri(uri=lot)
    products = []
    if batch is not None:
        passport = reverse("trace:passport", args=[ids.public(trace.BATCH_PREFIX, batch.id)])
        found.append((PASSPORT, request.build_absolute_uri(passport), batch.lot))
        products = list(commerce.products_by_id(ids=[batch.product_id], at=clock.now()).values())
    elif link.key == "01":
        products = list(commerce.products_by_gtin(gtin=link.value, at=clock.now()))
    for product in products:
        address = reverse("shop:product", args=[product.slug])
        found.append((PRODUCT, request.build_absolute_uri(address), product.name))
    return found


def _linkset(request: HttpRequest, link: trace.DigitalLink, links: list[tuple[str, str, str]]) -> dict[str, Any]:
    told: dict[str, Any] = {"anchor": link.canonical, "itemDescription": links[0][2]}
    told[DEFAULT] = [{"href": links[0][1], "title": links[0][2]}]
    for kind, href, title in links:
        told.setdefault(kind, []).append({"href": href, "title": title, "hreflang": _LANGUAGES, "type": "text/html"})
    return {"linkset": [told]}
