"""A business's team and its API keys; invitations as their receivers see them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.core.errors import NotFound
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.forms import InviteForm, KeyForm
from kawasan.rooms.zone.tasks import send_invitation


def invitation_id(text: str) -> UUID | None:
    """Read the id that a form brought along, so that sending it twice is harmless."""
    try:
        return ids.parse("inv", text) if text else None
    except NotFound:
        return None


@require_http_methods(["GET", "POST"])
@signed_in
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a business's team; take an invitation."""
    actor = actor_of(request)
    form = InviteForm(
        request.POST if request.method == "POST" else None, initial={"id": ids.public("inv", ids.uuid7())}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                business = zone.business_by_slug(slug=slug)
                made = zone.invite(
                    actor=actor,
                    business_id=business.id,
                    email=given["email"],
                    role=given["role"],
                    language=getattr(request, "LANGUAGE_CODE", "id"),
                    invitation_id=invitation_id(given["id"]),
                    at=clock.now(),
                )
                send_invitation.defer(invitation_id=str(made.id), origin=request.build_absolute_uri("/"))
            messages.success(request, gettext("The invitation is on its way to {email}.").format(email=made.email))
            return redirect("zone:team", slug)
        except (zone.AlreadyMember, zone.InvalidEmail, zone.TooManyInvitations) as refusal:
            form.refuse(refusal)
    return _team_page(request, actor, slug, form)


def _team_page(request: HttpRequest, actor: Actor, slug: str, form: InviteForm) -> HttpResponse:
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        actor.need_business(business.id)
        is_owner = actor.businesses[business.id] is BusinessRole.OWNER
        members = zone.members(actor=actor, business_id=business.id)
        invitations = zone.invitations(actor=actor, business_id=business.id, at=clock.now()) if is_owner else ()
    context = {
        "business": business,
        "members": members,
        "invitations": invitations,
        "is_owner": is_owner,
        "form": form,
        "roles": [role.value for role in BusinessRole],
        "business_nav": "team",
        "seller_nav": "team" if business.is_admitted else None,
    }
    return render(request, "zone/team.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def member_role(request: HttpRequest, slug: str, person: str) -> HttpResponse:
    """Give a member another role."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            zone.change_member(
                actor=actor,
                business_id=business.id,
                person_id=ids.parse("per", person),
                role=request.POST.get("role", ""),
                at=clock.now(),
            )
        messages.success(request, gettext("The role is changed."))
    except zone.LastOwner as refusal:
        messages.error(request, " – ".join(texts(refusal)))
    return redirect("zone:team", slug)


@require_http_methods(["GET", "POST"])
@signed_in
def member_removed(request: HttpRequest, slug: str, person: str) -> HttpResponse:
    """Ask, then take somebody out of the team (or leave it)."""
    actor, person_id = actor_of(request), ids.parse("per", person)
    if request.method == "POST":
        try:
            with transaction(actor):
                business = zone.business_by_slug(slug=slug)
                zone.remove_member(actor=actor, business_id=business.id, person_id=person_id, at=clock.now())
        except zone.LastOwner as refusal:
            messages.error(request, " – ".join(texts(refusal)))
            return redirect("zone:team", slug)
        messages.success(request, gettext("Removed from the team."))
        return redirect(
            "zone:me" if person_id == actor.person_id else "zone:team",
            *([] if person_id == actor.person_id else [slug]),
        )
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        members = zone.members(actor=actor, business_id=business.id)
    member = next((one for one in members if one.person_id == person_id), None)
    if member is None:
        raise zone.UnknownPerson
    return confirmation(
        request,
        title=gettext("Remove {name} from {business}?").format(name=member.name, business=business.name),
        text=gettext("The person loses access at once. You can invite them again."),
        button=pgettext("person", "Remove"),
        back=reverse("zone:team", args=[slug]),
    )


@require_POST
@signed_in
def invitation_withdrawn(request: HttpRequest, slug: str, invitation: str) -> HttpResponse:
    """Withdraw an invitation that is still open."""
    actor = actor_of(request)
    with transaction(actor):
        zone.withdraw_invitation(actor=actor, invitation_id=ids.parse("inv", invitation), at=clock.now())
    messages.success(request, gettext("The invitation is withdrawn."))
    return redirect("zone:team", slug)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and take it up."""
    actor = actor_of(request)
    if request.method == "POST":
        actor.need_person()
        with transaction(SYSTEM):  # the receiver has no role yet, so the link's token decides
            taken = zone.accept_invitation(actor=actor, token=token, at=clock.now())
            business = zone.business(business_id=taken.business_id) if taken.business_id else None
        messages.success(request, gettext("Welcome to the team."))
        return redirect("zone:business", business.slug) if business else redirect("zone:applications")
    with transaction(SYSTEM):
        found = zone.invitation_by_token(token=token, at=clock.now())
    response = render(request, "zone/invitation.html", {"invitation": found})
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def keys(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Show API keys of a business, or one's own; make one and show its secret this once."""
    actor, made = actor_of(request), None
    form = KeyForm(request.POST if request.method == "POST" else None, zone_scopes=bool(actor.zone_role) and not slug)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                business = zone.business_by_slug(slug=slug) if slug else None
                made = zone.create_key(
                    actor=actor,
                    business_id=business.id if business else None,
                    name=form.cleaned_data["name"],
                    scopes=form.cleaned_data["scopes"],
                    at=clock.now(),
                )
        except (zone.InvalidName, zone.UnknownScope, zone.TooManyKeys) as refusal:
            form.refuse(refusal)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug) if slug else None
        found = zone.keys(actor=actor, business_id=business.id if business else None)
    context = {
        "business": business,
        "keys": found,
        "form": KeyForm(zone_scopes=bool(actor.zone_role) and not slug) if made else form,
        "made": made,
        "is_owner": True,
        "business_nav": "keys",
        "seller_nav": "team" if business and business.is_admitted else None,
    }
    response = render(request, "zone/keys.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def key_revoked(request: HttpRequest, key: str, slug: str = "") -> HttpResponse:
    """Ask, then revoke a key."""
    actor, back = actor_of(request), reverse("zone:keys", args=[slug]) if slug else reverse("zone:my_keys")
    key_id = ids.parse("key", key)
    if request.method == "POST":
        with transaction(actor):
            zone.revoke_key(actor=actor, key_id=key_id, at=clock.now())
        messages.success(request, gettext("The key is revoked."))
        return redirect(back)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug) if slug else None
        known = zone.keys(actor=actor, business_id=business.id if business else None)
    found = next((one for one in known if one.id == key_id), None)
    if found is None:
        raise zone.UnknownKey
    return confirmation(
        request,
        title=gettext("Revoke the key “{name}”?").format(name=found.name),
        text=gettext("Programs that use it stop working at once. This cannot be undone."),
        button=gettext("Revoke"),
        back=back,
    )


def confirmation(request: HttpRequest, *, title: str, text: str, button: str, back: str) -> HttpResponse:
    """Ask before something that cannot be undone; the answer is posted to the same address."""
    return render(request, "zone/confirm.html", {"title": title, "text": text, "button": button, "back": back})
