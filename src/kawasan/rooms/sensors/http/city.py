"""For programs: a machine's days (OEE), a waste bank's prices and visits, the city's figures for everybody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field

from kawasan.core import clock, ids
from kawasan.core.errors import BadField
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.http.devices import owner_of, router

DAYS_MAX = 31
READ, PAY = "payments:read", "payments:write"


class MachineDayOut(Schema):
    """A machine's day in its planned time (ISO 22400-2): what cannot be divided is null."""

    day: date
    busy_seconds: float
    running_seconds: float
    made: float
    rejected: float
    energy_kwh: float
    availability: float | None
    performance: float | None
    quality: float | None
    oee: float | None


class PlanIn(Schema):
    """When a machine is planned, in minutes of the day (WIB), and how long a piece should take."""

    starts: int
    ends: int
    ideal_seconds: float


class PriceOut(Schema):
    """What a kilogram of a material is worth today."""

    material: str
    per_kg_minor: int


class BroughtIn(Schema):
    """A material and its weight."""

    material: sensors.Material
    grams: int


class VisitIn(Schema):
    """Waste that somebody brings; ``id`` made by the caller (vis_…), so that a repeat pays once."""

    id: str = Field(max_length=40)
    email: str = Field(max_length=254)
    brought: list[BroughtIn] = Field(max_length=40)


class VisitLineOut(Schema):
    """A part of a visit, with the price that held."""

    material: str
    grams: int
    per_kg_minor: int
    amount_minor: int


class VisitOut(Schema):
    """A visit, and the transfer that paid for it."""

    id: str
    at: datetime
    person: str
    amount_minor: int
    transfer_id: str
    lines: list[VisitLineOut]

    @classmethod
    def of(cls, one: sensors.Visit) -> VisitOut:
        """Return a visit as programs see it."""
        return cls(
            id=one.public_id, at=one.at, person=one.person_name, amount_minor=one.amount_minor,
            transfer_id=str(one.transfer_id),
            lines=[
                VisitLineOut(
                    material=line.material.value, grams=line.grams, per_kg_minor=line.per_kg_minor,
                    amount_minor=line.amount_minor,
                )
                for line in one.lines
            ],
        )  # fmt: skip


class VisitsOut(Schema):
    """A page of visits, newest first."""

    items: list[VisitOut]
    next_cursor: str | None


@router.get("/machines/{device_id}/days", response=list[MachineDayOut])
def machine_days(request: HttpRequest, device_id: str, first: date | None = None, last: date | None = None) -> Any:
    """Return a machine's days, at most 31: the last seven, unless ``first`` and ``last`` say others."""
    actor, now = actor_of(request), clock.now()
    end = last or clock.business_day(now)
    start = first or end - timedelta(days=6)
    if not 0 <= (end - start).days < DAYS_MAX:
        raise BadField(field="first", problem="up to 31 days, in order")
    which = ids.parse("dev", device_id)
    with transaction(actor):
        days = [
            sensors.machine_day(actor=actor, device_id=which, day=start + timedelta(days=number), at=now)
            for number in range((end - start).days + 1)
        ]
    return [
        MachineDayOut(
            day=one.day, busy_seconds=one.busy_seconds, running_seconds=one.running_seconds, made=one.made,
            rejected=one.rejected, energy_kwh=one.energy, availability=one.availability, performance=one.performance,
            quality=one.quality, oee=one.oee,
        )
        for one in days
    ]  # fmt: skip


@router.put("/machines/{device_id}/plan", response=PlanIn)
def plan_machine(request: HttpRequest, device_id: str, body: PlanIn) -> Any:
    """Say when a machine is planned. Problem ``machine-plan-invalid``."""
    actor = actor_of(request)
    with transaction(actor):
        sensors.plan_machine(actor=actor, device_id=ids.parse("dev", device_id), **body.model_dump())
    return body


@router.get("/waste/prices", response=list[PriceOut])
def waste_prices(request: HttpRequest, owner: str = "") -> Any:
    """Return what a waste bank pays today for a kilogram of each material. Its owner sets prices on the page."""
    actor = actor_of(request)
    with transaction(actor):
        found = sensors.waste_prices(
            actor=actor, owner_id=owner_of(owner, actor.businesses), day=clock.business_day(clock.now())
        )
    return [PriceOut(material=material.value, per_kg_minor=minor) for material, minor in found.items()]


@router.get("/waste/visits", response=VisitsOut)
def visits(request: HttpRequest, owner: str = "", after: str | None = None, limit: int | None = None) -> Any:
    """List visits to a waste bank, newest first."""
    actor = actor_of(request)
    actor.need_scope(READ)
    with transaction(actor):
        page = sensors.visits(
            actor=actor, owner_id=owner_of(owner, actor.businesses), cursor=after, limit=limit
        )  # fmt: skip
    return VisitsOut(items=[VisitOut.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/waste/visits", response={201: VisitOut})
def take_waste(request: HttpRequest, body: VisitIn, owner: str = "") -> Any:
    """
    Take waste that somebody brings, and pay for it from the business's balance into the wallet.

    A repeat with the same id pays nothing more. Problems ``unknown-member``, ``waste-price-missing``,
    ``visit-id-reused``, and where the balance does not hold it, that of payments.
    """
    actor = actor_of(request)
    actor.need_scope(PAY)
    with transaction(actor):
        made = sensors.take_waste(
            actor=actor, visit_id=ids.parse("vis", body.id), owner_id=owner_of(owner, actor.businesses),
            email=body.email, brought=[sensors.Brought(one.material, one.grams) for one in body.brought],
            at=clock.now(),
        )  # fmt: skip
    return Status(201, VisitOut.of(made))
