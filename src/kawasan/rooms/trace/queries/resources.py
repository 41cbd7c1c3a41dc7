"""What there is of each kind: things, steps, places. Each value is looked up once, however many events say it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from kawasan.core.access import Actor
from kawasan.core.paging import Page, decode_cursor, page_of
from kawasan.rooms.trace.queries.events import may_read
from kawasan.rooms.trace.types.events import EVENTS_PAGE_DEFAULT, EVENTS_PAGE_MAX

# Resources of the API's top level: where the values of each stand.
RESOURCES = {
    "epcs": ("name", "trace_name", "and is_epc"),
    "bizSteps": ("biz_step", "trace_event", ""),
    "bizLocations": ("biz_location", "trace_event", ""),
    "readPoints": ("read_point", "trace_event", ""),
    "dispositions": ("disposition", "trace_event", ""),
    "eventTypes": ("type", "trace_event", ""),
}

# Note [From value to value]
# ``select distinct`` reads every row there is. Here the index is asked for the first value after the last one found,
# business by business, as often as a page has values: a page costs the same among a million events as among ten.
_OWN = "business(id) as (select unnest(%(own)s::uuid[]))"
_ALL = """
business(id) as (
  (select business_id from trace_event order by business_id limit 1)
  union all
  select (select event.business_id from trace_event event
          where event.business_id > business.id order by event.business_id limit 1)
  from business where business.id is not null
)
"""
_VALUES = """
with recursive {businesses}
select distinct found.value from business cross join lateral (
  with recursive step(value, nth) as (
    (select {column}, 1 from {table} where business_id = business.id and {column} > %(after)s {only}
     order by {column} limit 1)
    union all
    select (select {column} from {table} where business_id = business.id and {column} > step.value {only}
            order by {column} limit 1), nth + 1
    from step where step.value is not null and nth < %(most)s
  )
  select value from step where value is not null
) found
order by 1 limit %(most)s
"""


def resource(*, actor: Actor, name: str, cursor: str | None = None, limit: int | None = None) -> Page[str]:
    """
    Return one page of what a resource of RESOURCES holds, in alphabetical order.

    Raises Unauthenticated, Forbidden, BadCursor.
    """
    may_read(actor)
    size = min(limit or EVENTS_PAGE_DEFAULT, EVENTS_PAGE_MAX)
    after = decode_cursor(cursor, str)
    column, table, only = RESOURCES[name]
    sql = _VALUES.format(businesses=_ALL if actor.sees_zone else _OWN, column=column, table=table, only=only)
    given: dict[str, Any] = {"own": list(actor.businesses), "after": after[0] if after else "", "most": size + 1}
    with connection.cursor() as db:
        db.execute(sql, given)
        values = [value for (value,) in db.fetchall()]
    return page_of(values, size, lambda value: (value,))
