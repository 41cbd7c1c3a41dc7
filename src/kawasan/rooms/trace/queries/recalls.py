"""Whom a batch concerns."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.trace import models
from kawasan.rooms.trace.engine import recalling
from kawasan.rooms.trace.queries.batches import batch_row
from kawasan.rooms.trace.types.goods import Affected, Notice

PARTIES_MAX = 500


@requires_transaction
def affected(*, actor: Actor, business_id: UUID, batch_id: UUID) -> tuple[Affected, ...]:
    """
    Return every batch that a batch went into (itself first) with each order that took of it, in one query.

    Of other businesses the caller learns which batches and how many units, never whose orders: their ``order_id`` is
    None (zone roles see all). Raises UnknownBatch, Unauthenticated, NotFound.
    """
    row = batch_row(actor, business_id, batch_id)
    with seeing_everything():
        found = [as_affected(one) for one in recalling.affected(connection, row.uri)]
    return tuple(one if actor.sees_zone or one.business_id == business_id else _hidden(one) for one in found)


@requires_transaction
def addressed_to(*, actor: Actor, business_id: UUID, batch_id: UUID) -> tuple[str, ...]:
    """Return whom shipments of a batch and of what it went into were addressed to, as the business's events tell."""
    row = batch_row(actor, business_id, batch_id)
    teller = None if actor.sees_zone else business_id
    # Whose events are asked for stands in the question; row security would ask it again of each of very many.
    with seeing_everything():
        found = recalling.addressed(connection, row.uri, PARTIES_MAX, teller=teller)
    return tuple(sorted({party for party, _ in found}))


def notices_of(*, actor: Actor) -> tuple[Notice, ...]:
    """Return the recalls that concern a person's orders, newest first. Raises Unauthenticated."""
    rows = models.Notice.objects.filter(person_id=actor.need_person()).order_by("-id")[:50]
    return tuple(Notice(row.id, row.batch_id, row.person_id, row.order_id, row.at) for row in rows)


def as_affected(found: recalling.Found) -> Affected:
    """Return a line of the recall's query."""
    batch_id, business_id, product_id, lot, order_id, units, at = found
    return Affected(batch_id, business_id, product_id, lot, order_id, int(units or 0), at)


def _hidden(one: Affected) -> Affected:
    return Affected(one.batch_id, one.business_id, one.product_id, one.lot, None, one.units, one.at)
