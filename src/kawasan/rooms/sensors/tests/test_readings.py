"""Readings: each once, late and out of order alike; what is not taken; hours that equal them; keys."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from tests.builders.sensors import AT, COLD, a_device, told
from tests.builders.zone import a_business, an_actor, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden, NotFound
from kawasan.platform import followers
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.rules import keys
from kawasan.rooms.zone import api as zone

HOURS = sensors.HOURS_FOLLOWER


def sent(client: Any, secret: str, pack: Any) -> Any:
    body = pack if isinstance(pack, (bytes, str)) else json.dumps(pack)
    return client.post("/v1/readings", body, "application/senml+json", headers={"authorization": f"Bearer {secret}"})


def stored(made: sensors.DeviceKey) -> list[tuple[datetime, float | str | None]]:
    (stream,) = (one for one in made.device.streams if one.name == "suhu")
    rows = models.Reading.objects.filter(stream_id=stream.id).order_by("at")
    return [(row.at, row.value if row.text is None else row.text) for row in rows]


@pytest.mark.django_db
def test_a_pack_is_taken_once_however_often_it_is_sent(client):
    made, now = a_device(), clock.now()
    pack = [{"bn": f"{made.device.public_id}:", "bt": int(now.timestamp()) - 100, "bu": "Cel", "n": "suhu", "v": 4.5},
            {"n": "suhu", "t": 10, "v": 4.7}, {"n": "suhu", "t": 20, "vs": "buka"}]  # fmt: skip
    for taken, repeated in ((3, 0), (0, 3)):
        answer = sent(client, made.secret, pack)
        assert answer.status_code == 200, answer.content
        assert answer.json() == {"taken": taken, "repeated": repeated, "refused": []}
    assert [value for _, value in stored(made)] == [4.5, 4.7, "buka"]
    found = sensors.device(actor=SYSTEM, device_id=made.device.id)
    assert (found.streams[0].shown_last, found.last_seen_at is not None) == ("buka", True)


@pytest.mark.django_db
def test_the_same_message_with_another_clock_is_the_same_message():
    made = a_device()
    for at in (AT, AT + timedelta(seconds=7)):
        reading = sensors.NewReading("suhu", at, 4.0, seq=12)
        found = sensors.take_readings(secret=made.secret, readings=[reading], at=AT + timedelta(minutes=1))
        assert found.taken + found.repeated == 1
    assert stored(made) == [(AT, 4.0)]


@pytest.mark.django_db
def test_what_cannot_be_is_not_taken_and_is_named(client):
    made, now = a_device(), clock.now()
    base = now.timestamp()
    pack = [
        {"n": "suhu", "v": 4},
        {"n": "lain", "v": 1},
        {"n": "suhu", "u": "K", "v": 277},
        {"n": "suhu", "v": 900},
        {"n": "suhu", "t": base + 3_600, "v": 5},
        {"n": "suhu", "t": base - 500 * 86_400, "v": 5},
    ]
    answer = sent(client, made.secret, pack).json()
    assert answer["taken"] == 1
    assert [(one["index"], one["code"]) for one in answer["refused"]] == [
        (1, "unknown-stream"), (2, "unit-differs"), (3, "beyond-the-sensor"), (4, "from-the-future"), (5, "too-old"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_not_senml_is_refused_whole(client):
    made = a_device()
    for pack in (
        b"\xff", "{}", "[]", "[1]", "null", '[{"n":"suhu"}]', '[{"n":"suhu","v":"4"}]', '[{"n":"suhu","v":1e999}]',
        '[{"n":"suhu","v":true}]', '[{"v":4}]', '[{"n":"su hu","v":4}]', '[{"n":"suhu","v":4,"secret_":1}]',
        '[{"n":"suhu","v":4,"bver":11}]', '[{"n":"suhu","vd":"AA=="}]', '[{"n":"suhu","vs":""}]',
        '[{"n":"suhu","vs":"a\\u0000b"}]', '[{"n":"suhu","v":4,"seq":1.5}]', '[{"n":"suhu","v":4,"t":1e300}]',
        '[{"n":"suhu","v":4},{"n":"suhu","v":NaN}]', "[" * 5_000, '[{"n":"suhu","vs":"\\ud800"}]',
    ):  # fmt: skip
        answer = sent(client, made.secret, pack)
        assert (answer.status_code, answer.json()["type"].split("#")[-1]) == (422, "senml-invalid"), pack
    too_many = [{"n": "suhu", "v": 1}] * (sensors.RECORDS_MAX + 1)
    assert sent(client, made.secret, too_many).status_code == 413
    assert stored(made) == []


@pytest.mark.django_db
def test_only_the_key_of_now_counts(client):
    made = a_device()
    pack = [{"n": "suhu", "v": 4}]
    renewed = sensors.new_key(actor=SYSTEM, device_id=made.device.id, at=AT)
    for secret in ("", "kd_x", "kw_" + made.secret[3:], made.secret, renewed.secret[:-1] + "!"):
        assert sent(client, secret, pack).status_code == 401
    assert sent(client, renewed.secret, pack).json()["taken"] == 1
    sensors.revoke_device(actor=SYSTEM, device_id=made.device.id, at=AT)
    assert sent(client, renewed.secret, pack).status_code == 401
    assert client.post("/v1/readings", "[]", "application/json").status_code == 401
    row = models.Device.objects.get(pk=made.device.id)
    assert renewed.secret not in (row.key_hash, row.key_mosquitto, row.key_prefix)


@pytest.mark.django_db
def test_late_readings_count_in_their_hour_and_hours_can_be_rebuilt():
    made = a_device()
    told(made, [4, 5, 6], every=1_200, at=AT + timedelta(hours=3))
    followers.catch_up(HOURS)
    told(made, [1.1, 9.9, 2.2], since=AT + timedelta(minutes=5), every=1_800, at=AT + timedelta(hours=3))
    followers.catch_up(HOURS)
    stream = made.device.streams[0].id
    kept = list(models.Hour.objects.order_by("hour").values("hour", "count", "total", "lowest", "highest"))
    assert [(row["count"], float(row["total"]), row["lowest"], row["highest"]) for row in kept] == [
        (5, 26.0, 1.1, 9.9), (1, 2.2, 2.2, 2.2),
    ]  # fmt: skip
    followers.rebuild(HOURS)
    assert list(models.Hour.objects.order_by("hour").values("hour", "count", "total", "lowest", "highest")) == kept
    (day,) = sensors.days(actor=SYSTEM, stream_id=stream, since=AT, until=AT + timedelta(days=1))
    assert (day.count, round(day.mean, 6), day.lowest, day.highest) == (6, round(28.2 / 6, 6), 1.1, 9.9)
    assert sensors.verify() == []
    models.Hour.objects.filter(count=1).update(count=2)
    assert [one.code for one in sensors.verify()] == ["sensors-hour-differs"]


@pytest.mark.django_db
def test_old_readings_go_and_their_hours_stay_also_through_a_rebuild():
    made = a_device()
    told(made, [4, 5], every=86_400 * 3, at=AT + timedelta(days=3))
    followers.catch_up(HOURS)
    later = AT + sensors.KEPT + timedelta(days=1, hours=12)
    assert sensors.drop_old_readings(at=later) == 1
    assert sensors.drop_old_readings(at=later) == 0
    followers.rebuild(HOURS)
    assert models.Hour.objects.count() == 2
    assert sensors.verify() == []


@pytest.mark.django_db
def test_whatever_comes_in_whatever_order_is_kept_once_and_rolled_up():
    made, random, first = a_device(), Random("readings"), {}
    for _ in range(25):
        batch = [(random.randint(0, 40), float(random.randint(-5, 20))) for _ in range(random.randint(0, 8))]
        readings = [sensors.NewReading("suhu", AT + timedelta(minutes=10 * n), v) for n, v in batch]
        found = sensors.take_readings(secret=made.secret, readings=readings, at=AT + timedelta(hours=8))
        new = {n for n, _ in batch} - first.keys()
        first |= dict.fromkeys(new)
        assert (found.taken, found.repeated) == (len(new), len(batch) - len(new))
        followers.catch_up(HOURS)
    assert [at for at, _ in stored(made)] == [AT + timedelta(minutes=10 * n) for n in sorted(first)]
    assert sensors.verify() == []


@pytest.mark.django_db
def test_who_may_register_and_see():
    business, other = a_business(), a_business()
    owner, stranger = an_actor(owner_of(business).pk), an_actor(owner_of(other).pk)
    made = a_device(business.id, actor=owner)
    assert sensors.device(actor=owner, device_id=made.device.id).name == "Kotak dingin 1"
    for attempt in (
        lambda: sensors.device(actor=stranger, device_id=made.device.id),
        lambda: sensors.devices(actor=stranger, owner_id=business.id),
        lambda: sensors.new_key(actor=stranger, device_id=made.device.id, at=AT),
        lambda: a_device(business.id, actor=stranger),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        a_device(zone.ZONE_OWNER, actor=owner)
    assert a_device(zone.ZONE_OWNER, actor=an_actor(zone_staff().pk)).device.owner_id == zone.ZONE_OWNER


@pytest.mark.django_db
def test_devices_are_refused_that_cannot_be():
    business = a_business()
    bad: list[dict[str, Any]] = [
        {"name": "x"}, {"position": sensors.Position(200, 0)}, {"streams": [COLD, COLD]},
        {"streams": [sensors.NewStream("Suhu", "temperature", "Cel")]},
        {"streams": [sensors.NewStream("suhu", "warmth", "Cel")]},
        {"streams": [sensors.NewStream("suhu", "temperature", "fahren")]},
        {"streams": [sensors.NewStream("suhu", "temperature", "Cel", 10, -10)]},
    ]  # fmt: skip
    for changes in bad:
        with pytest.raises(sensors.DeviceInvalid):
            a_device(business.id, **changes)
    made = a_device(business.id)
    again = a_device(business.id, device_id=made.device.id)
    assert again.secret != made.secret
    told(again, [4])
    with pytest.raises(sensors.DeviceIdReused):
        a_device(business.id, device_id=made.device.id)


@pytest.mark.django_db
def test_the_rows_of_others_are_hidden_by_the_database_itself():
    business, other = a_business(), a_business()
    for one in (business, other):
        told(a_device(one.id), [4, 5])
    followers.catch_up(HOURS)
    tables = ("device", "place", "stream", "reading", "hour")
    with connection.cursor() as cursor:
        cursor.execute("select set_config('kawasan.reach', '', true), set_config('kawasan.businesses', %s, true)",
                       ["{" + str(business.id) + "}"])  # fmt: skip
        for table in tables:
            cursor.execute(f"select array_agg(distinct owner_id) from sensors_{table}")
            assert cursor.fetchone()[0] == [business.id], table


def test_a_password_is_hashed_as_mosquitto_does():
    import base64
    import hashlib

    secret = keys.new_secret()
    _, version, rounds, salt, digest = keys.mosquitto_hash(secret).split("$")
    again = hashlib.pbkdf2_hmac("sha512", secret.encode(), base64.b64decode(salt), int(rounds))
    assert (version, base64.b64decode(digest)) == ("7", again)
    assert keys.is_well_formed(secret)
    assert keys.topic_of(zone.ZONE_OWNER, ids.NAMESPACE, "isi").startswith("zone/v1/kota/dev_")
