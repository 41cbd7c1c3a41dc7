"""What stands in a passport besides the journey: certificates; and doubts about it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID

from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.log import api as log
from kawasan.rooms.trace import models
from kawasan.rooms.trace.queries.batches import batch_row
from kawasan.rooms.trace.queries.passports import as_certificate, as_doubt
from kawasan.rooms.trace.queries.proofs import added_document, withdrawn_document
from kawasan.rooms.trace.types.goods import (
    ADDED_KIND,
    CERTIFICATE_BYTES_MAX,
    DOUBTS_OPEN_MAX,
    WITHDRAWN_KIND,
    Certificate,
    Doubt,
)
from kawasan.rooms.trace.types.refusals import (
    CertificateInvalid,
    DoubtInvalid,
    TooManyDoubts,
    UnknownBatch,
    UnknownCertificate,
    UnknownDoubt,
)

# What a file begins with says what it is; its name does not.
_KINDS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@requires_transaction
def add_certificate(
    *,
    actor: Actor,
    business_id: UUID,
    batch_id: UUID,
    certificate_id: UUID,
    name: str,
    issuer: str,
    number: str,
    valid_from: date,
    valid_until: date | None,
    for_all_batches: bool,
    file: bytes,
    at: datetime,
) -> Certificate:
    """
    Add a paper to a batch, or to every batch of its product, and commit to it in the log. The same id again returns
    the first.

    Raises CertificateInvalid, UnknownBatch, Unauthenticated, NotFound, Forbidden.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    row = batch_row(actor, business_id, batch_id)
    kind = next((kind for start, kind in _KINDS.items() if file.startswith(start)), None)
    if kind is None or len(file) > CERTIFICATE_BYTES_MAX:
        raise CertificateInvalid(field="file", problem=f"PDF, JPEG, PNG; {CERTIFICATE_BYTES_MAX // 1024**2} MB")
    if valid_until is not None and valid_until < valid_from:
        raise CertificateInvalid(field="valid_until", problem=str(valid_from))
    if (earlier := models.Certificate.objects.filter(pk=certificate_id, business_id=business_id).first()) is not None:
        return as_certificate(earlier)
    made = models.Certificate.objects.create(
        id=certificate_id,
        business_id=business_id,
        product_id=row.product_id,
        batch_id=None if for_all_batches else row.id,
        name=name.strip(),
        issuer=issuer.strip(),
        number=number.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        file=file,
        kind=kind,
        digest=hashlib.sha256(file).digest(),
        added_at=at,
    )
    body = added_document(made)
    log.submit(kind=ADDED_KIND, subject=str(made.pk), body=body, owners=[business_id], at=at)
    return as_certificate(made)


@requires_transaction
def withdraw_certificate(*, actor: Actor, business_id: UUID, certificate_id: UUID, at: datetime) -> None:
    """
    Take a paper out of the passports, and say so in the log; a repeat changes nothing.

    Raises UnknownCertificate and as add_certificate.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    row = models.Certificate.objects.select_for_update().filter(pk=certificate_id, business_id=business_id).first()
    if row is None:
        raise UnknownCertificate
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        body = withdrawn_document(row)
        log.submit(kind=WITHDRAWN_KIND, subject=str(row.pk), body=body, owners=[business_id], at=at)


@requires_transaction
def report_doubt(*, batch_id: UUID, doubt_id: UUID, text: str, contact: str, at: datetime) -> None:
    """
    Take a report from anybody who scanned the code; staff looks into it. The same id again changes nothing.

    Raises DoubtInvalid, UnknownBatch, TooManyDoubts.
    """
    text = text.strip().replace("\0", "")
    if not 10 <= len(text) <= 1000:
        raise DoubtInvalid(field="text")
    with seeing_everything():
        row = models.Batch.objects.filter(pk=batch_id, is_public=True).first()
        if row is None:
            raise UnknownBatch
        if models.Doubt.objects.filter(batch=row, state="open").count() >= DOUBTS_OPEN_MAX:
            raise TooManyDoubts
        contact = contact.strip().replace("\0", "")[:120]
        made = models.Doubt(id=doubt_id, batch=row, business_id=row.business_id, text=text, contact=contact, at=at)
        models.Doubt.objects.bulk_create([made], ignore_conflicts=True)


@requires_transaction
def decide_doubt(*, actor: Actor, doubt_id: UUID, is_upheld: bool, answer: str, at: datetime) -> Doubt:
    """Say what became of a report: an upheld one is shown in the passport with the answer. Raises UnknownDoubt."""
    actor.need_zone(ZoneRole.STAFF)
    row = models.Doubt.objects.select_for_update().filter(pk=doubt_id).first()
    if row is None:
        raise UnknownDoubt
    row.state, row.answer = "upheld" if is_upheld else "dismissed", answer.strip()[:600]
    row.decided_at = at
    row.save(update_fields=["state", "answer", "decided_at"])
    return as_doubt(row)
