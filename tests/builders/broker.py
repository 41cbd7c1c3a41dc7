"""A mosquitto with TLS and the settings that `kawasan mqtt --mosquitto-config` writes, where it is installed."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from kawasan.server.mqtt import write_files
from kawasan.server.processes import free_port
from tests.waiting import wait_until

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
HOST = "127.0.0.1"
BROKER_SECONDS_MAX = 30.0


class Broker:
    """One mosquitto; it can be stopped and started again on the same port with what it kept."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port(HOST)
        folder.mkdir(parents=True)
        self.certificate = a_certificate(folder)
        write_files(
            folder / "broker", host=HOST, port=self.port, certificate=str(self.certificate), key=str(folder / "key.pem")
        )
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"mqtts://localhost:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self.folder / "broker" / "mosquitto.conf")])
        if not wait_until(self._listens, BROKER_SECONDS_MAX):
            raise TimeoutError("mosquitto does not listen")

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def client(self, user: str, password: str, on_connect: Callable[..., object] | None = None) -> mqtt.Client:
        """Return a client with its own thread; the broker's answer to its key is told to ``on_connect``."""
        made = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=False)
        made.username_pw_set(user, password)
        made.tls_set(ca_certs=str(self.certificate), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        made.reconnect_delay_set(1, 1)
        made.max_queued_messages_set(0)
        made.on_connect = on_connect
        made.connect("localhost", self.port)
        made.loop_start()
        return made


def a_certificate(folder: Path) -> Path:
    """Write a certificate of localhost that signs itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "key.pem").chmod(0o644)  # mosquitto reads it as another user
    target = folder / "certificate.pem"
    target.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem))
    return target
