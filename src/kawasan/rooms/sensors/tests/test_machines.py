"""A machine's effectiveness, worked out by hand from ISO 22400-2's formulas."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override
from tests.builders.sensors import a_device
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.rules.machines import counted
from kawasan.rooms.sensors.templatetags.sensors import measured

pytestmark = pytest.mark.django_db
STREAMS = [
    sensors.NewStream("state", "state", "1"), sensors.NewStream("output", "output", "1"),
    sensors.NewStream("rejects", "rejects", "1"), sensors.NewStream("energy", "energy", "kW.h"),
]  # fmt: skip


def a_worked_day() -> tuple[sensors.DeviceKey, object]:
    """Eight to four: runs from eight to noon, stands for an hour, runs until half past three."""
    day = clock.business_day(clock.now()) - timedelta(days=1)
    midnight = clock.day_bounds(day)[0]
    made = a_device(kind=sensors.DeviceKind.MACHINE, name="Mesin jahit 1", streams=STREAMS, at=midnight)

    def at(hours: float) -> object:
        return midnight + timedelta(hours=hours)

    readings = [
        sensors.NewReading("state", at(7), None, "running"), sensors.NewReading("state", at(12), None, "idle"),
        sensors.NewReading("state", at(13), None, "running"), sensors.NewReading("state", at(15.5), None, "down"),
        sensors.NewReading("output", at(7.9), 100.0), sensors.NewReading("output", at(12), 200.0),
        sensors.NewReading("output", at(13), 20.0), sensors.NewReading("output", at(15.9), 192.0),
        sensors.NewReading("rejects", at(7.9), 5.0), sensors.NewReading("rejects", at(15.9), 19.6),
        sensors.NewReading("energy", at(7.9), 1_000.0), sensors.NewReading("energy", at(15.9), 1_013.1),
    ]  # fmt: skip
    assert sensors.take_readings(secret=made.secret, readings=readings, at=clock.now()).taken == len(readings)
    sensors.plan_machine(actor=SYSTEM, device_id=made.device.id, starts=480, ends=960, ideal_seconds=75.0)
    return made, day


def test_a_day_is_as_the_formulas_say():
    made, day = a_worked_day()
    found = sensors.machine_day(actor=SYSTEM, device_id=made.device.id, day=day, at=clock.now())
    assert (found.busy_seconds, found.running_seconds) == (8 * 3_600, 6.5 * 3_600)
    assert (found.made, round(found.rejected, 6), round(found.energy, 6)) == (292.0, 14.6, 13.1)
    assert found.availability == 6.5 / 8
    assert found.performance == 75 * 292 / (6.5 * 3_600)
    assert round(found.quality or 0, 9) == 0.95
    assert round(found.oee or 0, 9) == round(6.5 / 8 * 75 * 292 / 23_400 * 0.95, 9)
    empty = sensors.machine_day(actor=SYSTEM, device_id=made.device.id, day=day - timedelta(days=9), at=clock.now())
    assert (empty.oee, empty.made, empty.availability) == (None, 0.0, 0.0)


def test_a_counter_that_begins_again_loses_nothing():
    assert counted([5, 9, 9, 2, 4]) == 4 + 0 + 2 + 2
    assert counted([7]) == counted([]) == 0.0


def test_a_machines_state_is_said_in_the_readers_language():
    with override("id"):
        assert (measured("running"), measured("welding"), measured(None)) == ("Berjalan", "welding", "–")


def test_the_page_the_file_and_the_plan(client):
    made, day = a_worked_day()
    business_id = made.device.owner_id
    from kawasan.rooms.zone import api as zone

    business = zone.business(business_id=business_id)
    client.force_login(owner_of(business))
    there = f"/jualan/{business.slug}/mesin/{made.device.public_id}"
    page = client.get(f"{there}?hari={day}", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    for shown in ("81.3%", "93.6%", "95%", "72.2%"):
        assert shown in page, shown
    csv = b"".join(client.get(f"{there}/oee.csv").streaming_content).decode()
    assert "0.7224" in csv
    assert client.get(f"{there}/oee.xlsx").status_code == 200
    assert client.get(f"{there}?hari=nonsense").status_code == 200
    plan = {"starts": "16:00", "ends": "08:00", "ideal_seconds": "60"}
    assert client.post(there, plan).status_code == 422
    assert client.post(there, plan | {"starts": "06:00"}).status_code == 302
    assert sensors.machine_plan(device_id=made.device.id).starts == 360
    client.force_login(a_member(a_business()))
    assert client.get(there).status_code == 404
    assert ids.public("dev", made.device.id) == made.device.public_id
