"""What campaigns ask for variants from a moment on, and how many units of that are left, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.codes import AccountCode

# An offer owns one account of units. What is left may be gone a moment later: the ledger alone decides a sale.
TERMS = f"""
select o.id, o.variant_id, c.id, c.slug, c.name, o.price_minor, o.units, o.per_buyer,
       c.starts_at, least(c.ends_at, c.ended_at), o.product_id,
       coalesce(greatest(a.credits_posted - a.debits_posted - a.debits_pending, 0), 0)::bigint
from commerce_campaign_offer o
join commerce_campaign c on c.id = o.campaign_id
left join ledger_account a on a.owner = o.id and a.code = {int(AccountCode.CAMPAIGN)}
where o.{{by}} = any(%(ids)s::uuid[]) and o.state = 'accepted' and o.settled_at is null
  and c.published_at is not null and c.starts_at <= %(until)s and %(at)s < least(c.ends_at, c.ended_at)
order by o.id
"""
TERMS_OF_VARIANTS = TERMS.format(by="variant_id")
TERMS_OF_PRODUCTS = TERMS.format(by="product_id")
TERMS_OF_OFFERS = TERMS.format(by="id")


def by_variant(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, tuple[CampaignTerms, ...]]:
    """Sort rows of TERMS by variant."""
    found: dict[UUID, tuple[CampaignTerms, ...]] = defaultdict(tuple)
    for row in rows:
        found[row[1]] += (CampaignTerms(*row),)
    return found
