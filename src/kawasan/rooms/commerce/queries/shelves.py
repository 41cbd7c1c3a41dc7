"""What pages of the shop depend on: versions, the next change of a price, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.rooms.commerce.queries.campaign_terms import terms_of_products
from kawasan.rooms.commerce.queries.search import available_of
from kawasan.rooms.commerce.rules.units import unit_account
from kawasan.rooms.commerce.types.catalogue import Variant
from kawasan.rooms.commerce.types.codes import AccountCode

PLACES = 16  # so many parts of the shop change apart from each other; migration 0004 makes the rows

_NEXT_CHANGE = """
select least((select min(starts_at) from commerce_price_window where starts_at > %(at)s),
             (select min(ends_at) from commerce_price_window where ends_at > %(at)s),
             (select min(starts_at) from commerce_campaign where published_at is not null and starts_at > %(at)s),
             (select min(least(ends_at, ended_at)) from commerce_campaign
              where published_at is not null and least(ends_at, ended_at) > %(at)s))
"""

# What a product's page shows of buyers' doing, in one statement, because it is asked every few seconds.
_UNITS = f"""
select wanted.id, coalesce(a.credits_posted - a.debits_posted - a.debits_pending, 0)
from unnest(%(accounts)s::uuid[]) wanted(id) left join ledger_account a on a.id = wanted.id
union all
select a.id, a.credits_posted - a.debits_posted - a.debits_pending
from commerce_product p
join commerce_campaign_offer o on o.product_id = p.id and o.state = 'accepted' and o.settled_at is null
join ledger_account a on a.owner = o.id and a.code = {int(AccountCode.CAMPAIGN)}
where p.slug = %(slug)s
order by 1
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


def units_now(*, slug: str, accounts: Sequence[UUID] = ()) -> tuple[tuple[UUID, int], ...]:
    """Return (account, units left) of these accounts, and of the campaigns that a product takes part in, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"accounts": list(accounts), "slug": slug})
        return tuple(cursor.fetchall())


def stock_seen(variants: Iterable[Variant]) -> list[tuple[UUID, int]]:
    """Return (account, units left) as they were read with these variants."""
    return [(unit_account(v.business_id, v.id, AccountCode.STOCK), v.stock.available) for v in variants]
