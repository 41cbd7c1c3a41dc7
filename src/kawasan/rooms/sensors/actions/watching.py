"""Watching: what rules make of readings, also of late ones. One alarm for an episode, opened once and closed once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F, Q

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.facts import AlarmClosed, AlarmOpened
from kawasan.rooms.sensors.rules import units
from kawasan.rooms.sensors.rules.episodes import Run, is_outside, runs
from kawasan.rooms.sensors.types.alarms import RuleKind

SILENT_AT_ONCE = 500
FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)
_ALLOWED = ExpressionWrapper(timedelta(seconds=1) * F("seconds"), output_field=DurationField())  # type: ignore[operator]

# Note [Why an alarm is found again and not made twice]
# Readings come late and out of order. For each rule, the readings around the new ones are looked at again: from the
# last good reading before them to the first good one after them. Whatever run of bad ones is long enough there either
# meets an alarm that is known (it is brought up to date, and closed where the run has ended) or is a new one. So taking
# the same readings again, in one piece or in many, changes nothing. An alarm is never taken back: it was told.


@requires_transaction
def watch(after: int, upto: int) -> None:
    """Look at the readings with these numbers through the rules of their streams (the follower's batch)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select stream_id, min(at), max(at) from sensors_reading where number > %s and number <= %s "
            "and stream_id in (select stream_id from sensors_rule where ended_at is null) group by 1 order by 1",
            [after, upto],
        )
        spans = {stream: (first, last) for stream, first, last in cursor.fetchall()}
    rules = models.Rule.objects.filter(stream__in=list(spans), ended_at__isnull=True)
    for rule in rules.select_for_update(of=("self",)).select_related("stream", "device").order_by("pk"):
        first, last = spans[rule.stream_id]
        if rule.kind == RuleKind.LIMIT:
            _watch_limit(rule, first, last)
        else:
            close_open(rule, at=last, after_start=True)


@requires_transaction
def keep_alarms() -> None:
    """Begin anew: alarms that were told stay, and are met again (note above)."""


@requires_transaction
def watch_silence(*, at: datetime) -> int:
    """
    Open an alarm for every stream that has told nothing for longer than its rule allows; return how many.

    Where the broker told that the connection broke (a last will), nothing more will come: the alarm opens at once.
    """
    waited = Q(Q(stream__last_at__lt=at - _ALLOWED) | Q(stream__last_at__isnull=True), since__lt=at - _ALLOWED)
    silent = models.Rule.objects.filter(
        waited | Q(device__lost_at__lte=at),
        kind=RuleKind.SILENCE.value, ended_at__isnull=True, device__revoked_at__isnull=True,
    )  # fmt: skip
    opened = models.Alarm.objects.filter(ended_at__isnull=True, kind=RuleKind.SILENCE.value).values("rule")
    found = silent.exclude(pk__in=opened).select_for_update(of=("self",), skip_locked=True)
    rules = list(found.select_related("stream", "device").order_by("pk")[:SILENT_AT_ONCE])
    for rule in rules:
        _open(rule, max(rule.stream.last_at or rule.since, rule.since), at, None)
    return len(rules)


def close_open(rule: models.Rule, *, at: datetime, after_start: bool = False) -> None:
    """Close a rule's open alarm, if there is one (and, with ``after_start``, if it began before ``at``)."""
    row = models.Alarm.objects.select_for_update().filter(rule=rule, ended_at__isnull=True).first()
    if row is not None and not (after_start and at <= row.started_at):
        _close(row, rule, max(at, row.started_at))


def _watch_limit(rule: models.Rule, first: datetime, last: datetime) -> None:
    lasting = timedelta(seconds=rule.seconds)
    found = runs(
        _around(rule, first, last),
        is_bad=lambda value: is_outside(value, rule.low, rule.high),
        lasting=lasting,
    )
    for run in found:
        alarm = _met(rule, run) or _open(rule, run.first_at, run.crossed_at or run.last_at, run)
        if alarm.ended_at is None:
            _bring_up_to_date(alarm, run)
            if run.ended_at:
                _close(alarm, rule, run.ended_at)
    if not any(run.ended_at is None for run in found):
        _close_cut(rule)


