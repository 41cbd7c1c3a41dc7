"""Do the hours say what the readings say, and does every stream know its newest reading?"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from kawasan.platform import followers
from kawasan.platform.checks import Finding
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.types.devices import HOURS_FOLLOWER

FINDINGS_MAX = 100

# Only hours whose readings are all still there, and only as far as the follower has come.
_HOURS = """
with dropped as (select coalesce(max(upto), '-infinity'::timestamptz) as upto from sensors_dropped),
counted as (
    select stream_id, date_trunc('hour', at, 'UTC') as hour, count(*) as count, sum(value::numeric) as total,
           min(value) as lowest, max(value) as highest
    from sensors_reading, dropped where number <= %s and value is not null and at >= dropped.upto group by 1, 2
),
kept as (select h.* from sensors_hour h, dropped where h.hour >= dropped.upto)
select coalesce(c.stream_id, k.stream_id), coalesce(c.hour, k.hour), c.count, c.total, k.count, k.total
from counted c full join kept k on k.stream_id = c.stream_id and k.hour = c.hour
where (c.count, c.total, c.lowest, c.highest) is distinct from (k.count, k.total, k.lowest, k.highest)
order by 1, 2 limit %s
"""
_NEWEST = """
select s.id, s.last_at, r.at from sensors_stream s
left join lateral (select at from sensors_reading where stream_id = s.id order by at desc limit 1) r on true
where r.at is not null and s.last_at is distinct from r.at order by 1 limit %s
"""


def verify() -> list[Finding]:
    """Return every hour that is not the sum of its readings, and every stream whose newest reading is another one."""
    position = followers.position(HOURS_FOLLOWER)
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, [position, FINDINGS_MAX])
        hours = [
            Finding("sensors-hour-differs", f"{stream} {hour:%Y-%m-%d %H}", f"{count}: {total}", f"{kept}: {sum_kept}")
            for stream, hour, count, total, kept, sum_kept in cursor.fetchall()
        ]
        cursor.execute(_NEWEST, [FINDINGS_MAX])
        newest = [Finding("sensors-newest-differs", str(stream), at, last) for stream, last, at in cursor.fetchall()]
    return [*hours, *newest, *_visits()]


def _visits() -> Iterator[Finding]:
    """Compare each visit with its lines and with its transfer."""
    sums = models.WasteVisit.objects.annotate(lines_minor=Sum("lines__amount_minor")).order_by("pk")
    for row in sums.iterator():
        try:
            moved = ledger.transfer(row.transfer_id).amount
        except ledger.TransferNotFound:
            moved = 0
        if not row.amount_minor == row.lines_minor == moved:
            yield Finding("sensors-visit-differs", str(row.pk), row.amount_minor, f"{row.lines_minor}, {moved}")
