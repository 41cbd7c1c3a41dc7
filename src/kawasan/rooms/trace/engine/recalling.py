"""From a bad batch to every buyer, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

# What a thing went into, and what that went into; then the batches among them, and the orders that took of these.
_AFFECTED = """
with recursive reached(thing) as (
  select %s::text
  union
  select link.target from reached join trace_link link on link.source = reached.thing
)
select batch.id, batch.business_id, batch.product_id, batch.lot, draw.order_id, sum(draw.quantity), min(draw.at)
from reached
join trace_batch batch on batch.uri = reached.thing
left join trace_draw draw on draw.batch_id = batch.id
group by batch.id, draw.order_id
having draw.order_id is null or sum(draw.quantity) > 0
order by min(draw.at) nulls first, batch.id
"""
# Parties outside the zone's own orders: whom shipments of these things were addressed to. ``offset 0`` keeps the
# planner at one thing after another: taken together it thinks them so many that it would read every event there is.
_REACHED = """
with recursive reached(thing) as (
  select %s::text
  union
  select link.target from reached join trace_link link on link.source = reached.thing
)
select array_agg(thing) from reached
"""
_ADDRESSED = """
select distinct party, business_id
from (
  select distinct told.destinations, told.business_id
  from unnest(%s::text[]) thing cross join lateral (
    select event.destinations, event.business_id
    from trace_name named join trace_event event on event.number = named.number
    where named.name = thing and (%s::uuid is null or named.business_id = %s)
      and event.destinations <> '{}' and thing = any(event.things) and event.error_at is null
    offset 0
  ) told
) sent cross join lateral unnest(destinations) party
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

    Only what ``teller`` says; what everybody says where that is None.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [uri])
        (things,) = cursor.fetchone()
        cursor.execute(_ADDRESSED, [things, teller, teller, limit])
        return list(cursor.fetchall())
