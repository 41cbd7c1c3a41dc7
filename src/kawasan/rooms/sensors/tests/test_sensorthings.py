"""SensorThings: the shared vectors, what a stranger sees, what is not understood."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from tests.builders.sensors import a_device
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
ROOT = "/sensorthings/v1.1"
VECTORS = Path(__file__).parents[5] / "tests" / "vectors" / "sensorthings"
AT = datetime(2026, 3, 10, tzinfo=UTC)


@cache
def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def _filled(business_id: Any) -> dict[str, int]:
    """Register the vectors' things and let them tell their observations; return the number of each key."""
    data, numbers = vectors("data"), {}
    properties = {one["key"]: one for one in data["observedProperties"]}
    secrets = {}
    for thing in data["things"]:
        streams = [
            sensors.NewStream(
                stream["key"], properties[stream["observedProperty"]]["name"], stream["unit"]["symbol"],
                definition=properties[stream["observedProperty"]]["definition"], label=stream["name"],
                unit_name=stream["unit"]["name"], unit_symbol=stream["unit"]["symbol"],
                unit_definition=stream["unit"]["definition"],
            )
            for stream in thing["datastreams"]
        ]  # fmt: skip
        made = a_device(
            business_id, device_id=ids.uuid7(), name=thing["name"], description=thing["description"],
            properties=thing["properties"], streams=streams, position=sensors.Position(*thing["location"]), at=AT,
        )  # fmt: skip
        numbers[thing["key"]] = made.device.number
        numbers |= {stream.name: stream.number for stream in made.device.streams}
        secrets |= {stream.name: made.secret for stream in made.device.streams}
    for secret in set(secrets.values()):
        readings = [
            sensors.NewReading(one["datastream"], datetime.fromisoformat(one["phenomenonTime"]), one["result"])
            for one in data["observations"]
            if secrets[one["datastream"]] == secret
        ]
        assert sensors.take_readings(secret=secret, readings=readings, at=AT).taken == len(readings)
    return numbers


@pytest.fixture
def filled(client: Any) -> dict[str, int]:
    business = a_business()
    numbers = _filled(business.id)
    client.force_login(owner_of(business))
    return numbers


def asked(client: Any, path: str) -> Any:
    return client.get(path if path.startswith("http") else ROOT + quote(path, safe="/?&=$(),'@"))


def _keys(found: dict[str, Any], numbers: dict[str, int]) -> list[str]:
    """Return the keys of entities; an observation's by its time, result and stream's place in the data."""
    by_number = {number: key for key, number in numbers.items()}
    if "Observations" not in found["value"][0]["@iot.selfLink"]:
        return [by_number[one["@iot.id"]] for one in found["value"]]
    known = {}
    for one in vectors("data")["observations"]:
        known.setdefault((one["phenomenonTime"], one["result"]), one["key"])
    return [known[one["phenomenonTime"], one["result"]] for one in found["value"]]


def test_every_read_of_the_shared_vectors_is_answered_as_they_say(client, filled):
    for vector in vectors("queries"):
        path = re.sub(r"\{(\w+)\}", lambda match: str(filled[match[1]]), vector["path"])
        answer = asked(client, path)
        kind = vector["compare"]
        if kind == "status":
            assert answer.status_code == vector["expect"], vector["name"]
            continue
        found = answer.json()
        assert answer.status_code == 200, (vector["name"], found)
        if kind == "@iot.count":
            assert (found["@iot.count"], found["value"]) == (vector["expect"], []), vector["name"]
        elif kind == "length of value":
            assert len(found["value"]) == vector["expect"], vector["name"]
        elif kind == "ids in order":
            assert _keys(found, filled) == vector["expect"], vector["name"]
        elif kind == "id set":
            assert set(_keys(found, filled)) == set(vector["expect"]), vector["name"]
        else:
            assert vector["name"] == "server paging"
            seen = _followed(client, found)
            assert len(seen) == len(set(seen)) == len(vectors("data")["observations"])


