"""What mosquitto is told: its settings, who may enter, and what each may write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.sensors.rules.keys import TOPIC_ROOT, topic_of

TAKER = "kawasan"  # the user that reads everything
# Mosquitto forgets bursts by itself: by default it keeps 1,000 messages for a reader that is away, and sends 20 at a
# time to one that is there. Here it keeps all, also over a restart, and sends as many as we take at once.
_SETTINGS = """\
# Written by `kawasan mqtt --mosquitto-config`: change the command's options, not this file.
per_listener_settings false
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
pid_file {folder}/mosquitto.pid
persistence true
persistence_location {folder}/
autosave_interval 1000
autosave_on_changes true
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages {inflight}
max_packet_size 262144
connection_messages false
log_type error
log_type warning
log_dest stderr
listener {port} {host}
{tls}"""
_TLS = "certfile {certificate}\nkeyfile {key}\ntls_version tlsv1.2\n"
INFLIGHT = 4_000


def settings(*, folder: Path, host: str, port: int, certificate: str = "", key: str = "") -> str:
    """Return mosquitto.conf; with a certificate the listener speaks TLS."""
    tls = _TLS.format(certificate=certificate, key=key) if certificate else ""
    return _SETTINGS.format(folder=folder, host=host, port=port, tls=tls, inflight=INFLIGHT)


def passwords(devices: Iterable[tuple[UUID, UUID, str]], *, taker: str) -> str:
    """Return the password file: a line for each device, and the one of the user that takes readings in."""
    return "".join([f"{TAKER}:{taker}\n", *(f"{ids.public('dev', one)}:{kept}\n" for _, one, kept in devices)])


def access(devices: Iterable[tuple[UUID, UUID, str]]) -> str:
    """Return the access list: each device writes below its own topic and reads nothing."""
    lines = [f"user {TAKER}\ntopic read {TOPIC_ROOT}/#\n"]
    lines += [f"\nuser {ids.public('dev', one)}\ntopic write {topic_of(owner, one)}#\n" for owner, one, _ in devices]
    return "".join(lines)
