"""Proofs from the log for what passports tell."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.log import api as log
from kawasan.rooms.trace import models
from kawasan.rooms.trace.queries.journeys import journey
from kawasan.rooms.trace.types.events import LEAF_KIND
from kawasan.rooms.trace.types.goods import Batch, JourneyStep
from kawasan.rooms.trace.types.refusals import UnknownEvent


def raws_of(event_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of events as they stand here, as far as the asker may read them."""
    rows = models.Event.objects.filter(pk__in=[UUID(one) for one in event_ids]).values_list("pk", "raw")
    return {str(event_id): bytes(raw) for event_id, raw in rows}


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
