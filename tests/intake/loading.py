"""Many buyers at once against an intake, each waiting for an answer before the next order."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.intake.running import HOST


@dataclass
class Load:
    """Threads that order until they are stopped; what was answered, by the key of each order."""

    port: int
    secrets: list[str]
    body: dict[str, Any]
    threads: int = 16
    answered: dict[str, str] = field(default_factory=dict)  # key -> id of the checkout
    sent: set[str] = field(default_factory=set)
    codes: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[int, float]] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> Load:
        self._running = [threading.Thread(target=self._buy, args=(number,)) for number in range(self.threads)]
        for thread in self._running:
            thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._running:
            thread.join(30)
            assert not thread.is_alive(), "somebody waits for an answer that never came"

    def _buy(self, number: int) -> None:
        content = json.dumps(self.body)
        connection = http.client.HTTPConnection(HOST, self.port, timeout=20)
        while not self._stopping.is_set():
            key = f"load-{uuid4()}"
            self.sent.add(key)
            headers = {"Authorization": f"Bearer {self.secrets[number % len(self.secrets)]}", "Idempotency-Key": key}
            start = time.monotonic()
            try:
                connection.request("POST", "/v1/orders", content, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException):
                self.codes["unanswered"] += 1
                connection.close()
                time.sleep(0.02)
                continue
            self.seconds.append((response.status, time.monotonic() - start))
            self.codes[answer.get("code", str(response.status))] += 1
            if response.status == 201:
                self.answered[key] = answer["id"]
        connection.close()
