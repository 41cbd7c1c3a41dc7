"""Reading businesses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from kawasan.core.access import STRANGER, Actor, BusinessRole
from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.platform.db import requires_transaction
from kawasan.platform.schemas import current_schema, zones
from kawasan.rooms.zone import models
from kawasan.rooms.zone.rules import mask_nik, mask_npwp, reference
from kawasan.rooms.zone.types import (
    ZONE_OWNER,
    Application,
    Business,
    BusinessOfPerson,
    BusinessStatus,
    Identity,
    LegalForm,
    MaskedIdentity,
    SizeClass,
    UnknownBusiness,
    UnknownStatus,
    ZoneSettings,
)

EXPORT_ROWS_MAX = 50_000
SEARCH_TEXT_MAX = 100


def zone_settings() -> ZoneSettings:
    """Return the present zone's name and the id under which it owns accounts."""
    here = current_schema()
    name = next((zone.name for zone in zones() if zone.schema == here), "Kawasan")
    return ZoneSettings(name=name, owner_id=ZONE_OWNER)


def business(*, business_id: UUID) -> Business:
    """Return a business in any status. Raises UnknownBusiness."""
    return _one(models.Business.objects.filter(pk=business_id))


def business_by_slug(*, slug: str) -> Business:
    """Return a business in any status by its address part. Raises UnknownBusiness."""
    return _one(models.Business.objects.filter(slug=slug[: models.SLUG_MAX]))


def businesses(*, ids: Collection[UUID]) -> dict[UUID, Business]:
    """Return those of the businesses that exist, by id, in one query."""
    return {row.pk: as_business(row) for row in models.Business.objects.filter(pk__in=list(ids))}


def search_businesses(
    *,
    actor: Actor = STRANGER,
    text: str = "",
    regency_code: str = "",
    province_code: str = "",
    sector: str = "",
    status: str = BusinessStatus.ADMITTED.value,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Business]:
    """
    Return a page of businesses, newest first.

    Everybody finds admitted ones; other statuses ("" for all) only zone roles, Forbidden for the rest.
    Raises UnknownStatus, BadCursor.
    """
    rows = _found(actor, text, regency_code, province_code, sector, status)
    after = decode_cursor(cursor, str)
    if after:
        rows = rows.filter(pk__lt=cursor_id(after[0]))
    size = clamp_limit(limit)
    page = page_of(list(rows.order_by("-pk")[: size + 1]), size, lambda row: [str(row.pk)])
    return Page(items=tuple(as_business(row) for row in page.items), next_cursor=page.next_cursor)


def export_businesses(
    *,
    actor: Actor,
    text: str = "",
    regency_code: str = "",
    province_code: str = "",
    sector: str = "",
    status: str = "",
) -> Iterator[Business]:
    """Return every business that the staff's list finds, newest first, at most EXPORT_ROWS_MAX."""
    actor.need_zone()
    rows = _found(actor, text, regency_code, province_code, sector, status).order_by("-pk")[:EXPORT_ROWS_MAX]
    return iter([as_business(row) for row in rows])


def count_by_status(*, actor: Actor) -> dict[BusinessStatus, int]:
    """Return how many businesses stand in each status. For zone roles."""
    actor.need_zone()
    counts = dict.fromkeys(BusinessStatus, 0)
    rows = models.Business.objects.values_list("status").annotate(count=Count("pk"))
    return counts | {BusinessStatus(status): count for status, count in rows}


def businesses_of(*, actor: Actor) -> tuple[BusinessOfPerson, ...]:
    """Return the businesses in which the caller has a role, by name."""
    rows = models.Business.objects.filter(pk__in=list(actor.businesses)).order_by("name", "pk")
    return tuple(BusinessOfPerson(business=as_business(row), role=actor.businesses[row.pk]) for row in rows)


@requires_transaction
def application(*, actor: Actor, business_id: UUID) -> Application:
    """Return what the owner wrote, numbers in full, to edit it. For owners. Raises UnknownBusiness."""
    actor.need_business(business_id, BusinessRole.OWNER)
    return _application(business_id)


