"""Reads of the waste bank: prices, visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.rules.waste import price_on
from kawasan.rooms.sensors.types.city import Material, Price, UnknownVisit, Visit, VisitLine
from kawasan.rooms.zone import api as zone

PRICES_SHOWN = 200


def prices(*, owner_id: UUID) -> tuple[Price, ...]:
    """Return what a waste bank pays and paid, the newest first; who asks was checked before."""
    rows = models.WastePrice.objects.filter(owner_id=owner_id).order_by("-starts_on", "-id")[:PRICES_SHOWN]
    return tuple(Price(Material(row.material), row.per_kg_minor, row.starts_on) for row in rows)


def prices_on(*, owner_id: UUID, day: date) -> dict[Material, int]:
    """Return what a kilogram of each material is worth on a day."""
    known = prices(owner_id=owner_id)
    found = {material: price_on(known, material, day) for material in Material}
    return {material: price for material, price in found.items() if price}


def waste_prices(*, actor: Actor, owner_id: UUID, day: date) -> dict[Material, int]:
    """Return a waste bank's prices for its people. Raises Unauthenticated, NotFound."""
    actor.need_business(owner_id)
    return prices_on(owner_id=owner_id, day=day)


def visits(*, actor: Actor, owner_id: UUID, cursor: str | None = None, limit: int | None = None) -> Page[Visit]:
    """List visits to a waste bank, newest first, for its people. Raises Unauthenticated, NotFound."""
    actor.need_business(owner_id)
    return _page(models.WasteVisit.objects.filter(owner_id=owner_id), cursor, limit)


def own_visits(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[Visit]:
    """List the caller's own visits, newest first. Raises Unauthenticated."""
    return _page(models.WasteVisit.objects.filter(person_id=actor.need_person()), cursor, limit)


def visit(*, actor: Actor, visit_id: UUID) -> Visit:
    """Return a visit for the person who came, or for the waste bank's people. Raises UnknownVisit."""
    row = models.WasteVisit.objects.prefetch_related("lines").filter(pk=visit_id).first()
    if row is None or not (actor.sees_zone or actor.person_id == row.person_id or row.owner_id in actor.businesses):
        raise UnknownVisit
    return as_visits([row])[0]


def as_visits(rows: Iterable[models.WasteVisit]) -> list[Visit]:
    """Return stored visits as they cross the door."""
    found = list(rows)
    names = zone.person_names(ids={row.person_id for row in found})
    owners = {key: one.name for key, one in zone.businesses(ids=list({row.owner_id for row in found})).items()}
    return [
        Visit(
            id=row.id, owner_id=row.owner_id, business_name=owners.get(row.owner_id, ""), person_id=row.person_id,
            person_name=names.get(row.person_id, ""), at=row.at, amount_minor=row.amount_minor,
            transfer_id=row.transfer_id,
            lines=tuple(
                VisitLine(Material(one.material), one.grams, one.per_kg_minor, one.amount_minor)
                for one in sorted(row.lines.all(), key=lambda line: line.id)
            ),
        )
        for row in found
    ]  # fmt: skip


def _page(rows: QuerySet[models.WasteVisit], cursor: str | None, limit: int | None) -> Page[Visit]:
    size = clamp_limit(limit)
    if key := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=ids.parse("vis", key[0]))
    found = as_visits(rows.prefetch_related("lines").order_by("-pk")[: size + 1])
    return page_of(found, size, lambda one: [one.public_id])
