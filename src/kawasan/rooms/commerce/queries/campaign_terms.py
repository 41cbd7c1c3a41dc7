"""What running campaigns ask for variants at a moment, and how many units of that are left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.rooms.commerce.engine.campaigns import TERMS_OF_OFFERS, TERMS_OF_PRODUCTS, TERMS_OF_VARIANTS, by_variant
from kawasan.rooms.commerce.types.campaigns import CampaignTerms


def terms_of(variant_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, CampaignTerms]:
    """Return, by variant, what a campaign that runs at ``at`` asks for it, and how much is left: one query."""
    return {item.variant_id: item for item in _terms(TERMS_OF_VARIANTS, variant_ids, at)}


def terms_between(
    variant_ids: Iterable[UUID], *, first: datetime, last: datetime
) -> dict[UUID, tuple[CampaignTerms, ...]]:
    """Return, by variant, what campaigns ask for it that run at any moment from ``first`` to ``last``."""
    with connection.cursor() as cursor:
        cursor.execute(TERMS_OF_VARIANTS, {"ids": list(variant_ids), "at": first, "until": last})
        return by_variant(cursor.fetchall())


def terms_of_products(product_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, list[CampaignTerms]]:
    """Return, by product, what ``terms_of`` says of its variants."""
    found: dict[UUID, list[CampaignTerms]] = {}
    for item in _terms(TERMS_OF_PRODUCTS, product_ids, at):
        found.setdefault(item.product_id, []).append(item)
    return found


def lock_running(offer_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, CampaignTerms]:
    """
    Return those of the offers that run at ``at``, and keep them from being settled before this transaction ends.

    Units that come back go to where an offer sells from; without the lock the last look at its account might be over.
    """
    wanted = set(offer_ids)
    locked = _terms(TERMS_OF_OFFERS + "for share of o", wanted, at) if wanted else []
    return {item.offer_id: item for item in locked}


def _terms(sql: str, wanted: Iterable[UUID], at: datetime) -> list[CampaignTerms]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": list(wanted), "at": at, "until": at})
        return [CampaignTerms(*row) for row in cursor.fetchall()]
