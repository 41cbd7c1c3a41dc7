"""The city service: rounds planned, bins emptied, waste weighed. Zone staff does it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import msg
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce, announce_many
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.facts import BinVisited, WasteTaken
from kawasan.rooms.sensors.queries.city import bins, depot, round_of
from kawasan.rooms.sensors.rules.routes import nearest_next
from kawasan.rooms.sensors.rules.waste import GRAMS_MAX
from kawasan.rooms.sensors.types.city import Material, Round, RoundClosed, RoundInvalid, UnknownRound, WasteInvalid
from kawasan.rooms.zone import api as zone

STOPS_MAX = 500
TRUCK_GRAMS_MAX = GRAMS_MAX * 60


@requires_transaction
def plan_round(*, actor: Actor, round_id: UUID, day: date, vehicle: str = "", at: datetime) -> Round:
    """
    Plan a round of the bins that are due (full, missed, or long not emptied), always the nearest next.

    A repeat with the same id changes nothing. Raises Unauthenticated, Forbidden, RoundInvalid where nothing is due.
    """
    actor.need_zone(ZoneRole.STAFF)
    if models.Round.objects.filter(pk=round_id).exists():
        return round_of(round_id)
    due = [one for one in bins(at=at) if one.is_due and one.position is not None][:STOPS_MAX]
    if not due:
        raise RoundInvalid(problem=msg("No bin is due."))
    start = depot()
    places = [(one, (one.position.longitude, one.position.latitude)) for one in due if one.position]
    order, way = nearest_next(places, (start.longitude, start.latitude) if start else None)
    row = models.Round(
        id=round_id, day=day, vehicle=vehicle.strip()[:40], metres=way, planned_at=at, planned_by=actor.person_id
    )
    row.save(force_insert=True)
    models.Stop.objects.bulk_create(
        [
            models.Stop(id=ids.uuid7(), round=row, place=place, device_id=one.device_id, fill=one.fill)
            for place, one in enumerate(order, start=1)
        ]
    )
    return round_of(round_id)


@requires_transaction
def collect(*, actor: Actor, stop_id: UUID, at: datetime) -> Round:
    """Note that a bin was emptied. A repeat changes nothing. Raises UnknownRound, RoundClosed, Forbidden."""
    actor.need_zone(ZoneRole.STAFF)
    row = (
        models.Stop.objects.select_for_update(of=("self",)).select_related("round", "device").filter(pk=stop_id).first()
    )
    if row is None:
        raise UnknownRound
    if row.collected_at is None:
        if row.round.closed_at is not None:
            raise RoundClosed
        row.collected_at = at
        row.save(update_fields=["collected_at"])
        announce(_visited(row, is_emptied=True, at=at), at=at)
    return round_of(row.round_id)


@requires_transaction
def close_round(*, actor: Actor, round_id: UUID, at: datetime) -> Round:
    """Close a round: bins that were not emptied were missed, and are due again. A repeat changes nothing."""
    actor.need_zone(ZoneRole.STAFF)
    row = models.Round.objects.select_for_update().filter(pk=round_id).first()
    if row is None:
        raise UnknownRound
    if row.closed_at is None:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        left = list(models.Stop.objects.filter(round=row, collected_at__isnull=True).select_related("device"))
        models.Stop.objects.filter(pk__in=[one.pk for one in left]).update(is_missed=True)
        announce_many((_visited(one, is_emptied=False, at=at), at) for one in left)
    return round_of(round_id)


@requires_transaction
def weigh(*, actor: Actor, weighing_id: UUID, material: Material, district_code: str, grams: int, at: datetime) -> None:
    """Enter what went over the weighbridge. A repeat changes nothing. Raises WasteInvalid, UnknownRegion, Forbidden."""
    actor.need_zone(ZoneRole.STAFF)
    if not 0 < grams <= TRUCK_GRAMS_MAX:
        raise WasteInvalid(field="kilograms", problem=msg("A truck weighs more than nothing and at most 60 tonnes."))
    if district_code:
        zone.district(district_code)
    row = models.Weighing(
        id=weighing_id, at=at, day=clock.business_day(at), material=material.value, district_code=district_code,
        grams=grams, entered_by=actor.person_id,
    )  # fmt: skip
    models.Weighing.objects.bulk_create([row], ignore_conflicts=True)
    kept = models.Weighing.objects.get(pk=weighing_id)
    if kept.at == at:  # an earlier one told of itself
        told = ((kept.material, kept.grams),)
        announce(WasteTaken(weighing_id, zone.ZONE_OWNER, kept.district_code, told, False, at), at=at)


def _visited(row: models.Stop, *, is_emptied: bool, at: datetime) -> BinVisited:
    device = row.device
    return BinVisited(
        stop_id=row.pk, owner_id=device.owner_id, device_id=device.pk, device_name=device.name,
        district_code=device.district_code, fill=row.fill, is_emptied=is_emptied, visited_at=at,
    )  # fmt: skip