@requires_transaction
def masked_identity(*, actor: Actor, business_id: UUID) -> MaskedIdentity:
    """Return the private numbers of a business with their middle hidden. For its people and zone roles."""
    if not actor.sees_zone:
        actor.need_business(business_id)
    found = identity_of(business_id)
    return MaskedIdentity(npwp=mask_npwp(found.npwp), nik=mask_nik(found.nik))


def identity_of(business_id: UUID) -> Identity:
    """Return the private numbers of a business. Raises UnknownBusiness where the caller may not see the row."""
    row = models.Identity.objects.filter(pk=business_id).first()
    if row is None:
        raise UnknownBusiness
    return Identity(npwp=row.npwp, nik=row.nik)


def lock_business(business_id: UUID) -> models.Business:
    """Return and lock a business. Raises UnknownBusiness."""
    row = models.Business.objects.select_for_update(no_key=True).filter(pk=business_id).first()
    if row is None:
        raise UnknownBusiness
    return row


def slug_is_free(slug: str, business_id: UUID) -> bool:
    """Whether no other business has this address part."""
    return not models.Business.objects.filter(slug=slug).exclude(pk=business_id).exists()


def as_business(row: models.Business) -> Business:
    """Turn a row into what everybody may see."""
    regency = reference.regency(row.regency_code)
    kbli = reference.kbli(row.kbli_code, row.kbli_edition)
    return Business(
        id=row.pk,
        name=row.name,
        slug=row.slug,
        legal_form=LegalForm(row.legal_form),
        nib=row.nib,
        kbli_code=row.kbli_code,
        kbli_edition=row.kbli_edition,
        kbli_title=kbli.title,
        section=row.section,
        sector=kbli.sector,
        regency_code=row.regency_code,
        regency_name=regency.name,
        province_code=regency.province_code,
        province_name=regency.province_name,
        district_code=row.district_code,
        address=row.address,
        phone=row.phone,
        description=row.description,
        size_class=SizeClass(row.size_class),
        status=BusinessStatus(row.status),
        applied_at=row.applied_at,
        joined_at=row.joined_at,
        decided_at=row.decided_at,
        reason=row.reason,
    )


def _application(business_id: UUID) -> Application:
    row = models.Business.objects.get(pk=business_id)
    identity = models.Identity.objects.get(pk=business_id)
    return Application(
        name=row.name,
        legal_form=row.legal_form,
        nib=row.nib,
        npwp=identity.npwp,
        nik=identity.nik,
        kbli_code=row.kbli_code,
        kbli_edition=row.kbli_edition,
        regency_code=row.regency_code,
        district_code=row.district_code,
        address=row.address,
        phone=row.phone,
        size_basis=identity.size_basis,
        size_amount_minor=identity.size_amount_minor,
        description=row.description,
    )


def _one(rows: QuerySet[models.Business]) -> Business:
    row = rows.first()
    if row is None:
        raise UnknownBusiness
    return as_business(row)


def _found(
    actor: Actor, text: str, regency_code: str, province_code: str, sector: str, status: str
) -> QuerySet[models.Business]:
    rows = models.Business.objects.all()
    if status != BusinessStatus.ADMITTED:
        actor.need_zone()
    if status:
        rows = rows.filter(status=_status(status))
    if regency_code:
        rows = rows.filter(regency_code=regency_code[:8])
    if province_code:
        rows = rows.filter(regency_code__startswith=province_code[:2] + ".")
    if sector:
        rows = rows.filter(sector=sector[:20])
    if typed := " ".join(text.replace("\0", "").split())[:SEARCH_TEXT_MAX]:
        rows = rows.annotate(name_lower=Lower(F("name"))).filter(
            Q(name_lower__contains=typed.lower()) | Q(nib=typed) | Q(kbli_code=typed)
        )
    return rows


def _status(text: str) -> BusinessStatus:
    try:
        return BusinessStatus(text)
    except ValueError:
        raise UnknownStatus(field="status") from None


def cursor_id(text: str) -> UUID:
    """Return the id in a cursor. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None
