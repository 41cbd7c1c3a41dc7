"""``kawasan bench readings``: readings a second, over MQTT and by the door, beside a COPY of the same rows."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import paho.mqtt.client as mqtt
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion

from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA, python
from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone
from kawasan.server.mqtt import write_files
from kawasan.server.processes import free_port

ROWS, BATCH, DEVICES = 40_000, 2_000, 20
MESSAGES = 20_000  # of one reading each
WAIT_SECONDS_MAX = 120.0
HOST = "127.0.0.1"
_COPY = "copy bench_plain (stream_id, at, owner_id, seq, value, text, taken_at) from stdin"


def run(bench: Bench) -> None:
    """Measure by turns; then once more over MQTT with the broker restarted in the middle."""
    with in_zone(SCHEMA):
        devices = _devices()
        load = _Load(bench, devices)
        parts = {"copy_rows_per_second": load.copied, "taken_readings_per_second": load.taken}
        broker = _Broker(bench, devices) if shutil.which("mosquitto") else None
        bench.settings |= {"devices": DEVICES, "batch": BATCH, "mosquitto": "yes" if broker else "not installed"}
        try:
            if broker:
                broker.start_all()
                parts["mqtt_readings_per_second"] = lambda: broker.sent(bench.count(MESSAGES))
            bench.interleave(parts)
            bench.ratio("taken_to_copy", "taken_readings_per_second", "copy_rows_per_second")
            if broker:
                lost = broker.lost_over_a_restart(bench.count(MESSAGES))
                bench.figures["mqtt_lost_over_a_restart"] = lost
                if lost:
                    bench.failures.append(f"{lost} readings were lost over a restart of the broker")
        finally:
            if broker:
                broker.stop()
            connection.close()


def _devices() -> list[sensors.DeviceKey]:
    made = []
    with transaction(SYSTEM):
        for number in range(DEVICES):
            made.append(
                sensors.register_device(
                    actor=SYSTEM, device_id=ids.uuid7(), owner_id=zone.ZONE_OWNER, kind=sensors.DeviceKind.SENSOR,
                    name=f"Sensor {number}", streams=[sensors.NewStream("temperature", "temperature", "Cel")],
                    at=clock.now() - timedelta(days=30),
                )
            )  # fmt: skip
    return made


class _Load:
    """Rows that are new each time, by the door and by a plain COPY."""

    def __init__(self, bench: Bench, devices: list[sensors.DeviceKey]) -> None:
        self.bench, self.devices = bench, devices
        self.start = datetime.now(UTC) - timedelta(days=20)
        self.seconds = count()
        with bench.site.connect() as plain:
            plain.execute(
                "create table bench_plain (stream_id uuid, at timestamptz, owner_id uuid, seq bigint, value float8, "
                "text text, taken_at timestamptz)"
            )

    def taken(self) -> float:
        """Return readings a second through the door, in batches as `kawasan mqtt` makes them."""
        batches = [self._told() for _ in range(max(1, self.bench.count(ROWS) // BATCH))]
        begun = time.perf_counter()
        for batch in batches:
            with transaction(SYSTEM):
                sensors.take_told(told=batch, at=clock.now())
        return len(batches) * BATCH / (time.perf_counter() - begun)

    def copied(self) -> float:
        """Return rows a second by COPY into a table without an index, a commit for each batch."""
        batches = [self._told() for _ in range(max(1, self.bench.count(ROWS) // BATCH))]
        rows = [
            [(one.device_id, r.at, zone.ZONE_OWNER, None, r.value, None, r.at) for one in batch for r in one.readings]
            for batch in batches
        ]
        with self.bench.site.connect() as plain:
            begun = time.perf_counter()
            for part in rows:
                with plain.cursor() as cursor, cursor.copy(_COPY) as copy:
                    for row in part:
                        copy.write_row(row)
                plain.commit()
            return len(rows) * BATCH / (time.perf_counter() - begun)

    def _told(self) -> list[sensors.Told]:
        owner, each = sensors.topic_owner(zone.ZONE_OWNER), BATCH // DEVICES
        made = []
        for device in self.devices:
            moments = [self.start + timedelta(milliseconds=100 * next(self.seconds)) for _ in range(each)]
            readings = [sensors.NewReading("temperature", at, 4.2) for at in moments]
            made.append(sensors.Told(owner, device.device.id, readings))
        return made


class _Broker:
    """A mosquitto with our settings, `kawasan mqtt` behind it, and one publisher."""

    def __init__(self, bench: Bench, devices: list[sensors.DeviceKey]) -> None:
        self.bench, self.devices = bench, devices
        self.folder: Path = bench.site.folder / "broker"
        self.port, self.number = free_port(HOST), count()
        self.mosquitto: subprocess.Popen[bytes] | None = None
        self.taker: subprocess.Popen[bytes] | None = None
        self.client: mqtt.Client | None = None

    def start_all(self) -> None:
        """Start the broker, the process that takes, and a publisher, and wait until a reading comes through."""
        write_files(self.folder, host=HOST, port=self.port, certificate="", key="")
        self._start_broker()
        address = f"mqtt://{HOST}:{self.port}"
        self.taker = self.bench.site.spawn(
            [*python("kawasan"), "--data", str(self.bench.site.folder), "mqtt", "--broker", address], log="mqtt.log"
        )
        device = self.devices[0]
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench", clean_session=False)
        self.client.username_pw_set(device.device.public_id, device.secret)
        self.client.max_inflight_messages_set(1_000)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect(HOST, self.port)
        self.client.loop_start()
        while self._arrived() == 0:
            self._publish(1)
            time.sleep(0.3)
        time.sleep(1)

    def sent(self, messages: int) -> float:
        """Return messages a second, of one reading each at QoS 1, from the first publish to the last commit."""
        before, begun = self._arrived(), time.perf_counter()
        self._publish(messages)
        self._wait(before + messages)
        return messages / (time.perf_counter() - begun)

    def lost_over_a_restart(self, messages: int) -> int:
        """Publish, restart the broker in the middle, and return how many readings are not there afterwards."""
        before = self._arrived()
        self._publish(messages // 2)
        self._stop_broker()
        self._publish(messages - messages // 2)
        self._start_broker()
        with suppress(TimeoutError):
            self._wait(before + messages)
        return max(0, before + messages - self._arrived())

    def stop(self) -> None:
        """Stop everything."""
        if self.client:
            self.client.disconnect()
            self.client.loop_stop()
        if self.taker:
            self.bench.site.stop(self.taker)
        self._stop_broker()

    def _publish(self, messages: int) -> None:
        device = self.devices[0].device
        topic = sensors.topic_of(zone.ZONE_OWNER, device.id, "temperature")
        start = int(time.time()) - 2_000_000
        for _ in range(messages):
            number = next(self.number)
            self.client.publish(topic, json.dumps([{"v": 4.2, "t": start + number, "seq": number}]), qos=1)  # type: ignore[union-attr]

    def _arrived(self) -> int:
        with transaction(SYSTEM), connection.cursor() as cursor:
            cursor.execute("select count(*) from sensors_reading where seq is not null")
            return int(cursor.fetchone()[0])

    def _wait(self, wanted: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while self._arrived() < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError("readings did not arrive")
            time.sleep(0.05)

    def _start_broker(self) -> None:
        self.mosquitto = self.bench.site.spawn(
            ["mosquitto", "-c", str(self.folder / "mosquitto.conf")], log="broker.log"
        )
        for _ in range(200):
            with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return
            time.sleep(0.02)
        raise TimeoutError("mosquitto does not listen")

    def _stop_broker(self) -> None:
        if self.mosquitto:
            self.bench.site.stop(self.mosquitto)
            self.mosquitto = None
