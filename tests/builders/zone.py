"""People and businesses, made through the zone's own door."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole, ZoneRole
from kawasan.platform.db import see_as, transaction
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import Membership, Person, ZoneMembership

AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
PASSWORD = "rahasia-sekali-2026"
NPWP = "012345678901000"

_numbers = count(1)


def a_person(*, name: str = "", email: str = "", password: str | None = None, language: str = "id") -> Person:
    """Add somebody who can sign in (``client.force_login(person)``, or with the password given)."""
    number = next(_numbers)
    return Person.objects.create_user(
        email or f"orang{number}@contoh.id",
        password,
        name=name or f"Orang {number}",
        language=language,
        joined_at=AT,
    )


def an_application(**changes: Any) -> zone.Application:
    """Return a form that would be admitted."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "name": f"Batik Bu Sri {number}",
        "legal_form": "individual",
        "nib": f"{9120000000000 + number}",
        "npwp": NPWP,
        "nik": "",
        "kbli_code": "47711",
        "regency_code": "33.75",
        "district_code": "",
        "address": "Jl. Hayam Wuruk 5",
        "phone": "0812 3456 7890",
        "size_basis": "annual_sales",
        "size_amount_minor": 300_000_000_00,
        "description": "Batik tulis Pekalongan.",
    }
    return zone.Application(**(given | changes))


def a_business(
    *, owner: Person | None = None, status: str = "admitted", at: datetime = AT, **changes: Any
) -> zone.Business:
    """Let a business join and bring it into a status."""
    owner = owner or a_person()
    with _edge():
        business = zone.join(actor=Actor(person_id=owner.pk), application=an_application(**changes), at=at)
        see_as(SYSTEM)
        if status == "sent_back":
            return zone.send_back(actor=SYSTEM, business_id=business.id, reason="Alamat belum lengkap.", at=at)
        if status in ("admitted", "suspended"):
            business = zone.admit(actor=SYSTEM, business_id=business.id, at=at)
        if status == "suspended":
            business = zone.suspend(actor=SYSTEM, business_id=business.id, reason="Izin dicabut.", at=at)
        return business


def _edge() -> AbstractContextManager[None]:
    """Open a transaction where the test is not in one (tests that really commit)."""
    return nullcontext() if connection.in_atomic_block else transaction(SYSTEM)


def a_member(business: zone.Business, role: str = "staff", person: Person | None = None) -> Person:
    """Put a person into a business's team."""
    person = person or a_person()
    Membership.objects.create(id=ids.uuid7(), person=person, business_id=business.id, role=BusinessRole(role), since=AT)
    return person


def zone_staff(role: str = "staff") -> Person:
    """Add a person with a role in the zone: staff, auditor or operator."""
    person = a_person(name="Petugas Kawasan")
    ZoneMembership.objects.create(person=person, role=ZoneRole(role), since=AT)
    return person


def owner_of(business: zone.Business) -> Person:
    """Return the first owner of a business."""
    row = Membership.objects.filter(business=business.id, role="owner").select_related("person").order_by("since")[0]
    return row.person


def an_actor(
    person: Person | UUID | None = None,
    *,
    business: zone.Business | None = None,
    role: str = "owner",
    zone_role: str | None = None,
) -> Actor:
    """Return who asks: an existing person with all roles, or a new one with the role named."""
    if isinstance(person, UUID):
        return zone.actor_of_person(person_id=person)
    if person is None:
        person = a_member(business, role) if business else zone_staff(zone_role) if zone_role else a_person()
    return zone.actor_of_person(person_id=person.pk)
