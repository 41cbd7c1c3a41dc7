"""A stranger at every route: the list comes from the router itself, so a new route cannot be forgotten."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kawasan.core import ids

# Routes that anybody may open, each with why. Everything else must refuse a stranger.
PUBLIC = {
    line.split("#")[0].strip(): line
    for line in (__import__("pathlib").Path(__file__).with_name("public_routes.txt")).read_text().splitlines()
    if line.strip() and not line.startswith("#")
}
SOMEBODY = UUID("01900000-0000-7000-8000-000000000001")
_CONVERTER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def routes(patterns: list, prefix: str = "") -> list[str]:
    """Return every route of the project as Django writes it."""
    found = []
    for item in patterns:
        route = prefix + str(item.pattern).lstrip("^").rstrip("$").removesuffix("\\Z")
        if isinstance(item, URLResolver):
            found += routes(item.url_patterns, route)
        elif isinstance(item, URLPattern):
            found.append(route)
    return found


ALL = sorted(set(routes(get_resolver().url_patterns)))


def address(route: str) -> str:
    """Fill a route's variables with plausible values of somebody else."""

    def value(match: re.Match[str]) -> str:
        kind, name = match["kind"] or "str", match["name"]
        if kind == "uuid":
            return str(SOMEBODY)
        if kind == "int":
            return "1"
        prefix = {"order_id": "ord", "group_id": "grp", "payment_id": "pay", "business_id": "biz", "product_id": "prd"}
        return (
            ids.public(prefix.get(name, name.removesuffix("_id")[:3] or "xx"), SOMEBODY) if name.endswith("id") else "x"
        )

    text = _CONVERTER.sub(value, route)
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "x", text)
    return "/" + text.replace("\\", "").replace("^", "").replace("$", "")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "patch", "put", "delete"])
@pytest.mark.parametrize("route", [route for route in ALL if route not in PUBLIC])
def test_a_stranger_is_refused(client, route, method):
    response = getattr(client, method)(address(route), headers={"accept": "text/html"})
    to_sign_in = response.status_code == 302 and "/akun/" in response["Location"]
    assert to_sign_in or response.status_code in (401, 403, 404, 405), (route, method, response.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_a_public_route_does_not_break(client, route):
    assert route in ALL, "gone: take it out of public_routes.txt"
    response = client.get(address(route))
    assert response.status_code < 500, (route, response.status_code)


def test_the_router_was_read():
    assert len(ALL) > 20
