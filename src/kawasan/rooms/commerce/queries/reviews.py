"""Reads of reviews: a page of them, and how many gave how many stars."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL

from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.types.catalogue import Review

# asked once beside the page's rows, not for each of them
_STARS = """
select jsonb_object_agg(rating, count) from (
    select rating, count(*) from commerce_review where product_id = %s and hidden_at is null group by rating) each
"""


def reviews(*, product_id: UUID, cursor: str | None = None, limit: int | None = None, rating: int = 0) -> Page[Review]:
    """Return a page of a product's visible reviews, the newest first. Raises BadCursor."""
    size = clamp_limit(limit)
    found = _rows(product_id, cursor, rating)[: size + 1]
    return page_of([as_review(row) for row in found], size, _place)


def reviews_with_stars(
    *, product_id: UUID, cursor: str | None = None, limit: int | None = None, rating: int = 0
) -> tuple[Page[Review], dict[int, int]]:
    """Return a page of reviews and the histogram of all, with one question where there are any. Raises BadCursor."""
    size = clamp_limit(limit)
    stars = RawSQL(_STARS, [product_id], output_field=JSONField())  # noqa: S611 - a statement of ours with its value
    found = list(_rows(product_id, cursor, rating).annotate(stars=stars)[: size + 1])
    page = page_of([as_review(row) for row in found], size, _place)
    if found:
        return page, _all_stars({int(given): count for given, count in found[0].stars.items()})
    return page, _histogram(product_id=product_id) if cursor or rating else _all_stars({})


def _rows(product_id: UUID, cursor: str | None, rating: int) -> QuerySet[models.Review]:
    rows = models.Review.objects.filter(product_id=product_id, hidden_at__isnull=True)
    if rating:
        rows = rows.filter(rating=rating)
    if position := decode_cursor(cursor, str, str):
        at, last = _position(*position)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=last))
    return rows.order_by("-at", "-id")


def _place(item: Review) -> tuple[str, str]:
    return item.at.isoformat(), str(item.id)


def _histogram(*, product_id: UUID) -> dict[int, int]:
    """Return how many visible reviews gave 5, 4, 3, 2 and 1 stars."""
    rows = models.Review.objects.filter(product_id=product_id, hidden_at__isnull=True)
    return _all_stars(dict(rows.values_list("rating").annotate(count=Count("id"))))


def _all_stars(counts: dict[int, int]) -> dict[int, int]:
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
