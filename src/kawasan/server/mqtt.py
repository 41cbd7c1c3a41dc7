"""Readings over MQTT: taken from a broker in batches, each message acknowledged after the commit that holds it."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from django.db import Error, close_old_connections
from django.utils.crypto import salted_hmac
from paho.mqtt.enums import CallbackAPIVersion
from prometheus_client import Counter, Histogram

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.schemas import current_schema, in_zone
from kawasan.platform.telemetry import log
from kawasan.rooms.sensors import api as sensors

READINGS = Counter("kawasan_mqtt_readings_total", "Readings over MQTT", ["outcome"])
BATCH_SECONDS = Histogram("kawasan_mqtt_batch_seconds", "Time from the first message of a batch to its commit")

MESSAGES_MAX = 2_000  # of one transaction
WAIT_SECONDS = 0.02  # for more messages, when there are few
RETRY_SECONDS = 1.0
RELOAD_SECONDS = 15.0
KEEP_ALIVE = 30


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came: in which connection, so that only that one acknowledges it."""

    connection: int
    mid: int
    topic: str
    payload: bytes


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
    _messages: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)
    _connection: int = 0

    def run(self) -> None:
        """Take until stopped. What was not committed by then is sent again by the broker."""
        schema = current_schema() or ""
        client = self._client(schema)
        there = urlsplit(self.broker)
        client.connect_async(there.hostname or "localhost", there.port or 1883, KEEP_ALIVE)
        client.loop_start()
        log.info("mqtt-started", broker=self.broker, zone=schema)
        reload_at = 0.0
        try:
            while not self.stopping.is_set():
                if self.folder and time.monotonic() >= reload_at:
                    keep_files(self.folder)
                    reload_at = time.monotonic() + RELOAD_SECONDS
                if batch := self._batch():
                    self._take(client, batch)
        finally:
            client.disconnect()
            client.loop_stop()

    def _client(self, schema: str) -> mqtt.Client:
        # One lasting session by one name: the broker keeps what comes while we are away.
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"kawasan-{schema}", clean_session=False, manual_ack=True
        )
        client.username_pw_set(sensors.BROKER_TAKER, taker_password(schema))
        client.reconnect_delay_set(min_delay=1, max_delay=10)
        if urlsplit(self.broker).scheme == "mqtts":
            client.tls_set(ca_certs=self.ca_file or None, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.on_connect, client.on_message, client.on_disconnect = self._connected, self._came, self._gone
        client.on_subscribe = lambda *_: self.ready.set()
        return client

    def _connected(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("mqtt-refused", reason=str(reason))
            return
        self._connection += 1
        client.subscribe(f"{sensors.TOPIC_ROOT}/#", qos=1)

    def _gone(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connection += 1
        if not self.stopping.is_set():
            log.warning("mqtt-disconnected", reason=str(reason))

    def _came(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._messages.put(Message(self._connection, message.mid, message.topic, bytes(message.payload)))

    def _batch(self) -> list[Message]:
        found: list[Message] = []
        with suppress(queue.Empty):
            found.append(self._messages.get(timeout=0.25))
            deadline = time.monotonic() + WAIT_SECONDS
            while len(found) < MESSAGES_MAX:
                found.append(self._messages.get(timeout=max(0.0, deadline - time.monotonic())))
        return found

    def _take(self, client: mqtt.Client, batch: Sequence[Message]) -> None:
        """Commit a batch, as often as it needs, and acknowledge it then."""
        start = time.perf_counter()
        told, unreadable = read_messages(batch)
        while not self.stopping.is_set():
            try:
                with transaction(SYSTEM):
                    found = sensors.take_told(told=told, at=clock.now())
                break
            except (Error, Refusal) as error:
                log.warning("mqtt-not-committed", error=str(error)[:200])
                close_old_connections()
                self.stopping.wait(RETRY_SECONDS)
        else:
            return
        BATCH_SECONDS.observe(time.perf_counter() - start)
        for outcome, count in (
            ("taken", found.taken), ("repeated", found.repeated), ("refused", len(found.refused) + unreadable),
        ):  # fmt: skip
            READINGS.labels(outcome).inc(count)
        for message in batch:
            if message.connection == self._connection:  # another connection's numbers mean other messages
                client.ack(message.mid, 1)


def read_messages(batch: Sequence[Message]) -> tuple[list[sensors.Told], int]:
    """Return what messages say, and how many say nothing that can be read: those would come for ever."""
    told, unreadable, at = [], 0, clock.now()
    for message in batch:
        parts = message.topic.split("/")
        device = sensors.device_of_topic(parts[2], parts[3]) if len(parts) == 5 else None
        try:
            if device is None:
                raise sensors.UnknownDevice
            readings = sensors.read_senml(message.payload, at=at, stream=parts[4])
            told.append(sensors.Told(parts[2], device, readings))
        except Refusal:
            unreadable += 1
    return told, unreadable


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
