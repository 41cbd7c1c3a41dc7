"""A witness cosigns a log that only grows, and catches one that forks or goes back, whatever the order of requests."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kawasan.cli import main
from kawasan.rooms.log.rules import merkle, notes
from kawasan.witness.keeping import NotPossible, Witness
from kawasan.witness.server import make_server

ORIGIN = "zone.example/log"
NOW = 1_800_000_000


class Log:
    """A log in memory, which may lie."""

    def __init__(self, size: int, *, salt: str = "") -> None:
        self.hashes = [merkle.leaf_hash(f"{salt if i >= 5 else ''}{i}".encode()) for i in range(size)]
        self.private = KEY

    @property
    def vkey(self) -> str:
        return str(notes.VerifierKey(ORIGIN, notes.ED25519, self.private.public_key().public_bytes_raw()))

    def note(self, size: int, private: Ed25519PrivateKey | None = None) -> str:
        text = notes.Checkpoint(ORIGIN, size, merkle.root_of(self.hashes[:size])).text
        return str(notes.Note(text, (notes.sign(text, name=ORIGIN, private=private or self.private),)))

    def request(self, old: int, new: int, **more) -> str:
        path = [merkle.root_of(self.hashes[low:high]) for low, high in merkle.consistency_ranges(old, new)]
        lines = [f"old {old}", *(base64.b64encode(step).decode() for step in path)]
        return "\n".join(lines) + "\n\n" + self.note(new, **more)


KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def witness(tmp_path):
    made = Witness.make(tmp_path / "witness.sqlite3", "watch.example/w1")
    made.trust(Log(0).vkey)
    return made


def _size(witness) -> int:
    return witness.remembered()[0].size if witness.remembered() else 0


def test_a_log_that_grows_is_cosigned_with_both_keys(witness):
    log = Log(300)
    for old, new in ((0, 1), (1, 7), (7, 7), (7, 256), (256, 300)):
        answer = witness.add_checkpoint(log.request(old, new), seconds=NOW)
        assert answer.status == 200
        keys = [notes.parse_key(text) for text in witness.vkeys]
        cosigned = notes.parse_note(log.note(new) + answer.text)
        assert notes.verified(cosigned, keys) == keys
        assert notes.cosigned_at(cosigned.signatures[1]) == NOW
        assert _size(witness) == new


def test_a_forked_history_is_caught(witness):
    honest, forked = Log(20), Log(20, salt="another past ")
    assert witness.add_checkpoint(honest.request(0, 10), seconds=NOW).status == 200
    for lie in (forked.request(10, 20), forked.request(10, 10)):
        assert witness.add_checkpoint(lie, seconds=NOW).status in (409, 422)
    assert witness.add_checkpoint(forked.request(10, 20), seconds=NOW).status == 422
    assert witness.add_checkpoint(forked.request(10, 10), seconds=NOW).status == 409
    assert witness.remembered()[0].root == merkle.root_of(honest.hashes[:10])
    assert witness.add_checkpoint(honest.request(10, 20), seconds=NOW).status == 200


def test_a_log_that_goes_back_is_refused_and_told_how_far_it_was(witness):
    log = Log(20)
    witness.add_checkpoint(log.request(0, 15), seconds=NOW)
    for old, new in ((0, 5), (5, 10), (10, 20)):
        answer = witness.add_checkpoint(log.request(old, new), seconds=NOW)
        assert (answer.status, answer.text, answer.content_type) == (409, "15\n", "text/x.tlog.size")
    assert _size(witness) == 15


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda text: text.replace("old 3", "old 03"), 400),
        (lambda text: text.replace("old 3", "old 9"), 400),
        (lambda text: text.replace("old 3\n", "old 3\n" + "A" * 43 + "=\n"), 422),
        (lambda text: text.replace("old 3\n", "old 3\n" + ("A" * 43 + "=\n") * 64), 400),
        (lambda text: text.replace("old 3\n", "old 3\nAAAA\n"), 400),
        (lambda text: text.replace("zone.example", "other.example"), 404),
        (lambda text: text.replace("\n7\n", "\n8\n"), 403),
        (lambda text: text.split("\u2014")[0], 400),
        (lambda text: text[: text.index("\n\n")], 400),
        (lambda _: "", 400),
    ],
)
def test_what_is_wrong_in_a_request_is_refused_and_changes_nothing(witness, change, status):
    log = Log(20)
    witness.add_checkpoint(log.request(0, 3), seconds=NOW)
    before = witness.remembered()
    assert witness.add_checkpoint(change(log.request(3, 7)), seconds=NOW).status == status
    assert witness.remembered() == before


def test_a_checkpoint_by_another_key_is_refused(witness):
    assert witness.add_checkpoint(Log(5).request(0, 5, private=Ed25519PrivateKey.generate()), seconds=NOW).status == 403


def test_of_two_histories_at_once_one_is_cosigned(witness):
    honest, forked = Log(20), Log(20, salt="another past ")
    requests = [honest.request(0, 20), forked.request(0, 20)] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: witness.add_checkpoint(body, seconds=NOW).status, requests))
    assert answers.count(200) == 1


def test_it_remembers_over_a_restart_and_answers_over_http(tmp_path):
    file = str(tmp_path / "w.sqlite3")
    run = CliRunner().invoke
    made = run(main, ["witness", "init", "watch.example/w2", "--state", file])
    assert made.exit_code == 0
    assert run(main, ["witness", "init", "watch.example/w2", "--state", file]).exit_code == 1
    log = Log(20)
    assert run(main, ["witness", "trust", log.vkey, "--state", file]).exit_code == 0
    for old, new in ((0, 10), (10, 20)):
        server = make_server(Witness(tmp_path / "w.sqlite3"), "127.0.0.1", 0)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            answer = httpx.post(f"{address}/add-checkpoint", content=log.request(old, new))
            assert httpx.get(address).text.splitlines() == made.output.splitlines()
            assert httpx.post(f"{address}/other", content="").status_code == 404
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
        assert answer.status_code == 200
        assert notes.parse_signatures(answer.text)[0].name == "watch.example/w2"
    assert '"size": 20' in run(main, ["witness", "show", "--json", "--state", file]).output


def test_only_keys_of_logs_are_trusted(witness, tmp_path):
    for wrong in ("nonsense", witness.vkeys[0]):
        with pytest.raises(NotPossible):
            witness.trust(wrong)
    with pytest.raises(NotPossible):
        Witness(tmp_path / "not there")
