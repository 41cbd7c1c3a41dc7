"""Readings over MQTT from a real broker: none lost over its restart, each device on its own topic only."""

from __future__ import annotations

import json
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from tests.builders.broker import BROKER_SECONDS_MAX, MOSQUITTO, Broker
from tests.builders.sensors import a_device
from tests.builders.zone import a_business
from tests.databases import SCHEMA
from tests.waiting import wait_until

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors import models
from kawasan.server.mqtt import Taker, keep_files, read_messages
from kawasan.server.mqtt_wire import Message

needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="NOTE: no mosquitto here: install Debian's mosquitto")


def message(topic: str, payload: Any) -> Message:
    return Message(topic, payload if isinstance(payload, bytes) else json.dumps(payload).encode(), 1)


@pytest.mark.django_db
def test_what_comes_on_the_wrong_topic_or_cannot_be_read_is_put_aside():
    made, other = a_device(), a_device()
    topic = sensors.topic_of(made.device.owner_id, made.device.id, "suhu")
    good = [{"v": 4.5}]
    foreign = sensors.topic_of(other.device.owner_id, made.device.id, "suhu")
    batch = [
        message(topic, good), message(topic, b"\xff"), message("zone/v1/x/y/suhu", good), message("zone/v1", good),
        message(foreign, good),
    ]  # fmt: skip
    told, unreadable, _ = read_messages(batch)
    assert (len(told), unreadable) == (2, 3)
    found = sensors.take_told(told=told, at=clock.now())
    assert (found.taken, [one.code for one in found.refused]) == (1, ["unknown-device"])
    assert sensors.take_told(told=told, at=clock.now() + timedelta(seconds=1)).taken == 0


@pytest.mark.django_db
def test_a_last_will_says_who_is_lost_until_something_comes_after_it():
    made, other = a_device(), a_device()
    state, reading = (sensors.topic_of(made.device.owner_id, made.device.id, one) for one in ("$state", "suhu"))
    owner = sensors.topic_owner(made.device.owner_id)
    lost = {(owner, made.device.id)}
    assert read_messages([message(reading, [{"v": 1}]), message(state, b"lost")])[2] == lost
    for after in (message(reading, [{"v": 1}]), message(state, b"ready")):
        assert read_messages([message(state, b"lost"), after])[2] == set()
    sensors.set_rule(
        actor=SYSTEM, rule_id=ids.uuid7(), device_id=made.device.id, stream="suhu", kind=sensors.RuleKind.SILENCE,
        seconds=86_400, at=clock.now() - timedelta(minutes=5),
    )  # fmt: skip
    assert sensors.note_lost(lost={(sensors.topic_owner(other.device.owner_id), made.device.id)}, at=clock.now()) == 0
    assert sensors.watch_silence(at=clock.now()) == 0
    assert (sensors.note_lost(lost=lost, at=clock.now()), sensors.note_lost(lost=lost, at=clock.now())) == (1, 0)
    assert sensors.device(actor=SYSTEM, device_id=made.device.id).lost_at is not None
    assert (sensors.watch_silence(at=clock.now()), sensors.watch_silence(at=clock.now())) == (1, 0)
    told, _, _ = read_messages([message(state, b"ready")])
    sensors.take_told(told=told, at=clock.now())
    assert sensors.device(actor=SYSTEM, device_id=made.device.id).lost_at is None


@needs_broker
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_none_is_lost_over_a_restart_of_the_broker_and_nobody_writes_for_another():
    now = clock.now()
    with transaction(SYSTEM):
        business = a_business()
        made, other = (a_device(business.id, name=name, device_id=ids.uuid7(), at=now) for name in ("Satu", "Dua"))
    with tempfile.TemporaryDirectory(prefix="kawasan-mqtt-") as place:
        Path(place).chmod(0o755)
        broker = Broker(Path(place) / "files")
        broker.folder.chmod(0o755)
        broker.start()
        taker = Taker(broker=broker.address, ca_file=str(broker.certificate))
        thread = threading.Thread(target=_run, args=(taker,))
        thread.start()
        assert taker.ready.wait(20)
        publisher = broker.client(made.device.public_id, made.secret)
        try:
            topic = sensors.topic_of(business.id, made.device.id, "suhu")
            _publish(publisher, topic, now, range(150))
            broker.stop()
            _publish(publisher, topic, now, range(150, 300))
            broker.start()
            _publish(publisher, topic, now, range(300, 400))
            theft = sensors.topic_of(business.id, other.device.id, "suhu")
            publisher.publish(theft, json.dumps([{"v": 1}]), qos=1)
            _wait(lambda: models.Reading.objects.count() >= 400)
            publisher.publish(topic, json.dumps([{"v": 1, "t": int(now.timestamp()) - 9_999}]), qos=1)
            _wait(lambda: models.Reading.objects.count() >= 401)
        finally:
            publisher.disconnect()
            publisher.loop_stop()
            taker.stopping.set()
            thread.join(20)
            broker.stop()
    values = models.Reading.objects.filter(stream_id=made.device.streams[0].id).values_list("value", flat=True)
    assert sorted(values) == sorted([1.0, *(float(number % 80) for number in range(400))])
    assert not models.Reading.objects.filter(stream_id=other.device.streams[0].id).exists()


@needs_broker
@pytest.mark.django_db(transaction=True)
def test_a_wrong_key_does_not_enter_and_a_new_device_is_let_in_without_a_restart():
    with transaction(SYSTEM):
        made = a_device()
    with tempfile.TemporaryDirectory(prefix="kawasan-mqtt-") as place:
        Path(place).chmod(0o755)
        broker = Broker(Path(place) / "files")
        broker.folder.chmod(0o755)
        broker.start()
        try:
            assert _enters(broker, made.device.public_id, made.secret)
            assert not _enters(broker, made.device.public_id, made.secret[:-1] + "x")
            with transaction(SYSTEM):
                new = a_device(made.device.owner_id, name="Baru", device_id=ids.uuid7())
            assert not _enters(broker, new.device.public_id, new.secret)
            assert keep_files(broker.folder / "broker")
            assert not keep_files(broker.folder / "broker")
            _wait(lambda: _enters(broker, new.device.public_id, new.secret))
        finally:
            broker.stop()


def _run(taker: Taker) -> None:
    from django.db import connection

    with in_zone(SCHEMA):
        try:
            taker.run()
        finally:
            connection.close()


def _publish(client: mqtt.Client, topic: str, now: Any, numbers: range) -> None:
    start = int(now.timestamp()) - 5_000
    for number in numbers:
        client.publish(topic, json.dumps([{"v": number % 80, "t": start + number, "seq": number}]), qos=1)


def _enters(broker: Broker, user: str, password: str) -> bool:
    """Return what the broker answers: it is waited for, whatever it is."""
    answers: list[bool] = []
    client = broker.client(user, password, lambda *told: answers.append(not told[3].is_failure))
    assert wait_until(lambda: answers, BROKER_SECONDS_MAX), "no answer"
    client.disconnect()
    client.loop_stop()
    return answers[0]


def _wait(is_true: Any) -> None:
    assert wait_until(is_true, BROKER_SECONDS_MAX), "waited too long"
