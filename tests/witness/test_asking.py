"""Witnesses are asked, what they answer is checked and kept, and a zone that tells two histories is found out."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import Forbidden
from kawasan.core.ids import uuid7
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models, tasks
from kawasan.rooms.log.rules import notes
from kawasan.rooms.log.tests.verifying import AT, published, verifier
from kawasan.witness.keeping import Witness
from kawasan.witness.server import make_server
from tests.builders.zone import a_person, zone_staff

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
OPERATOR = Actor(person_id=uuid7(), zone_role=ZoneRole.OPERATOR)


@contextmanager
def serving(witness: Witness):
    server = make_server(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def witness(tmp_path):
    return Witness.make(tmp_path / "witness.sqlite3", "watch.example/w1")


def _leaf() -> log.LeafId:
    return log.submit(kind="test.note", subject="n", body={"n": 1}, at=AT, is_public=True)


def _added(witness: Witness, address: str) -> log.Witness:
    witness.trust(log.keys()[0].vkey)
    return log.add_witness(actor=OPERATOR, address=address, vkeys="\n".join(witness.vkeys), at=AT)


def test_a_witness_cosigns_and_the_cosignature_is_served_and_proved(witness, client):
    leaf = _leaf()
    published()
    with serving(witness) as address:
        _added(witness, address)
        tasks.ask_witnesses()
        _leaf()
        published()
        tasks.ask_witnesses()
    (told,) = log.witnesses()
    assert (told.cosigned_size, told.problem) == (log.published_size(), "")
    keys = [notes.parse_key(text) for text in (log.keys()[0].vkey, *witness.vkeys)]
    served = client.get("/log/checkpoint").content.decode()
    assert notes.verified(notes.parse_note(served), keys) == keys
    assert verifier.check_proof(log.as_json(log.proof_of(leaf)), log.keys()[0].vkey, witness.vkeys)


def test_a_proof_is_made_for_the_newest_checkpoint_that_a_witness_cosigned(witness):
    leaf = _leaf()
    published()
    with serving(witness) as address:
        _added(witness, address)
        tasks.ask_witnesses()
    cosigned, later = log.published_size(), _leaf()
    published()
    assert log.proof_of(leaf).size == cosigned
    assert log.proof_of(later).size == log.published_size() > cosigned


def test_a_witness_that_has_seen_more_than_we_remember_is_asked_from_there(witness):
    _leaf()
    published()
    with serving(witness) as address:
        added = _added(witness, address)
        tasks.ask_witnesses()
        _leaf()
        published()
        tasks._ask(log.ask(added, old=0))
    assert log.witnesses()[0].cosigned_size == log.published_size()


def test_a_zone_that_tells_another_history_is_not_cosigned_and_staff_sees_why(witness):
    _leaf()
    first = published()
    with serving(witness) as address:
        added = _added(witness, address)
        name, private = first.note.split("\n")[0], models.Key.objects.get().private
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
        forged = notes.Checkpoint(name, first.size, b"\x01" * 32).text
        note = str(notes.Note(forged, (notes.sign(forged, name=name, private=key),)))
        assert witness.add_checkpoint(f"old 0\n\n{note}", seconds=1).status == 200
        tasks.ask_witnesses()
    told = log.witnesses()[0]
    assert told.cosigned_size == 0
    assert told.problem.startswith("409")
    assert not models.Cosignature.objects.filter(witness_id=added.id).exists()


def test_a_witness_that_does_not_answer_or_answers_nonsense_is_noted(witness):
    _leaf()
    published()
    added = _added(witness, "http://127.0.0.1:1")
    tasks.ask_witnesses()
    assert log.witnesses()[0].problem == "no answer: ConnectError"
    assert not log.keep_cosignatures(witness_id=added.id, size=log.published_size(), text="nonsense\n", at=AT)
    assert not models.Cosignature.objects.filter(witness_id=added.id).exists()


@pytest.mark.parametrize(
    ("address", "vkeys"),
    [
        ("ftp://x", None),
        ("https://a b", None),
        ("https://watch.example", "nonsense"),
        ("https://watch.example", ""),
        ("https://watch.example", "the log's own"),
    ],
)
def test_what_is_no_witness_is_refused(witness, address, vkeys):
    _leaf()
    published()
    given = {None: "\n".join(witness.vkeys), "the log's own": log.keys()[0].vkey}.get(vkeys, vkeys)
    with pytest.raises(log.WitnessInvalid):
        log.add_witness(actor=OPERATOR, address=address, vkeys=given, at=AT)
    assert not models.Witness.objects.exists()


def test_only_the_operator_adds_removes_and_nobody_twice(witness):
    _leaf()
    published()
    added = _added(witness, "https://watch.example/")
    assert added.address == "https://watch.example"
    with pytest.raises(log.WitnessTaken):
        _added(witness, "https://watch.example")
    for role in (ZoneRole.STAFF, ZoneRole.AUDITOR):
        actor = Actor(person_id=uuid7(), zone_role=role)
        with pytest.raises(Forbidden):
            log.remove_witness(actor=actor, witness_id=added.id, at=AT)
        with pytest.raises(Forbidden):
            log.add_witness(actor=actor, address="https://x", vkeys="\n".join(witness.vkeys), at=AT)
    with pytest.raises(log.WitnessNotFound):
        log.remove_witness(actor=OPERATOR, witness_id=uuid7(), at=AT)
    log.remove_witness(actor=OPERATOR, witness_id=added.id, at=AT)
    assert log.witnesses() == []
    assert _added(witness, "https://watch.example").id != added.id


def test_the_desk_adds_and_removes_a_witness_and_makes_a_key(client, witness):
    _leaf()
    published()
    client.force_login(zone_staff("operator"))
    assert "Nobody outside watches yet" in client.get("/kawasan/log", **ENGLISH).content.decode()
    form = {"address": "https://watch.example/", "vkeys": "\r\n".join(witness.vkeys)}
    assert client.post("/kawasan/log/saksi", form).status_code == 302
    assert client.post("/kawasan/log/saksi", form).status_code == 422
    assert client.post("/kawasan/log/saksi", {"address": "x y", "vkeys": ""}).status_code == 422
    page = client.get("/kawasan/log", **ENGLISH).content.decode()
    assert "watch.example/w1" in page
    (added,) = log.witnesses()
    remove = f"/kawasan/log/saksi/{ids.public('wit', added.id)}/hapus"
    assert client.post(remove).status_code == 302
    assert log.witnesses() == []
    before = log.keys()
    assert client.post("/kawasan/log/kunci").status_code == 302
    assert [one.vkey for one in log.keys()[1:]] == [one.vkey for one in before]
    assert log.keys()[1].signs_until is not None


def test_staff_sees_the_desk_and_changes_nothing_and_people_do_not_see_it(client):
    _leaf()
    published()
    client.force_login(zone_staff())
    page = client.get("/kawasan/log", **ENGLISH).content.decode()
    assert log.keys()[0].vkey in page
    assert "Make a new key" not in page
    assert client.post("/kawasan/log/kunci").status_code == 403
    assert len(log.keys()) == 1
    client.force_login(a_person())
    assert client.get("/kawasan/log").status_code == 403


def test_the_public_page_says_how_to_check(client):
    assert "Nothing is in the log yet" in client.get("/log", **ENGLISH).content.decode()
    _leaf()
    published()
    page = client.get("/log", **ENGLISH).content.decode()
    assert log.keys()[0].vkey in page
    assert log.checkpoint().note.split("\n")[2] in page
