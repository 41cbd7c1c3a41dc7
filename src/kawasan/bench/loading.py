"""
The load generator: one process, many connections, raw HTTP/1.1, a latency for every answer.

``python -m kawasan.bench.loading PLAN`` reads a plan (JSON) and prints what it saw (JSON). Closed loop: every
connection sends its next request when the last one was answered. Open loop (``rate``): requests fall due at that rate
whatever the server does, and a latency counts from the moment its request fell due, so that waiting for a free
connection is not hidden.
"""

from __future__ import annotations

import json
import resource
import select
import socket
import sys
import time
from array import array
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

DRAIN_SECONDS_MAX = 20
RECEIVE_BYTES = 65_536
SEND_BYTES = 1 << 20  # the biggest request goes out in one call
YES = b'"status":201'
MARK = b"@" * 12  # in a body: replaced by the number of the request, so that what it names is new each time


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send, where, and for how long."""

    host: str
    port: int
    # A file: on each line a key, a tab and a body (of a GET: the path). Sent in turn, each with an Idempotency-Key.
    requests: str
    path: str = "/v1/orders"
    method: str = "POST"
    tag: str = "load"
    connections: int = 256
    seconds: float = 5.0
    warm_seconds: float = 1.0  # at the beginning: sent, not counted
    rate: float | None = None  # requests a second, all connections together; None: as fast as answers come
    first: int = 0  # the request to begin with
    orders: int = 1  # in one request; of several, each that was taken has YES in the answer


@dataclass(slots=True)
class Connection:
    """One connection and the request that is out on it."""

    sock: socket.socket
    due: float = 0.0
    buffer: bytes = b""
    busy: bool = False


@dataclass
class Seen:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)  # of everything
    counted: Counter[int] = field(default_factory=Counter)  # answered within the measured seconds
    accepted_ms: array[float] = field(default_factory=lambda: array("d"))
    refused_ms: array[float] = field(default_factory=lambda: array("d"))
    said_yes: int = 0  # orders, of everything that was answered
    bytes_in: int = 0
    sent: int = 0
    bare: int = 0  # told to come later (503) without being told when
    broken: int = 0  # connections that ended before the answer was whole
    late: int = 0  # fell due and was never sent: no connection was free until the end
    example: str = ""


class Generator:
    """Sends a plan and notes what comes back."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen = Seen()
        self._requests = _requests(plan)
        self._poll = select.epoll()
        self._open: dict[int, Connection] = {}
        self._idle: deque[Connection] = deque()
        for _ in range(plan.connections):
            self._connect()

    def run(self) -> dict[str, Any]:
        """Send for the plan's seconds, wait for what is out, and return all that was seen."""
        begin = time.perf_counter()
        self._from, self._until = begin + self.plan.warm_seconds, begin + self.plan.warm_seconds + self.plan.seconds
        cpu = time.process_time()
        pace = self._send_when_due if self.plan.rate else self._send_at_once
        pace(begin)
        while (now := time.perf_counter()) < self._until:
            wait = 0.05 if not self.plan.rate else min(0.05, max(0.0, self._next_due - now))
            self._receive(min(wait, self._until - now))
            pace(begin)
        spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
        self._drain()
        return self._told(cpu / spent)

    def _connect(self) -> None:
        sock = socket.create_connection((self.plan.host, self.plan.port), timeout=10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        sock.setblocking(False)
        connection = Connection(sock)
        self._open[sock.fileno()] = connection
        self._poll.register(sock.fileno(), select.EPOLLIN)
        self._idle.append(connection)

    def _send_at_once(self, _begin: float) -> None:
        while self._idle:
            self._send(self._idle.popleft(), time.perf_counter())

    _next_due = 0.0

    def _send_when_due(self, begin: float) -> None:
        now, rate = time.perf_counter(), self.plan.rate or 1.0
        while (due := begin + self.seen.sent / rate) <= now and self._idle:
            self._send(self._idle.popleft(), due)
        self._next_due = due

    def _send(self, connection: Connection, due: float) -> None:
        connection.due, connection.busy = due, True
        self.seen.sent += 1
        try:
            connection.sock.sendall(next(self._requests))
        except OSError:
            self._broke(connection)

    def _receive(self, seconds: float) -> None:
        for fileno, _ in self._poll.poll(seconds):
            connection = self._open.get(fileno)
            if connection is not None:
                self._read(connection)

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._broke(connection)
            return
        buffer = connection.buffer = connection.buffer + data if connection.buffer else data
        status = _whole(buffer)
        if status:
            connection.buffer = b""
            self._answered(connection, status, buffer)

    def _answered(self, connection: Connection, status: int, answer: bytes) -> None:
        now, seen = time.perf_counter(), self.seen
        connection.busy = False
        seen.statuses[status] += 1
        seen.bytes_in += len(answer)
        if status < 400:
            seen.said_yes += answer.count(YES) if self.plan.orders > 1 else 1
        seen.bare += status == 503 and b"\nretry-after:" not in answer.partition(b"\r\n\r\n")[0].lower()
        if self._from <= now < self._until:
            seen.counted[status] += 1
            (seen.accepted_ms if status < 400 else seen.refused_ms).append((now - connection.due) * 1_000)
        if status >= 400 and not seen.example:
            seen.example = answer.decode(errors="replace")[:600]
        if b"connection: close" in answer[:400].lower():
            self._close(connection)
            self._connect()
        else:
            self._idle.append(connection)

    def _broke(self, connection: Connection) -> None:
        self.seen.broken += connection.busy
        self._close(connection)
        try:
            self._connect()
        except OSError:
            time.sleep(0.01)

    def _close(self, connection: Connection) -> None:
        fileno = connection.sock.fileno()
        self._open.pop(fileno, None)
        self._poll.unregister(fileno)
        connection.sock.close()

    def _drain(self) -> None:
        """Wait for the answers that are still out: they count for nothing but must not be forgotten."""
        if self.plan.rate:
            self.seen.late = max(0, int(self.plan.rate * (self.plan.warm_seconds + self.plan.seconds)) - self.seen.sent)
        deadline = time.perf_counter() + DRAIN_SECONDS_MAX
        while any(connection.busy for connection in self._open.values()) and time.perf_counter() < deadline:
            self._receive(0.1)

    def _told(self, cpu_share: float) -> dict[str, Any]:
        seen = self.seen
        unanswered = sum(connection.busy for connection in self._open.values())
        accepted = sum(count for status, count in seen.counted.items() if status < 400)
        return {
            "plan": asdict(self.plan),
            "accepted_per_second": accepted / self.plan.seconds,
            "answers_per_second": sum(seen.counted.values()) / self.plan.seconds,
            "statuses": {str(status): count for status, count in sorted(seen.statuses.items())},
            "accepted_total": sum(count for status, count in seen.statuses.items() if status < 400),
            "said_yes": seen.said_yes,
            "sent": seen.sent,
            "bare": seen.bare,
            "broken": seen.broken,
            "unanswered": unanswered,
            "late": seen.late,
            "accepted_ms": quantiles(seen.accepted_ms),
            "refused_ms": quantiles(seen.refused_ms),
            "bytes_in": seen.bytes_in,
            "cpu_share": cpu_share,
            "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
            "example": seen.example,
        }


_QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))


