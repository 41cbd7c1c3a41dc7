"""Sample businesses join and are admitted; one waits for the staff's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from kawasan.core.access import SYSTEM, Actor, ZoneRole
from kawasan.demo.sample.people import everything
from kawasan.demo.sample.plan import Shop
from kawasan.platform.db import see_as
from kawasan.rooms.zone import api as zone

CHUNK = 60
LONGEST_DAYS = 200  # since the first business joined


def join_all(shops: Sequence[Shop], owners: Mapping[str, UUID], *, first_orders_at: datetime) -> None:
    """Let every business apply and be admitted a day later, all of them before the first order."""
    for start in range(0, len(shops), CHUNK):
        with everything():
            for shop in shops[start : start + CHUNK]:
                at = first_orders_at - timedelta(days=Random(f"joined {shop.number}").uniform(2, LONGEST_DAYS))
                _apply(shop, owners[shop.email], at=at)
                zone.admit(actor=SYSTEM, business_id=shop.id, at=at + timedelta(days=1))


def look_at(shop: Shop, *, staff: UUID, operator: UUID, now: datetime) -> None:
    """Let people of the zone open what is private to a business: its owner finds them on the page of who looked."""
    reader = Actor(person_id=staff, zone_role=ZoneRole.STAFF)
    program = Actor(person_id=operator, zone_role=ZoneRole.OPERATOR, scopes=frozenset({"payments:read"}))
    looks = (
        (reader, zone.Look.APPLICATION, timedelta(days=2)),
        (reader, zone.Look.BANK_ACCOUNT, timedelta(days=1)),
        (program, zone.Look.MONEY, timedelta(hours=2)),
    )
    with everything():
        for actor, what, ago in looks:
            zone.note_looks(actor=actor, business_ids=[shop.id], what=what, at=now - ago)


def apply(shop: Shop, owner: UUID, *, at: datetime) -> None:
    """Let a business apply; it waits for the staff."""
    with everything():
        _apply(shop, owner, at=at)


def _apply(shop: Shop, owner: UUID, *, at: datetime) -> None:
    zone.join(actor=Actor(person_id=owner), application=application_of(shop), at=at, business_id=shop.id)
    see_as(SYSTEM)  # joining has narrowed the view to the owner


def application_of(shop: Shop) -> zone.Application:
    """Return what the owner of a sample business writes."""
    number = shop.number
    return zone.Application(
        name=shop.name,
        legal_form=shop.legal_form,
        nib=shop.nib,
        npwp=shop.npwp,
        nik="",
        kbli_code=shop.kbli_code,
        regency_code=shop.regency_code,
        district_code="",
        address=shop.address,
        phone=f"0812 0000 {number:04}",
        size_basis="annual_sales",
        size_amount_minor=shop.annual_sales * 100,
        description=shop.description,
    )
