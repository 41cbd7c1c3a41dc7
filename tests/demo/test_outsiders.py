"""Who watches the sample's log: stamps that others take for stamps, and a witness that is introduced once."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import httpx
import pytest

from kawasan.demo.authority import Authority
from kawasan.demo.outsiders import NAME, Outsiders
from kawasan.rooms.log import api as log
from kawasan.rooms.log import tasks
from kawasan.rooms.log.rules import timestamps
from kawasan.rooms.log.tests.verifying import AT, published
from kawasan.witness.keeping import Witness

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_stamps_of_the_sample_authority_hold_and_so_do_those_of_an_earlier_run(tmp_path):
    roots = tmp_path / "roots.pem"
    question, nonce = timestamps.request(b"a checkpoint")
    made = []
    for _ in range(2):
        at = datetime.now(UTC).replace(microsecond=0)
        made.append((Authority(roots).answer(question, at=at), at))
    trusted = timestamps.certificates(roots.read_bytes())
    for receipt, at in made:
        assert timestamps.check(receipt, data=b"a checkpoint", trusted=trusted, nonce=nonce) == at
        with pytest.raises(timestamps.NotAStamp):
            timestamps.check(receipt, data=b"another checkpoint", trusted=trusted, nonce=nonce)
    with pytest.raises(timestamps.NotAStamp):
        timestamps.check(made[0][0], data=b"a checkpoint", trusted=trusted[1:], nonce=nonce)


@pytest.mark.django_db
def test_the_sample_has_a_witness_and_an_anchor_that_says_where_it_stands(tmp_path, monkeypatch, settings, client):
    for name in ("KAWASAN_TSA_URL", "KAWASAN_TSA_ROOTS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "")
    log.submit(kind="test.note", subject="n", body={}, at=AT)
    published()
    outsiders = Outsiders(tmp_path)
    outsiders.start()
    try:
        outsiders.tick()
        settings.KAWASAN_TSA_URL, settings.KAWASAN_TSA_ROOTS = (
            os.environ["KAWASAN_TSA_URL"], os.environ["KAWASAN_TSA_ROOTS"]
        )  # fmt: skip
        tasks.ask_witnesses()
        tasks.anchor_checkpoints()
        assert httpx.post(settings.KAWASAN_TSA_URL, content=b"\x30\x05nonsense").status_code == 400
    finally:
        outsiders.stop()
    (witness,) = log.witnesses()
    assert (witness.name, witness.cosigned_size, witness.problem) == (NAME, log.published_size(), "")
    assert Witness(tmp_path / "witness.sqlite3").remembered()[0].size == log.published_size()
    (anchor,) = log.anchors()
    assert (anchor.is_held, anchor.is_local) == (True, True)
    assert "mesin kawasan sendiri" in client.get("/log", headers={"accept-language": "id"}).content.decode()
    again = Outsiders(tmp_path)  # another run answers elsewhere
    again.start()
    try:
        again.tick()
    finally:
        again.stop()
    assert json.dumps([one.name for one in log.witnesses()]) == json.dumps([NAME])
    assert log.witnesses()[0].address != witness.address
