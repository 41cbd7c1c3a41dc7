"""What buyers can take right now: variants with the price and the seller of this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant as it is offered at one moment."""

    variant_id: UUID
    product_id: UUID
    business_id: UUID
    product_name: str
    product_slug: str
    variant_name: str
    unit_price_minor: int
    is_for_sale: bool
    business_name: str
    business_slug: str
    picture: str
    motif: str

    @property
    def name(self) -> str:
        return f"{self.product_name} ({self.variant_name})" if self.variant_name else self.product_name


# A window of prices is half-open, and windows of one variant never overlap (commerce_window_no_overlap).
_OFFERS = """
select v.id, v.product_id, v.business_id, p.name, p.slug, v.name, coalesce(w.price_minor, v.price_minor),
       p.status = 'published' and v.archived_at is null and coalesce(s.is_open, false),
       coalesce(s.name, ''), coalesce(s.slug, ''),
       coalesce((select digest from commerce_picture i where i.product_id = p.id order by i.position limit 1), ''),
       c.motif
from commerce_variant v
join commerce_product p on p.id = v.product_id
join commerce_category c on c.slug = p.category_id
left join commerce_seller s on s.business_id = v.business_id
left join commerce_price_window w
  on w.variant_id = v.id and w.starts_at <= %(at)s and (w.ends_at is null or w.ends_at > %(at)s)
where v.id = any(%(ids)s::uuid[])
"""


def offers(variant_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Offer]:
    """Return those of the variants that exist and that the reader may see, with their prices at ``at``."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, {"ids": list(variant_ids), "at": at})
        return {row[0]: Offer(*row) for row in cursor.fetchall()}