def _followed(client: Any, found: dict[str, Any]) -> list[int]:
    seen = [one["@iot.id"] for one in found["value"]]
    assert len(seen) == 7
    assert "@iot.nextLink" in found
    while link := found.get("@iot.nextLink"):
        parts = urlsplit(link)
        found = client.get(f"{parts.path}?{parts.query}").json()
        seen += [one["@iot.id"] for one in found["value"]]
    return seen


def test_writes_of_the_shared_vectors_are_refused_and_change_nothing(client, filled):
    before = asked(client, "/Things?$count=true&$top=0").json()
    for vector in vectors("writes"):
        path = vector["path"].replace("{new}", str(filled["t1" if "Things" in vector["path"] else "d1"]))
        answer = client.generic(vector["method"], ROOT + path, json.dumps(vector["body"]), "application/json")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), vector["name"]
        assert answer.json()["type"].endswith("sensorthings-read-only")
    assert asked(client, "/Things?$count=true&$top=0").json() == before


def test_what_leads_from_one_entity_to_others_leads_back(client, filled):
    found = asked(
        client,
        f"/Datastreams({filled['d4']})?$expand=Thing/Locations,ObservedProperty,Sensor($select=name),"
        "Observations($top=2;$orderby=phenomenonTime desc;$expand=FeatureOfInterest;$count=true)",
    ).json()
    assert found["Thing"]["name"] == "Mesin 2"
    assert found["Thing"]["Locations"][0]["location"] == {"type": "Point", "coordinates": [110.40202, -7.05818]}
    assert (found["Sensor"]["name"], found["ObservedProperty"]["name"]) == ("Mesin 2", "Suhu")
    assert found["Observations@iot.count"] == 24
    assert [one["FeatureOfInterest"]["feature"]["type"] for one in found["Observations"]] == ["Point", "Point"]
    feature = found["Observations"][0]["FeatureOfInterest"]["@iot.selfLink"]
    assert client.get(urlsplit(feature).path + "/Observations?$count=true&$top=0").json()["@iot.count"] == 48
    assert found["unitOfMeasurement"]["symbol"] == "degC"
    for name in ("Thing", "Sensor", "ObservedProperty", "Observations"):
        link = asked(client, f"/Datastreams({filled['d4']})").json()[f"{name}@iot.navigationLink"]
        assert client.get(urlsplit(link).path).status_code == 200, link


def test_filters_find_what_they_say(client, filled):
    by_number = {f"/Things({number})": key for key, number in filled.items()}
    for text, keys in {
        "startswith(name, 'Mesin') and id gt 0": "t2 t4 t6 t8",
        "endswith(name, '1')": "t1",
        "substringof('sampah 3', name)": "t3",
        "contains(tolower(name), 'sampah') and properties/critical eq true": "t1 t5",
        "length(name) eq 7": "t2 t4 t6 t8",
        "not (properties/kind eq 'bin' or properties/zone eq 'Z1')": "t2 t6 t8",
        "name eq 'x''; drop table sensors_device; --'": "",
        "properties/none eq null and name ne 'Mesin 2' and startswith(name,'Mesin')": "t4 t6 t8",
    }.items():
        found = asked(client, f"/Things?$filter={text}&$select=name").json()
        links = [by_number[one["@iot.selfLink"].split("v1.1")[1]] for one in found["value"]]
        assert " ".join(links) == keys, text


def test_times_and_sums_in_filters(client, filled):
    stream = f"/Datastreams({filled['d1']})/Observations"
    day = "phenomenonTime ge 2026-03-01T00:00:00Z and phenomenonTime lt 2026-03-01T06:00:00Z"
    assert asked(client, f"{stream}?$filter={day}&$count=true&$top=0").json()["@iot.count"] == 6
    assert asked(client, f"{stream}?$filter=hour(phenomenonTime) eq 5&$count=true").json()["@iot.count"] == 1
    both = [
        asked(client, f"{stream}?$filter={text}&$count=true&$top=0").json()["@iot.count"]
        for text in ("result add 1 gt 33", "result gt 32", "result mod 1000000 sub 0 gt 64 div 2")
    ]
    assert both[0] == both[1] == both[2] > 0


