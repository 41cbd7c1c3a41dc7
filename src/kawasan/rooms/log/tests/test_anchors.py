"""Checkpoints are stamped by somebody else; what they answer is checked and kept; failures stand in nobody's way."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import ProgrammingError, transaction
from tests.builders.zone import zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import STRANGER
from kawasan.core.errors import NotFound
from kawasan.platform.db import see_as
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models, tasks
from kawasan.rooms.log.rules import timestamps
from kawasan.rooms.log.tests.authority import Authority, certificate
from kawasan.rooms.log.tests.verifying import AT, published

ENGLISH = {"accept-language": "en"}
DATA = b"zone.example/log\n41\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def asked(authority, settings):
    """Ask this authority and nobody else."""
    authority.garbled, authority.asked = b"", 0
    settings.KAWASAN_TSA_ROOTS = str(authority.roots)
    with authority.serving() as address:
        settings.KAWASAN_TSA_URL = address
        yield authority


def _leaf() -> log.LeafId:
    return log.submit(kind="test.note", subject="n", body={"n": 1}, at=AT, is_public=True)


def _trusted(authority):
    return timestamps.certificates(authority.roots.read_bytes())


def _problem(receipt, *, data=DATA, trusted, nonce=None) -> str:
    with pytest.raises(timestamps.NotAStamp) as caught:
        timestamps.check(receipt, data=data, trusted=trusted, nonce=nonce)
    return str(caught.value)


@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
def test_an_answer_of_another_program_holds_whichever_way_it_names_its_certificate(authority, ess):
    question, nonce = timestamps.request(DATA)
    receipt = authority.answer(question, ess=ess)
    at = timestamps.check(receipt, data=DATA, trusted=_trusted(authority), nonce=nonce)
    assert abs(at - clock.now()) < timedelta(minutes=1)


def test_an_answer_about_something_else_or_to_another_question_or_from_a_stranger_does_not_hold(authority, tmp_path):
    question, nonce = timestamps.request(DATA)
    receipt, trusted = authority.answer(question), _trusted(authority)
    assert _problem(receipt, data=DATA + b"x", trusted=trusted) == "a timestamp of something else"
    assert _problem(receipt, trusted=trusted, nonce=nonce + 1) == "Nonce mismatch"
    assert "do not hold" in _problem(receipt, trusted=_trusted(Authority(tmp_path)))
    assert _problem(b"", trusted=trusted) == _problem(b"<html>", trusted=trusted) == "not a timestamp response"
    assert _problem(bytes.fromhex("30053003020102"), trusted=trusted) == "refused: status 2"


def test_a_certificate_that_is_not_for_timestamps_alone_does_not_hold(authority, monkeypatch):
    stamps, code = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING
    for uses, may in (((stamps,), True), ((stamps, code), False), ((code,), False), ((), False)):
        assert timestamps.is_for_stamps_alone(certificate("one", None, None, uses=uses)[0]) is may
    receipt = authority.answer(timestamps.request(DATA)[0])
    monkeypatch.setattr(timestamps, "is_for_stamps_alone", lambda one: False)
    assert "other uses" in _problem(receipt, trusted=_trusted(authority))


def test_a_changed_bit_of_what_was_signed_is_seen(authority):
    receipt, trusted = authority.answer(timestamps.request(DATA)[0]), _trusted(authority)
    token = receipt.index(bytes.fromhex("060b2a864886f70d0109100104"))  # what is stamped; then certificates, attributes
    for place in range(token, token + 200, 3):
        changed = bytearray(receipt)
        changed[place] ^= 1
        assert _problem(bytes(changed), trusted=trusted)


def test_a_signature_that_names_another_certificate_does_not_hold(authority, monkeypatch):
    receipt, trusted = authority.answer(timestamps.request(DATA)[0]), _trusted(authority)
    assert timestamps.check(receipt, data=DATA, trusted=trusted)
    (named,) = timestamps._named_certificates(timestamps._read(receipt).time_stamp_token())
    other = trusted[0].public_bytes(timestamps.Encoding.DER)
    assert len(named) == 1
    assert not timestamps._names(named[0], other)
    monkeypatch.setattr(timestamps, "_named_certificates", lambda token: iter([[]]))
    assert _problem(receipt, trusted=trusted) == "the signature does not name its certificate"


@pytest.mark.django_db
def test_a_checkpoint_is_stamped_once_and_the_receipt_is_served_and_holds_for_openssl(asked, client, tmp_path):
    leaf = _leaf()
    found = published()
    tasks.anchor_checkpoints()
    tasks.anchor_checkpoints()
    (one,) = log.anchors()
    assert (asked.asked, one.size, one.kind) == (1, found.size, log.AnchorKind.RFC3161)
    assert "secret" not in one.target
    assert "hidden" not in one.target
    public = ids.public("anc", one.id)
    for name in ("receipt", "checkpoint"):
        answer = client.get(f"/log/anchor/{public}.{name}")
        assert answer.status_code == 200
        (tmp_path / name).write_bytes(answer.content)
    words = f"openssl ts -verify -in {tmp_path}/receipt -data {tmp_path}/checkpoint -CAfile {asked.roots}"
    assert b"Verification: OK" in subprocess.run(words.split(), capture_output=True).stdout
    link = f"/log/anchor/{public}.receipt"
    assert link in client.get("/log", headers=ENGLISH).text
    proof = client.get(f"/log/bukti/{log.token_of_leaf(leaf)}", headers=ENGLISH)
    assert link in proof.text
    assert log.anchors_over(found.size) == []


@pytest.mark.django_db
def test_a_receipt_that_was_swapped_is_found(asked, settings):
    _leaf()
    published()
    tasks.anchor_checkpoints()
    (one,) = log.anchors()
    assert log.verify() == []
    assert log.problem_of(one) == ""
    question, _ = timestamps.request(b"another checkpoint")
    models.Anchor.objects.create(
        size=one.size, kind="rfc3161", target=one.target, state="held", receipt=asked.answer(question),
        stamped_at=AT, at=AT,
    )  # fmt: skip
    assert [finding.found for finding in log.verify()] == ["a timestamp of something else"]
    settings.KAWASAN_TSA_ROOTS = ""
    assert [finding.found for finding in log.verify()] == ["a timestamp of something else"]
    assert log.problem_of(replace(one, size=one.size + 1)) == "there is no such checkpoint"


@pytest.mark.django_db
def test_an_authority_that_fails_is_asked_again_later_and_later_and_nothing_is_kept_of_it(asked, settings):
    _leaf()
    published()
    asked.garbled = b"<html>busy</html>"
    now = clock.now()
    waits = []
    for _ in range(8):
        (plan,) = log.anchor_plans(at=now)
        waits.append(plan.next_at - now)
        now = plan.next_at
        assert tasks.anchor_with(plan, at=now).problem == "not a timestamp response"
    assert [int(wait.total_seconds()) // 60 for wait in waits] == [0, 2, 4, 8, 16, 32, 60, 60]
    assert log.anchors() == []
    assert models.Anchor.objects.filter(state="failed", receipt=b"").count() == 8
    asked.garbled = b""
    (plan,) = log.anchor_plans(at=now)
    assert tasks.anchor_with(plan, at=now).is_held
    (plan,) = log.anchor_plans(at=now)
    assert (plan.failures, plan.next_at) == (0, None)
    _leaf()
    published()
    (plan,) = log.anchor_plans(at=now)
    assert plan.next_at == now + timedelta(minutes=settings.KAWASAN_ANCHOR_MINUTES)


@pytest.mark.django_db
def test_an_authority_that_is_away_or_not_trusted_is_one_failure_and_no_more(asked, settings):
    _leaf()
    published()
    settings.KAWASAN_TSA_ROOTS = ""
    (plan,) = log.anchor_plans(at=AT)
    assert "KAWASAN_TSA_ROOTS" in tasks.anchor_with(plan, at=AT).problem
    settings.KAWASAN_TSA_URL = "http://127.0.0.1:1/tsa"
    tasks.anchor_checkpoints()
    tasks.anchor_checkpoints()
    assert [one.problem for one in log.anchors(is_held=False)][:-1] == ["no answer: ConnectError"]


@pytest.mark.django_db
def test_staff_see_who_keeps_checkpoints_and_what_failed(asked, client):
    _leaf()
    published()
    client.force_login(zone_staff())
    asked.garbled = b"nonsense"
    tasks.anchor_checkpoints()
    page = client.get("/kawasan/log", headers=ENGLISH)
    assert page.status_code == 200
    assert "failed 1 time" in page.text
    assert "not a timestamp response" in page.text


@pytest.mark.django_db
def test_who_knows_no_anchor_gets_none_and_the_application_can_change_none(asked, client):
    _leaf()
    published()
    tasks.anchor_checkpoints()
    for wrong in ("anc_1", ids.public("anc", ids.uuid7()), ids.public("wit", log.anchors()[0].id)):
        assert client.get(f"/log/anchor/{wrong}.receipt").status_code == 404
    with pytest.raises(NotFound):
        log.anchor(ids.uuid7())
    see_as(STRANGER)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        models.Anchor.objects.update(problem="")
