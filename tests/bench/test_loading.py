"""The load generator against a server that answers as it is told: what it counts must be what happened."""

from __future__ import annotations

import socketserver
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kawasan.bench.loading import MARK, Generator, Plan, quantiles

Answer = Callable[[int, bytes], bytes]  # number of the request and its text -> what to send; empty: hang up


@dataclass
class Server:
    port: int
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def a_server(answer: Answer) -> Iterator[Server]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while request := self._request():
                with lock:
                    seen.requests.append(request)
                    number = len(seen.requests)
                said = answer(number, request)
                if not said:
                    return
                try:
                    self.wfile.write(said)
                except OSError:
                    return

        def _request(self) -> bytes:
            head, length = b"", 0
            while line := self.rfile.readline():
                head += line
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                if line == b"\r\n":
                    return head + self.rfile.read(length)
            return b""

    class Threaded(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request, client_address):
            pass  # the generator hangs up at its end, while an answer may be on its way

    lock = threading.Lock()
    with Threaded(("127.0.0.1", 0), Handler) as server:
        seen = Server(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield seen
        finally:
            server.shutdown()


def said(status: int, body: bytes = b"{}", *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *headers, b"", body])


@pytest.fixture
def requests(tmp_path) -> Path:
    file = tmp_path / "requests.tsv"
    file.write_bytes(b'kw_one\t{"n": "' + MARK + b'"}\nkw_two\t{"n": "' + MARK + b'"}\n')
    return file


def send(server: Server, requests: Path, **plan) -> dict:
    given = {"connections": 4, "seconds": 0.3, "warm_seconds": 0.1} | plan
    return Generator(Plan("127.0.0.1", server.port, str(requests), **given)).run()


def test_every_request_is_new_and_comes_from_the_next_caller(requests):
    with a_server(lambda _number, _request: said(201)) as server:
        told = send(server, requests, tag="a")
    assert told["statuses"] == {"201": len(server.requests)}
    assert told["sent"] == told["accepted_total"] == len(server.requests)
    assert told["accepted_per_second"] > 0
    assert told["unanswered"] == told["broken"] == 0
    keys = {line for text in server.requests for line in text.split(b"\r\n") if line.startswith(b"Idempotency-Key")}
    assert len(keys) == len(server.requests)
    numbers = {text.rsplit(b'"n": "', 1)[1] for text in server.requests}
    assert len(numbers) == len(server.requests)
    assert sum(b"Bearer kw_one" in text for text in server.requests) == pytest.approx(len(keys) / 2, abs=1)


def test_of_many_orders_in_a_request_those_are_counted_that_were_taken(requests):
    body = b'{"answers":[{"status":201},{"status":409},{"status":201}]}'
    with a_server(lambda _number, _request: said(200, body)) as server:
        told = send(server, requests, orders=3)
    assert told["said_yes"] == 2 * len(server.requests)


def test_refusals_are_counted_apart_and_one_is_shown(requests):
    with a_server(lambda number, _request: said(503, b"full") if number % 3 == 0 else said(201)) as server:
        told = send(server, requests)
    assert told["statuses"]["503"] == len(server.requests) // 3
    assert told["accepted_total"] == told["statuses"]["201"]
    assert told["accepted_ms"]["p50"] > 0
    assert told["refused_ms"]["p50"] > 0
    assert told["example"].endswith("full")


def test_a_connection_that_breaks_is_counted_and_replaced(requests):
    with a_server(lambda number, _request: b"" if number == 5 else said(201)) as server:
        told = send(server, requests, connections=2)
    assert told["broken"] == 1
    assert told["accepted_total"] == len(server.requests) - 1
    assert len(server.requests) > 6


def test_an_answer_in_pieces_or_chunks_or_with_a_goodbye_counts_once(requests):
    answers = [
        said(201, b"x" * 200_000),
        b"HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        said(201, b"{}", b"Connection: close"),
    ]
    with a_server(lambda number, _request: answers[number % 3]) as server:
        told = send(server, requests)
    assert told["statuses"] == {"201": len(server.requests)}
    assert told["broken"] == 0


def test_requests_fall_due_at_their_rate_whatever_the_server_does(requests):
    def slow(_number: int, _request: bytes) -> bytes:
        time.sleep(0.1)
        return said(201)

    with a_server(slow) as server:
        told = send(server, requests, rate=100, connections=2, seconds=0.9)
    assert told["sent"] <= 22  # two connections, ten answers a second each
    assert told["late"] == 100 - told["sent"]  # the others fell due and found no connection
    assert told["accepted_ms"]["max"] > 500  # who waited for a connection waited for the server


def test_a_rate_that_the_server_bears_is_kept(requests):
    with a_server(lambda _number, _request: said(201)) as server:
        told = send(server, requests, rate=100, connections=8, seconds=0.9)
    assert told["sent"] == pytest.approx(100, abs=10)
    assert told["accepted_ms"]["p50"] < 100


def test_pages_are_asked_for_by_their_paths(tmp_path):
    file = tmp_path / "paths.tsv"
    file.write_bytes(b"\t/cari?q=kopi\n")
    with a_server(lambda _number, _request: said(200)) as server:
        send(server, file, method="GET")
    assert server.requests[0].startswith(b"GET /cari?q=kopi HTTP/1.1\r\n")
    assert b"Authorization" not in server.requests[0]


def test_quantiles_of_nothing_are_nothing():
    assert quantiles(array("d")) == {}
    assert quantiles(array("d", range(101))) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
