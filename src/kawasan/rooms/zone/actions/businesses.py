"""A business joins, is admitted, sent back, suspended and restored."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.core.clock import business_day
from kawasan.platform.db import requires_transaction, see_as
from kawasan.platform.facts import announce
from kawasan.platform.fields import blind_index
from kawasan.rooms.zone import models
from kawasan.rooms.zone.actions.log import note
from kawasan.rooms.zone.facts import (
    BusinessAdmitted,
    BusinessApplied,
    BusinessRestored,
    BusinessSentBack,
    BusinessSuspended,
)
from kawasan.rooms.zone.queries import businesses as queries
from kawasan.rooms.zone.rules.applications import Checked, check_application, check_reason, slug_of
from kawasan.rooms.zone.rules.decisions import ADMITTED, APPLIED, SENT_BACK, SUSPENDED, check_step
from kawasan.rooms.zone.types import Application, Business, BusinessStatus, Identity, NibTaken, UnknownBusiness


@requires_transaction
def join(*, actor: Actor, application: Application, at: datetime, business_id: UUID | None = None) -> Business:
    """
    Let a business apply to the zone; the caller becomes its owner.

    Repeated with the same ``business_id`` by the same person, it returns the first application unchanged.
    Raises InvalidInput with every wrong field, NibTaken, Unauthenticated.
    """
    person_id = actor.need_person()
    business_id = business_id or ids.uuid7()
    if business_id in actor.businesses:
        return queries.business(business_id=business_id)
    checked = check_application(application, on=business_day(at))
    row = models.Business(id=business_id, status=APPLIED, applied_at=at, slug=_free_slug(checked.name, business_id))
    _write(row, checked, new=True)
    # From here on the caller is an owner, and row-level security has to know it before the private rows are written.
    see_as(Actor(person_id=person_id, businesses={**actor.businesses, business_id: BusinessRole.OWNER}))
    models.Membership.objects.create(
        id=ids.uuid7(), person_id=person_id, business=row, role=BusinessRole.OWNER, since=at
    )
    _write_identity(row, checked, new=True)
    models.Draft.objects.filter(pk=person_id).delete()
    note(actor, "applied", at=at, business_id=business_id)
    announce(BusinessApplied(business_id=business_id), at=at)
    return queries.as_business(row)


@requires_transaction
def apply_again(*, actor: Actor, business_id: UUID, application: Application, at: datetime) -> Business:
    """
    Correct an application that was sent back, and apply again. For owners.

    Raises WrongStatus where it was not sent back, InvalidInput, NibTaken.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    row = queries.lock_business(business_id)
    check_step(BusinessStatus(row.status), APPLIED)
    checked = check_application(application, on=business_day(at))
    row.status, row.applied_at = APPLIED, at
    _write(row, checked, new=False)
    _write_identity(row, checked, new=False)
    note(actor, "applied_again", at=at, business_id=business_id)
    announce(BusinessApplied(business_id=business_id), at=at)
    return queries.as_business(row)


