"""Reads of reviews: a page of them, and how many gave how many stars."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.types.catalogue import Review

_COLUMNS = "id, product_id, author_name, rating, text, reply, order_line is not null, at"
# asked once beside the page's rows, not for each of them
_STARS = """, (select jsonb_object_agg(rating, count)::text from (
    select rating, count(*) from commerce_review where product_id = %(product)s and hidden_at is null group by rating
) each)"""


def reviews(*, product_id: UUID, cursor: str | None = None, limit: int | None = None, rating: int = 0) -> Page[Review]:
    """Return a page of a product's visible reviews, the newest first. Raises BadCursor."""
    size = clamp_limit(limit)
    return page_of([Review(*row) for row in _rows("", product_id, cursor, size + 1, rating)], size, _place)


def reviews_with_stars(
    *, product_id: UUID, cursor: str | None = None, limit: int | None = None, rating: int = 0
) -> tuple[Page[Review], dict[int, int]]:
    """Return a page of reviews and the histogram of all, with one question where there are any. Raises BadCursor."""
    size = clamp_limit(limit)
    found = _rows(_STARS, product_id, cursor, size + 1, rating)
    page = page_of([Review(*row[:-1]) for row in found], size, _place)
    if found:
        return page, _all_stars({int(given): count for given, count in json.loads(found[0][-1]).items()})
    return page, _histogram(product_id=product_id) if cursor or rating else _all_stars({})


def _rows(beside: str, product_id: UUID, cursor: str | None, limit: int, rating: int) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {"product": product_id, "rating": rating, "limit": limit}
    conditions = " and rating = %(rating)s" if rating else ""
    if position := decode_cursor(cursor, str, str):
        values["at"], values["last"] = _position(*position)
        conditions += " and (at, id) < (%(at)s, %(last)s)"
    with connection.cursor() as database:
        database.execute(
            f"select {_COLUMNS}{beside} from commerce_review where product_id = %(product)s and hidden_at is null"
            f"{conditions} order by at desc, id desc limit %(limit)s",
            values,
        )
        return list(database.fetchall())


def _place(item: Review) -> tuple[str, str]:
    return item.at.isoformat(), str(item.id)


def _histogram(*, product_id: UUID) -> dict[int, int]:
    """Return how many visible reviews gave 5, 4, 3, 2 and 1 stars."""
    rows = models.Review.objects.filter(product_id=product_id, hidden_at__isnull=True)
    return _all_stars(dict(rows.values_list("rating").annotate(count=Count("id"))))


def _all_stars(counts: dict[int, int]) -> dict[int, int]:
    return {stars: counts.get(stars, 0) for stars in (5, 4, 3, 2, 1)}


def _position(at: str, last: str) -> tuple[datetime, UUID]:
    try:
        moment, identity = datetime.fromisoformat(at), UUID(last)
    except ValueError:
        raise BadCursor from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), identity
