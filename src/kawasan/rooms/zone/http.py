"""The room's part of the JSON API: businesses, teams, keys, and the lists they choose from."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from kawasan.core import clock, ids
from kawasan.platform import api
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.tasks import send_invitation

router = Router(tags=["zone"])


class BusinessOut(Schema):
    """A business as everybody may see it."""

    id: str = Field(examples=["biz_01jd3m7q0k8yv9r2x4c5t6w7z8"])
    name: str
    slug: str
    legal_form: str
    nib: str
    kbli_code: str
    kbli_edition: str
    kbli_title: str
    section: str
    sector: str
    regency_code: str
    regency_name: str
    province_code: str
    province_name: str
    district_code: str
    address: str
    phone: str
    description: str
    size_class: str
    status: str
    applied_at: datetime
    joined_at: datetime | None

    @staticmethod
    def of(one: zone.Business) -> dict[str, Any]:
        """Return the JSON form."""
        names = [name for name in BusinessOut.model_fields if name != "id"]
        shown = BusinessOut(id=one.public_id, **{name: getattr(one, name) for name in names})
        return shown.model_dump(mode="json")


class BusinessesOut(Schema):
    """A page of businesses."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class ApplicationIn(Schema):
    """What an owner writes when a business joins."""

    name: str = Field(max_length=400)
    legal_form: str = Field(max_length=40, examples=["individual"])
    nib: str = Field(max_length=40, examples=["9120000000001"])
    npwp: str = Field("", max_length=40)
    nik: str = Field("", max_length=40)
    kbli_code: str = Field(max_length=10, examples=["47711"])
    kbli_edition: str = Field("2025", max_length=4)
    regency_code: str = Field(max_length=10, examples=["33.75"])
    district_code: str = Field("", max_length=10)
    address: str = Field("", max_length=1000)
    phone: str = Field(max_length=40)
    size_basis: str = Field(max_length=20, examples=["annual_sales"])
    size_amount_minor: int = Field(examples=[30000000000])
    description: str = Field("", max_length=5000)


class ReasonIn(Schema):
    """Why an application is sent back."""

    reason: str = Field(max_length=5000)


class InvitationIn(Schema):
    """Whom to invite, as what."""

    email: str = Field(max_length=300)
    role: str = Field(max_length=20)
    language: str = Field("id", max_length=10)


class KeyIn(Schema):
    """A new key. Without ``business`` it is the caller's own."""

    name: str = Field(max_length=200)
    scopes: list[str] = Field(max_length=40)
    business: str = Field("", max_length=40)


class SearchIn(Schema):
    """How to narrow a list of businesses."""

    text: str = Field("", max_length=100)
    regency: str = Field("", max_length=8)
    province: str = Field("", max_length=2)
    sector: str = Field("", max_length=20)
    status: str = Field("admitted", max_length=20)
    cursor: str = Field("", max_length=300)
    limit: int | None = None


@router.get("/businesses", auth=None, response=BusinessesOut)
def list_businesses(request: HttpRequest, given: Query[SearchIn]) -> Any:
    """Find businesses, newest first. Statuses other than `admitted` are for the zone (scope `zone:read`)."""
    actor = actor_of(request)
    if given.status != "admitted" and actor.is_signed_in:
        actor.need_scope("zone:read")
    with transaction(actor):
        page = zone.search_businesses(
            actor=actor,
            text=given.text,
            regency_code=given.regency,
            province_code=given.province,
            sector=given.sector,
            status=given.status,
            cursor=given.cursor or None,
            limit=given.limit,
        )
    return {"items": [BusinessOut.of(one) for one in page.items], "next_cursor": page.next_cursor}


@router.get("/businesses/{business}", auth=None, response=BusinessOut)
def get_business(request: HttpRequest, business: str) -> Any:
    """Return a business. One that is not admitted is seen by its own people and the zone only."""
    actor = actor_of(request)
    with transaction(actor):
        found = zone.business(business_id=ids.parse("biz", business))
    if not found.is_admitted and found.id not in actor.businesses and not actor.sees_zone:
        raise zone.UnknownBusiness
    return BusinessOut.of(found)


