"""Waste bank and machines for programs: a key pays only with the right to, once, and sees only its own business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.builders.sensors import a_device
from tests.builders.trace import a_key
from tests.builders.zone import a_business, a_person

from kawasan.core import clock, ids
from kawasan.rooms.payments import api as payments
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.tests.test_city import a_waste_bank

pytestmark = pytest.mark.django_db
READ, PAY = "payments:read", "payments:write"


class Program:
    """A program of a business with a key."""

    def __init__(self, business: Any, *scopes: str) -> None:
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {a_key(business, *scopes)}"}

    def get(self, path: str) -> Any:
        return Client().get(f"/v1{path}", **self.headers)

    def send(self, path: str, body: dict[str, Any], method: str = "post") -> Any:
        call = getattr(Client(), method)
        return call(f"/v1{path}", body, content_type="application/json", **self.headers)


def a_visit(email: str, **changes: Any) -> dict[str, Any]:
    brought = [{"material": "plastic", "grams": 2_000}]
    return {"id": ids.public("vis", ids.uuid7()), "email": email, "brought": brought} | changes


def test_waste_is_paid_for_once_by_a_key_that_may_pay():
    business, person = a_waste_bank(at=clock.now()), a_person()
    program, told = Program(business, READ, PAY), a_visit(person.email)
    before = payments.wallet_balance(person_id=person.id)
    made = program.send("/waste/visits", told)
    assert (made.status_code, made.json()["amount_minor"]) == (201, 500_000)
    assert program.send("/waste/visits", told).json() == made.json()
    assert payments.wallet_balance(person_id=person.id) == before + 500_000
    clash = program.send("/waste/visits", told | {"brought": [{"material": "paper", "grams": 1}]})
    assert (clash.status_code, clash.json()["code"]) == (409, "visit-id-reused")
    assert program.get("/waste/visits").json() == {"items": [made.json()], "next_cursor": None}


def test_a_key_without_the_right_or_of_another_business_pays_and_sees_nothing():
    business, person = a_waste_bank(at=clock.now()), a_person()
    reads, foreign = Program(business, READ), Program(a_business(), READ, PAY)
    address = f"/waste/visits?owner={ids.public('biz', business.id)}"
    assert reads.send("/waste/visits", a_visit(person.email)).status_code == 403
    assert foreign.send(address, a_visit(person.email)).status_code == 404
    assert foreign.get(address).status_code == 404
    assert Program(business, "devices:write").get("/waste/visits").status_code == 403
    assert Client().get("/v1/waste/visits").status_code == 401
    assert not models.WasteVisit.objects.exists()


def test_todays_prices_are_told():
    business = a_waste_bank(0, at=clock.now(), plastic=2_500, metal=9_000)
    known = Program(business, READ).get("/waste/prices").json()
    assert {one["material"]: one["per_kg_minor"] for one in known} == {"plastic": 250_000, "metal": 900_000}


def test_a_machines_days_are_told_with_what_cannot_be_divided_left_out():
    business, now = a_business(), clock.now()
    streams = [sensors.NewStream("state", "state", "1"), sensors.NewStream("output", "output", "1")]
    made = a_device(business.id, kind=sensors.DeviceKind.MACHINE, streams=streams, at=now - timedelta(days=2))
    program, which = Program(business, "devices:read", "devices:write"), made.device.public_id
    plan = {"starts": 0, "ends": 1_440, "ideal_seconds": 30.0}
    assert program.send(f"/machines/{which}/plan", plan, "put").json() == plan
    assert program.send(f"/machines/{which}/plan", plan | {"ends": 0}, "put").json()["code"] == "machine-plan-invalid"
    days = program.get(f"/machines/{which}/days").json()
    assert (len(days), days[-1]["day"], days[0]["quality"]) == (7, str(clock.business_day(now)), None)
    assert program.get(f"/machines/{which}/days?first=2026-01-01&last=2026-03-01").status_code == 422
    foreign = Program(a_business(), "devices:read", "devices:write")
    assert foreign.get(f"/machines/{which}/days").status_code == 404
    assert foreign.send(f"/machines/{which}/plan", plan, "put").status_code == 404
