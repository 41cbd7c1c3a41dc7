"""
As much of MQTT 5 as readings at QoS 1 need, many packets at a time: connect, subscribe, publish, acknowledge.

A general client reads a packet byte by byte and answers each with a packet of its own; here a piece of the stream is
read at once, and one write acknowledges all that a transaction holds (figures: bench/README.md).
Source: OASIS, MQTT Version 5.0; sections are named beside the code.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 2, 3, 4, 9, 14
PIECE_BYTES = 262_144  # read at once
PACKET_BYTES_MAX = 1_048_576
CONNECT_SECONDS = 10.0
WRITE_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30
PING_SECONDS = 10.0  # well below what is promised, also where a batch takes long
_FAILED_FROM = 0x80  # reason codes from here on are failures (2.4)
_FOR_EVER = 0xFFFFFFFF  # a session that never expires (3.1.2.11.2)


class LinkLost(OSError):
    """The connection is of no use any more, and why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came. ``number`` is 0 where it needs no acknowledgement (QoS 0)."""

    topic: str
    payload: bytes
    number: int = 0


class Packets:
    """Takes pieces of a stream and gives whole packets: type, flags, body."""

    def __init__(self) -> None:
        self._rest = b""

    def of(self, piece: bytes) -> list[tuple[int, int, bytes]]:
        """Return the packets that end in this piece. Raises LinkLost where the stream is not MQTT."""
        data, place, found = self._rest + piece, 0, []
        while (head := _length(data, place + 1)) is not None:
            length, start = head
            if length > PACKET_BYTES_MAX:
                raise LinkLost("a packet far too long")
            if start + length > len(data):
                break
            found.append((data[place] >> 4, data[place] & 15, data[start : start + length]))
            place = start + length
        self._rest = data[place:]
        return found


def _length(data: bytes, place: int) -> tuple[int, int] | None:
    """Return a length of one to four bytes and where it ends (1.5.5), or None where it is not whole yet."""
    value = 0
    for count in range(4):
        if place + count >= len(data):
            return None
        byte = data[place + count]
        value |= (byte & 127) << 7 * count
        if byte < 128:
            return value, place + count + 1
    raise LinkLost("a length that is none")


def message_of(flags: int, body: bytes) -> Message:
    """Return what a PUBLISH packet carries (3.3). Raises LinkLost."""
    end = 2 + int.from_bytes(body[:2], "big")
    number = 0
    topic = body[2:end].decode("utf-8", "replace")
    if flags & 6:
        number = int.from_bytes(body[end : end + 2], "big")
        end += 2
    properties = _length(body, end)
    if properties is None or properties[0] + properties[1] > len(body):
        raise LinkLost("a message that is not whole")
    return Message(topic, body[properties[0] + properties[1] :], number)


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    length, head = len(body), bytearray([kind << 4 | flags])
    while True:
        length, byte = length >> 7, length & 127
        head.append(byte | 128 if length else byte)
        if not length:
            return bytes(head) + body


def _text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def connecting(client: str, user: str, password: str, *, window: int) -> bytes:
    """Return a CONNECT (3.1): go on with the session of this name, which lasts; so many messages at once."""
    flags = 0b1100_0000  # a user and a password; no clean start
    properties = b"\x11" + _FOR_EVER.to_bytes(4, "big") + b"\x21" + window.to_bytes(2, "big")
    head = _text("MQTT") + bytes([5, flags]) + KEEP_ALIVE_SECONDS.to_bytes(2, "big")
    return _packet(1, 0, head + bytes([len(properties)]) + properties + _text(client) + _text(user) + _text(password))


def publishing(topic: str, payload: bytes, *, number: int, again: bool = False) -> bytes:
    """Return a PUBLISH at QoS 1 (3.3)."""
    return _packet(PUBLISH, 0b1010 if again else 0b0010, _text(topic) + number.to_bytes(2, "big") + b"\0" + payload)


def acknowledging(numbers: Iterable[int]) -> bytes:
    """Return a PUBACK for each number, after one another (3.4: two bytes mean success)."""
    return b"".join([b"\x40\x02" + number.to_bytes(2, "big") for number in numbers])


class Link:
    """One connection to a broker. It raises LinkLost, or another OSError, when it is of no use any more."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._packets = line, Packets()
        self._kept: list[Message] = []
        self._acknowledged: list[int] = []
        self._wrote_at = self._heard_at = time.monotonic()

    @classmethod
    def open(
        cls, address: str, *, client: str, user: str, password: str, ca_file: str = "", window: int = 65_535
    ) -> Self:
        """Connect to mqtt://host:port, or with TLS to mqtts://. Raises LinkLost where the broker refuses."""
        line = _line(address, ca_file)
        try:
            link = cls(line)
            link._send(connecting(client, user, password, window=window))
            link._await(CONNACK)
        except BaseException:
            line.close()
            raise
        return link

    def subscribe(self, pattern: str) -> None:
        """Ask for what matches, at QoS 1; what is retained comes once, with the first subscription (3.8.3.1)."""
        self._send(_packet(8, 2, b"\0\1\0" + _text(pattern) + bytes([1 | 1 << 4])))
        self._await(SUBACK)

    def receive(self, seconds: float) -> list[Message]:
        """Return the messages that came, waiting so long for the first piece."""
        if not self._kept:
            self._read(seconds)
        found, self._kept = self._kept, []
        return found

    def acknowledged(self, seconds: float) -> list[int]:
        """Return the numbers of messages of ours that the broker has taken over."""
        if not self._acknowledged:
            self._read(seconds)
        found, self._acknowledged = self._acknowledged, []
        return found

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Tell the broker that these are kept here."""
        self.send([acknowledging([one.number for one in messages if one.number])])

    def send(self, packets: Sequence[bytes]) -> None:
        """Send packets in one write."""
        if data := b"".join(packets):
            self._send(data)

    def close(self) -> None:
        """Take leave; the session stays."""
        try:
            self._send(b"\xe0\x00")
        except OSError:
            pass  # it is gone already
        finally:
            self._line.close()

    def _send(self, data: bytes) -> None:
        self._line.settimeout(WRITE_SECONDS)
        self._line.sendall(data)
        self._wrote_at = time.monotonic()

    def _await(self, kind: int) -> None:
        deadline = time.monotonic() + CONNECT_SECONDS
        while time.monotonic() < deadline:
            if kind in self._read(deadline - time.monotonic()):
                return
        raise LinkLost("no answer")

    def _read(self, seconds: float) -> set[int]:
        """Read a piece and return which kinds of packets came."""
        now = time.monotonic()
        if now - self._wrote_at > PING_SECONDS:
            self._send(b"\xc0\x00")
        self._line.settimeout(max(seconds, 0.0001))  # nothing would mean: never wait
        try:
            piece = self._line.recv(PIECE_BYTES)
        except TimeoutError:
            if now - self._heard_at > KEEP_ALIVE_SECONDS * 1.5:
                raise LinkLost("it says nothing any more") from None
            return set()
        if not piece:
            raise LinkLost("it was closed")
        self._heard_at = time.monotonic()
        return {self._came(*packet) for packet in self._packets.of(piece)}

    def _came(self, kind: int, flags: int, body: bytes) -> int:
        if kind == PUBLISH:
            self._kept.append(message_of(flags, body))
        elif kind == PUBACK:
            self._acknowledged.append(int.from_bytes(body[:2], "big"))
        elif kind == DISCONNECT or (kind == CONNACK and body[1:2] >= bytes([_FAILED_FROM])):
            raise LinkLost(f"the broker refuses: {body[:2].hex() or 'no reason'}")
        elif kind == SUBACK and body[-1] >= _FAILED_FROM:
            raise LinkLost(f"the broker refuses the subscription: {body[-1]:02x}")
        return kind


def _line(address: str, ca_file: str) -> socket.socket:
    there = urlsplit(address)
    host, is_tls = there.hostname or "localhost", there.scheme == "mqtts"
    line = socket.create_connection((host, there.port or (8883 if is_tls else 1883)), timeout=CONNECT_SECONDS)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not is_tls:
        return line
    try:
        return ssl.create_default_context(cafile=ca_file or None).wrap_socket(line, server_hostname=host)
    except BaseException:
        line.close()
        raise