@router.post("/businesses", response={201: BusinessOut})
def apply(request: HttpRequest, body: ApplicationIn) -> HttpResponse:
    """Apply for a business; the caller becomes its owner. Needs an `Idempotency-Key`; scope `businesses:write`."""
    actor, at = actor_of(request), clock.now()
    actor.need_scope("businesses:write")
    with transaction(actor):
        return api.once(
            request,
            lambda: (
                201,
                BusinessOut.of(zone.join(actor=actor, application=zone.Application(**body.dict()), at=at)),
            ),
        )


@router.put("/businesses/{business}/application", response=BusinessOut)
def apply_again(request: HttpRequest, business: str, body: ApplicationIn) -> HttpResponse:
    """Correct an application that was sent back. Needs an `Idempotency-Key`; scope `businesses:write`."""
    actor, at, business_id = actor_of(request), clock.now(), ids.parse("biz", business)
    actor.need_scope("businesses:write")
    given = zone.Application(**body.dict())
    with transaction(actor):
        return api.once(
            request,
            lambda: (
                200,
                BusinessOut.of(zone.apply_again(actor=actor, business_id=business_id, application=given, at=at)),
            ),
        )


@router.post("/businesses/{business}/admission", response=BusinessOut)
def admit(request: HttpRequest, business: str) -> HttpResponse:
    """Admit a business that applied. For zone staff; scope `zone:admit`. Needs an `Idempotency-Key`."""
    actor, at, business_id = actor_of(request), clock.now(), ids.parse("biz", business)
    actor.need_scope("zone:admit")
    with transaction(actor):
        return api.once(request, lambda: (200, BusinessOut.of(zone.admit(actor=actor, business_id=business_id, at=at))))


@router.post("/businesses/{business}/return", response=BusinessOut)
def send_back(request: HttpRequest, business: str, body: ReasonIn) -> HttpResponse:
    """Send an application back with a reason. For zone staff; scope `zone:admit`. Needs an `Idempotency-Key`."""
    actor, at, business_id = actor_of(request), clock.now(), ids.parse("biz", business)
    actor.need_scope("zone:admit")
    with transaction(actor):
        return api.once(
            request,
            lambda: (
                200,
                BusinessOut.of(zone.send_back(actor=actor, business_id=business_id, reason=body.reason, at=at)),
            ),
        )


@router.get("/kbli", auth=None)
def search_kbli(request: HttpRequest, text: str, limit: int = 10) -> dict[str, Any]:
    """Find KBLI 2025 activities by Indonesian words or the beginning of a code."""
    found = zone.search_kbli(text, max(1, min(limit, 50)))
    return {
        "items": [
            {"code": one.code, "edition": one.edition, "title": one.title, "section": one.section, "sector": one.sector}
            for one in found
        ]
    }


@router.get("/regions", auth=None)
def search_regions(request: HttpRequest, text: str, limit: int = 10) -> dict[str, Any]:
    """Find regencies and cities by name."""
    found = zone.search_regencies(text, max(1, min(limit, 50)))
    return {
        "items": [
            {
                "code": one.code,
                "name": one.name,
                "province_code": one.province_code,
                "province_name": one.province_name,
            }
            for one in found
        ]
    }


@router.get("/me")
def me(request: HttpRequest) -> dict[str, Any]:
    """Say who asks: name, roles and scopes of the session or key."""
    actor = actor_of(request)
    with transaction(actor):
        found = zone.businesses_of(actor=actor)
    return {
        "person": ids.public("per", actor.person_id) if actor.person_id else None,
        "name": actor.name,
        "zone_role": actor.zone_role,
        "businesses": [
            {"id": one.business.public_id, "name": one.business.name, "slug": one.business.slug, "role": one.role}
            for one in found
        ],
        "scopes": sorted(actor.scopes),
    }


