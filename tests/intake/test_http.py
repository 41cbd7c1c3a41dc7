"""What is not HTTP, or not for here, is told and does no harm."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from uuid import uuid4

import pytest
from django.db import transaction as commits

from kawasan.rooms.commerce import models
from tests.builders.orders import a_buyer, something_for_sale
from tests.intake.running import HOST, ask, checkout, get, line, order, secret_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def send(port: int, data: bytes, *, seconds: float = 5, close: bool = True) -> bytes:
    """Send bytes as they are; return everything that comes back until the other side closes."""
    with socket.create_connection((HOST, port), timeout=seconds) as raw:
        raw.sendall(data)
        if close:
            raw.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while part := raw.recv(65_536):
                answer += part
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


@pytest.fixture
def asked():
    """A good order as raw HTTP, its key chosen anew each time."""
    with commits.atomic():
        product, buyer = something_for_sale(), a_buyer()
    secret, body = secret_of(buyer), json.dumps(checkout(line(product))).encode()

    def raw(*more: bytes, body: bytes = body, length: bool = True, path: bytes = b"/v1/orders") -> bytes:
        head = [b"POST " + path + b" HTTP/1.1", b"Host: pasar.example", b"Authorization: Bearer " + secret.encode()]
        head += [b"Idempotency-Key: raw-" + uuid4().hex.encode(), *more]
        if length:
            head.append(b"Content-Length: %d" % len(body))
        return b"\r\n".join(head) + b"\r\n\r\n" + body

    return raw


def test_places_that_are_not_here(intake):
    assert get(intake.port, "/").status == 404
    assert get(intake.port, "/v1/orders/ord_1").status == 404
    assert get(intake.port, "/v1/orders").status == 405
    assert get(intake.port, "/v1/orders").headers["Allow"] == "POST"
    assert ask(intake.port, "DELETE", "/v1/orders/batch", None, {}).status == 405
    assert get(intake.port, "/healthz").body == b"ok\n"
    assert get(intake.port, "/readyz").body == {"ready": True, "zones": 1}
    assert b"kawasan_intake_orders_total" in get(intake.port, "/metrics").body
    assert get(intake.port, "/metrics", **{"X-Forwarded-For": "203.0.113.7"}).status == 403


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/3.7\r\nHost: a\r\n\r\n", 400),
        (b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n", 400),
        (b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (
            b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n", 400),
        (b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"POST /v1/orders/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 2097153\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(200)) + b"\r\n", 431),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 404),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ],
)
def test_what_is_no_good_http_is_refused_and_the_connection_closed(intake, data, status):
    answer = send(intake.port, data, close=False)
    assert statuses(answer) == [status], answer
    assert b"Connection: close" in answer
    assert b"application/problem+json" in answer
    assert get(intake.port, "/healthz").status == 200


def test_a_body_in_chunks_is_read_and_limited(intake, asked):
    body = asked().split(b"\r\n\r\n", 1)[1]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:50], body[50:])) + b"0\r\n\r\n"
    assert statuses(send(intake.port, asked(b"Transfer-Encoding: chunked", body=chunks, length=False))) == [201]
    endless = b"10000\r\n" + b" " * 0x10000 + b"\r\n" + b"1\r\nx\r\n"
    refused = send(intake.port, asked(b"Transfer-Encoding: chunked", body=endless, length=False), close=False)
    assert statuses(refused) == [413]


def test_a_request_byte_by_byte_and_many_on_one_connection(intake, asked):
    with socket.create_connection((HOST, intake.port), timeout=10) as raw:
        for byte in asked():
            raw.sendall(bytes([byte]))
        assert statuses(raw.recv(65_536)) == [201]
        for _ in range(3):
            raw.sendall(asked())
            assert statuses(raw.recv(65_536)) == [201]


def test_pipelined_requests_are_answered_in_turn_and_too_many_are_refused(intake, asked):
    look = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    mixed = asked() + look + asked() + b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
    assert statuses(send(intake.port, mixed)) == [201, 200, 201, 404]
    many = send(intake.port, look * 100, close=False)
    assert statuses(many)[-1] == 400
    assert set(statuses(many)[:-1]) <= {200}


def test_who_asks_to_close_is_closed_and_http_10_too(intake, asked):
    assert statuses(send(intake.port, asked(b"Connection: close"), close=False)) == [201]
    old = send(intake.port, b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n", close=False)
    assert old.startswith(b"HTTP/1.1 200")
    assert old.endswith(b"ok\n")


def test_continue_is_said_before_a_body_is_sent(intake, asked):
    head, body = asked(b"Expect: 100-continue").split(b"\r\n\r\n", 1)
    with socket.create_connection((HOST, intake.port), timeout=5) as raw:
        raw.sendall(head + b"\r\n\r\n")
        assert raw.recv(1_000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(body)
        assert statuses(raw.recv(65_536)) == [201]


def test_who_leaves_before_the_answer_has_ordered_all_the_same(intake, asked):
    before = models.IntakeOrder.objects.count()
    with socket.create_connection((HOST, intake.port), timeout=5) as raw:
        raw.sendall(asked())
    deadline = time.monotonic() + 5
    while models.IntakeOrder.objects.count() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert models.IntakeOrder.objects.count() == before + 1
    assert get(intake.port, "/healthz").status == 200


def test_no_django_is_in_its_process():
    code = (
        "import sys; import kawasan.cli, kawasan.intake.server; "
        "sys.exit(', '.join(name for name in ('django', 'ninja', 'procrastinate') if name in sys.modules) or 0)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_batch_has_a_size(intake, asked):
    with commits.atomic():
        buyer = a_buyer()
    headers = {"Authorization": f"Bearer {secret_of(buyer)}"}
    for body in ({}, {"orders": []}, {"orders": [{}] * 1_001}, [], {"orders": "x"}):
        assert ask(intake.port, "POST", "/v1/orders/batch", body, headers).code == "too-many-orders"
    nobody = ask(intake.port, "POST", "/v1/orders/batch", {"orders": [{}]}, {})
    assert [item["status"] for item in nobody.body["answers"]] == [401]
    assert order(intake.port, "", {}).status == 401