def _close_cut(rule: models.Rule) -> None:
    """Close an alarm that goes on though a good reading came after it was told: a late one cut its run in two."""
    row = models.Alarm.objects.select_for_update().filter(rule=rule, ended_at__isnull=True).first()
    good = _edge(rule, "at > %s", row.opened_at, ascending=True) if row else None
    if row is not None and good is not None:
        _close(row, rule, good)


def _around(rule: models.Rule, first: datetime, last: datetime) -> list[tuple[datetime, float]]:
    """Return the readings from the last good one before ``first`` to the first good one after ``last``."""
    start = _edge(rule, "at < %s", first, ascending=False)
    end = _edge(rule, "at > %s", last, ascending=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "select at, value from sensors_reading where stream_id = %s and value is not null and at >= %s and at <= %s"
            " order by at",
            [
                rule.stream_id,
                max(start or rule.since, rule.since),
                end or datetime.max.replace(tzinfo=rule.since.tzinfo),
            ],
        )
        return list(cursor.fetchall())


def _edge(rule: models.Rule, where: str, at: datetime, *, ascending: bool) -> datetime | None:
    order = "asc" if ascending else "desc"
    with connection.cursor() as cursor:
        cursor.execute(
            f"select at from sensors_reading where stream_id = %s and {where} and value is not null "
            f"and value >= coalesce(%s, '-infinity'::float8) and value <= coalesce(%s, 'infinity'::float8) "
            f"order by at {order} limit 1",
            [rule.stream_id, at, rule.low, rule.high],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _met(rule: models.Rule, run: Run) -> models.Alarm | None:
    """Return the alarm whose time meets a run's."""
    rows = models.Alarm.objects.select_for_update().filter(rule=rule, started_at__lte=run.last_at)
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=run.first_at)).order_by("-started_at").first()


def _open(rule: models.Rule, started_at: datetime, opened_at: datetime, run: Run | None) -> models.Alarm:
    row = models.Alarm(
        id=ids.derived("sensors.alarm", rule.pk, started_at.isoformat()), owner_id=rule.owner_id, device=rule.device,
        stream=rule.stream, rule=rule, kind=rule.kind, started_at=started_at, opened_at=opened_at,
        reference=rule.device.reference,
    )  # fmt: skip
    if earlier := models.Alarm.objects.filter(rule=rule, started_at=started_at).first():
        return earlier
    if run:
        _measure(row, run)
    row.save(force_insert=True)
    told = AlarmOpened(
        alarm_id=row.pk, owner_id=row.owner_id, device_id=rule.device_id, stream_id=rule.stream_id, kind=rule.kind,
        started_at=started_at, opened_at=opened_at, reference=row.reference,
    )  # fmt: skip
    announce(told, at=opened_at)
    return row


def _bring_up_to_date(row: models.Alarm, run: Run) -> None:
    _measure(row, run)
    row.save(update_fields=["lowest", "highest", "mean", "count"])


def _measure(row: models.Alarm, run: Run) -> None:
    row.lowest, row.highest = run.lowest, run.highest
    row.mean, row.count = run.total / run.count, run.count


def _close(row: models.Alarm, rule: models.Rule, ended_at: datetime) -> None:
    row.ended_at = ended_at
    row.save(update_fields=["ended_at"])
    place = models.Place.objects.filter(device=rule.device, until__isnull=True).first()
    stream = models.Stream.objects.select_related("property").get(pk=rule.stream_id)
    told = AlarmClosed(
        alarm_id=row.pk, owner_id=row.owner_id, device_id=rule.device_id, device_name=rule.device.name,
        stream_id=rule.stream_id, stream_name=stream.name, kind=row.kind,
        property_definition=stream.property.definition,
        cefact=units.cefact(stream.unit), started_at=row.started_at, ended_at=ended_at, lowest=row.lowest,
        highest=row.highest, mean=row.mean, count=row.count, reference=row.reference,
        longitude=place.longitude if place else None, latitude=place.latitude if place else None,
    )  # fmt: skip
    announce(told, at=ended_at)
