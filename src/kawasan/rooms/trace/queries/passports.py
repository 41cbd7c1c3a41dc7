"""What a passport shows besides the journey: certificates and doubts."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.trace import models
from kawasan.rooms.trace.types.goods import Batch, Certificate, Doubt
from kawasan.rooms.trace.types.refusals import UnknownCertificate

WITHDRAWN_MAX = 50


@requires_transaction
def certificates(*, batch: Batch) -> tuple[Certificate, ...]:
    """Return the papers of a batch and of its product that were not withdrawn."""
    with seeing_everything():
        rows = models.Certificate.objects.filter(
            Q(batch_id=batch.id) | Q(batch__isnull=True), product_id=batch.product_id, withdrawn_at__isnull=True
        ).defer("file")
        return tuple(as_certificate(row) for row in rows.order_by("valid_from", "id"))


@requires_transaction
def withdrawn_certificates(*, batch: Batch) -> tuple[Certificate, ...]:
    """Return the papers of a batch and of its product that were taken out, newest first, as far as one may see them."""
    rows = models.Certificate.objects.filter(
        Q(batch_id=batch.id) | Q(batch__isnull=True), product_id=batch.product_id, withdrawn_at__isnull=False
    ).defer("file")
    return tuple(as_certificate(row) for row in rows.order_by("-withdrawn_at", "id")[:WITHDRAWN_MAX])


@requires_transaction
def certificate_file(*, certificate_id: UUID) -> tuple[bytes, str]:
    """Return a paper's file and what kind it is. Raises UnknownCertificate."""
    with seeing_everything():
        row = models.Certificate.objects.filter(pk=certificate_id, withdrawn_at__isnull=True).first()
    if row is None:
        raise UnknownCertificate
    return bytes(row.file), row.kind


@requires_transaction
def upheld_doubts(*, batch_id: UUID) -> tuple[Doubt, ...]:
    """Return the reports about a batch that staff found right."""
    with seeing_everything():
        rows = models.Doubt.objects.filter(batch_id=batch_id, state="upheld").order_by("-id")[:20]
        return tuple(as_doubt(row) for row in rows)


def doubts(*, actor: Actor, state: str = "open", cursor: str | None = None, limit: int | None = None) -> Page[Doubt]:
    """Return one page of reports for zone staff, newest first. Raises Unauthenticated, Forbidden, BadCursor."""
    actor.need_zone()
    rows = models.Doubt.objects.filter(state=state).order_by("-id")
    if after := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=UUID(after[0]))
    size = clamp_limit(limit)
    return page_of([as_doubt(row) for row in rows[: size + 1]], size, lambda doubt: (str(doubt.id),))


def as_certificate(row: models.Certificate) -> Certificate:
    """Return a paper as others see it."""
    return Certificate(
        row.id,
        row.name,
        row.issuer,
        row.number,
        row.valid_from,
        row.valid_until,
        row.kind,
        bytes(row.digest).hex(),
        row.batch_id,
        row.withdrawn_at,
    )


def as_doubt(row: models.Doubt) -> Doubt:
    """Return a report as others see it."""
    return Doubt(row.id, row.batch_id, row.business_id, row.text, row.contact, row.state, row.answer, row.at)
