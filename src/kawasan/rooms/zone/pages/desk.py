"""The zone's desk: applications, decisions, the zone's own people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.forms import ReasonForm, ZoneInviteForm, said
from kawasan.rooms.zone.pages.team import confirmation, invitation_id
from kawasan.rooms.zone.tasks import send_invitation

FILTERS = ("text", "status", "sector", "province_code", "regency_code")


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:100] for name in FILTERS}


@require_GET
@signed_in
def applications(request: HttpRequest) -> HttpResponse:
    """List businesses in every status, to search and filter."""
    actor, filters = actor_of(request), _filters(request)
    if "status" not in request.GET:
        filters["status"] = "applied"
    with transaction(actor):
        counts = zone.count_by_status(actor=actor)
        page = zone.search_businesses(actor=actor, cursor=request.GET.get("after"), limit=None, **filters)
    context = {
        "page": page,
        "filters": filters,
        "counts": [(status.value, count) for status, count in counts.items()],
        "total": sum(counts.values()),
        "provinces": zone.provinces(),
        "sectors": [sector.value for sector in zone.BroadSector],
        "zone_nav": "applications",
    }
    return render(request, "zone/applications.html", context)


@require_GET
@signed_in
def applications_export(request: HttpRequest, kind: str) -> HttpResponse:
    """Download the list as it is filtered, as CSV or XLSX."""
    actor = actor_of(request)
    with transaction(actor):
        found = list(zone.export_businesses(actor=actor, **_filters(request)))
    header = [
        gettext("Name"),
        "NIB",
        "KBLI",
        gettext("Activity"),
        gettext("Sector"),
        gettext("Regency or city"),
        gettext("Province"),
        gettext("Size"),
        gettext("Status"),
        gettext("Applied"),
        gettext("Joined"),
    ]
    if kind == "csv":
        return cast(HttpResponse, csv_response("usaha.csv", header, _rows(found)))
    return xlsx_response("usaha.xlsx", header, _rows(found))


def _rows(found: list[zone.Business]) -> Iterator[list[Any]]:
    for one in found:
        yield [
            one.name,
            one.nib,
            f"{one.kbli_code} ({one.kbli_edition})",
            one.kbli_title,
            said("sector", one.sector),
            one.regency_name,
            one.province_name,
            said("size", one.size_class),
            said("status", one.status),
            one.applied_at,
            one.joined_at,
        ]


@require_GET
@signed_in
def application(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one business to zone staff, its numbers masked; the look is written down."""
    actor = actor_of(request)
    actor.need_zone()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        zone.note_looks(actor=actor, business_ids=[business.id], what=zone.Look.APPLICATION, at=clock.now())
    return _application_page(request, slug, ReasonForm())


