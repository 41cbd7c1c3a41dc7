"""Where businesses stand, asked of the zone at the moment of reading."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.authority.rules.grouping import nowhere
from kawasan.rooms.authority.types import Place
from kawasan.rooms.zone import api as zone


# Note [Why sector and region are not stored with the figures]
# A business moves, or corrects its KBLI code. Had the follower noted the region when it first met the business, then a
# rebuild would note today's region and give other figures than before: what it derives must follow from the ledger
# alone. So figures are kept by business, and the register says at the moment of reading where the business is now.
def places_of(business_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Return the place of each of these businesses, in one query; those that the register does not know are nowhere."""
    known = zone.businesses(ids=business_ids) if business_ids else {}
    return {
        business_id: place_of(known[business_id]) if business_id in known else nowhere(business_id)
        for business_id in business_ids
    }


def place_of(business: zone.Business) -> Place:
    """Return what the figures need of a business."""
    return Place(
        business_id=business.id,
        name=business.name,
        slug=business.slug,
        section=business.section,
        edition=business.kbli_edition,
        kbli_code=business.kbli_code,
        kbli_title=business.kbli_title,
        regency_code=business.regency_code,
        regency_name=business.regency_name,
        province_code=business.province_code,
        province_name=business.province_name,
    )


def admitted_places(actor: Actor) -> list[Place]:
    """Return the place of every business that is admitted now. Zone roles only."""
    found = zone.export_businesses(actor=actor, status=zone.BusinessStatus.ADMITTED.value)
    return [place_of(business) for business in found]


def province_name(code: str) -> str:
    """Return a province's name. Raises zone's UnknownRegion."""
    return next((one.name for one in zone.provinces() if one.code == code), "") or zone.regency(code).province_name


def regency_name(code: str) -> str:
    """Return the name of a regency or city. Raises zone's UnknownRegion."""
    return zone.regency(code).name