def quantiles(values: array[float]) -> dict[str, float]:
    """Return median, 95th, 99th percentile and maximum; nothing where there are no values."""
    if not values:
        return {}
    ordered = sorted(values)
    last = len(ordered) - 1
    return {name: ordered[round(last * share)] for name, share in _QUANTILES}


def _whole(buffer: bytes) -> int:
    """Return the status of an answer that has come whole, or 0 while some of it is missing."""
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        return 0
    head = buffer[:head_end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(head[at + 17 : (head + b"\r\n").find(b"\r\n", at + 17)])
        return int(buffer[9:12]) if len(buffer) >= head_end + 4 + length else 0
    if b"\r\ntransfer-encoding: chunked" in head:
        return int(buffer[9:12]) if buffer.endswith(b"0\r\n\r\n") else 0
    return int(buffer[9:12])


def _requests(plan: Plan) -> Iterator[bytes]:
    """Yield request after request, whole: the file's in turn, for ever."""
    parts = [_parts(plan, *line.split(b"\t", 1)) for line in Path(plan.requests).read_bytes().splitlines()]
    number, tag = plan.first, f"{plan.tag}-".encode()
    has_marks = any(MARK in tail for _, tail in parts)
    while True:
        head, tail = parts[number % len(parts)]
        digits = b"%012d" % number
        request = b"".join((head, tag, digits, tail))
        yield request.replace(MARK, digits) if has_marks else request
        number += 1


def _parts(plan: Plan, key: bytes, body: bytes) -> tuple[bytes, bytes]:
    path, body = (body.decode(), b"") if plan.method == "GET" else (plan.path, body)
    lines = [
        f"{plan.method} {path} HTTP/1.1",
        f"Host: {plan.host}:{plan.port}",
        *([f"Authorization: Bearer {key.decode()}"] if key else []),
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Idempotency-Key: ",
    ]
    return "\r\n".join(lines).encode(), b"\r\n\r\n" + body


def main() -> None:
    """Read the plan's file, send it, print what was seen."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    sys.stdout.write(json.dumps(Generator(plan).run()))


if __name__ == "__main__":
    main()
