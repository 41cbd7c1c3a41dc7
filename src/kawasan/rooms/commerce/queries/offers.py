"""What buyers can take right now: variants with the price and the seller of this moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.rooms.commerce.engine.campaigns import TERMS_OF_VARIANTS, by_variant
from kawasan.rooms.commerce.engine.offers import LISTED_WITH_LOOKS, as_listed
from kawasan.rooms.commerce.rules.checkout import offer_at
from kawasan.rooms.commerce.types.offers import Offer

__all__ = ["Offer", "offers"]


def offers(
    variant_ids: Iterable[UUID], *, at: datetime, held: Mapping[UUID, UUID | None] | None = None
) -> dict[UUID, Offer]:
    """
    Return those of the variants that exist and that the reader may see, with their prices at ``at``.

    ``held`` names, by variant, the campaign's offer from which the one who asks holds units.
    """
    wanted: dict[str, Any] = {"ids": list(variant_ids), "at": at, "until": at}
    holding = held or {}
    with connection.cursor() as cursor:
        cursor.execute(TERMS_OF_VARIANTS, wanted)
        campaigns = by_variant(cursor.fetchall())
        cursor.execute(LISTED_WITH_LOOKS, wanted)
        rows = cursor.fetchall()
    listed = {row[0]: as_listed(row, campaigns.get(row[0], ())) for row in rows}
    return {key: offer_at(item, at, held=holding.get(key)) for key, item in listed.items()}
