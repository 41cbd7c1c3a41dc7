"""Reviews of bought products, for their authors, their sellers and the zone's staff."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.orders import order, uuid_of
from kawasan.rooms.commerce.types.reviews import OwnReview


def reviews_of_order(*, actor: Actor, order_id: UUID) -> dict[UUID, OwnReview]:
    """Return the reviews of an order's lines, by line, for those who may see the order. Raises OrderNotFound."""
    lines = [line.id for line in order(actor=actor, order_id=order_id).lines]
    rows = models.Review.objects.filter(order_line__in=lines).select_related("product")
    return {row.order_line: _review(row) for row in rows if row.order_line is not None}


def reviews_of_business(
    *, actor: Actor, business_id: UUID, cursor: str | None = None, limit: int | None = None
) -> Page[OwnReview]:
    """Return one page of the reviews of a business's products, newest first. Raises Unauthenticated, NotFound."""
    actor.need_business(business_id)
    rows = models.Review.objects.filter(product__business_id=business_id, hidden_at__isnull=True)
    return _page(rows.select_related("product"), cursor, limit)


def all_reviews(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[OwnReview]:
    """Return one page of all buyers' reviews, hidden ones too, for the zone's people. Raises Forbidden."""
    actor.need_zone()
    return _page(models.Review.objects.filter(order_line__isnull=False).select_related("product"), cursor, limit)


def _page(rows: QuerySet[models.Review], cursor: str | None, limit: int | None) -> Page[OwnReview]:
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    if key:
        rows = rows.filter(pk__lt=uuid_of(key[0]))
    page = page_of(list(rows.order_by("-id")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(_review(row) for row in page.items), next_cursor=page.next_cursor)


def _review(row: models.Review) -> OwnReview:
    return OwnReview(
        id=row.pk,
        line_id=row.order_line,
        product_id=row.product_id,
        product_name=row.product.name,
        product_slug=row.product.slug,
        business_id=row.product.business_id,
        author_name=row.author_name,
        rating=row.rating,
        text=row.text,
        reply=row.reply,
        at=row.at,
        hidden_at=row.hidden_at,
        hidden_reason=row.hidden_reason,
    )
