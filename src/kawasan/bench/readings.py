"""``kawasan bench readings``: readings a second, over MQTT and by the door, beside a COPY of the same rows."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psutil
from django.db import connection

from kawasan.bench.publisher import Publisher
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
        parts: dict[str, Callable[[], float | Mapping[str, float]]] = {
            "copy_rows_per_second": load.copied,
            "taken_readings_per_second": load.taken,
        }
        broker = _Broker(bench, devices) if shutil.which("mosquitto") else None
        bench.settings |= {"devices": DEVICES, "batch": BATCH, "mosquitto": "yes" if broker else "not installed"}
        try:
            if broker:
                broker.start_all()
                parts["mqtt"] = lambda: broker.sent(bench.count(MESSAGES))
            bench.interleave(parts)
            bench.ratio("taken_to_copy", "taken_readings_per_second", "copy_rows_per_second")
            if broker:
                judge(bench, broker.lost_over_a_restart(bench.count(MESSAGES)))
        finally:
            if broker:
                broker.stop()
            connection.close()


def judge(bench: Bench, lost: int) -> None:
    """Keep how many readings were lost over the restart, and let the bench fail by a single one."""
    bench.figures["mqtt_lost_over_a_restart"] = lost
    if lost:
        bench.failures.append(f"{lost} readings were lost over a restart of the broker")


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
        self.port = free_port(HOST)
        self.mosquitto: subprocess.Popen[bytes] | None = None
        self.taker: subprocess.Popen[bytes] | None = None
        device = devices[0]
        self.publisher = Publisher(
            self.address, user=device.device.public_id, password=device.secret,
            topic=sensors.topic_of(zone.ZONE_OWNER, device.device.id, "temperature"),
        )  # fmt: skip

    @property
    def address(self) -> str:
        return f"mqtt://{HOST}:{self.port}"

    def start_all(self) -> None:
        """Start the broker and the process that takes, and wait until a reading comes through."""
        write_files(self.folder, host=HOST, port=self.port, certificate="", key="")
        self._start_broker()
        self.taker = self.bench.site.spawn(
            [*python("kawasan"), "--data", str(self.bench.site.folder), "mqtt", "--broker", self.address],
            log="mqtt.log",
        )
        while self._arrived() == 0:
            self.publisher.send(1)
            time.sleep(0.3)
        time.sleep(1)

    def sent(self, messages: int) -> dict[str, float]:
        """Return messages a second of one reading each, from the first publish to the last commit, and their CPU."""
        before, begun, used = self._arrived(), time.perf_counter(), self._used()
        self.publisher.send(messages)
        self._wait(before + messages)
        seconds = time.perf_counter() - begun
        parts = {name: (now - used[name]) * 1e6 / messages for name, now in self._used().items()}
        return {
            "mqtt_readings_per_second": messages / seconds,
            "mqtt_cpu_us_per_reading": sum(parts.values()),
            **{f"mqtt_cpu_us_{name}": value for name, value in parts.items()},
        }

    def _used(self) -> dict[str, float]:
        """Return the CPU seconds that each part has used so far; this process publishes."""
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            server = psutil.Process(cursor.fetchone()[0]).parent()
        return {
            "publisher": time.process_time(),
            "broker": _seconds(psutil.Process(self.mosquitto.pid)) if self.mosquitto else 0.0,
            "taker": _seconds(psutil.Process(self.taker.pid)) if self.taker else 0.0,
            "postgresql": sum(_seconds(one) for one in (server, *server.children())) if server else 0.0,
        }

    def lost_over_a_restart(self, messages: int) -> int:
        """Publish, restart the broker in the middle, and return how many readings are not there afterwards."""
        before, middle = self._arrived(), self.publisher.taken_over + messages // 2
        sending = threading.Thread(target=self.publisher.send, args=(messages,))
        sending.start()
        while self.publisher.taken_over < middle and sending.is_alive():
            time.sleep(0.001)
        self._stop_broker()
        self._start_broker()
        sending.join(WAIT_SECONDS_MAX)
        with suppress(TimeoutError):
            self._wait(before + messages)
        return max(0, before + messages - self._arrived())

    def stop(self) -> None:
        """Stop everything."""
        if self.taker:
            self.bench.site.stop(self.taker)
        self._stop_broker()

    def _arrived(self) -> int:
        with transaction(SYSTEM), connection.cursor() as cursor:
            cursor.execute("select count(*) from sensors_reading where seq is not null")
            return int(cursor.fetchone()[0])

    def _wait(self, wanted: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while self._arrived() < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError("readings did not arrive")
            time.sleep(0.1)

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


def _seconds(process: psutil.Process) -> float:
    found = process.cpu_times()
    return float(found.user + found.system)
