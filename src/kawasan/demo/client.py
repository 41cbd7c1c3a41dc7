"""A program that talks to the zone over HTTP, as any other program would."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any
from uuid import uuid4

TIMEOUT_SECONDS = 20
ATTEMPTS_MAX = 6
WAIT_SECONDS = 0.2  # before the first repeat, longer before each further one
BUSY = frozenset({502, 503, 504})


class Unanswered(Exception):
    """Nobody answered, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and content of an answer; a refusal carries its stable code."""

    status: int
    body: dict[str, Any]

    @property
    def is_good(self) -> bool:
        return self.status < 300

    @property
    def code(self) -> str:
        return str(self.body.get("code", self.status))


class Tally:
    """Counts that several threads add to."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, name: str, count: int = 1) -> None:
        """Count something."""
        with self._lock:
            self._counts[name] += count

    def __getitem__(self, name: str) -> int:
        with self._lock:
            return self._counts[name]

    def named(self, beginning: str) -> dict[str, int]:
        """Return the counts whose names begin so, without that beginning, the largest first."""
        with self._lock:
            found = self._counts.most_common()
        return {name[len(beginning) :]: count for name, count in found if name.startswith(beginning)}


class Client:
    """
    Two kept-open connections, as behind a proxy: orders go to the intake, everything else to the web server.

    A lost connection is opened again and the request repeated under the same key.
    """

    def __init__(self, *, host: str, port: int, intake_port: int | None = None, tally: Tally, stopping: Event) -> None:
        self._host, self._port, self._intake_port = host, port, intake_port or port
        self._tally = tally
        self._stopping = stopping
        self._connections: dict[int, http.client.HTTPConnection] = {}

    def post(self, path: str, key: str, body: dict[str, Any] | None = None) -> Answer:
        """Write something, once, however often the network makes us repeat it. Raises Unanswered."""
        return self._ask("POST", path, key, json.dumps(body or {}).encode(), str(uuid4()))

    def get(self, path: str, key: str) -> Answer:
        """Read something. Raises Unanswered."""
        return self._ask("GET", path, key, None, None)

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _ask(self, method: str, path: str, key: str, body: bytes | None, once: str | None) -> Answer:
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", "Accept-Language": "id"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": once or ""}
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                self._tally.add("repeated")
                if self._stopping.wait(WAIT_SECONDS * 2**attempt):
                    break
            try:
                answer = self._once(method, f"/v1{path}", body, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                continue
            if answer.status not in BUSY:
                return answer
        raise Unanswered(f"{method} {path}")

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        port = self._intake_port if (method, path) == ("POST", "/v1/orders") else self._port
        connection = self._connections.get(port)
        if connection is None:
            connection = http.client.HTTPConnection(self._host, port, timeout=TIMEOUT_SECONDS)
            self._connections[port] = connection
        start = time.monotonic()
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read()
        self._tally.add("answers")
        self._tally.add("answer-milliseconds", round((time.monotonic() - start) * 1000))
        try:
            read = json.loads(content)
        except ValueError:
            read = {}
        return Answer(response.status, read if isinstance(read, dict) else {})
