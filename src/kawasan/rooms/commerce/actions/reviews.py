"""Reviews by buyers, replies by sellers, and hiding by the zone's staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.types.order_refusals import OrderNotFound
from kawasan.rooms.commerce.types.orders import OrderState
from kawasan.rooms.commerce.types.refusals import UnknownReview
from kawasan.rooms.commerce.types.reviews import REVIEW_LENGTH_MAX, NotDelivered, ReviewedBefore, ReviewInvalid


@requires_transaction
def review_line(*, actor: Actor, line_id: UUID, author_name: str, rating: int, text: str, at: datetime) -> None:
    """
    Review, as the buyer, a product that has arrived: once for each line of an order. A repeat changes nothing.

    Raises ReviewInvalid, OrderNotFound, NotDelivered, ReviewedBefore (with other content).
    """
    person, text = actor.need_person(), text.replace("\0", "").strip()
    if not 1 <= rating <= 5 or len(text) > REVIEW_LENGTH_MAX:
        raise ReviewInvalid(field="rating" if not 1 <= rating <= 5 else "text", limit=REVIEW_LENGTH_MAX)
    line = models.OrderLine.objects.filter(pk=line_id, buyer_id=person).select_related("order").first()
    if line is None:
        raise OrderNotFound
    if _state(line.order) not in (OrderState.DELIVERED, OrderState.COMPLETED):
        raise NotDelivered(number=line.order.number)
    row = models.Review(
        id=ids.uuid7(),
        product_id=line.product_id,
        order_line=line_id,
        author_id=person,
        author_name=(author_name.strip() or "Pembeli")[:80],
        rating=rating,
        text=text,
        at=at,
    )
    models.Review.objects.bulk_create([row], ignore_conflicts=True)
    stored = models.Review.objects.get(order_line=line_id)
    if stored.pk == row.pk:
        _count(line.product_id, 1, rating)
    elif (stored.rating, stored.text) != (rating, text):
        raise ReviewedBefore


@requires_transaction
def reply_to_review(*, actor: Actor, review_id: UUID, text: str, at: datetime) -> None:
    """Answer a review of one's product, or change the answer. Raises ReasonNeeded, UnknownReview, Forbidden."""
    text = rules.checked_reason(text)
    row = models.Review.objects.select_for_update(of=("self",)).select_related("product").filter(pk=review_id).first()
    if row is None or not (actor.is_system or row.product.business_id in actor.businesses):
        raise UnknownReview
    actor.need_business(row.product.business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    row.reply, row.replied_at = text, at
    row.save(update_fields=["reply", "replied_at"])
    changed(row.product.business_id)


@requires_transaction
def hide_review(*, actor: Actor, review_id: UUID, reason: str, at: datetime) -> None:
    """Hide a review as the zone's staff: it is no longer shown nor counted. A repeat changes nothing."""
    actor.need_zone(ZoneRole.STAFF)
    reason, row = rules.checked_reason(reason), _locked(review_id)
    if row.hidden_at is None:
        row.hidden_at, row.hidden_reason = at, reason
        row.save(update_fields=["hidden_at", "hidden_reason"])
        _count(row.product_id, -1, -row.rating)


@requires_transaction
def show_review(*, actor: Actor, review_id: UUID) -> None:
    """Show a hidden review again, as the zone's staff. A repeat changes nothing. Raises UnknownReview, Forbidden."""
    actor.need_zone(ZoneRole.STAFF)
    row = _locked(review_id)
    if row.hidden_at is not None:
        row.hidden_at, row.hidden_reason = None, ""
        row.save(update_fields=["hidden_at", "hidden_reason"])
        _count(row.product_id, 1, row.rating)


@requires_transaction
def count_sold(*, order_id: UUID, sign: int) -> None:
    """Add an order's units to what its products have sold (or take them away); its listener calls it once."""
    for line in models.OrderLine.objects.filter(order_id=order_id).order_by("product_id"):
        figures = models.ProductFigures.objects.filter(product_id=line.product_id)
        figures.update(sold=F("sold") + sign * line.quantity)


def _locked(review_id: UUID) -> models.Review:
    row = models.Review.objects.select_for_update().filter(pk=review_id).first()
    if row is None:
        raise UnknownReview
    return row


def _count(product_id: UUID, reviews: int, stars: int) -> None:
    models.ProductFigures.objects.filter(product_id=product_id).update(
        rating_count=F("rating_count") + reviews, rating_sum=F("rating_sum") + stars
    )
    changed(models.Product.objects.values_list("business_id", flat=True).get(pk=product_id))


def _state(row: models.Order) -> OrderState:
    moments = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at", "expired_at")
    return rules.state_of(**{name: getattr(row, name) for name in moments})
