"""Variants as they are listed, with the prices of the next moments, in one statement each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from kawasan.rooms.commerce.engine.campaigns import TERMS_OF_VARIANTS, by_variant
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.offers import Listed, PriceWindow

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

AHEAD = timedelta(minutes=1)  # how far ahead windows of prices are read; what is read is kept for seconds

_COLUMNS = """
select v.id, v.product_id, v.business_id, p.name, p.slug, v.name, v.price_minor, w.starts, w.ends, w.prices,
       p.status = 'draft', p.status = 'published' and v.archived_at is null and coalesce(s.is_open, false),
       coalesce(s.name, ''), coalesce(s.slug, '')"""
_LOOKS = """,
       coalesce((select digest from commerce_picture i where i.product_id = p.id order by i.position limit 1), ''),
       (select motif from commerce_category c where c.slug = p.category_id)"""
_FROM = """
from commerce_variant v
join commerce_product p on p.id = v.product_id
left join commerce_seller s on s.business_id = v.business_id
left join lateral (
    select array_agg(starts_at) as starts, array_agg(ends_at) as ends, array_agg(price_minor) as prices
    from commerce_price_window
    where variant_id = v.id and starts_at <= %(until)s and (ends_at is null or ends_at > %(at)s)
) w on true
where v.id = any(%(ids)s::uuid[])
"""
LISTED = _COLUMNS + _FROM
LISTED_WITH_LOOKS = _COLUMNS + _LOOKS + _FROM


class Listings:
    """Variants as they are listed from a moment on, asked at once for all of them: in a pipeline it only sends."""

    def __init__(self, cursors: Callable[[], Cursor], variant_ids: Collection[UUID], *, at: datetime) -> None:
        self._cursors: list[Cursor] = []
        if variant_ids:
            wanted = {"ids": list(variant_ids), "at": at, "until": at + AHEAD}
            self._cursors = [cursors().execute(sql, wanted, binary=True) for sql in (LISTED, TERMS_OF_VARIANTS)]

    def answers(self) -> dict[UUID, Listed]:
        """Return those of the variants that exist; what cannot be bought says so."""
        if not self._cursors:
            return {}
        rows, terms = (cursor.fetchall() for cursor in self._cursors)
        campaigns = by_variant(terms)
        return {row[0]: as_listed(row, campaigns.get(row[0], ())) for row in rows}


def as_listed(row: tuple[Any, ...], campaigns: tuple[CampaignTerms, ...] = ()) -> Listed:
    """Return a row of LISTED or LISTED_WITH_LOOKS, with the campaigns of its variant."""
    starts, ends, prices = row[7:10]
    windows = tuple(map(PriceWindow, starts, ends, prices)) if prices else ()
    values: list[Any] = [*row[:7], windows, *row[10:14], *(row[14:] or ("", "")), campaigns]
    return Listed(*values)
