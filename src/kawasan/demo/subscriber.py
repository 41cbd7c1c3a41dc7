"""A partner's program in the sample: takes the messages of subscriptions, and is not always there."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY_BYTES_MAX = 8_000_000
BUSY_EVERY = 4  # so that the sample shows messages that are tried again


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: Subscriber = self.server  # type: ignore[assignment]
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(min(length, BODY_BYTES_MAX))
        is_signed = "v1," in self.headers.get("webhook-signature", "")
        is_test = b'"eventList":[]' in body
        self.send_response(400 if len(body) != length or not is_signed else 204 if is_test else server.answer())
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: standard output is the demo's answer."""


class Subscriber(ThreadingHTTPServer):
    """Answers 503 to the first message with events and to every fourth after it, 204 to the others and to tests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._taken = -1

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self) -> int:
        """Return the status of the next answer."""
        self._taken += 1
        return 503 if self._taken % BUSY_EVERY == 0 else 204
