"""People: profiles, roles in a business and in the zone, invitations."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from uuid import UUID

from django.conf import settings

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.core.errors import Invalid
from kawasan.platform.db import requires_transaction
from kawasan.platform.i18n import LANGUAGES
from kawasan.rooms.zone import models
from kawasan.rooms.zone.actions.log import note
from kawasan.rooms.zone.queries import people as queries
from kawasan.rooms.zone.queries.actors import hash_of
from kawasan.rooms.zone.rules import normalize_phone
from kawasan.rooms.zone.rules.applications import check_email, check_name
from kawasan.rooms.zone.rules.decisions import (
    INVITATION_LASTS,
    OPEN_INVITATIONS_MAX,
    business_role,
    check_in_time,
    check_operator_remains,
    check_owner_remains,
    zone_role,
)
from kawasan.rooms.zone.types import (
    AlreadyMember,
    Invitation,
    InvitationForSomebodyElse,
    Member,
    PersonView,
    TooManyInvitations,
    UnknownInvitation,
    UnknownPerson,
)

DRAFT_LETTERS_MAX = 20_000


class DraftTooLarge(Invalid):
    """More than a join form holds."""

    code = "draft-too-large"


@requires_transaction
def add_person(*, actor: Actor, email: str, name: str, language: str = "id", at: datetime) -> PersonView:
    """Add a person who cannot sign in before setting a password; a repeat returns the person there is."""
    actor.need_zone(ZoneRole.OPERATOR)
    email = check_email(email)
    row = models.Person.objects.filter(email=email).first()
    if row is None:
        row = models.Person.objects.create_user(email, None, name=check_name(name), language=language, joined_at=at)
    return queries.as_person(row)


@requires_transaction
def change_profile(*, actor: Actor, name: str, language: str, phone: str) -> PersonView:
    """Change the caller's name, language and phone. Raises InvalidName, InvalidPhone."""
    row = models.Person.objects.select_for_update().get(pk=actor.need_person())
    row.name = check_name(name)
    row.phone = normalize_phone(phone) if phone.strip() else ""
    row.language = language if language in dict(LANGUAGES) else row.language
    row.save(update_fields=["name", "phone", "language"])
    return queries.person(actor=actor)


@requires_transaction
def save_draft(*, actor: Actor, form: dict[str, str], at: datetime) -> None:
    """Keep a join form that is not finished; a repeat replaces it."""
    text = json.dumps(form, ensure_ascii=False)
    if len(text) > DRAFT_LETTERS_MAX:
        raise DraftTooLarge
    models.Draft.objects.update_or_create(pk=actor.need_person(), defaults={"form": text, "saved_at": at})


@requires_transaction
def invite(
    *,
    actor: Actor,
    email: str,
    role: str,
    at: datetime,
    business_id: UUID | None = None,
    language: str = "id",
    invitation_id: UUID | None = None,
) -> Invitation:
    """
    Invite somebody by e-mail: to a business (its owners may), or to the zone when no business is named (operators).

    Repeated with the same ``invitation_id`` it returns the first. The mail is sent by the edge's job, with the token of
    ``invitation_token``. Raises InvalidEmail, UnknownRole, AlreadyMember, TooManyInvitations.
    """
    wanted = _check_may_invite(actor, business_id, role)
    email = check_email(email)
    if invitation_id and (earlier := models.Invitation.objects.filter(pk=invitation_id).first()):
        return queries.invitation(invitation_id=earlier.pk)
    if business_id and models.Membership.objects.filter(business=business_id, person__email=email).exists():
        raise AlreadyMember(field="email")
    if queries.open_invitations(business_id, at) >= OPEN_INVITATIONS_MAX:
        raise TooManyInvitations(most=OPEN_INVITATIONS_MAX)
    row_id = invitation_id or ids.uuid7()
    models.Invitation(
        id=row_id,
        token_hash=hash_of(invitation_token(invitation_id=row_id)),
        email=email,
        business_id=business_id,
        business_role=wanted if business_id else "",
        zone_role="" if business_id else wanted,
        language=language if language in dict(LANGUAGES) else "id",
        invited_by_id=actor.person_id,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    ).save(force_insert=True)
    note(actor, "invited", at=at, business_id=business_id, text=wanted)
    return queries.invitation(invitation_id=row_id)


