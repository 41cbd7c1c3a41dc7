"""Alarms: one for an episode, however its readings come; opened, told and closed once."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core import mail
from tests.builders.sensors import AT, a_device, told
from tests.builders.zone import a_business, owner_of

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.platform.addresses import zone_address
from kawasan.platform.models import Fact
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors import models, tasks

pytestmark = pytest.mark.django_db
WATCH = sensors.ALARMS_FOLLOWER
MINUTE = timedelta(minutes=1)


def a_rule(made: sensors.DeviceKey, **changes: Any) -> sensors.Rule:
    """Above 8 degrees for half an hour, unless told otherwise."""
    told_of: dict[str, Any] = {
        "actor": SYSTEM, "rule_id": ids.uuid7(), "device_id": made.device.id, "stream": "suhu",
        "kind": sensors.RuleKind.LIMIT, "high": 8.0, "seconds": 1_800, "at": AT - timedelta(days=1),
    }  # fmt: skip
    return sensors.set_rule(**(told_of | changes))


def watched(made: sensors.DeviceKey, values: list[float], **more: Any) -> None:
    told(made, values, **more)
    followers.catch_up(WATCH)


def episodes(made: sensors.DeviceKey) -> list[sensors.Alarm]:
    page = sensors.alarms(actor=SYSTEM, owner_id=made.device.owner_id, limit=100)
    return sorted(page.items, key=lambda one: one.started_at)


def announced(name: str) -> list[dict[str, Any]]:
    return [row.body for row in Fact.objects.filter(name=name).order_by("pk")]


def test_a_broken_cold_chain_is_one_alarm_that_opens_and_closes():
    made = a_device()
    sensors.change_device(actor=SYSTEM, device_id=made.device.id, reference="urn:epc:id:sscc:8990001.0000000001", at=AT)
    a_rule(made)
    watched(made, [4, 9, 9, 9, 9, 9, 9])  # five minutes each: 25 minutes above
    assert episodes(made) == []
    watched(made, [10, 12], since=AT + 35 * MINUTE)
    (alarm,) = episodes(made)
    assert (alarm.started_at, alarm.opened_at, alarm.ended_at) == (AT + 5 * MINUTE, AT + 35 * MINUTE, None)
    watched(made, [11, 7, 6], since=AT + 45 * MINUTE)
    (alarm,) = episodes(made)
    assert (alarm.ended_at, alarm.lowest, alarm.highest, alarm.count) == (AT + 50 * MINUTE, 9.0, 12.0, 9)
    followers.rebuild(WATCH)
    assert episodes(made) == [alarm]
    (opened,), (closed,) = announced("AlarmOpened"), announced("AlarmClosed")
    assert opened["alarm_id"] == closed["alarm_id"] == str(alarm.id)
    assert (closed["cefact"], closed["property_definition"]) == ("CEL", "https://gs1.org/voc/Temperature")
    assert closed["reference"] == "urn:epc:id:sscc:8990001.0000000001"
    assert round(closed["mean"], 4) == round(alarm.mean or 0, 4) == round((9 * 6 + 10 + 12 + 11) / 9, 4)


def test_a_late_reading_can_complete_an_episode_and_never_makes_a_second_one():
    made = a_device()
    a_rule(made)
    watched(made, [9], since=AT)
    watched(made, [5], since=AT + 60 * MINUTE)
    assert episodes(made) == []
    watched(made, [9, 9, 9], since=AT + 10 * MINUTE, every=900, at=AT + 61 * MINUTE)
    (alarm,) = episodes(made)
    assert (alarm.started_at, alarm.ended_at) == (AT, AT + 60 * MINUTE)
    watched(made, [20], since=AT + 20 * MINUTE, at=AT + 62 * MINUTE)
    assert len(episodes(made)) == len(announced("AlarmOpened")) == len(announced("AlarmClosed")) == 1


def test_a_short_peak_is_none_and_the_limit_itself_is_allowed():
    made = a_device()
    a_rule(made)
    watched(made, [4, 20, 20, 20, 4, *[8.0] * 12])
    assert episodes(made) == []


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_order_no_episode_is_missed_and_none_is_told_twice(seed):
    random = Random(f"episodes {seed}")
    business = a_business()
    for parts in (1, 2, 5):
        values = [random.choice([4.0, 9.0, 9.0, 9.0, 12.0]) for _ in range(random.randint(1, 30))]
        made = a_device(business.id)
        rule = a_rule(made)
        places = list(range(len(values)))
        random.shuffle(places)
        for start in range(parts):
            readings = [
                sensors.NewReading("suhu", AT + place * 5 * MINUTE, values[place]) for place in places[start::parts]
            ]
            sensors.take_readings(secret=made.secret, readings=readings, at=AT + timedelta(hours=6))
            followers.catch_up(WATCH)
        # worked out by hand over all readings in order
        expected, run = [], []
        for place, value in [*enumerate(values), (len(values), None)]:
            if value is not None and value > 8:
                run.append(place)
                continue
            if run and (run[-1] - run[0]) * 5 >= 30:
                expected.append((AT + run[0] * 5 * MINUTE, value is not None))
            run = []
        found = [one for one in episodes(made) if one.device_id == made.device.id]
        # whatever came when: each true episode lies in an alarm; an alarm that a late good reading cut in two stays one
        assert all(any(a.started_at <= start + 30 * MINUTE for a in found) for start, _ in expected)
        assert len([a for a in found if a.ended_at is None]) == len([1 for _, is_over in expected if not is_over])
        if parts == 1:
            assert [(one.started_at, one.ended_at is not None) for one in found] == expected
        opened = [row for row in announced("AlarmOpened") if row["device_id"] == str(made.device.id)]
        assert len({row["alarm_id"] for row in opened}) == len(opened) == len(found)
        sensors.watch(0, 2**62)
        assert [one for one in episodes(made) if one.device_id == made.device.id] == found
        sensors.end_rule(actor=SYSTEM, rule_id=rule.id, at=AT + timedelta(days=1))
        assert all(one.ended_at for one in episodes(made))


def test_silence_is_one_alarm_until_something_comes():
    made = a_device()
    a_rule(made, kind=sensors.RuleKind.SILENCE, seconds=600, high=None)
    watched(made, [4])
    assert sensors.watch_silence(at=AT + 9 * MINUTE) == 0
    assert sensors.watch_silence(at=AT + 11 * MINUTE) == 1
    assert sensors.watch_silence(at=AT + 12 * MINUTE) == 0
    watched(made, [4], since=AT + 20 * MINUTE)
    (alarm,) = episodes(made)
    assert (alarm.kind, alarm.started_at, alarm.ended_at) == (sensors.RuleKind.SILENCE, AT, AT + 20 * MINUTE)
    assert sensors.watch_silence(at=AT + 40 * MINUTE) == 1


def test_the_owner_is_told_by_mail_in_their_language():
    business = a_business()
    made = a_device(business.id)
    a_rule(made)
    watched(made, [9] * 8)
    (alarm,) = episodes(made)
    tasks.send_alarm(alarm_id=str(alarm.id))
    (message,) = mail.outbox
    assert message.to == [owner_of(business).email]
    assert "Kotak dingin 1" in message.subject
    assert "9 °C" in message.body
    assert f"{zone_address()}/jualan/{business.slug}/perangkat" in message.body.splitlines()


def test_rules_that_could_not_be_are_refused():
    made = a_device()
    for changes in (
        {"high": None}, {"low": 9.0}, {"seconds": -1}, {"seconds": 8 * 86_400}, {"high": float("nan")},
        {"kind": sensors.RuleKind.SILENCE, "seconds": 10},
    ):  # fmt: skip
        with pytest.raises(sensors.RuleInvalid):
            a_rule(made, **changes)
    with pytest.raises(sensors.UnknownStream):
        a_rule(made, stream="lain")
    assert models.Rule.objects.count() == 0
