"""Reading people, teams, invitations, keys, drafts and the access log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.platform.db import requires_transaction
from kawasan.rooms.zone import models
from kawasan.rooms.zone.queries.actors import hash_of
from kawasan.rooms.zone.queries.businesses import cursor_id
from kawasan.rooms.zone.types import (
    AccessEntry,
    Invitation,
    Key,
    Look,
    Member,
    PersonView,
    UnknownInvitation,
    UnknownPerson,
)

LOG_ROWS_MAX = 200
PEOPLE_ROWS_MAX = 200


@requires_transaction
def person(*, actor: Actor) -> PersonView:
    """Return the caller's own profile. Raises Unauthenticated."""
    return as_person(_person(actor.need_person()))


@requires_transaction
def person_names(*, ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of those people that exist."""
    return dict(models.Person.objects.filter(pk__in=ids).values_list("pk", "name"))


@requires_transaction
def zone_people(*, actor: Actor, text: str = "") -> tuple[PersonView, ...]:
    """Return the people with a role in the zone, or, given a text, people whose name or address begins so."""
    actor.need_zone(ZoneRole.OPERATOR)
    roles = dict(models.ZoneMembership.objects.values_list("person_id", "role"))
    typed = text.replace("\0", "").strip()[:100]
    wanted = Q(name__icontains=typed) | Q(email__istartswith=typed) if typed else Q(pk__in=list(roles))
    rows = models.Person.objects.filter(wanted).order_by("name", "pk")[:PEOPLE_ROWS_MAX]
    return tuple(as_person(row, roles.get(row.pk)) for row in rows)


@requires_transaction
def members(*, actor: Actor, business_id: UUID) -> tuple[Member, ...]:
    """Return the team of a business, owners first. For its people and zone roles."""
    if not actor.sees_zone:
        actor.need_business(business_id)
    rows = models.Membership.objects.filter(business=business_id).select_related("person").order_by("since", "pk")
    order = list(BusinessRole)
    return tuple(sorted((_as_member(row) for row in rows), key=lambda member: order.index(member.role)))


@requires_transaction
def invitations(*, actor: Actor, business_id: UUID | None, at: datetime) -> tuple[Invitation, ...]:
    """Return open invitations of a business (for its owners), or of the zone when no business is named."""
    if business_id is None:
        actor.need_zone(ZoneRole.OPERATOR)
    else:
        actor.need_business(business_id, BusinessRole.OWNER)
    rows = models.Invitation.objects.filter(_open(at), business=business_id).order_by("-pk")
    return tuple(_as_invitation(row) for row in rows.select_related("business", "invited_by"))


@requires_transaction
def invitation_by_token(*, token: str, at: datetime) -> Invitation:
    """Return the open invitation a link belongs to. Whoever holds the link may look. Raises UnknownInvitation."""
    row = find_invitation(token)
    if row is None or not models.Invitation.objects.filter(_open(at), pk=row.pk).exists():
        raise UnknownInvitation
    return _as_invitation(row)


@requires_transaction
def invitation(*, invitation_id: UUID) -> Invitation:
    """Return an invitation by id, to write its mail. Raises UnknownInvitation."""
    row = models.Invitation.objects.select_related("business", "invited_by").filter(pk=invitation_id).first()
    if row is None or row.accepted_at or row.withdrawn_at:
        raise UnknownInvitation
    return _as_invitation(row)


def find_invitation(token: str, *, lock: bool = False) -> models.Invitation | None:
    """Return the invitation with this token, if any."""
    rows = models.Invitation.objects.filter(token_hash=hash_of(token))
    if lock:
        return rows.select_for_update().first()
    return rows.select_related("business", "invited_by").first()


@requires_transaction
def keys(*, actor: Actor, business_id: UUID | None = None) -> tuple[Key, ...]:
    """Return the API keys of a business (for its owners), or the caller's own, newest first."""
    if business_id is None:
        rows = models.Key.objects.filter(person=actor.need_person())
    else:
        actor.need_business(business_id, BusinessRole.OWNER)
        rows = models.Key.objects.filter(business=business_id)
    return tuple(as_key(row) for row in rows.order_by("-pk")[:LOG_ROWS_MAX])


@requires_transaction
def draft(*, actor: Actor) -> dict[str, str]:
    """Return the join form the caller has begun; empty when there is none."""
    row = models.Draft.objects.filter(pk=actor.need_person()).first()
    return dict(json.loads(row.form)) if row else {}


@requires_transaction
def access_log(
    *,
    actor: Actor,
    business_id: UUID | None = None,
    only_looks: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[AccessEntry]:
    """
    Return who did what to a business, newest first. For its people and zone roles; all businesses for the latter.

    ``only_looks`` leaves out what was done, and keeps who of the zone read private data.
    """
    if not actor.sees_zone:
        if business_id is None:
            actor.need_zone()
        else:
            actor.need_business(business_id)
    rows = models.AccessLog.objects.select_related("person")
    if business_id is not None:
        rows = rows.filter(business=business_id)
    if only_looks:
        rows = rows.filter(action__in=[what.value for what in Look])
    if after := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=cursor_id(after[0]))
    size = clamp_limit(limit)
    page = page_of(list(rows.order_by("-pk")[: size + 1]), size, lambda row: [str(row.pk)])
    return Page(items=tuple(_as_entry(row) for row in page.items), next_cursor=page.next_cursor)


@requires_transaction
def access_between(*, after: int, upto: int) -> list[AccessEntry]:
    """Return the entries of the access log with ``after < number <= upto``, in order. For followers."""
    rows = models.AccessLog.objects.select_related("person").filter(number__gt=after, number__lte=upto)
    return [_as_entry(row) for row in rows.order_by("number")]


@requires_transaction
def access_entries(*, ids: Iterable[UUID]) -> list[AccessEntry]:
    """Return some entries of the access log, as far as the asker may see them."""
    return [_as_entry(row) for row in models.AccessLog.objects.select_related("person").filter(pk__in=list(ids))]


def lock_members(business_id: UUID) -> list[models.Membership]:
    """Return and lock a business's team, in key order."""
    return list(models.Membership.objects.select_for_update().filter(business=business_id).order_by("pk"))


def person_by_email(email: str) -> models.Person:
    """Return who signs in with an address. Raises UnknownPerson."""
    row = models.Person.objects.filter(email=email).first()
    if row is None:
        raise UnknownPerson(field="email")
    return row


@requires_transaction
def person_of(*, person_id: UUID) -> PersonView:
    """Return a person's profile, for doors that have checked who asks. Raises UnknownPerson."""
    return as_person(_person(person_id))


@requires_transaction
def person_of_address(*, email: str) -> UUID | None:
    """Return who signs in with an address, or nobody; for doors that limit how often one may ask."""
    typed = email.strip().lower()[:254]
    return models.Person.objects.filter(email=typed, is_active=True).values_list("pk", flat=True).first()


@requires_transaction
def search_people(*, actor: Actor, text: str) -> tuple[PersonView, ...]:
    """Return people whose name holds a text or whose address begins with it, for the zone's staff."""
    actor.need_zone(ZoneRole.STAFF)
    typed = text.replace("\0", "").strip()[:100]
    if not typed:
        return ()
    rows = models.Person.objects.filter(Q(name__icontains=typed) | Q(email__istartswith=typed)).order_by("name", "pk")
    return tuple(as_person(row) for row in rows[:PEOPLE_ROWS_MAX])


def open_invitations(business_id: UUID | None, at: datetime) -> int:
    """Return how many invitations of a business (or the zone) are open."""
    return models.Invitation.objects.filter(_open(at), business=business_id).count()


def as_key(row: models.Key) -> Key:
    """Turn a row into a key without its secret."""
    return Key(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        business_id=row.business_id,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def _open(at: datetime) -> Q:
    return Q(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)


def _person(person_id: UUID) -> models.Person:
    row = models.Person.objects.filter(pk=person_id).first()
    if row is None:
        raise UnknownPerson
    return row


def as_person(row: models.Person, role: str | None = None) -> PersonView:
    return PersonView(
        id=row.pk,
        name=row.name,
        email=row.email,
        language=row.language,
        phone=row.phone,
        zone_role=ZoneRole(role) if role else None,
        joined_at=row.joined_at,
    )


def _as_member(row: models.Membership) -> Member:
    return Member(
        person_id=row.person_id,
        name=row.person.name,
        email=row.person.email,
        role=BusinessRole(row.role),
        since=row.since,
        language=row.person.language,
    )


def _as_invitation(row: models.Invitation) -> Invitation:
    return Invitation(
        id=row.pk,
        email=row.email,
        business_id=row.business_id,
        business_name=row.business.name if row.business else "",
        role=row.business_role or row.zone_role,
        language=row.language,
        invited_at=row.invited_at,
        expires_at=row.expires_at,
        invited_by_name=row.invited_by.name if row.invited_by else "",
    )


def _as_entry(row: models.AccessLog) -> AccessEntry:
    return AccessEntry(
        id=row.pk,
        at=row.at,
        action=row.action,
        person_id=row.person_id,
        person_name=row.person.name if row.person else "",
        business_id=row.business_id,
        note=row.note,
        number=row.number,
        is_program=row.is_program,
    )
