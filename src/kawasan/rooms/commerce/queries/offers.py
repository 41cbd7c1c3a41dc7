"""What buyers can take right now: variants with the price and the seller of this moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.rooms.commerce.engine.offers import LISTED_WITH_LOOKS, as_listed
from kawasan.rooms.commerce.rules.checkout import offer_at
from kawasan.rooms.commerce.types.offers import Offer

__all__ = ["Offer", "offers"]


def offers(variant_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Offer]:
    """Return those of the variants that exist and that the reader may see, with their prices at ``at``."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED_WITH_LOOKS, {"ids": list(variant_ids), "at": at, "until": at})
        return {row[0]: offer_at(as_listed(row), at) for row in cursor.fetchall()}
