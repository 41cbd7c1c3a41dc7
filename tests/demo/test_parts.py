"""The parts of the demo that promise something: secrets in files, repeats over HTTP, what counts as oversold."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from uuid import UUID, uuid4

import pytest

from kawasan.demo import state
from kawasan.demo.client import ATTEMPTS_MAX, Client, Tally, Unanswered
from kawasan.demo.command import Refused, need_free_port
from kawasan.demo.figures import oversold
from kawasan.rooms.commerce.api import TransferCode
from kawasan.rooms.ledger.api import Kind

KEYS = state.Keys(passwords={"buyer": "rahasia"}, people={"buyer": "kw_a"}, buyers={"1": "kw_b"}, shops={"1": "kw_c"})


def test_secrets_are_kept_for_the_owner_of_the_folder_only(tmp_path):
    state.write_keys(tmp_path, KEYS)
    state.tell(tmp_path, {"zone": "Kawasan"})
    assert state.read_keys(tmp_path) == KEYS
    for name in (state.KEYS_FILE, state.TOLD_FILE):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"passwords": {}}', '{"passwords": {}, "other": 1}'])
def test_damaged_secrets_are_as_good_as_none(tmp_path, content):
    (tmp_path / state.KEYS_FILE).write_text(content)
    assert state.read_keys(tmp_path) is None


def test_one_demo_at_a_time_works_in_a_folder(tmp_path):
    with state.only_demo(tmp_path), pytest.raises(state.DemoRuns), state.only_demo(tmp_path):
        pass
    with state.only_demo(tmp_path):
        pass


def test_a_taken_port_is_told_before_anything_is_started():
    with _server([]) as port, pytest.raises(Refused, match=str(port)):
        need_free_port("127.0.0.1", port)
    need_free_port("127.0.0.1", 0)


# The client


@contextmanager
def _server(answers: list[int | None]) -> Iterator[int]:
    """Answer requests with these statuses one after the other; None hangs up without an answer."""
    seen: list[tuple[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["Idempotency-Key"], self.path))
            status = answers.pop(0)
            if status is None:
                self.close_connection = True
                return
            body = json.dumps({"code": "busy" if status >= 400 else "", "seen": len(seen)}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = seen  # type: ignore[attr-defined]
    _servers.append(server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        _servers.pop()


_servers: list[http.server.ThreadingHTTPServer] = []


@pytest.mark.parametrize("trouble", [[None], [503], [None, 503, 502]])
def test_a_lost_request_is_repeated_under_the_same_key_until_it_is_answered(trouble, monkeypatch):
    monkeypatch.setattr("kawasan.demo.client.WAIT_SECONDS", 0.001)
    tally = Tally()
    with _server([*trouble, 201]) as port:
        client = Client(host="127.0.0.1", port=port, tally=tally, stopping=Event())
        answer = client.post("/orders", "kw_x", {"lines": []})
        client.close()
        keys = {key for key, _ in _servers[0].seen}  # type: ignore[attr-defined]
    assert answer.status == 201
    assert answer.body["seen"] == len(trouble) + 1
    assert len(keys) == 1
    assert tally["repeated"] == len(trouble)


def test_two_requests_have_two_keys():
    with _server([201, 201]) as port:
        client = Client(host="127.0.0.1", port=port, tally=Tally(), stopping=Event())
        client.post("/orders", "kw_x")
        client.post("/orders", "kw_x")
        client.close()
        assert len({key for key, _ in _servers[0].seen}) == 2  # type: ignore[attr-defined]


def test_a_refusal_is_an_answer_and_not_repeated():
    with _server([409]) as port:
        client = Client(host="127.0.0.1", port=port, tally=Tally(), stopping=Event())
        answer = client.post("/orders", "kw_x")
        client.close()
    assert (answer.status, answer.code, answer.is_good) == (409, "busy", False)


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr("kawasan.demo.client.WAIT_SECONDS", 0.001)
    with _server([503] * ATTEMPTS_MAX) as port:
        client = Client(host="127.0.0.1", port=port, tally=Tally(), stopping=Event())
        with pytest.raises(Unanswered):
            client.post("/orders", "kw_x")
        client.close()


# Oversold


@dataclass(frozen=True)
class Row:
    """A transfer as the replay reads it."""

    debit: UUID
    credit: UUID
    amount: int
    code: int
    kind: Kind = Kind.POSTED


SHELF, SOLD, SUPPLY, OTHER = uuid4(), uuid4(), uuid4(), uuid4()


def _in(units: int) -> Row:
    return Row(SUPPLY, SHELF, units, TransferCode.STOCK_IN)


def _sale(units: int, kind: Kind = Kind.POSTED, code: int = TransferCode.SALE) -> Row:
    return Row(SHELF, SOLD, units, code, kind)


@pytest.mark.parametrize(
    ("rows", "units"),
    [
        ([], 0),
        ([_in(5), _sale(5)], 0),
        ([_in(5), _sale(3), _sale(3)], 1),
        ([_in(5), _sale(6), _in(10)], 1),  # put back later is sold beyond stock all the same
        ([_in(5), _sale(4, Kind.PENDING, TransferCode.HOLD), _sale(4, Kind.VOID, 0), _sale(5)], 0),
        ([_in(5), _sale(4, Kind.PENDING, TransferCode.HOLD), _sale(4, Kind.POST, 0), _sale(2)], 1),
        ([_in(2), _sale(2), Row(SOLD, SHELF, 1, TransferCode.BACK_TO_STOCK), _sale(1)], 0),
        ([Row(OTHER, SOLD, 9, 101)], 0),  # money is no stock
    ],
)
def test_units_that_left_an_empty_shelf_are_counted_from_the_transfers(rows, units):
    assert oversold(rows) == units
