"""The API's reference as a page, drawn from the same OpenAPI document that programs read."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@cache
def _operations() -> dict[str, list[dict[str, Any]]]:
    from kawasan.server.urls import api

    document: dict[str, Any] = api.get_openapi_schema(path_prefix="/v1/")
    schemas = document.get("components", {}).get("schemas", {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault((operation.get("tags") or ["-"])[0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": operation.get("parameters", []),
                    "body": _fields(operation.get("requestBody", {}), schemas),
                    "open": not operation.get("security"),
                }
            )
    return dict(sorted(groups.items()))


def _fields(body: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """Return name, type and need of each member of a JSON body."""
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    named = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    required = set(named.get("required", ()))
    return [
        {
            "name": name,
            "type": _type(member),
            "required": name in required,
            "description": member.get("description", ""),
        }
        for name, member in named.get("properties", {}).items()
    ]


def _type(member: dict[str, Any]) -> str:
    if "$ref" in member:
        return str(member["$ref"]).rpartition("/")[2]
    if "anyOf" in member:
        return " | ".join(_type(option) for option in member["anyOf"])
    if member.get("type") == "array":
        return f"{_type(member.get('items', {}))}[]"
    return str(member.get("format") or member.get("type", "any"))


def reference(request: HttpRequest) -> HttpResponse:
    """Show every operation of the API."""
    return render(request, "reference.html", {"groups": _operations()})
