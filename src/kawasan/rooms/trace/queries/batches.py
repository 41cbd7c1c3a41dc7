"""Batches as their business sees them, and as everybody does."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Sum

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.trace import models
from kawasan.rooms.trace.types.goods import Batch
from kawasan.rooms.trace.types.refusals import UnknownBatch

# Asked by every product's page, so without rows of the ORM; in the order of Batch's fields.
_OPEN_BATCHES = """
select id, business_id, product_id, lot, uri, quantity, drawn, story, made_on, expires_on, is_public, recalled_at,
       recall_reason, created_at
from trace_open_batches(%s, %s)
"""


def batches(
    *, actor: Actor, business_id: UUID, text: str = "", cursor: str | None = None, limit: int | None = None
) -> Page[Batch]:
    """Return one page of a business's batches, newest first, by number. Raises Unauthenticated, NotFound, BadCursor."""
    if not actor.sees_zone:
        actor.need_business(business_id)
    rows = models.Batch.objects.filter(business_id=business_id).order_by("-id")
    if text := text.strip().replace("\0", "")[:40]:
        rows = rows.filter(lot__icontains=text)
    if after := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=UUID(after[0]))
    size = clamp_limit(limit)
    return page_of([as_batch(row) for row in rows[: size + 1]], size, lambda batch: (str(batch.id),))


def batch(*, actor: Actor, business_id: UUID, batch_id: UUID) -> Batch:
    """Return a business's batch. Raises UnknownBatch, Unauthenticated, NotFound."""
    return as_batch(batch_row(actor, business_id, batch_id))


def batch_row(actor: Actor, business_id: UUID, batch_id: UUID, *, lock: bool = False) -> models.Batch:
    """Return the row of a business's batch, locked if asked. Raises as batch."""
    actor.need_business(business_id)
    rows = models.Batch.objects.filter(pk=batch_id, business_id=business_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise UnknownBatch
    return row


@requires_transaction
def public_batch(*, batch_id: UUID) -> Batch:
    """Return a batch whose passport is open to everybody. Raises UnknownBatch."""
    with seeing_everything():
        row = models.Batch.objects.filter(pk=batch_id, is_public=True).first()
        if row is None:
            raise UnknownBatch
        return as_batch(row)


def any_batch(*, batch_id: UUID) -> Batch:
    """Return a batch to our own jobs, whoever's it is: row security shows others only theirs. Raises UnknownBatch."""
    row = models.Batch.objects.filter(pk=batch_id).first()
    if row is None:
        raise UnknownBatch
    return as_batch(row)


@requires_transaction
def public_batches_of(*, product_id: UUID, limit: int = 5) -> tuple[Batch, ...]:
    """Return the newest batches of a product whose passports are open."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_BATCHES, [product_id, limit])
        return tuple(Batch(*row) for row in cursor.fetchall())


@requires_transaction
def recent_batches(*, limit: int = 6) -> tuple[Batch, ...]:
    """Return the newest batches of the zone whose passports are open, none of them called back."""
    with seeing_everything():
        rows = models.Batch.objects.filter(is_public=True, recalled_at__isnull=True).order_by("-id")[:limit]
        return tuple(as_batch(row) for row in rows)


@requires_transaction
def batches_of_order(*, order_id: UUID) -> tuple[Batch, ...]:
    """Return the batches that an order's units came from, to whom the order itself was shown already."""
    with seeing_everything():
        drawn = models.Draw.objects.filter(order_id=order_id).values("batch_id").annotate(units=Sum("quantity"))
        kept = [one["batch_id"] for one in drawn if one["units"] > 0]
        return tuple(as_batch(row) for row in models.Batch.objects.filter(pk__in=kept).order_by("id"))


@requires_transaction
def batch_by_uri(*, uri: str) -> Batch | None:
    """Return the open batch that events name so; None where there is none."""
    with seeing_everything():
        row = models.Batch.objects.filter(uri=uri, is_public=True).first()
        return as_batch(row) if row else None


def shows_steps(*, business_id: UUID) -> bool:
    """Whether passports of others may show a business's steps."""
    row = models.Desk.objects.filter(pk=business_id).first()
    return row is None or row.shows_steps


def as_batch(row: models.Batch) -> Batch:
    """Return a batch as others see it."""
    return Batch(
        id=row.id,
        business_id=row.business_id,
        product_id=row.product_id,
        lot=row.lot,
        uri=row.uri,
        quantity=row.quantity,
        drawn=row.drawn,
        story=row.story,
        made_on=row.made_on,
        expires_on=row.expires_on,
        is_public=row.is_public,
        recalled_at=row.recalled_at,
        recall_reason=row.recall_reason,
        created_at=row.created_at,
    )
