"""The clean city in the one log: bins emptied and missed, waste weighed and brought, each one event and one leaf."""

from __future__ import annotations

import json
import re

import pytest
from tests.builders.payments import money_for_a_business
from tests.builders.sensors import AT, a_device
from tests.builders.zone import a_business, a_person, an_actor, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.money import rupiah
from kawasan.platform.db import see_as
from kawasan.platform.facts import deliver
from kawasan.platform.models import Fact
from kawasan.platform.wiring import wiring
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.verifying import holds, published
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
INDONESIAN = {"headers": {"accept-language": "id"}}


def _all_told() -> None:
    """Tell every fact to its listeners, twice: a repeat changes nothing."""
    kinds = {kind.__name__: listeners for kind, listeners in wiring().LISTENERS.items()}
    for fact in Fact.objects.filter(name__in=["BinVisited", "WasteTaken"]):
        for listener in kinds[fact.name] * 2:
            deliver(fact_id=str(fact.id), listener=listener)
    see_as(SYSTEM)


def _a_round() -> sensors.Round:
    for name, fill in (("Pasar Baru", 92.0), ("Alun-alun", 81.0)):
        made = a_device(
            zone.ZONE_OWNER, kind=sensors.DeviceKind.BIN, name=name, device_id=ids.uuid7(), district_code="32.73.01",
            streams=[sensors.NewStream("fill", "fill", "%", 0, 100)], position=sensors.Position(107.6, -6.9),
        )  # fmt: skip
        sensors.take_readings(secret=made.secret, readings=[sensors.NewReading("fill", AT, fill)], at=AT)
    staff = an_actor(zone_staff().pk)
    planned = sensors.plan_round(actor=staff, round_id=ids.uuid7(), day=clock.business_day(AT), at=AT)
    sensors.collect(actor=staff, stop_id=planned.stops[0].id, at=AT)
    for _ in range(2):
        closed = sensors.close_round(actor=staff, round_id=planned.id, at=AT)
    return closed


def test_a_bin_that_was_emptied_and_one_that_was_missed_are_events_that_everybody_can_verify(client):
    made = _a_round()
    _all_told()
    found = {one.biz_step: json.loads(bytes(one.raw)) for one in models.Event.objects.all()}
    emptied, missed = found["collecting"], found["urn:x-kawasan:step:bin-missed"]
    assert len(found) == models.Event.objects.count() == 2
    for stop, event in zip(made.stops, (emptied, missed), strict=True):
        assert (event["epcList"], event["kawasan:note"]) == ([f"urn:uuid:{stop.device_id}"], stop.name)
        assert (event["kawasan:fill"], event["readPoint"]["id"]) == (stop.fill, "urn:x-kawasan:region:32.73.01")
    published()
    leaves = trace.leaves_of_city(business_id=zone.ZONE_OWNER, sources=[one.id for one in made.stops])
    assert set(leaves) == {one.id for one in made.stops}
    page = client.get("/kota-bersih", **INDONESIAN).content.decode()
    links = re.findall(r'href="(/log/bukti/[^"]+)"', page)
    assert len(links) == 2
    assert all(holds(client.get(f"{link}.json").json(), log.keys()[0].vkey) for link in links)
    told = "".join(client.get(link, **INDONESIAN).content.decode() for link in links)
    for said in (
        "Tempat sampah dikosongkan",
        "Tempat sampah tidak dikosongkan",
        "Sukasari, Kota Bandung",
        "Pasar Baru",
    ):
        assert f"<dd>{said}</dd>" in told, said
    assert {ids.public("dev", one.device_id) for one in made.stops} == set(re.findall(r"<dd>(dev_\w+)</dd>", told))
    assert list(trace.verify_events()) == []


def test_what_went_over_the_weighbridge_is_an_event_with_material_weight_and_district(client):
    staff, weighing = an_actor(zone_staff().pk), ids.uuid7()
    for _ in range(2):
        sensors.weigh(
            actor=staff, weighing_id=weighing, material=sensors.Material.ORGANIC, district_code="32.73.01",
            grams=2_340_500, at=AT,
        )  # fmt: skip
    _all_told()
    event = json.loads(bytes(models.Event.objects.get().raw))
    assert event["quantityList"] == [{"epcClass": "urn:x-kawasan:waste:organic", "quantity": 2340.5, "uom": "KGM"}]
    assert event["sourceList"] == [{"type": "location", "source": "urn:x-kawasan:region:32.73.01"}]
    published()
    leaf = trace.leaves_of_city(business_id=zone.ZONE_OWNER, sources=[weighing])[weighing]
    told = client.get(f"/log/bukti/{log.token_of_leaf(leaf)}", **INDONESIAN).content.decode()
    for said in ("Organik", "2.340,5", "kg", "Sukasari, Kota Bandung"):
        assert f"<dd>{said}</dd>" in told, said
    assert "<dt>Jenis</dt><dd>Tempat</dd>" in told  # of the source: only the event's own type is a kind of event


def test_waste_brought_to_a_bank_is_an_event_of_the_business_and_names_nobody():
    business, person = a_business(), a_person(email="dewi@contoh.id", name="Dewi")
    money_for_a_business(business.id, 100_000, at=AT)
    sensors.set_price(
        actor=SYSTEM, price_id=ids.uuid7(), owner_id=business.id, material=sensors.Material.PLASTIC,
        per_kg=rupiah(2_500), starts_on=clock.business_day(AT), at=AT,
    )  # fmt: skip
    brought = [sensors.Brought(sensors.Material.PLASTIC, 1_500)]
    visit = ids.uuid7()
    sensors.take_waste(actor=SYSTEM, visit_id=visit, owner_id=business.id, email=person.email, brought=brought, at=AT)
    _all_told()
    row = models.Event.objects.get()
    event = json.loads(bytes(row.raw))
    assert row.business_id == business.id
    assert event["quantityList"] == [{"epcClass": "urn:x-kawasan:waste:plastic", "quantity": 1.5, "uom": "KGM"}]
    assert event["bizTransactionList"][0]["bizTransaction"].endswith(ids.public("vis", visit))
    for private in (person.email, person.name, str(person.pk)):
        assert private not in bytes(row.raw).decode()
    assert trace.leaves_of_city(business_id=zone.ZONE_OWNER, sources=[visit]) == {}