@requires_transaction
def admit(*, actor: Actor, business_id: UUID, at: datetime) -> Business:
    """
    Let a business into the zone. For zone staff.

    A repeat returns it as it is. Raises WrongStatus where it has not applied.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = queries.lock_business(business_id)
    if row.status == ADMITTED:
        return queries.as_business(row)
    check_step(BusinessStatus(row.status), ADMITTED)
    if row.status == SUSPENDED:
        return restore(actor=actor, business_id=business_id, at=at)
    row.joined_at = at
    _decide(row, actor, ADMITTED, at, "")
    announce(BusinessAdmitted(business_id=business_id), at=at)
    return queries.as_business(row)


@requires_transaction
def send_back(*, actor: Actor, business_id: UUID, reason: str, at: datetime) -> Business:
    """Return an application with what has to change. For zone staff. Raises MissingReason, WrongStatus."""
    actor.need_zone(ZoneRole.STAFF)
    reason = check_reason(reason)
    row = queries.lock_business(business_id)
    check_step(BusinessStatus(row.status), SENT_BACK)
    _decide(row, actor, SENT_BACK, at, reason)
    announce(BusinessSentBack(business_id=business_id), at=at)
    return queries.as_business(row)


@requires_transaction
def suspend(*, actor: Actor, business_id: UUID, reason: str, at: datetime) -> Business:
    """Stop a business from trading and its keys from working. For zone staff. Raises MissingReason, WrongStatus."""
    actor.need_zone(ZoneRole.STAFF)
    reason = check_reason(reason)
    row = queries.lock_business(business_id)
    check_step(BusinessStatus(row.status), SUSPENDED)
    _decide(row, actor, SUSPENDED, at, reason)
    announce(BusinessSuspended(business_id=business_id), at=at)
    return queries.as_business(row)


@requires_transaction
def restore(*, actor: Actor, business_id: UUID, at: datetime) -> Business:
    """Let a suspended business trade again. For zone staff. A repeat returns it as it is. Raises WrongStatus."""
    actor.need_zone(ZoneRole.STAFF)
    row = queries.lock_business(business_id)
    if row.status == ADMITTED:
        return queries.as_business(row)
    if row.status != SUSPENDED:
        check_step(BusinessStatus(row.status), SUSPENDED)
    _decide(row, actor, ADMITTED, at, "", said="restored")
    announce(BusinessRestored(business_id=business_id), at=at)
    return queries.as_business(row)


@requires_transaction
def show_identity(*, actor: Actor, business_id: UUID, at: datetime) -> Identity:
    """
    Return the private numbers of a business in full; the look is written into the access log. For zone staff.

    Raises UnknownBusiness.
    """
    actor.need_zone(ZoneRole.STAFF)
    found = queries.identity_of(business_id)
    note(actor, "identity_shown", at=at, business_id=business_id)
    return found


def _decide(
    row: models.Business, actor: Actor, status: BusinessStatus, at: datetime, reason: str, *, said: str = ""
) -> None:
    row.status, row.reason, row.decided_at, row.decided_by = status, reason, at, actor.person_id
    _save(row, update_fields=["status", "reason", "decided_at", "decided_by", "joined_at"])
    note(actor, said or status.value, at=at, business_id=row.pk, text=reason)


def _write(row: models.Business, checked: Checked, *, new: bool) -> None:
    row.name, row.legal_form, row.nib = checked.name, checked.legal_form, checked.nib
    row.kbli_code, row.kbli_edition = checked.kbli.code, checked.kbli.edition
    row.section, row.sector = checked.kbli.section, checked.kbli.sector
    row.regency_code, row.district_code = checked.regency_code, checked.district_code
    row.address, row.phone, row.description = checked.address, checked.phone, checked.description
    row.size_class = checked.size_class
    _save(row, force_insert=new)


def _save(row: models.Business, **how: Any) -> None:
    try:
        with transaction.atomic():
            row.save(**how)
    except IntegrityError as error:
        if "zone_business_nib_once" in str(error):
            raise NibTaken(field="nib") from error
        if "zone_business_pkey" in str(error):  # an id of somebody else's business
            raise UnknownBusiness from error
        raise


def _write_identity(row: models.Business, checked: Checked, *, new: bool) -> None:
    models.Identity(
        business=row,
        npwp=checked.npwp,
        npwp_index=blind_index(checked.npwp) if checked.npwp else "",
        nik=checked.nik,
        nik_index=blind_index(checked.nik) if checked.nik else "",
        size_basis=checked.size_basis,
        size_amount_minor=checked.size_amount_minor,
    ).save(force_insert=new)


def _free_slug(name: str, business_id: UUID) -> str:
    slug = slug_of(name)
    if queries.slug_is_free(slug, business_id):
        return slug
    return f"{slug}-{ids.public('biz', business_id)[-6:]}"
