"""What everybody sees who scans a code: the passport, its proofs, its papers, and a place for doubts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.templatetags.kawasan import at as short
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.log import api as log
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.forms.goods import DoubtForm
from kawasan.rooms.trace.pages.shown import journey_map, passport_address, with_names
from kawasan.rooms.zone import api as zone


@require_safe
def passport(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Show a batch's passport."""
    return _passport(request, ids.parse(trace.BATCH_PREFIX, batch_id), DoubtForm())


@require_POST
def doubt(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Take a report that something is not so."""
    which, form = ids.parse(trace.BATCH_PREFIX, batch_id), DoubtForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor_of(request)):
                trace.report_doubt(
                    batch_id=which, doubt_id=told["id"], text=told["text"], contact=told["contact"], at=clock.now()
                )
            messages.success(request, gettext("Thank you. Staff of the zone will look into it."))
            return redirect("trace:passport", batch_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _passport(request, which, form, status=422)


@require_safe
def certificate(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """Return a paper's file."""
    with transaction(actor_of(request)):
        content, kind = trace.certificate_file(certificate_id=ids.parse(trace.CERTIFICATE_PREFIX, certificate_id))
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
def proof(request: HttpRequest, batch_id: str, event_id: str) -> HttpResponse:
    """
    Return the log's proof for an event of an open passport: anybody can check it without asking us.

    People get the log's page, which checks it in the browser: without the event, where it names parties.
    """
    which = ids.parse(trace.BATCH_PREFIX, batch_id)
    with transaction(actor_of(request)):
        found = trace.public_batch(batch_id=which)
        step, told = trace.proof_of_step(batch=found, step_id=ids.parse("evt", event_id))
    if "text/html" in request.headers.get("Accept", ""):
        opened = log.token_of_leaf if step.is_plain else log.token_of_entry
        return redirect("log:proof", opened(told.leaf_id))
    return JsonResponse(
        {
            "kind": told.kind,
            "event": step.event_id,
            "entry": told.entry.hex(),
            "index": told.index,
            "size": told.size,
            "path": [one.hex() for one in told.path],
            "checkpoint": told.checkpoint,
            "vkey": told.vkey,
            "published": told.is_published,
        }
    )


@require_safe
@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """List the recalls that concern the caller's orders."""
    actor = actor_of(request)
    with transaction(actor):
        found = trace.notices_of(actor=actor)
        rows = [_notice(one) for one in found]
    return render(request, "trace/notices.html", {"rows": rows})


def _notice(one: trace.Notice) -> dict[str, Any]:
    try:
        batch = trace.public_batch(batch_id=one.batch_id)
    except trace.UnknownBatch:
        batch = None
    product = commerce.products_by_id(ids=[batch.product_id], at=one.at).get(batch.product_id) if batch else None
    return {
        "at": one.at,
        "order": ids.public(commerce.ORDER_PREFIX, one.order_id),
        "batch": batch,
        "product": product,
        "passport": reverse("trace:passport", args=[ids.public(trace.BATCH_PREFIX, one.batch_id)]),
    }


def _passport(request: HttpRequest, which: UUID, form: DoubtForm, status: int = 200) -> HttpResponse:
    at = clock.now()
    with transaction(actor_of(request)):
        batch = trace.public_batch(batch_id=which)
        product = commerce.product(product_id=batch.product_id, at=at)
        steps = trace.journey(batch=batch)
        named = with_names(steps)
        papers = trace.certificates(batch=batch)
        leaves = trace.leaves_of_papers(papers=papers)
        doubts = trace.upheld_doubts(batch_id=batch.id)
        maker = zone.business(business_id=batch.business_id)
    today = clock.business_day(at)
    readings = sorted((one for step in steps for one in step.readings), key=lambda one: one.at)
    context = {
        "batch": batch,
        "public": ids.public(trace.BATCH_PREFIX, batch.id),
        "product": product,
        "maker": maker,
        "steps": [
            (number, step, name, ids.public("evt", step.id)) for number, (step, name) in enumerate(named, start=1)
        ],
        "map": journey_map(steps),
        "papers": [
            (one, ids.public(trace.CERTIFICATE_PREFIX, one.id), one.is_valid_on(today), leaves.get(one.id))
            for one in papers
        ],
        "doubts": doubts,
        "curve": [(short(one.at, "date"), round(one.celsius, 1)) for one in readings],
        "coldest": min((one.lowest for one in readings), default=None),
        "warmest": max((one.highest for one in readings), default=None),
        "is_broken": any(one.is_alarm for one in readings),
        "form": form,
        "address": passport_address(request, batch),
    }
    return render(request, "trace/passport.html", context, status=status)