def invitation_token(*, invitation_id: UUID) -> str:
    """
    Return the secret of an invitation's link: derived, so that the mail's job needs to carry only the id.

    Only its hash is stored, and the id alone opens nothing.
    """
    key = b"kawasan invitation" + settings.SECRET_KEY.encode()
    digest = hmac.new(key, invitation_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@requires_transaction
def accept_invitation(*, actor: Actor, token: str, at: datetime) -> Invitation:
    """
    Take up an invitation: the caller gets its role, once. The edge's transaction must see the zone (SYSTEM).

    Raises UnknownInvitation (wrong, used, withdrawn), InvitationExpired, InvitationForSomebodyElse, AlreadyMember.
    """
    person_id = actor.need_person()
    row = queries.find_invitation(token, lock=True)
    if row is None or row.accepted_at or row.withdrawn_at:
        raise UnknownInvitation
    check_in_time(row.expires_at, at)
    if models.Person.objects.get(pk=person_id).email != row.email:
        raise InvitationForSomebodyElse
    taken = queries.invitation(invitation_id=row.pk)
    if row.business_id:
        if models.Membership.objects.filter(person=person_id, business=row.business_id).exists():
            raise AlreadyMember
        models.Membership.objects.create(
            id=ids.uuid7(), person_id=person_id, business_id=row.business_id, role=row.business_role, since=at
        )
    else:
        _give_zone_role(person_id, ZoneRole(row.zone_role), at)
    row.accepted_at, row.accepted_by = at, person_id
    row.save(update_fields=["accepted_at", "accepted_by"])
    note(actor, "invitation_accepted", at=at, business_id=row.business_id, text=taken.role)
    return taken


@requires_transaction
def withdraw_invitation(*, actor: Actor, invitation_id: UUID, at: datetime) -> None:
    """Close an open invitation; a repeat does nothing. Raises UnknownInvitation."""
    row = models.Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if row is None or row.accepted_at:
        raise UnknownInvitation
    _check_may_invite(actor, row.business_id, row.business_role or row.zone_role)
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        note(actor, "invitation_withdrawn", at=at, business_id=row.business_id)


@requires_transaction
def change_member(*, actor: Actor, business_id: UUID, person_id: UUID, role: str, at: datetime) -> Member:
    """Give a member another role. For owners; a repeat does nothing. Raises UnknownPerson, UnknownRole, LastOwner."""
    actor.need_business(business_id, BusinessRole.OWNER)
    wanted = business_role(role)
    team, row = _team(business_id, person_id)
    if row.role != wanted:
        check_owner_remains([member.role for member in team], row.role)
        row.role = wanted
        row.save(update_fields=["role"])
        note(actor, "role_changed", at=at, business_id=business_id, text=wanted)
    return next(one for one in queries.members(actor=actor, business_id=business_id) if one.person_id == person_id)


@requires_transaction
def remove_member(*, actor: Actor, business_id: UUID, person_id: UUID, at: datetime) -> None:
    """Take somebody out of a team; owners may, and everybody may leave. Raises UnknownPerson, LastOwner."""
    actor.need_business(business_id, *(() if person_id == actor.person_id else (BusinessRole.OWNER,)))
    team, row = _team(business_id, person_id)
    check_owner_remains([member.role for member in team], row.role)
    row.delete()
    note(actor, "member_removed", at=at, business_id=business_id)


@requires_transaction
def grant_zone_role(*, actor: Actor, person_id: UUID, role: str, at: datetime) -> None:
    """Give a person a role in the zone, or another. For operators. Raises UnknownPerson, UnknownRole, LastOperator."""
    actor.need_zone(ZoneRole.OPERATOR)
    wanted = zone_role(role)
    if not models.Person.objects.filter(pk=person_id).exists():
        raise UnknownPerson
    _give_zone_role(person_id, wanted, at)
    note(actor, "zone_role_granted", at=at, text=wanted)


@requires_transaction
def take_zone_role(*, actor: Actor, person_id: UUID, at: datetime) -> None:
    """Take a person's role in the zone away; a repeat does nothing. For operators. Raises LastOperator."""
    actor.need_zone(ZoneRole.OPERATOR)
    roles = {row.person_id: row for row in models.ZoneMembership.objects.select_for_update().order_by("pk")}
    if person_id in roles:
        check_operator_remains(_operators(roles), roles[person_id].role)
        roles[person_id].delete()
        note(actor, "zone_role_taken", at=at)


def _give_zone_role(person_id: UUID, wanted: ZoneRole, at: datetime) -> None:
    roles = {row.person_id: row for row in models.ZoneMembership.objects.select_for_update().order_by("pk")}
    if person_id in roles and roles[person_id].role != wanted:
        check_operator_remains(_operators(roles), roles[person_id].role)
    models.ZoneMembership.objects.update_or_create(pk=person_id, defaults={"role": wanted, "since": at})


def _operators(roles: dict[UUID, models.ZoneMembership]) -> int:
    return sum(row.role == ZoneRole.OPERATOR for row in roles.values())


def _check_may_invite(actor: Actor, business_id: UUID | None, role: str) -> str:
    if business_id is None:
        actor.need_zone(ZoneRole.OPERATOR)
        return zone_role(role).value
    actor.need_business(business_id, BusinessRole.OWNER)
    return business_role(role).value


def _team(business_id: UUID, person_id: UUID) -> tuple[list[models.Membership], models.Membership]:
    team = queries.lock_members(business_id)
    row = next((member for member in team if member.person_id == person_id), None)
    if row is None:
        raise UnknownPerson
    return team, row
