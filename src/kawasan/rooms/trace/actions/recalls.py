"""A bad batch is called back: every order that took of it, and of what it went into, is found and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import models
from kawasan.rooms.trace.actions.capturing import put_event
from kawasan.rooms.trace.engine import recalling
from kawasan.rooms.trace.queries.batches import as_batch, batch_row
from kawasan.rooms.trace.queries.recalls import as_affected
from kawasan.rooms.trace.rules.steps import RECALLED, event_of_step, step_id_of
from kawasan.rooms.trace.types.goods import Affected, Batch, NewStep, Notice
from kawasan.rooms.trace.types.refusals import BatchInvalid, BatchRecalled

REASON_LENGTH_MAX = 600


@requires_transaction
def recall(*, actor: Actor, business_id: UUID, batch_id: UUID, reason: str, region: str, at: datetime) -> Batch:
    """
    Call a batch back: it and all that it went into are marked, told as events, and each buyer gets a notice.

    Nothing of them is drawn any more. Raises BatchRecalled, BatchInvalid, UnknownBatch, Unauthenticated, NotFound,
    Forbidden.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    row = batch_row(actor, business_id, batch_id, lock=True)
    reason = reason.strip()
    if not 5 <= len(reason) <= REASON_LENGTH_MAX:
        raise BatchInvalid(field="reason", problem=f"5 – {REASON_LENGTH_MAX}")
    if row.recalled_at is not None:
        raise BatchRecalled
    with seeing_everything():
        found = [as_affected(one) for one in recalling.affected(connection, row.uri)]
        for one in {item.batch_id for item in found}:
            _mark(one, row, reason, region, actor, at)
        _notify([item for item in found if item.order_id is not None], at)
    row.refresh_from_db()
    return as_batch(row)


@requires_transaction
def take_unmailed(*, at: datetime, limit: int = 100) -> tuple[Notice, ...]:
    """Return notices that nobody was mailed yet, and mark them: each is mailed once."""
    rows = list(
        models.Notice.objects.select_for_update(skip_locked=True).filter(mailed_at__isnull=True).order_by("id")[:limit]
    )
    models.Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=at)
    return tuple(Notice(row.id, row.batch_id, row.person_id, row.order_id, row.at) for row in rows)


def _mark(batch_id: UUID, bad: models.Batch, reason: str, region: str, actor: Actor, at: datetime) -> None:
    row = models.Batch.objects.select_for_update().get(pk=batch_id)
    if row.recalled_at is not None:
        return
    row.recalled_at, row.recall_reason = at, reason
    row.save(update_fields=["recalled_at", "recall_reason"])
    step = NewStep(id=step_id_of(row.id, "recall"), kind=RECALLED.key, happened_at=at, region=region)
    if row.id == bad.id:
        step = replace(step, note=reason[:300])
    event = event_of_step(step, uri=row.uri, amount=row.quantity, inputs=(), at=at)
    put_event(business_id=bad.business_id, event=event, by=actor.name, at=at)


def _notify(found: list[Affected], at: datetime) -> None:
    buyers = commerce.buyers_of_orders(order_ids={item.order_id for item in found if item.order_id})
    models.Notice.objects.bulk_create(
        [
            models.Notice(
                id=ids.uuid7(),
                batch_id=item.batch_id,
                business_id=item.business_id,
                person_id=buyers[item.order_id].buyer_id,
                order_id=item.order_id,
                at=at,
            )
            for item in found
            if item.order_id is not None and item.order_id in buyers
        ],
        ignore_conflicts=True,
    )
