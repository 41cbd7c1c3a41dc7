"""A business joins: the form, what is found by typing, its status, correcting it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import BusinessRole
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.platform.wording import rupiah
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.forms import JoinForm

SUGGESTIONS = 8


@require_http_methods(["GET", "POST"])
@signed_in
def join(request: HttpRequest) -> HttpResponse:
    """Show and take the join form."""
    actor = actor_of(request)
    if request.method == "GET":
        with transaction(actor):
            kept = zone.draft(actor=actor)
        return _form_page(request, JoinForm(initial={"id": ids.public("biz", ids.uuid7()), **kept}), kept=bool(kept))
    form = JoinForm(request.POST)
    form.is_valid()
    if request.POST.get("step"):  # "search", "keep": a step towards sending, without a script
        with transaction(actor):
            zone.save_draft(actor=actor, form=_kept(request), at=clock.now())
        return redirect(reverse("zone:join") + "#" + request.POST["step"][:20])
    application = form.application()
    if application is not None and form.is_valid():
        try:
            with transaction(actor):
                business = zone.join(
                    actor=actor, application=application, at=clock.now(), business_id=_id(form.cleaned_data["id"])
                )
            messages.success(request, gettext("Your application is on its way. We tell you here what comes next."))
            return redirect("zone:business", business.slug)
        except Refusal as refusal:
            form.refuse(refusal)
    return _form_page(request, form, status=422)


@require_POST
@signed_in
def join_draft(request: HttpRequest) -> HttpResponse:
    """Keep what was typed so far (called while typing)."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        zone.save_draft(actor=actor, form=_kept(request), at=at)
    return render(request, "zone/_draft_kept.html", {"at": at})


@require_GET
def kbli_found(request: HttpRequest) -> HttpResponse:
    """Show the activities that fit what is being typed."""
    text = request.GET.get("kbli_text", "")
    return render(request, "zone/_kbli_found.html", {"found": zone.search_kbli(text, SUGGESTIONS), "text": text})


@require_GET
def regions_found(request: HttpRequest) -> HttpResponse:
    """Show the regencies and cities that fit what is being typed."""
    text = request.GET.get("region_text", "")
    return render(
        request, "zone/_regions_found.html", {"found": zone.search_regencies(text, SUGGESTIONS), "text": text}
    )


@require_GET
def districts_found(request: HttpRequest) -> HttpResponse:
    """Show the districts of the chosen regency."""
    code = request.GET.get("regency_code", "")
    return render(request, "zone/_districts.html", {"districts": zone.districts_of(code) if code else ()})


@require_GET
@signed_in
def business(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a business's people where it stands."""
    actor = actor_of(request)
    with transaction(actor):
        found = zone.business_by_slug(slug=slug)
        actor.need_business(found.id)
        identity = zone.masked_identity(actor=actor, business_id=found.id)
    is_owner = actor.businesses[found.id] is BusinessRole.OWNER
    context = {"business": found, "identity": identity, "is_owner": is_owner, "business_nav": "status"}
    context["seller_nav"] = "status" if found.is_admitted else None
    return render(request, "zone/business.html", context)


@require_GET
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """List the caller's businesses; straight to the only one, or to the join form."""
    actor = actor_of(request)
    with transaction(actor):
        found = zone.businesses_of(actor=actor)
    if not found:
        return redirect("zone:join")
    return render(request, "zone/mine.html", {"found": found})


@require_http_methods(["GET", "POST"])
@signed_in
def correct(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and take the corrected form of an application that was sent back."""
    actor = actor_of(request)
    if request.method == "GET":
        with transaction(actor):
            found = zone.business_by_slug(slug=slug)
            application = zone.application(actor=actor, business_id=found.id)
        return _form_page(request, JoinForm(initial=_initial(application)), business=found)
    form = JoinForm(request.POST)
    form.is_valid()
    with transaction(actor):
        found = zone.business_by_slug(slug=slug)
        actor.need_business(found.id, BusinessRole.OWNER)
    application_or_none = None if request.POST.get("step") else form.application()
    if application_or_none is not None and form.is_valid():
        try:
            with transaction(actor):
                zone.apply_again(actor=actor, business_id=found.id, application=application_or_none, at=clock.now())
            messages.success(request, gettext("Sent again. The zone looks at it."))
            return redirect("zone:business", slug)
        except zone.WrongStatus:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    return _form_page(request, form, business=found, status=200 if request.POST.get("step") else 422)


def _form_page(
    request: HttpRequest,
    form: JoinForm,
    *,
    business: zone.Business | None = None,
    kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    value = form.data.get if form.is_bound else form.initial.get
    chosen_kbli, chosen_regency = _chosen(str(value("kbli_code") or ""), str(value("regency_code") or ""))
    kbli_text, region_text = str(value("kbli_text") or ""), str(value("region_text") or "")
    context = {
        "form": form,
        "business": business,
        "kept": kept,
        "chosen_kbli": chosen_kbli,
        "kbli_found": zone.search_kbli(kbli_text, SUGGESTIONS) if kbli_text else (),
        "chosen_regency": chosen_regency,
        "regions_found": zone.search_regencies(region_text, SUGGESTIONS) if region_text else (),
        "districts": zone.districts_of(chosen_regency.code) if chosen_regency else (),
        "chosen_district": str(value("district_code") or ""),
    }
    return render(request, "zone/join.html", context, status=status)


def _chosen(kbli_code: str, regency_code: str) -> tuple[zone.Kbli | None, zone.Regency | None]:
    kbli = regency = None
    try:
        kbli = zone.kbli(kbli_code) if kbli_code else None
    except Refusal:
        kbli = None
    try:
        regency = zone.regency(regency_code) if regency_code else None
    except Refusal:
        regency = None
    return kbli, regency


def _initial(application: zone.Application) -> dict[str, Any]:
    amount = rupiah(Money(application.size_amount_minor, "IDR"))
    return {**asdict(application), "size_amount": amount}


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "")[:2_000] for name in JoinForm.KEPT}


def _id(text: str) -> UUID | None:
    try:
        return ids.parse("biz", text) if text else None
    except NotFound:
        return None
