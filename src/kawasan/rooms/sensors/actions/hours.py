"""Hours: readings rolled up as they come, also late ones; and dropping what is older than is kept."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from kawasan.platform.db import requires_transaction
from kawasan.rooms.sensors.actions.readings import KEPT

# A sum is kept as a decimal: adding in another order (a rebuild) gives the same.
_ADD = """
insert into sensors_hour (stream_id, hour, owner_id, count, total, lowest, highest)
select stream_id, date_trunc('hour', at, 'UTC'), owner_id, count(*), sum(value::numeric), min(value), max(value)
from sensors_reading where number > %s and number <= %s and value is not null
group by 1, 2, 3 order by 1, 2
on conflict (stream_id, hour) do update set count = sensors_hour.count + excluded.count,
    total = sensors_hour.total + excluded.total, lowest = least(sensors_hour.lowest, excluded.lowest),
    highest = greatest(sensors_hour.highest, excluded.highest)
"""
# Hours whose readings were dropped cannot be taken again: they stay.
_EMPTY = """
delete from sensors_hour where hour >= coalesce(
    (select upto from sensors_dropped order by upto desc limit 1), '-infinity'::timestamptz)
"""
_DROP = "delete from sensors_reading where at < %s"
_NOTE = "insert into sensors_dropped (upto, at, count) values (%s, %s, %s) on conflict (upto) do nothing"


@requires_transaction
def add_hours(after: int, upto: int) -> None:
    """Roll up the readings with these numbers (the follower's batch)."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [after, upto])


@requires_transaction
def forget_hours() -> None:
    """Empty what the follower wrote, as far as there are readings to take again."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)


@requires_transaction
def drop_old_readings(*, at: datetime) -> int:
    """Drop readings that are older than what is kept, by whole days (UTC); return how many. Their hours stay."""
    upto = (at - KEPT).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [upto])
        count: int = cursor.rowcount
        if count:
            cursor.execute(_NOTE, [upto, at, count])
    return count
