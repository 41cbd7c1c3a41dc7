"""Readings over MQTT: taken from a broker in batches, each message acknowledged after the commit that holds it."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db import Error, close_old_connections
from django.utils.crypto import salted_hmac
from prometheus_client import Counter, Histogram

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.schemas import current_schema, in_zone
from kawasan.platform.telemetry import log
from kawasan.rooms.sensors import api as sensors
from kawasan.server.mqtt_wire import Link, Message

READINGS = Counter("kawasan_mqtt_readings_total", "Readings over MQTT", ["outcome"])
BATCH_SECONDS = Histogram("kawasan_mqtt_batch_seconds", "Time from the first message of a batch to its commit")

MESSAGES_MAX = 2_000  # of one transaction
BYTES_MAX = 4_000_000  # of one transaction
WINDOW = 4_000  # messages that the broker sends before it waits for us: as many as two transactions hold
# For more messages, when there are few: a transaction costs as much as some fifty readings (bench/README.md).
WAIT_SECONDS = 0.1
IDLE_SECONDS = 0.25
RETRY_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
RELOAD_SECONDS = 15.0
LOST = b"lost"


def taker_password(schema: str) -> str:
    """Return the password of the user that takes a zone's readings in: it follows from the deployment's secret."""
    return salted_hmac("kawasan.mqtt", schema, algorithm="sha256").hexdigest()


@dataclass
class Taker:
    """Takes the readings of one zone from one broker, until it is stopped."""

    broker: str  # mqtt://host:port or mqtts://host:port
    ca_file: str = ""
    folder: Path | None = None  # of mosquitto's files, where we keep them
    stopping: threading.Event = field(default_factory=threading.Event)
    ready: threading.Event = field(default_factory=threading.Event)  # subscribed: nothing is lost from here on
    _reload_at: float = 0.0

    def run(self) -> None:
        """Take until stopped. What was not committed by then is sent again by the broker."""
        schema = current_schema() or ""
        log.info("mqtt-started", broker=self.broker, zone=schema)
        while not self.stopping.is_set():
            try:
                with closing(self._link(schema)) as link:
                    self.ready.set()
                    self._take_from(link)
            except OSError as error:
                if not self.stopping.is_set():
                    log.warning("mqtt-disconnected", reason=str(error))
                self.stopping.wait(RECONNECT_SECONDS)

    def _link(self, schema: str) -> Link:
        self._keep_files()
        # One lasting session by one name: the broker keeps what comes while we are away.
        link = Link.open(
            self.broker, client=f"kawasan-{schema}", user=sensors.BROKER_TAKER, password=taker_password(schema),
            ca_file=self.ca_file, window=WINDOW,
        )  # fmt: skip
        try:
            link.subscribe(f"{sensors.TOPIC_ROOT}/#")
        except OSError:
            link.close()
            raise
        return link

    def _take_from(self, link: Link) -> None:
        while not self.stopping.is_set():
            self._keep_files()
            # A connection that breaks before the acknowledgement brings its messages again: they are known then.
            if (batch := next_batch(link)) and self._take(batch):
                link.acknowledge(batch)

    def _keep_files(self) -> None:
        if self.folder and time.monotonic() >= self._reload_at:
            self._reload_at = time.monotonic() + RELOAD_SECONDS
            try:
                keep_files(self.folder)
            except (Error, OSError) as error:  # readings are taken all the same
                log.warning("mqtt-files-not-kept", error=str(error)[:200])
                close_old_connections()

    def _take(self, batch: Sequence[Message]) -> bool:
        """Commit a batch, as often as it needs; return False where we were stopped before."""
        start = time.perf_counter()
        told, unreadable, lost = read_messages(batch)
        while not self.stopping.is_set():
            try:
                with transaction(SYSTEM):
                    found = sensors.take_told(told=told, at=clock.now())
                    if lost:
                        sensors.note_lost(lost=lost, at=clock.now())
            except (Error, Refusal) as error:
                log.warning("mqtt-not-committed", error=str(error)[:200])
                close_old_connections()
                self.stopping.wait(RETRY_SECONDS)
            else:
                _count(found, unreadable, time.perf_counter() - start)
                return True
        return False


def next_batch(link: Link) -> list[Message]:
    """Return what came: as much as one transaction is to hold, or what comes within a moment of the first."""
    found = link.receive(IDLE_SECONDS)
    size, deadline = sum(len(one.payload) for one in found), time.monotonic() + WAIT_SECONDS
    while found and len(found) < MESSAGES_MAX and size < BYTES_MAX and (left := deadline - time.monotonic()) > 0:
        more = link.receive(left)
        size += sum(len(one.payload) for one in more)
        found += more
    return found


def _count(found: sensors.Taken, unreadable: int, seconds: float) -> None:
    BATCH_SECONDS.observe(seconds)
    READINGS.labels("taken").inc(found.taken)
    READINGS.labels("repeated").inc(found.repeated)
    READINGS.labels("refused").inc(len(found.refused) + unreadable)


def read_messages(batch: Sequence[Message]) -> tuple[list[sensors.Told], int, set[tuple[str, UUID]]]:
    """
    Return what messages say, how many say nothing that can be read (those would come for ever), and who is lost.

    Lost is whose last will came, and nothing after it.
    """
    told, unreadable, lost, at = list[sensors.Told](), 0, set[tuple[str, UUID]](), clock.now()
    device_of = cache(sensors.device_of_topic)  # a device comes many times in a batch
    for message in batch:
        parts = message.topic.split("/")
        device = device_of(parts[2], parts[3]) if len(parts) == 5 else None
        try:
            if device is None:
                raise sensors.UnknownDevice
            if parts[4] == sensors.STATE_TOPIC and message.payload == LOST:
                lost.add((parts[2], device))
                continue
            is_state = parts[4] == sensors.STATE_TOPIC
            readings = [] if is_state else sensors.read_senml(message.payload, at=at, stream=parts[4])
            told.append(sensors.Told(parts[2], device, readings))
            lost.discard((parts[2], device))
        except Refusal:
            unreadable += 1
    return told, unreadable, lost


def keep_files(folder: Path) -> bool:
    """Write who may enter the broker, and what each may write; tell a running mosquitto. Return whether it changed."""
    with transaction(SYSTEM):
        devices = sensors.broker_devices()
    schema = current_schema() or ""
    taker = _kept_hash(folder, taker_password(schema))
    changed = [
        _write(folder / "passwords", sensors.broker_passwords(devices, taker=taker)),
        _write(folder / "acl", sensors.broker_access(devices)),
    ]
    if any(changed):
        with suppress(OSError, ValueError):
            os.kill(int((folder / "mosquitto.pid").read_text()), signal.SIGHUP)
    return any(changed)


def write_files(folder: Path, *, host: str, port: int, certificate: str, key: str) -> None:
    """Write everything that a mosquitto of our own needs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        with suppress(LookupError, OSError):
            shutil.chown(folder, "mosquitto", "mosquitto")  # as whom mosquitto goes on when root starts it
    text = sensors.broker_settings(folder=folder.resolve(), host=host, port=port, certificate=certificate, key=key)
    _write(folder / "mosquitto.conf", text)
    keep_files(folder)


def _kept_hash(folder: Path, password: str) -> str:
    """Return the hash of our own password: the one on file while it fits, so that nothing changes without need."""
    mark = folder / "passwords"
    first = mark.read_text().split("\n", 1)[0] if mark.exists() else ""
    kept = first.partition(":")[2]
    return kept if kept and sensors.is_broker_hash(password, kept) else sensors.broker_hash(password)


def _write(path: Path, text: str) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    half = path.with_name(path.name + ".half")
    descriptor = os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    with suppress(LookupError, OSError):
        if os.geteuid() == 0:
            shutil.chown(half, group="mosquitto")
    half.replace(path)
    return True


def run_in(schema: str, taker: Taker) -> None:
    """Take a zone's readings until TERM or Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: taker.stopping.set())
    with in_zone(schema):
        taker.run()