def test_what_is_not_understood_is_a_400_and_not_an_error(client):
    client.force_login(a_member(a_business()))
    for query in (
        "$filter=name eq", "$filter=(name eq 'a'", "$filter=name", "$filter=nothing eq 1", "$filter=name eq 1",
        "$filter=Datastreams/name eq 'a'", "$filter=drop(name)", "$filter=id eq 1 eq 2", "$top=-1", "$top=x",
        "$orderby=nothing", "$orderby=name sideways", "$select=nothing", "$expand=Nothing", "$unknown=1",
        "$count=maybe", "$top=1&$top=2", "$expand=Datastreams($filter=name eq)", "$filter=" + "(" * 200,
        "$filter=" + "not " * 200 + "true", "$filter=name eq 'a' ; select 1",
    ):  # fmt: skip
        answer = asked(client, f"/Things?{query}")
        assert (answer.status_code, answer.json()["type"].split("#")[-1]) == (400, "query-not-understood"), query


def test_what_does_not_exist_is_a_404(client):
    client.force_login(a_member(a_business()))
    for path in ("/Nothing", "/Things(1)/Nothing", "/Things('x')", "/Things(99999999999999999999)", "/Things(1)"):
        assert asked(client, path).status_code == 404, path


def test_others_see_none_of_it_and_strangers_are_asked_to_sign_in(client):
    business = a_business()
    numbers = _filled(business.id)
    assert asked(client, "/Things").status_code == 401
    assert client.post(f"{ROOT}/Things", "{}", "application/json").status_code == 401
    client.force_login(a_member(a_business()))
    for path in ("/Things", "/Datastreams", "/Observations", "/Locations", "/FeaturesOfInterest", "/Sensors"):
        assert asked(client, f"{path}?$count=true").json() == {"@iot.count": 0, "value": []}, path
    assert asked(client, f"/Things({numbers['t1']})").status_code == 404
    assert asked(client, f"/Datastreams({numbers['d1']})/Observations").json()["value"] == []


def test_a_business_key_opens_it_with_its_scope_only(client):
    business = a_business()
    a_device(business.id)
    owner = zone.actor_of_person(person_id=owner_of(business).pk)
    for scopes, status in ((["devices:read"], 200), (["orders:read"], 403)):
        key = zone.create_key(actor=owner, name="Alat", scopes=scopes, at=AT, business_id=business.id)
        answer = client.get(f"{ROOT}/Things", headers={"authorization": f"Bearer {key.secret}"})
        assert answer.status_code == status
    assert client.get(f"{ROOT}/", headers={"authorization": "Bearer kw_nobody"}).status_code == 401


def test_a_device_that_moves_keeps_where_its_readings_were_taken(client):
    business = a_business()
    made = a_device(business.id, at=AT)
    sensors.take_readings(secret=made.secret, readings=[sensors.NewReading("suhu", AT, 4.0)], at=AT)
    later = datetime(2026, 3, 11, tzinfo=UTC)
    moved = sensors.change_device(
        actor=SYSTEM, device_id=made.device.id, position=sensors.Position(110.0, -7.0), at=later
    )
    sensors.take_readings(secret=made.secret, readings=[sensors.NewReading("suhu", later, 5.0)], at=later)
    assert moved.position == sensors.Position(110.0, -7.0)
    client.force_login(owner_of(business))
    found = asked(client, "/Observations?$expand=FeatureOfInterest&$orderby=result").json()["value"]
    assert [one["FeatureOfInterest"]["feature"]["coordinates"] for one in found] == [[107.61, -6.92], [110.0, -7.0]]
    history = asked(client, f"/Things({made.device.number})/HistoricalLocations?$count=true").json()
    assert history["@iot.count"] == 2
    assert len(asked(client, f"/Things({made.device.number})/Locations").json()["value"]) == 1
