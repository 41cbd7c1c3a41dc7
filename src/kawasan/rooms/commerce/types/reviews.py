"""What crosses the door about reviews of bought products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, msg

REVIEW_LENGTH_MAX = 2_000


@dataclass(frozen=True, slots=True)
class OwnReview:
    """A review as its author, the seller and the zone's staff see it."""

    id: UUID
    line_id: UUID | None
    product_id: UUID
    product_name: str
    product_slug: str
    business_id: UUID
    author_name: str
    rating: int
    text: str
    reply: str
    at: datetime
    hidden_at: datetime | None
    hidden_reason: str


class ReviewInvalid(Invalid):
    """A rating outside 1 to 5, or a very long text."""

    code = "review-invalid"
    title = msg("Please check your review")
    detail = msg("Give one to five stars, and write at most {limit} letters.")


class NotDelivered(Conflict):
    """A review before the product arrived."""

    code = "not-delivered"
    title = msg("Not delivered yet")
    detail = msg("Products of order {number} can be reviewed once they have arrived.")


class ReviewedBefore(Conflict):
    """A second review of the same line."""

    code = "reviewed-before"
    title = msg("Already reviewed")
    detail = msg("You have already reviewed this product of this order.")
