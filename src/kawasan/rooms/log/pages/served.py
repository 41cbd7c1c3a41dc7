"""The log as C2SP's tlog-tiles serves it: checkpoint, tiles, entries, and proofs for who does not make their own."""

from __future__ import annotations

import base64
import re
from importlib.resources import files

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from kawasan.core import ids
from kawasan.core.access import STRANGER
from kawasan.core.errors import NotFound
from kawasan.platform.db import transaction
from kawasan.rooms.log import api as log

FOR_EVER = "public, max-age=31536000, immutable"
NOT_KEPT = "no-cache"
_PLACE = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LEVEL = re.compile(r"entries|[0-9]|[1-5][0-9]")
TILE_WIDTH = 256
_RECEIPTS = {
    log.AnchorKind.RFC3161: ("tsr", "application/timestamp-reply"),
    log.AnchorKind.EVM: ("json", "application/json"),
}


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Answer with the newest signed checkpoint and its cosignatures."""
    with transaction(STRANGER):
        found = log.checkpoint()
    if found is None:
        raise NotFound
    return _kept(HttpResponse(found.note, content_type="text/plain; charset=utf-8"), NOT_KEPT)


@require_safe
def tile(request: HttpRequest, level: str, place: str) -> HttpResponse:
    """Answer with a tile of hashes or of entries, whole or partial."""
    match = _PLACE.fullmatch(place)
    if not match or not _LEVEL.fullmatch(level) or int(match[2] or TILE_WIDTH) > TILE_WIDTH:
        raise NotFound
    number, width = _number(match[1]), int(match[2] or TILE_WIDTH)
    if width == TILE_WIDTH and match[2]:
        raise NotFound
    with transaction(STRANGER):
        published = log.published_size()
        if level == "entries":
            data = log.bundle(place=number, width=width, published=published)
        else:
            data = log.tile(level=int(level), place=number, width=width, published=published)
    return _kept(HttpResponse(data, content_type="application/octet-stream"), FOR_EVER)


def _number(place: str) -> int:
    groups = place.replace("x", "").split("/")
    if len(groups) > 6 or (len(groups) > 1 and groups[0] == "000"):
        raise NotFound
    return int("".join(groups))


@require_safe
def inclusion(request: HttpRequest, index: int, size: int) -> HttpResponse:
    """Answer with the inclusion proof of a leaf in the tree of a published size."""
    with transaction(STRANGER):
        path = log.inclusion(index=index, size=size)
    return _kept(JsonResponse({"index": index, "size": size, "path": _texts(path)}), FOR_EVER)


@require_safe
def consistency(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """Answer with the proof that one tree is the beginning of another."""
    with transaction(STRANGER):
        path = log.consistency(old=old, new=new)
    return _kept(JsonResponse({"old": old, "new": new, "path": _texts(path)}), FOR_EVER)


@require_safe
def verifier(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a standalone verifier: of proofs and the whole log, or of anchors."""
    source = files("kawasan.rooms.log").joinpath(f"data/{name}").read_bytes()
    response = HttpResponse(source, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _kept(response, NOT_KEPT)


@require_safe
def anchor_receipt(request: HttpRequest, anchor_id: str) -> HttpResponse:
    """Hand out what somebody far away signed about a checkpoint."""
    with transaction(STRANGER):
        found = log.anchor(ids.parse("anc", anchor_id))
    suffix, kind = _RECEIPTS[found.kind]
    response = HttpResponse(found.receipt, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="checkpoint-{found.size}.{suffix}"'
    return _kept(response, FOR_EVER)


@require_safe
def anchored(request: HttpRequest, anchor_id: str) -> HttpResponse:
    """Hand out the very bytes of the checkpoint that an anchor is of."""
    with transaction(STRANGER):
        found = log.anchor(ids.parse("anc", anchor_id))
        note = log.note_of(found.size)
    response = HttpResponse(note, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="checkpoint-{found.size}.txt"'
    return _kept(response, FOR_EVER)


def _texts(path: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(step).decode() for step in path]


# Programs of anywhere read the log, from pages of anywhere too: nothing of it is anybody's secret.
def _kept(response: HttpResponse, how: str) -> HttpResponse:
    response["Cache-Control"] = how
    response["Access-Control-Allow-Origin"] = "*"
    return response
