"""What the shop shows of a business: copied from the zone when it first puts something on the shelves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.indexing import index_products
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.types.refusals import UnknownSeller
from kawasan.rooms.zone import api as zone

_FIELDS = ["name", "slug", "regency_code", "regency_name", "province_code", "province_name"]


@requires_transaction
def ensure_sellers(*, business_ids: Iterable[UUID], at: datetime) -> None:
    """Make the sellers that are not there yet. Raises UnknownSeller for a business that the zone does not know."""
    wanted = set(business_ids)
    missing = wanted - set(models.Seller.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing:
        _copy(missing, at=at)


@requires_transaction
def refresh_seller(*, business_id: UUID, at: datetime) -> None:
    """
    Copy a business's name, region and whether it may trade again, if it sells here.

    Its products are found under these from then on, and not at all while it is closed. Repeating it changes nothing.
    """
    if not models.Seller.objects.filter(pk=business_id).exists():
        return
    _copy({business_id}, at=at)
    index_products(models.Product.objects.filter(business_id=business_id).values_list("pk", flat=True))


def _copy(business_ids: set[UUID], *, at: datetime) -> None:
    known = zone.businesses(ids=sorted(business_ids))
    if len(known) < len(business_ids):
        raise UnknownSeller
    rows = [
        models.Seller(
            business_id=business.id, since=business.joined_at or at, is_open=business.is_admitted, **_fields(business)
        )
        for business in known.values()
    ]
    models.Seller.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["business_id"], update_fields=[*_FIELDS, "is_open"]
    )
    changed(*business_ids)


def _fields(business: zone.Business) -> dict[str, str]:
    return {name: getattr(business, name) for name in _FIELDS}
