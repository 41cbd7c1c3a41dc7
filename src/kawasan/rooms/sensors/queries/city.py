"""Reads of the clean city: bins, rounds, what was weighed and brought, and what everybody may know of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.paging import BadCursor, Page, decode_cursor, page_of
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.queries.devices import devices_of_kind
from kawasan.rooms.sensors.types.city import (
    Bin,
    CityFigures,
    Material,
    Round,
    Share,
    Stop,
    UnknownRound,
    Weighing,
    Work,
    WorkKind,
)
from kawasan.rooms.sensors.types.devices import DeviceKind, Position
from kawasan.rooms.zone import api as zone

FULL = 70.0  # percent, from which a bin is due
EMPTIED_EVERY = timedelta(days=3)  # however little is in it
FILL = "fill"
ROUNDS_SHOWN, WEIGHINGS_SHOWN, WORK_SHOWN = 20, 50, 12


def bins(*, at: datetime) -> tuple[Bin, ...]:
    """Return the city service's bins, the fullest first; who asks was checked before."""
    found = devices_of_kind(owner_id=zone.ZONE_OWNER, kind=DeviceKind.BIN)
    stops = models.Stop.objects.filter(device__in=[one.id for one in found])
    emptied = dict(stops.values_list("device").annotate(last=Max("collected_at")).values_list("device", "last"))
    missed = dict(stops.filter(is_missed=True).values_list("device").annotate(last=Max("round__closed_at")))
    made = []
    for one in found:
        stream, last = one.stream(FILL), emptied.get(one.id)
        fill = _fill_now(stream.last_value if stream else None, stream.last_at if stream else None, last)
        was_missed = one.id in missed and (last is None or missed[one.id] > last)
        is_due = was_missed or (fill or 0) >= FULL or at - (last or one.registered_at) > EMPTIED_EVERY
        made.append(Bin(one.id, one.name, one.district_code, one.position, fill, last, is_due))
    return tuple(sorted(made, key=lambda one: (-(one.fill or 0.0), one.name)))


def depot() -> Position | None:
    """Return where rounds begin and end: at the weighbridge."""
    found = devices_of_kind(owner_id=zone.ZONE_OWNER, kind=DeviceKind.WEIGHBRIDGE)
    return found[0].position if found else None


def city_bins(*, actor: Actor, at: datetime) -> tuple[Bin, ...]:
    """Return the city service's bins for the zone's people. Raises Unauthenticated, Forbidden."""
    actor.need_zone()
    return bins(at=at)


def rounds(*, actor: Actor, cursor: str | None = None) -> Page[Round]:
    """List rounds for the zone's people, the latest first. Raises Unauthenticated, Forbidden, BadCursor."""
    actor.need_zone()
    rows = _rounds()
    if key := decode_cursor(cursor, str, str):
        day, last = _moment(key[0]).date(), ids.parse("rnd", key[1])
        rows = rows.filter(Q(day__lt=day) | Q(day=day, pk__lt=last))
    found = [_as_round(row) for row in rows.order_by("-day", "-id")[: ROUNDS_SHOWN + 1]]
    return page_of(found, ROUNDS_SHOWN, lambda one: [one.day.isoformat(), one.public_id])


def city_round(*, actor: Actor, round_id: UUID) -> Round:
    """Return a round for the zone's people. Raises Unauthenticated, Forbidden, UnknownRound."""
    actor.need_zone()
    return round_of(round_id)


def round_of(round_id: UUID) -> Round:
    """Return a round; who asks was checked before. Raises UnknownRound."""
    row = _rounds().filter(pk=round_id).first()
    if row is None:
        raise UnknownRound
    return _as_round(row)


def weighings(*, actor: Actor, since: date, until: date, limit: int = WEIGHINGS_SHOWN) -> tuple[Weighing, ...]:
    """Return what was weighed between two days, newest first, for the zone's people."""
    actor.need_zone()
    rows = models.Weighing.objects.filter(day__gte=since, day__lte=until).order_by("-at", "-id")[:limit]
    return tuple(_as_weighing(row) for row in rows)


def weighing_page(*, actor: Actor, cursor: str | None = None) -> Page[Weighing]:
    """List all weighings for the zone's people, the latest first. Raises Unauthenticated, Forbidden, BadCursor."""
    actor.need_zone()
    rows = models.Weighing.objects.all()
    if key := decode_cursor(cursor, str, str):
        at, last = _moment(key[0]), ids.parse("wgh", key[1])
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=last))
    found = [_as_weighing(row) for row in rows.order_by("-at", "-id")[: WEIGHINGS_SHOWN + 1]]
    return page_of(found, WEIGHINGS_SHOWN, lambda one: [one.at.isoformat(), ids.public("wgh", one.id)])


