"""Reads of reviews: a page of them, and how many gave how many stars."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, Q

from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.types.catalogue import Review


def reviews(*, product_id: UUID, cursor: str | None = None, limit: int | None = None, rating: int = 0) -> Page[Review]:
    """Return a page of a product's visible reviews, the newest first. Raises BadCursor."""
    size = clamp_limit(limit)
    rows = models.Review.objects.filter(product_id=product_id, hidden_at__isnull=True)
    if rating:
        rows = rows.filter(rating=rating)
    if position := decode_cursor(cursor, str, str):
        at, last = _position(*position)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=last))
    found = [as_review(row) for row in rows.order_by("-at", "-id")[: size + 1]]
    return page_of(found, size, lambda item: (item.at.isoformat(), str(item.id)))


def histogram(*, product_id: UUID) -> dict[int, int]:
    """Return how many visible reviews gave 5, 4, 3, 2 and 1 stars."""
    rows = models.Review.objects.filter(product_id=product_id, hidden_at__isnull=True)
    counts = dict(rows.values_list("rating").annotate(count=Count("id")))
    return {stars: counts.get(stars, 0) for stars in (5, 4, 3, 2, 1)}


def as_review(row: models.Review) -> Review:
    """Return a row as a value."""
    return Review(
        id=row.id,
        product_id=row.product_id,
        author_name=row.author_name,
        rating=row.rating,
        text=row.text,
        reply=row.reply,
        is_from_buyer=row.order_line is not None,
        at=row.at,
    )


def _position(at: str, last: str) -> tuple[datetime, UUID]:
    try:
        moment, identity = datetime.fromisoformat(at), UUID(last)
    except ValueError:
        raise BadCursor from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), identity