@require_POST
@signed_in
def identity(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the full numbers this once; the look is written down."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        shown = zone.show_identity(actor=actor, business_id=business.id, at=clock.now())
    response = _application_page(request, slug, ReasonForm(), shown=shown)
    response["Cache-Control"] = "no-store"
    return response


def _application_page(
    request: HttpRequest, slug: str, form: ReasonForm, *, shown: zone.Identity | None = None
) -> HttpResponse:
    actor = actor_of(request)
    actor.need_zone()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        context = {
            "business": business,
            "masked": zone.masked_identity(actor=actor, business_id=business.id),
            "shown": shown,
            "members": zone.members(actor=actor, business_id=business.id),
            "log": zone.access_log(actor=actor, business_id=business.id, limit=50).items,
            "form": form,
            "may_decide": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
            "zone_nav": "applications",
        }
    return render(request, "zone/application.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def decision(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Take a decision: admit, send back, suspend or restore."""
    actor, form = actor_of(request), ReasonForm(request.POST)
    form.is_valid()
    decide: dict[str, Callable[..., zone.Business]] = {
        "terima": zone.admit,
        "kembalikan": zone.send_back,
        "hentikan": zone.suspend,
        "pulihkan": zone.restore,
    }
    more = {"reason": form.cleaned_data.get("reason", "")} if step in ("kembalikan", "hentikan") else {}
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            decided = decide[step](actor=actor, business_id=business.id, at=clock.now(), **more)
    except zone.MissingReason as refusal:
        form.refuse(refusal)
        return _application_page(request, slug, form)
    except zone.WrongStatus as refusal:
        messages.error(request, " – ".join(texts(refusal)))
        return redirect("zone:application", slug)
    messages.success(
        request,
        gettext("{name} is now: {status}.").format(name=decided.name, status=said("status", decided.status)),
    )
    return redirect("zone:application", slug)


@require_http_methods(["GET", "POST"])
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    """Show who works for the zone; take an invitation or give a role. For operators."""
    actor = actor_of(request)
    form = ZoneInviteForm(
        request.POST if request.method == "POST" else None, initial={"id": ids.public("inv", ids.uuid7())}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                made = zone.invite(
                    actor=actor,
                    email=given["email"],
                    role=given["role"],
                    language=getattr(request, "LANGUAGE_CODE", "id"),
                    invitation_id=invitation_id(given["id"]),
                    at=clock.now(),
                )
                send_invitation.defer(invitation_id=str(made.id), origin=request.build_absolute_uri("/"))
            messages.success(request, gettext("The invitation is on its way to {email}.").format(email=made.email))
            return redirect("zone:people")
        except (zone.InvalidEmail, zone.TooManyInvitations) as refusal:
            form.refuse(refusal)
    text = request.GET.get("q", "")
    with transaction(actor):
        found = zone.zone_people(actor=actor, text=text)
        invitations = zone.invitations(actor=actor, business_id=None, at=clock.now())
    context = {
        "people": found,
        "text": text,
        "invitations": invitations,
        "form": form,
        "roles": [role.value for role in ZoneRole],
        "zone_nav": "people",
    }
    return render(request, "zone/people.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def person_role(request: HttpRequest, person: str) -> HttpResponse:
    """Give somebody a role in the zone."""
    actor, role = actor_of(request), request.POST.get("role", "")
    return _changed(
        request,
        lambda: zone.grant_zone_role(actor=actor, person_id=ids.parse("per", person), role=role, at=clock.now()),
        gettext("The role is changed."),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def person_removed(request: HttpRequest, person: str) -> HttpResponse:
    """Ask, then take somebody's role in the zone away."""
    actor, person_id = actor_of(request), ids.parse("per", person)
    if request.method == "POST":
        return _changed(
            request,
            lambda: zone.take_zone_role(actor=actor, person_id=person_id, at=clock.now()),
            gettext("The role is taken away."),
        )
    with transaction(actor):
        found = next((one for one in zone.zone_people(actor=actor) if one.id == person_id), None)
    if found is None:
        raise zone.UnknownPerson
    return confirmation(
        request,
        title=gettext("Take the role of {name} away?").format(name=found.name or found.email),
        text=gettext("The person no longer sees the zone's desk."),
        button=gettext("Take away"),
        back=reverse("zone:people"),
    )


@require_POST
@signed_in
def zone_invitation_withdrawn(request: HttpRequest, invitation: str) -> HttpResponse:
    """Withdraw an invitation to the zone."""
    actor = actor_of(request)
    return _changed(
        request,
        lambda: zone.withdraw_invitation(actor=actor, invitation_id=ids.parse("inv", invitation), at=clock.now()),
        gettext("The invitation is withdrawn."),
    )


def _changed(request: HttpRequest, change: Callable[[], Any], said: str) -> HttpResponse:
    try:
        with transaction(actor_of(request)):
            change()
        messages.success(request, said)
    except (zone.LastOperator, zone.UnknownRole) as refusal:
        messages.error(request, " – ".join(texts(refusal)))
    return redirect("zone:people")
