"""Where somebody types in what stands on a label, and is led to its passport."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace

_LENGTH_MAX = 400
_DIGITS = re.compile(r"[\d\s-]{8,20}")
# What a reader of plain GS1 codes shows: (01)09521100000024(10)TRJ-2026-11
_BRACKETED = re.compile(r"\(01\)(\d{14}).*?\(10\)([^(]{1,20})")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Lead a code, an address or a number from a label to its passport; without one, ask for it."""
    code, problem, found = request.GET.get("kode", "").strip()[:_LENGTH_MAX], "", []
    with transaction(actor_of(request)):
        batches = _meant(code) if code else ()
        if not code:
            found = _with_products(trace.recent_batches())
        elif len(batches) > 1:
            found = _with_products(batches)
    if len(batches) == 1:
        return redirect("trace:passport", ids.public(trace.BATCH_PREFIX, batches[0].id))
    if code and not batches:
        problem = gettext("Nobody in this zone has told anything about this code. Is it written as on the label?")
    context = {"code": code, "problem": problem, "found": found}
    return render(request, "trace/find.html", context, status=404 if problem else 200)


def _meant(code: str) -> tuple[trace.Batch, ...]:
    """Return the open batches that a code can mean: one by its own name, some by a product's number."""
    path = urlsplit(code).path if "://" in code else code
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if last.startswith(f"{trace.BATCH_PREFIX}_"):
        return _by_id(last)
    if told := _BRACKETED.search(code):
        path = f"/01/{told[1]}/10/{told[2]}"
    if _DIGITS.fullmatch(path) and (gtin := trace.gtin14(re.sub(r"\D", "", path))):
        products = commerce.products_by_gtin(gtin=gtin, at=clock.now())
        return tuple(batch for one in products for batch in trace.public_batches_of(product_id=one.id))
    link = trace.parse(path if path.startswith("/") else f"/{path}")
    if link is None:
        return ()
    lot = f"https://id.gs1.org/{link.key}/{link.value}/10/{link.lot}" if link.lot else link.canonical
    batch = trace.batch_by_uri(uri=link.canonical) or trace.batch_by_uri(uri=lot)
    return (batch,) if batch else ()


def _by_id(text: str) -> tuple[trace.Batch, ...]:
    try:
        return (trace.public_batch(batch_id=ids.parse(trace.BATCH_PREFIX, text)),)
    except (Refusal, ValueError):
        return ()


def _with_products(batches: tuple[trace.Batch, ...]) -> list[tuple[str, trace.Batch, commerce.Product]]:
    known = commerce.products_by_id(ids={one.product_id for one in batches}, at=clock.now())
    return [
        (ids.public(trace.BATCH_PREFIX, one.id), one, known[one.product_id])
        for one in batches
        if one.product_id in known
    ]
