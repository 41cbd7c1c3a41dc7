"""Ledger transfers under one leaf, proved one by one."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.builders.ledger import a_hold, a_resolution, a_source, a_transfer, an_entry

from kawasan.core.ids import uuid7
from kawasan.platform import followers
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models
from kawasan.rooms.log.rules import transfers
from kawasan.rooms.log.tests.verifying import VERIFIER, holds, published, some_transfers

pytestmark = pytest.mark.django_db


def test_every_transfer_of_every_kind_is_proved():
    one, other = a_source(), a_source()
    hold, late = a_hold(one, other, 500, reference=uuid7()), a_hold(one, other, 7)
    made = [a_transfer(one, other, 2**62), hold, late]
    ledger.post_many([an_entry(*made), an_entry(a_resolution(ledger.Kind.POST, hold))])
    published()
    for transfer in made:
        proof = log.proof_of_transfer(transfer.id)
        assert holds(log.as_json(proof), proof.vkey)
        assert json.loads(proof.part.body)["id"] == str(transfer.id)
    assert json.loads(log.proof_of_transfer(made[0].id).part.body)["amount"] == str(2**62)


def test_a_transfers_document_is_canonical():
    (made,) = some_transfers(1)
    written = transfers.document(ledger.transfer(made.id))
    assert log.canonical(json.loads(written)) == written


def test_a_transfer_is_committed_once_whatever_the_followers_do():
    some_transfers(3)
    published()
    before = list(models.Batch.objects.values_list("leaf_id", "after", "upto"))
    followers.rebuild(log.TRANSFERS_FOLLOWER)
    assert list(models.Batch.objects.values_list("leaf_id", "after", "upto")) == before
    some_transfers(2)
    published()
    assert sum(models.Batch.objects.values_list("transfers", flat=True)) == len(ledger.transfers_between(0, 2**62))


def test_a_transfer_that_is_not_committed_yet_has_no_proof_and_says_so(client):
    (made,) = some_transfers(1)
    with pytest.raises(log.LeafNotFound):
        log.proof_of_transfer(made.id)
    token = log.token_of_transfer(made.id)
    assert client.get(f"/log/bukti/{token}").status_code == 200
    refused = client.get(f"/log/bukti/{token}.json", headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (409, "log-not-yet-published")
    published()
    assert holds(client.get(f"/log/bukti/{token}.json").json())


def test_a_link_that_the_zone_did_not_make_opens_nothing(client):
    (made,) = some_transfers(1)
    published()
    token = log.token_of_transfer(made.id)
    for wrong in (token[:-1], token.split(".")[0], token.replace("trf_", "lef_"), f"{token}x"):
        assert client.get(f"/log/bukti/{wrong}").status_code == 404


def test_the_verifier_runs_alone_and_says_what_holds(client, tmp_path):
    made = some_transfers(5)
    published()
    answer = client.get(f"/log/bukti/{log.token_of_transfer(made[2].id)}.json")
    file = tmp_path / "proof.json"
    file.write_bytes(answer.content)
    alone = tmp_path / "verify.py"
    alone.write_bytes(client.get("/log/kawasan_verify.py").content)
    assert alone.read_bytes() == VERIFIER.read_bytes()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(alone), "proof", str(file), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    key = log.keys()[0].vkey
    good = run("--key", key)
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "OK")
    assert "number 3 of the 5" in good.stdout
    file.write_text(file.read_text().replace('\\"amount\\":\\"1002', '\\"amount\\":\\"9002'))
    bad = run("--key", key)
    assert (bad.returncode, bad.stdout.split(":")[0]) == (1, "WRONG")


def test_the_files_of_a_proof_name_what_they_prove(client):
    (made,) = some_transfers(1)
    published()
    token = log.token_of_transfer(made.id)
    proof = log.proof_of_transfer(made.id)
    answer = client.get(f"/log/bukti/{token}.tlog-proof")
    assert answer.content.decode() == log.as_tlog_proof(proof)
    assert f'filename="ledger.transfers-{proof.index}.tlog-proof"' in answer["Content-Disposition"]
    page = client.get(f"/log/bukti/{token}", headers={"accept-language": "id"}).content.decode()
    assert str(made.id) in page
    assert proof.checkpoint.split("\n")[0] in page
