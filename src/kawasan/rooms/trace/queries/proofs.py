"""Proofs from the log for what passports tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC
from uuid import UUID

from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.log import api as log
from kawasan.rooms.trace import models
from kawasan.rooms.trace.queries.journeys import journey
from kawasan.rooms.trace.rules.city import event_id_of
from kawasan.rooms.trace.types.events import LEAF_KIND
from kawasan.rooms.trace.types.goods import ADDED_KIND, Batch, Certificate, JourneyStep
from kawasan.rooms.trace.types.refusals import UnknownEvent

PAPERS_AT_ONCE = 4  # each with its file, of up to CERTIFICATE_BYTES_MAX


def raws_of(event_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of events as they stand here, as far as the asker may read them."""
    rows = models.Event.objects.filter(pk__in=[UUID(one) for one in event_ids]).values_list("pk", "raw")
    return {str(event_id): bytes(raw) for event_id, raw in rows}


# Note [What a paper's leaf says]
# The document is made of the row as it stands, and the hash in it of the file as it stands: nothing that somebody wrote
# down about the file. So a bit changed in either leads to another document, and the proof fails.
def added_document(row: models.Certificate) -> dict[str, object]:
    """Return what the log commits to when a paper is added."""
    told: dict[str, object] = {
        "id": str(row.pk),
        "business": str(row.business_id),
        "product": str(row.product_id),
        "batch": str(row.batch_id) if row.batch_id else "",
        "title": row.name,
        "issuer": row.issuer,
        "certificate_number": row.number,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "file_type": row.kind,
        "file_sha256": hashlib.sha256(bytes(row.file)).hexdigest(),
        "added_at": row.added_at.astimezone(UTC).isoformat(),
    }
    return {name: value for name, value in told.items() if value != ""}


def withdrawn_document(row: models.Certificate) -> dict[str, object]:
    """Return what the log commits to when a paper is taken out of the passports."""
    at = row.withdrawn_at.astimezone(UTC).isoformat() if row.withdrawn_at else ""
    return {"id": str(row.pk), "business": str(row.business_id), "withdrawn_at": at}


def added_papers(certificate_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the documents of papers as they stand here, as far as the asker may read them."""
    rows = models.Certificate.objects.filter(pk__in=[UUID(one) for one in certificate_ids])
    return {str(row.pk): log.canonical(added_document(row)) for row in rows.iterator(PAPERS_AT_ONCE)}


def withdrawn_papers(certificate_ids: Sequence[str]) -> dict[str, bytes]:
    """Return what stands here of papers that were taken out, as far as the asker may read it."""
    rows = models.Certificate.objects.filter(pk__in=[UUID(one) for one in certificate_ids]).defer("file")
    return {str(row.pk): log.canonical(withdrawn_document(row)) for row in rows}


@requires_transaction
def leaves_of_papers(*, papers: Iterable[Certificate], kind: str = ADDED_KIND) -> dict[UUID, log.LeafId]:
    """
    Return the leaves of papers that the caller shows: of ADDED_KIND or WITHDRAWN_KIND.

    A paper that was added before the log took papers has none.
    """
    with seeing_everything():
        found = log.leaves_about(kind=kind, subjects=[str(one.id) for one in papers])
    return {UUID(subject): leaf for subject, leaf in found.items()}


@requires_transaction
def leaves_of_city(*, business_id: UUID, sources: Iterable[UUID]) -> dict[UUID, log.LeafId]:
    """
    Return the leaves of the events that stops, weighings and visits became; one that is only seconds old has none.

    For pages whose readers may see what these did.
    """
    named = {event_id_of(source): source for source in sources}
    with seeing_everything():
        rows = models.Event.objects.filter(business_id=business_id, event_id__in=list(named))
        known = {str(pk): named[event_id] for pk, event_id in rows.values_list("pk", "event_id")}
        found = log.leaves_about(kind=LEAF_KIND, subjects=known)
    return {known[subject]: leaf for subject, leaf in found.items()}


@requires_transaction
def proof_of_step(*, batch: Batch, step_id: UUID) -> tuple[JourneyStep, log.Proof]:
    """
    Return a step of a batch's journey and the log's proof of the event behind it, without the event's own document.

    Raises UnknownEvent for a step that the passport does not show.
    """
    step = next((one for one in journey(batch=batch) if one.id == step_id), None)
    if step is None:
        raise UnknownEvent
    with seeing_everything():
        leaves = log.leaves_of(kind=LEAF_KIND, subject=str(step.id))
    if not leaves:
        raise UnknownEvent
    return step, log.proof_of(leaves[0])
