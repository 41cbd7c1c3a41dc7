"""Pages and the JSON API of devices: registering, charts, files, rules; in three languages; strangers before them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from tests.builders.sensors import a_device
from tests.builders.zone import a_business, a_member, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def seen(client: Any, path: str, status: int = 200, **data: Any) -> str:
    answer = client.post(path, data, **ENGLISH) if data else client.get(path, **ENGLISH)
    assert answer.status_code == status, (path, answer.status_code)
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


@pytest.mark.parametrize("is_city", [False, True])
def test_a_device_from_its_form_to_its_chart(client, is_city):
    business = a_business()
    client.force_login(zone_staff() if is_city else owner_of(business))
    desk = "/kawasan/perangkat" if is_city else f"/jualan/{business.slug}/perangkat"
    assert "No device yet" in seen(client, desk)
    form = seen(client, f"{desk}/baru")
    given = {"id": re.search(r'name="id" value="(dev_\w+)"', form)[1], "name": "Kotak 3", "kind": "cold_box"}
    assert "both degrees" in seen(client, f"{desk}/baru", 422, **given, latitude="-6.9")
    page = seen(client, f"{desk}/baru", **given, latitude="-6.92", longitude="107.6")
    secret = re.search(r"kd_[\w-]{51}", page)[0]
    assert "<svg" in page
    now = clock.now()
    pack = [{"n": "temperature", "u": "Cel", "t": now.timestamp() - 600 * n, "v": 4 + n % 3} for n in range(30)]
    sent = client.post(
        "/v1/readings", json.dumps(pack), "application/json", headers={"authorization": f"Bearer {secret}"}
    )
    assert sent.json()["taken"] == 30
    followers.catch_up(sensors.HOURS_FOLLOWER)
    there = f"{desk}/{given['id']}"
    for span in ("24j", "7h", "30h", "nonsense"):
        shown = seen(client, f"{there}?rentang={span}")
        assert shown.count('class="line"') >= 1
        assert secret not in shown
    assert "4 °C" in seen(client, f"{desk}?q=kotak&jenis=cold_box")
    assert "Kotak 3" not in seen(client, f"{desk}?q=lain")
    csv = seen(client, f"{there}/data.csv?aliran=temperature")
    assert csv.count("°C") == 30
    assert client.get(f"{there}/data.xlsx").status_code == 200
    assert client.get(f"{there}/data.pdf").status_code == 404
    rule = {"id": re.search(r'name="id" value="(rul_\w+)"', shown)[1], "stream": "temperature", "kind": "limit"}
    assert "Name the lowest or the highest" in seen(client, f"{there}/aturan", 422, **rule, minutes="30")
    seen(client, f"{there}/aturan", 302, **rule, minutes="30", high="8")
    assert "at most 8 °C" in seen(client, there)
    seen(client, f"{there}/ubah", 302, name="Kotak 4", reference="LOT-7", latitude="-6.9", longitude="107.7")
    assert "LOT-7" in seen(client, there)
    assert "useless" in seen(client, f"{there}/kunci")
    renewed = re.search(r"kd_[\w-]{51}", seen(client, f"{there}/kunci", x="1"))[0]
    assert renewed != secret
    seen(client, f"{there}/aturan/{rule['id']}/akhiri", 302, x="1")
    assert "No rule holds" in seen(client, there)
    seen(client, f"{there}/cabut", 302, x="1")
    assert "Out of use" in seen(client, desk)


def test_a_search_that_no_text_can_hold_finds_what_is_left_of_it(client):
    client.force_login(zone_staff())
    answer = client.get("/kawasan/perangkat", {"q": "\0"})
    assert answer.status_code == 200


def test_an_alarm_that_goes_on_is_seen_at_once(client):
    business, now = a_business(), clock.now()
    made = a_device(business.id, at=now - timedelta(days=1))
    sensors.set_rule(
        actor=SYSTEM, rule_id=ids.uuid7(), device_id=made.device.id, stream="suhu", kind=sensors.RuleKind.LIMIT,
        high=8.0, seconds=600, at=now - timedelta(days=1),
    )  # fmt: skip
    readings = [sensors.NewReading("suhu", now - timedelta(minutes=5 * n), 9.5) for n in range(5)]
    sensors.take_readings(secret=made.secret, readings=readings, at=now)
    followers.catch_up(sensors.ALARMS_FOLLOWER)
    client.force_login(owner_of(business))
    desk = f"/jualan/{business.slug}/perangkat"
    for path in (desk, f"{desk}/alarm", f"{desk}/alarm?terbuka=1", f"{desk}/{made.device.public_id}"):
        assert "Goes on" in seen(client, path)
    (alarm,) = client.get("/v1/alarms?going_on=true").json()["items"]
    assert (alarm["lowest"], alarm["kind"], alarm["ended_at"]) == (9.5, "limit", None)


def test_programs_register_and_read_devices(client):
    business = a_business()
    client.force_login(owner_of(business))
    body = {
        "id": ids.public("dev", ids.uuid7()), "owner": business.public_id, "kind": "meter", "name": "Meteran 1",
        "position": {"longitude": 107.6, "latitude": -6.9},
        "streams": [{"name": "energy", "measures": "energy", "unit": "kW.h"}],
    }  # fmt: skip
    made = client.post("/v1/devices", json.dumps(body), "application/json")
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["topic"] == f"zone/v1/{business.public_id}/{body['id']}/"
    pack = [{"n": "energy", "u": "kWh", "v": 12.5}]
    bearer = {"authorization": f"Bearer {told['key']}"}
    assert client.post("/v1/readings", json.dumps(pack), "application/json", headers=bearer).json()["taken"] == 1
    followers.catch_up(sensors.HOURS_FOLLOWER)
    here = f"/v1/devices/{body['id']}"
    assert client.get(here).json()["streams"][0]["last"] == 12.5
    assert client.get(here).json()["key"] is None
    assert client.get("/v1/devices").json()["items"][0]["id"] == body["id"]
    assert client.get(f"{here}/readings?stream=energy").json()["items"][0]["result"] == 12.5
    assert client.get(f"{here}/figures?stream=energy&by=day").json()[0]["count"] == 1
    assert client.get(f"{here}/readings?stream=lain").status_code == 404
    assert client.get(f"{here}/figures?stream=energy&by=week").status_code == 422
    assert client.post(f"{here}/key").json()["key"] != told["key"]
    assert client.delete(here).json()["revoked_at"]
    client.force_login(a_member(a_business()))
    for path in (here, f"{here}/readings?stream=energy", f"/v1/devices?owner={business.public_id}"):
        assert client.get(path).status_code == 404
    assert client.get("/v1/devices?owner=city").status_code == 403
    assert client.delete(here).status_code == 404


def test_every_page_speaks_three_languages(client):
    business = a_business()
    a_device(business.id)
    client.force_login(owner_of(business))
    for language, word in (("id", "Perangkat"), ("en", "Devices"), ("zh-hans", "设备")):
        page = client.get(f"/jualan/{business.slug}/perangkat", HTTP_ACCEPT_LANGUAGE=language).content.decode()
        assert f"<h1>{word}</h1>" in page


def test_people_of_other_businesses_see_no_page(client):
    business = a_business()
    made = a_device(business.id)
    client.force_login(a_member(a_business()))
    here = f"/jualan/{business.slug}/perangkat"
    for path in ("", "/baru", "/alarm", f"/{made.device.public_id}", f"/{made.device.public_id}/kunci"):
        assert client.get(here + path).status_code == 404, path
    assert client.get("/kawasan/perangkat").status_code == 403
    assert client.post(f"{here}/{made.device.public_id}/cabut").status_code == 404
    assert models.Device.objects.get(pk=made.device.id).revoked_at is None
    assert made.device.owner_id != zone.ZONE_OWNER
