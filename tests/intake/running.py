"""A real intake process of the tests, and requests to it over real HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings
from psycopg.conninfo import make_conninfo

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.intake import command_line
from kawasan.platform.db import transaction
from kawasan.rooms.zone import api as zone
from kawasan.server.processes import free_port

HOST = "127.0.0.1"
SHIP_TO = {"name": "Siti Aminah", "phone": "081234567890", "address": "Jl. Merdeka 17, Pekalongan"}
READY_SECONDS_MAX = 30


def database_address() -> str:
    """Return the address of the test's own database."""
    given = settings.DATABASES["default"]
    return make_conninfo(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
    )


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return self.body.get("code", "") if isinstance(self.body, dict) else ""


@dataclass
class Process:
    """One intake process."""

    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    handle: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        self.port = self.port or free_port(HOST)
        given = (
            os.environ
            | {"DATABASE_URL": database_address(), "PYTHONPATH": "src", "KAWASAN_SANDBOX": "1"}
            | self.environment
        )
        self.handle = subprocess.Popen(command_line(host=HOST, port=self.port), env=given)
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                if get(self.port, "/readyz").status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise TimeoutError("the intake did not become ready")

    def stop(self, number: int = signal.SIGTERM, seconds: float = 20) -> int:
        assert self.handle
        if self.handle.poll() is None:
            self.handle.send_signal(number)
        return self.handle.wait(seconds)


def get(port: int, path: str, **headers: str) -> Answer:
    return ask(port, "GET", path, None, headers)


def ask(port: int, method: str, path: str, body: Any, headers: dict[str, str], timeout: float = 15) -> Answer:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, body=content, headers=headers)
        response = connection.getresponse()
        text = response.read()
        kind = response.headers.get("Content-Type", "")
        return Answer(response.status, json.loads(text) if "json" in kind else text, dict(response.headers))
    finally:
        connection.close()


def order(port: int, secret: str, body: Any, key: str | None = None, **headers: str) -> Answer:
    """Order something; a new key unless one is given ("" sends none)."""
    given = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"} | headers
    if key != "":
        given["Idempotency-Key"] = key or f"key-{uuid4()}"
    return ask(port, "POST", "/v1/orders", body, given)


def checkout(*lines: dict[str, Any], method: str = "wallet", **fields: Any) -> dict[str, Any]:
    return {"lines": list(lines), "method": method, "ship_to": SHIP_TO} | fields


def line(product: Any, quantity: int = 1, variant: int = 0, **fields: Any) -> dict[str, Any]:
    return {"variant_id": ids.public("var", product.variants[variant].id), "quantity": quantity, **fields}


def secret_of(actor: Actor, *scopes: str) -> str:
    """Return the secret of a new key of a person."""
    with transaction(actor):
        wanted = scopes or ("orders:write", "orders:read")
        return zone.create_key(actor=actor, name="Kunci uji", scopes=wanted, at=clock.now()).secret
