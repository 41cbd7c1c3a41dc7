"""From a bad batch to every buyer, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

# What a thing went into, and what that went into, generation by generation.
_REACHED = """
with recursive reached(thing) as (
  select %s::text
  union
  select link.target from reached join trace_link link on link.source = reached.thing
)
"""
# The batches among these with the orders that kept units of them, and those that nobody kept anything of.
_AFFECTED = f"""{_REACHED}
select batch.id, batch.business_id, batch.product_id, batch.lot, kept.order_id, kept.units, kept.at
from reached
join trace_batch batch on batch.uri = reached.thing
left join lateral (
  select order_id, sum(quantity) as units, min(at) as at from trace_draw
  where batch_id = batch.id group by order_id having sum(quantity) > 0
) kept on true
order by kept.at nulls first, batch.id, kept.order_id
"""
# Parties outside the zone's own orders: whom shipments of these things were addressed to (see the note in naming.py).
# ``offset 0`` keeps the planner at one thing after another: taken together it may think them so many that it would
# rather read every sending there is.
_ADDRESSED = f"""{_REACHED}
select distinct sent.party, sent.business_id
from reached cross join lateral (
  select party, business_id from trace_sending
  where trace_sending.thing = reached.thing and (%s::uuid is null or business_id = %s)
  offset 0
) sent
order by sent.party, sent.business_id
limit %s
"""
Found = tuple[UUID, UUID, UUID, str, UUID | None, int | None, datetime | None]


def affected(connection: Any, uri: str) -> list[Found]:
    """Return each batch that a thing went into, with each order that took units of it."""
    with connection.cursor() as cursor:
        cursor.execute(_AFFECTED, [uri])
        return list(cursor.fetchall())


def addressed(connection: Any, uri: str, limit: int, *, teller: UUID | None) -> list[tuple[str, UUID]]:
    """
    Return whom shipments of a thing, and of what it went into, were addressed to, and who says so.

    Only what ``teller`` says; what everybody says where that is None. The first ``limit`` by name.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSED, [uri, teller, teller, limit])
        return list(cursor.fetchall())
