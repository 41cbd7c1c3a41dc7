"""What pages of the shop depend on: versions, the next change of a price, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.rooms.commerce.queries.campaign_terms import terms_of_products
from kawasan.rooms.commerce.queries.catalogue import variants_of
from kawasan.rooms.commerce.queries.search import available_of

PLACES = 16  # so many parts of the shop change apart from each other; migration 0004 makes the rows

_NEXT_CHANGE = """
select least((select min(starts_at) from commerce_price_window where starts_at > %(at)s),
             (select min(ends_at) from commerce_price_window where ends_at > %(at)s),
             (select min(starts_at) from commerce_campaign where published_at is not null and starts_at > %(at)s),
             (select min(least(ends_at, ended_at)) from commerce_campaign
              where published_at is not null and least(ends_at, ended_at) > %(at)s))
"""


def place_of(business_id: UUID) -> int:
    """Return the place in ``shelf_versions`` that rises when something of a business changes."""
    return business_id.int % PLACES


def shelf_versions() -> tuple[int, ...]:
    """
    Return the versions of what the shop shows, one for each place.

    Read it before what is to be shown: what is made afterwards is at least as new.
    """
    with connection.cursor() as cursor:
        cursor.execute("select version from commerce_shelf order by place")
        return tuple(row[0] for row in cursor.fetchall())


def next_price_change(*, at: datetime) -> datetime | None:
    """Return when, after ``at``, the next special price or campaign of the shop begins or ends."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_CHANGE, {"at": at})
        found: datetime | None = cursor.fetchone()[0]
        return found


def sold_out(*, product_ids: Sequence[UUID], at: datetime) -> tuple[tuple[bool, bool], ...]:
    """Return for each product whether nothing of it is left, and whether a campaign has units of it."""
    left, terms = available_of(list(product_ids)), terms_of_products(product_ids, at=at)
    bargains = {product_id: sum(item.left for item in terms.get(product_id, [])) for product_id in product_ids}
    return tuple((left[key] + bargains[key] <= 0, bargains[key] > 0) for key in product_ids)


def offered_now(*, product_id: UUID, at: datetime) -> tuple[tuple[UUID, int, int], ...]:
    """Return (variant, price in minor units, units left at that price) of what a product offers."""
    return tuple(
        (item.id, item.price.amount_minor, item.units_left)
        for item in variants_of([product_id], at=at)
        if not item.is_archived
    )
