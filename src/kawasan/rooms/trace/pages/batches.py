"""The seller's batches: made, their steps noted, papers added, labels printed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kawasan.core import clock, ids
from kawasan.core.access import BusinessRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.forms.goods import BatchForm, CertificateForm, ChangeForm, StepForm
from kawasan.rooms.trace.pages.desk import desk_page, of_business
from kawasan.rooms.trace.pages.shown import passport_address, regions, with_names
from kawasan.rooms.zone import api as zone

PRODUCTS_MAX = 100


@require_safe
@of_business
def batches(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """List the batches, newest first."""
    actor, text = actor_of(request), request.GET.get("q", "")[:40]
    with transaction(actor):
        page = trace.batches(actor=actor, business_id=business.id, text=text, cursor=request.GET.get("after"))
        names = commerce.products_by_id(ids={one.product_id for one in page.items}, at=clock.now())
        shows = trace.shows_steps(business_id=business.id)
    rows = [(one, names.get(one.product_id)) for one in page.items]
    is_owner = actor.businesses.get(business.id) is BusinessRole.OWNER
    context = {"page": page, "rows": rows, "q": text, "shows": shows, "is_owner": is_owner}
    return desk_page(request, business, "batches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def new(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Make a batch."""
    actor = actor_of(request)
    with transaction(actor):
        own = commerce.products_of(actor=actor, business_id=business.id, status="published", limit=PRODUCTS_MAX).items
    choices = [(ids.public("prd", one.id), one.name) for one in own]
    form = BatchForm(request.POST or None, products=choices, initial={"product": request.GET.get("produk", "")})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                trace.make_batch(actor=actor, business_id=business.id, new=_new(request, told), at=clock.now())
            messages.success(request, gettext("The batch is made. Note its steps, then print labels."))
            return redirect("trace:batch", business.slug, ids.public(trace.BATCH_PREFIX, told["id"]))
        except Refusal as refusal:
            form.add_refusal(refusal)
    context = {"form": form, "has_products": bool(choices)}
    return desk_page(request, business, "batch_new.html", context, status=422 if form.errors else 200)


def _new(request: HttpRequest, told: dict[str, Any]) -> trace.NewBatch:
    return trace.NewBatch(
        id=told["id"],
        product_id=ids.parse("prd", told["product"]),
        lot=told["lot"].strip(),
        quantity=told["quantity"],
        made_on=told["made_on"],
        expires_on=told["expires_on"],
        story=told["story"],
        origin=request.build_absolute_uri("/"),
    )


@require_safe
@of_business
def batch(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponse:
    """Show a batch: its steps, papers, code, and how much of it was sold."""
    return _batch(request, business, ids.parse(trace.BATCH_PREFIX, batch_id))


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def step(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponse:
    """Note a step."""
    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    form = StepForm(request.POST or None, initial={"region": business.regency_name})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                trace.note_step(actor=actor, business_id=business.id, batch_id=which, step=form.step(), at=clock.now())
            messages.success(request, gettext("Noted. It stands in the passport now."))
            return redirect("trace:batch", business.slug, batch_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        found = trace.batch(actor=actor, business_id=business.id, batch_id=which)
    context = {"batch": found, "form": form, "public": batch_id, "steps": trace.STEPS.values(), "regions": regions()}
    return desk_page(request, business, "step.html", context, status=422 if form.errors else 200)


@require_POST
@of_business
def change(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponse:
    """Change units, story, and whether the passport is open."""
    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    form = ChangeForm(request.POST)
    if form.is_valid():
        try:
            with transaction(actor):
                trace.change_batch(
                    actor=actor, business_id=business.id, batch_id=which, at=clock.now(), **form.cleaned_data
                )
            messages.success(request, gettext("Saved."))
            return redirect("trace:batch", business.slug, batch_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _batch(request, business, which, change_form=form, status=422)


@require_POST
@of_business
def add_certificate(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponse:
    """Add a paper to a batch or to all of its product."""
    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    form = CertificateForm(request.POST, request.FILES)
    if form.is_valid():
        told = form.cleaned_data
        certificate_id, file = told.pop("id"), told.pop("file")
        content = file.read(trace.CERTIFICATE_BYTES_MAX + 1)
        try:
            with transaction(actor):
                trace.add_certificate(
                    actor=actor,
                    business_id=business.id,
                    batch_id=which,
                    certificate_id=certificate_id,
                    file=content,
                    at=clock.now(),
                    **told,
                )
            messages.success(request, gettext("The paper stands in the passport now."))
            return redirect("trace:batch", business.slug, batch_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _batch(request, business, which, certificate_form=form, status=422)


@require_POST
@of_business
def withdraw_certificate(
    request: HttpRequest, business: zone.Business, batch_id: str, certificate_id: str
) -> HttpResponse:
    """Take a paper out of the passport."""
    actor, which = actor_of(request), ids.parse(trace.CERTIFICATE_PREFIX, certificate_id)
    with transaction(actor):
        trace.withdraw_certificate(actor=actor, business_id=business.id, certificate_id=which, at=clock.now())
    messages.success(request, gettext("The paper is not shown any more."))
    return redirect("trace:batch", business.slug, batch_id)


@require_POST
@of_business
def sharing(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Let passports of others show our steps, or not."""
    actor, shows = actor_of(request), request.POST.get("shows") == "1"
    with transaction(actor):
        trace.set_shows_steps(actor=actor, business_id=business.id, shows_steps=shows, at=clock.now())
    messages.success(request, gettext("Saved."))
    return redirect("trace:batches", business.slug)


@require_safe
@of_business
def events_file(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponseBase:
    """Download a batch's journey as CSV."""
    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    with transaction(actor):
        found = trace.batch(actor=actor, business_id=business.id, batch_id=which)
        told = with_names(trace.journey(batch=found))
    header = [
        gettext("When?"), gettext("Step"), gettext("Place"), gettext("Told by"), gettext("Note"),
        gettext("EPCIS event"),
    ]  # fmt: skip
    rows = [(step.at, gettext(step.text), step.place, name, step.note, step.event_id) for step, name in told]
    return csv_response(f"asal-{found.lot}.csv", header, rows)


def _batch(
    request: HttpRequest,
    business: zone.Business,
    which: UUID,
    *,
    change_form: ChangeForm | None = None,
    certificate_form: CertificateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    with transaction(actor):
        found = trace.batch(actor=actor, business_id=business.id, batch_id=which)
        product = commerce.own_product(
            actor=actor, business_id=business.id, product_id=found.product_id, at=clock.now()
        )
        steps = with_names(trace.journey(batch=found))
        papers = trace.certificates(batch=found)
        leaves = trace.leaves_of_papers(papers=papers)
        withdrawn = trace.withdrawn_certificates(batch=found)
        added, taken = (
            trace.leaves_of_papers(papers=withdrawn, kind=kind) for kind in (trace.ADDED_KIND, trace.WITHDRAWN_KIND)
        )
    initial = {"quantity": found.quantity, "story": found.story, "is_public": found.is_public}
    context = {
        "batch": found,
        "public": ids.public(trace.BATCH_PREFIX, found.id),
        "product": product,
        "steps": steps,
        "papers": [(one, ids.public(trace.CERTIFICATE_PREFIX, one.id), leaves.get(one.id)) for one in papers],
        "withdrawn": [(one, added.get(one.id), taken.get(one.id)) for one in withdrawn],
        "change_form": change_form or ChangeForm(initial=initial),
        "certificate_form": certificate_form or CertificateForm(),
        "address": passport_address(request, found),
        "today": clock.business_day(clock.now()),
    }
    return desk_page(request, business, "batch.html", context, status=status)