@router.get("/businesses/{business}/members")
def list_members(request: HttpRequest, business: str) -> dict[str, Any]:
    """List the team of a business. For its people; scope `members:read`."""
    actor = actor_of(request)
    actor.need_scope("members:read")
    with transaction(actor):
        found = zone.members(actor=actor, business_id=ids.parse("biz", business))
    return {
        "items": [
            {"person": ids.public("per", one.person_id), "name": one.name, "role": one.role, "since": one.since}
            for one in found
        ]
    }


@router.post("/businesses/{business}/invitations", response={201: dict[str, Any]})
def invite(request: HttpRequest, business: str, body: InvitationIn) -> HttpResponse:
    """Invite somebody by e-mail. For owners; scope `members:write`. Needs an `Idempotency-Key`."""
    actor, at, business_id = actor_of(request), clock.now(), ids.parse("biz", business)
    actor.need_scope("members:write")

    def run() -> tuple[int, dict[str, Any]]:
        made = zone.invite(
            actor=actor, business_id=business_id, email=body.email, role=body.role, language=body.language, at=at
        )
        send_invitation.defer(invitation_id=str(made.id), origin=request.build_absolute_uri("/"))
        return 201, _invitation(made)

    with transaction(actor):
        return api.once(request, run)


@router.get("/businesses/{business}/invitations")
def list_invitations(request: HttpRequest, business: str) -> dict[str, Any]:
    """List open invitations. For owners; scope `members:read`."""
    actor = actor_of(request)
    actor.need_scope("members:read")
    with transaction(actor):
        found = zone.invitations(actor=actor, business_id=ids.parse("biz", business), at=clock.now())
    return {"items": [_invitation(one) for one in found]}


@router.get("/keys")
def list_keys(request: HttpRequest, business: str = "") -> dict[str, Any]:
    """List API keys of a business (for its owners), or one's own. Secrets are never shown again."""
    actor = actor_of(request)
    actor.need_person()
    actor.need_scope("*")
    with transaction(actor):
        found = zone.keys(actor=actor, business_id=_business_or_none(business))
    return {"items": [_key(one) for one in found]}


@router.post("/keys", response={201: dict[str, Any]})
def create_key(request: HttpRequest, body: KeyIn) -> Status[dict[str, Any]]:
    """
    Make a key; the answer holds its secret this once.

    Only from a browser session: a key makes no keys. It takes no Idempotency-Key, since a stored answer would store
    the secret; make another and revoke the one whose answer got lost.
    """
    actor = actor_of(request)
    actor.need_scope("*")
    with transaction(actor):
        made = zone.create_key(
            actor=actor,
            business_id=_business_or_none(body.business),
            name=body.name,
            scopes=body.scopes,
            at=clock.now(),
        )
    return Status(201, _key(made.key) | {"secret": made.secret})


@router.delete("/keys/{key}")
def revoke_key(request: HttpRequest, key: str) -> dict[str, Any]:
    """Revoke a key; a repeat returns it as it is. Only from a browser session."""
    actor = actor_of(request)
    actor.need_scope("*")
    with transaction(actor):
        return _key(zone.revoke_key(actor=actor, key_id=ids.parse("key", key), at=clock.now()))


def _business_or_none(text: str) -> UUID | None:
    return ids.parse("biz", text) if text else None


def _invitation(one: zone.Invitation) -> dict[str, Any]:
    return {
        "id": ids.public("inv", one.id),
        "email": one.email,
        "role": one.role,
        "invited_at": one.invited_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
    }


def _key(one: zone.Key) -> dict[str, Any]:
    return {
        "id": ids.public("key", one.id),
        "name": one.name,
        "prefix": one.prefix,
        "business": ids.public("biz", one.business_id) if one.business_id else None,
        "scopes": list(one.scopes),
        "created_at": one.created_at,
        "last_used_at": one.last_used_at,
        "revoked_at": one.revoked_at,
    }
