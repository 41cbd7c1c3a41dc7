"""A subscriber's server for tests, and as much of the internet as a message to it needs."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest

from kawasan.core.access import SYSTEM
from kawasan.platform import outgoing
from kawasan.platform.db import see_as
from kawasan.platform.followers import catch_up
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import tasks

PUBLIC = "93.184.215.14"
DESTINATION = "https://erp.example.com:8443/hooks?from=kawasan"


class Receiver:
    """A subscriber's server: remembers what it was sent and answers as it was told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.trickles = False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
                while receiver.trickles:  # a byte of a header now and then, for ever
                    try:
                        self.wfile.write(b"HTTP/1.1 200 OK\r\nx: " if not self.headers.get("begun") else b"x")
                        self.headers["begun"] = "1"
                        self.wfile.flush()
                    except OSError:
                        return
                    time.sleep(0.05)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("Location", "http://127.0.0.1/")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@contextmanager
def listening() -> Iterator[Receiver]:
    """Let a receiver answer."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()


def online(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """Let every name lead to a public address, and the receiver be there."""

    class Internet(httpx.HTTPTransport):
        def __init__(self) -> None:
            super().__init__(verify=outgoing.trusted())

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            assert (request.url.scheme, request.url.host, request.url.port) == ("https", PUBLIC, 8443)
            assert request.extensions["sni_hostname"] == "erp.example.com"
            port = receiver.server.server_address[1]
            request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
            return super().handle_request(request)

    monkeypatch.setattr(tasks, "transport", Internet)
    leads_to(monkeypatch, PUBLIC)
    receiver.seen.clear()
    receiver.answers.clear()
    return receiver


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name lead to these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    looks_up = SimpleNamespace(
        getaddrinfo=lambda *_, **__: found, SOCK_STREAM=socket.SOCK_STREAM, SHUT_RDWR=socket.SHUT_RDWR
    )
    monkeypatch.setattr(tasks, "socket", looks_up)


def run(at: datetime | None = None) -> int:
    """Do what follower, clock and worker do; return how many messages were due."""
    see_as(SYSTEM)
    catch_up("trace.subscriptions")
    moment = at or datetime.now(UTC)
    trace.turn_schedules(at=moment)
    due = trace.take_due_messages(at=moment)
    for one in due:
        tasks.send_message(delivery_id=str(one))
    see_as(SYSTEM)
    return len(due)
