"""What variants cost at a moment: their windows and the campaigns they are in, read together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.rooms.commerce.engine.campaigns import TERMS_OF_VARIANTS
from kawasan.rooms.commerce.rules.prices import price_at, running_at
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.prices import Price, Window

# The columns of campaigns' terms; a window has no campaign.
_PRICES = f"""
select w.id, w.variant_id, null::uuid, null, null, w.price_minor, null::int, null::int, w.starts_at, w.ends_at,
       null::uuid, null::bigint
from commerce_price_window w
where w.variant_id = any(%(ids)s::uuid[]) and w.starts_at <= %(at)s and (w.ends_at is null or w.ends_at > %(at)s)
union all ({TERMS_OF_VARIANTS})
"""


def prices_at(ordinary: Mapping[UUID, int], *, at: datetime) -> dict[UUID, Price]:
    """Return what variants, given with their ordinary prices, cost at ``at``: one query however many there are."""
    windows: dict[UUID, list[Window]] = defaultdict(list)
    campaigns: dict[UUID, list[CampaignTerms]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PRICES, {"ids": list(ordinary), "at": at, "until": at})
        for row in cursor.fetchall():
            if row[2] is None:
                windows[row[1]].append(Window(row[0], row[1], row[5], row[8], row[9]))
            else:
                campaigns[row[1]].append(CampaignTerms(*row))
    return {
        key: price_at(ordinary_minor=minor, windows=windows[key], at=at, campaign=running_at(campaigns[key], at))
        for key, minor in ordinary.items()
    }