@requires_transaction
def city_districts() -> tuple[zone.District, ...]:
    """Return the districts of every regency in which the city service has a device or weighed something, by name."""
    with seeing_everything():
        of_devices = models.Device.objects.filter(owner_id=zone.ZONE_OWNER).values_list("district_code", flat=True)
        of_weighings = models.Weighing.objects.values_list("district_code", flat=True)
        codes = set(of_devices.distinct()) | set(of_weighings.distinct())
    regencies = {code.rpartition(".")[0] for code in codes if code}
    return tuple(sorted((one for code in regencies for one in zone.districts_of(code)), key=lambda one: one.name))


@requires_transaction
def newest_work(*, month: date, limit: int = WORK_SHOWN) -> tuple[Work, ...]:
    """Return what the city service did last in a month, for everybody: bins emptied and missed, waste weighed."""
    first, after = _ends(month)
    with seeing_everything():
        done = models.Stop.objects.filter(round__day__gte=first, round__day__lt=after).select_related("device", "round")
        emptied = done.filter(collected_at__isnull=False).order_by("-collected_at")[:limit]
        missed = done.filter(is_missed=True, round__closed_at__isnull=False).order_by("-round__closed_at")[:limit]
        weighed = models.Weighing.objects.filter(day__gte=first, day__lt=after).order_by("-at", "-id")[:limit]
        work = [
            *[Work(one.pk, WorkKind.EMPTIED, one.collected_at, one.device.name) for one in emptied if one.collected_at],
            *[
                Work(one.pk, WorkKind.MISSED, one.round.closed_at, one.device.name)
                for one in missed
                if one.round.closed_at
            ],
            *[
                Work(one.pk, WorkKind.WEIGHED, one.at, "", one.district_code, Material(one.material), one.grams)
                for one in weighed
            ],
        ]
    return tuple(sorted(work, key=lambda one: (one.at, one.id), reverse=True)[:limit])


@requires_transaction
def city_figures(*, month: date, at: datetime) -> CityFigures:
    """Return what everybody may know of a month: sums only, nobody's own."""
    first, after = _ends(month)
    with seeing_everything():
        found = bins(at=at)
        stops = models.Stop.objects.filter(round__day__gte=first, round__day__lt=after)
        weighed = models.Weighing.objects.filter(day__gte=first, day__lt=after)
        visits = models.WasteVisit.objects.filter(day__gte=first, day__lt=after)
        lines = models.WasteLine.objects.filter(visit__day__gte=first, visit__day__lt=after)
        return CityFigures(
            month=first,
            bins=len(found),
            full_bins=sum((one.fill or 0) >= FULL for one in found),
            planned=stops.count(),
            collected=stops.filter(collected_at__isnull=False).count(),
            missed=stops.filter(is_missed=True).count(),
            weighed=_shares(weighed.values_list("material").annotate(Sum("grams"))),
            districts=_shares(weighed.exclude(district_code="").values_list("district_code").annotate(Sum("grams"))),
            brought=_shares(lines.values_list("material").annotate(Sum("grams"))),
            visits=visits.count(),
            paid_minor=int(visits.aggregate(paid=Sum("amount_minor"))["paid"] or 0),
        )


def this_month(at: datetime) -> date:
    """Return the first day of the month (WIB)."""
    return clock.business_day(at).replace(day=1)


def _ends(month: date) -> tuple[date, date]:
    """Return the first day of a month and that of the next one."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadCursor from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _as_weighing(row: models.Weighing) -> Weighing:
    return Weighing(row.id, row.at, Material(row.material), row.district_code, row.grams)


def _fill_now(fill: float | None, told_at: datetime | None, emptied_at: datetime | None) -> float | None:
    """A bin that was emptied after its last reading is empty until it tells otherwise."""
    return 0.0 if emptied_at and told_at and emptied_at > told_at else fill


def _shares(rows: Iterable[tuple[str, int]]) -> tuple[Share, ...]:
    return tuple(sorted((Share(key, int(grams)) for key, grams in rows), key=lambda one: (-one.grams, one.key)))


def _rounds() -> QuerySet[models.Round]:
    return models.Round.objects.prefetch_related("stops__device__places")


def _as_round(row: models.Round) -> Round:
    stops = sorted(row.stops.all(), key=lambda one: one.place)
    return Round(
        row.id, row.day, row.vehicle, row.metres, row.planned_at, row.closed_at, tuple(_as_stop(one) for one in stops)
    )


def _as_stop(row: models.Stop) -> Stop:
    place = next((one for one in row.device.places.all() if one.until is None), None)
    position = Position(place.longitude, place.latitude) if place else None
    return Stop(
        row.id, row.place, row.device_id, row.device.name, row.fill, position, row.collected_at, row.is_missed
    )  # fmt: skip
