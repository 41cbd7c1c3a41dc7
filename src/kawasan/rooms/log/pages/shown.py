"""A proof as a page that checks it in the browser, and its files."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from kawasan.core.access import STRANGER
from kawasan.core.errors import Conflict, msg
from kawasan.platform.db import transaction
from kawasan.rooms.log import api as log
from kawasan.rooms.log.pages import saying


class NotYetPublished(Conflict):
    """The leaf is not under a signed checkpoint yet."""

    code = "log-not-yet-published"
    title = msg("Not in a signed checkpoint yet")
    detail = msg("The log signs every few seconds. Please try again in a moment.")


LATEST = 8
ANCHORS = 4


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Tell what the log is, how long, by which key, and how to check it."""
    with transaction(STRANGER):
        context = {
            "newest": log.checkpoint(),
            "latest": log.latest_checkpoints(LATEST),
            "keys": log.keys(),
            "witnesses": log.witnesses(),
            "anchors": log.anchors(limit=ANCHORS),
            "address": request.build_absolute_uri("/log"),
        }
    return render(request, "log/home.html", context)


@require_GET
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link proves; the page checks it by itself, in the browser, without asking the zone again."""
    with transaction(STRANGER):
        found, waits = _found(token)
        held = _anchored(found)
        lines = saying.lines(found) if found is not None else []
    context: dict[str, Any] = {"token": token, "proof": found, "waits": waits, **_shown_anchors(held)}
    if found is not None:
        data = _json(found, held)
        raw = json.dumps(data, ensure_ascii=False, indent=1)
        context |= {"data": data, "raw": raw, "lines": lines, "hashed": _hashed(found)}
    response = render(request, "log/proof.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def proof_json(request: HttpRequest, token: str) -> HttpResponse:
    """Download the proof for our verifier."""
    with transaction(STRANGER):
        found = _published(token)
        data = _json(found, _anchored(found))
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _as_file(response, found, "json")


@require_GET
def tlog_proof(request: HttpRequest, token: str) -> HttpResponse:
    """Download the proof as C2SP's ``.tlog-proof``."""
    with transaction(STRANGER):
        found = _published(token)
    return _as_file(
        HttpResponse(log.as_tlog_proof(found), content_type="text/plain; charset=utf-8"), found, "tlog-proof"
    )


@require_GET
def proof_html(request: HttpRequest, token: str) -> HttpResponse:
    """Download the proof as one page that checks itself wherever it is opened, also from a disk without a network."""
    with transaction(STRANGER):
        found = _published(token)
        held = _anchored(found)
        said = {f"{one.name}\n{one.value}": [one.heading, one.said] for one in saying.lines(found) if one.said}
    context = {
        "proof": found, "data": _json(found, held), "words": {"names": log.labels(say=gettext), "said": said},
        "script": _script(), "language": get_language(), **_shown_anchors(held),
    }  # fmt: skip
    return _as_file(render(request, "log/offline.html", context), found, "html")


@cache
def _script() -> str:
    """Return the modules as one without imports: a page on a disk may load no other file."""
    folder = files("kawasan.rooms.log").joinpath("static/log")
    parts = [folder.joinpath(name).read_text(encoding="utf-8") for name in ("verify.mjs", "anchors.mjs", "offline.mjs")]
    return re.sub(r"^(?:import .*\n|export )", "", "\n".join(parts), flags=re.MULTILINE)


def _hashed(found: log.Proof) -> str:
    opened = found.part or found.content
    return opened.body.decode("utf-8", "replace") if opened else ""


def _found(token: str) -> tuple[log.Proof | None, bool]:
    try:
        found = log.proof_for(token)
    except log.LeafNotFound:
        return None, True  # a transfer that is not under a leaf yet
    return (found, False) if found.is_published else (None, True)


def _published(token: str) -> log.Proof:
    found, _ = _found(token)
    if found is None:
        raise NotYetPublished
    return found


def _anchored(found: log.Proof | None) -> list[log.Anchored]:
    return log.anchored(found.index) if found is not None and found.index is not None else []


def _shown_anchors(held: list[log.Anchored]) -> dict[str, object]:
    anchors = [one.anchor for one in held]
    return {"anchors": anchors, "has_stamps": any(one.kind is log.AnchorKind.RFC3161 for one in anchors)}


def _json(found: log.Proof, anchors: list[log.Anchored]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(log.as_json(found, anchors=anchors)))
    return data


def _as_file(response: HttpResponse, found: log.Proof, kind: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{found.kind}-{found.index}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response
