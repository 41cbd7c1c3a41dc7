"""Checkpoints in a contract: told as its interface says, and on a real node of an EVM chain where one is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kawasan.rooms.log import api as log
from kawasan.rooms.log import tasks
from kawasan.rooms.log.actions.chain import Chain
from kawasan.rooms.log.rules import contract
from kawasan.rooms.log.rules.notes import Checkpoint
from kawasan.rooms.log.tests.verifying import AT, published

DATA = Path(__file__).resolve().parent.parent / "data"
ADDRESS = "0x" + "ab" * 20
CHECKPOINT = Checkpoint("zone.example/log", 41, b"r" * 32)
NOTE = f"{CHECKPOINT.text}\n\N{EM DASH} zone.example/log AAAAAAA=\n".encode()
NODE, KEY = os.environ.get("KAWASAN_TEST_EVM_RPC", ""), os.environ.get("KAWASAN_TEST_EVM_KEY", "")


def _found(**changed):
    origin, root = contract.origin_id(CHECKPOINT.origin), CHECKPOINT.root.hex()
    log_line = {"address": ADDRESS, "topics": [contract.ANCHORED, f"0x{origin}"], "data": f"0x{41:064x}{root}"}
    return {"status": "0x1", "logs": [log_line | {k: v for k, v in changed.items() if k != "status"}]} | {
        k: v for k, v in changed.items() if k == "status"
    }


def test_a_receipt_holds_only_for_its_checkpoint_and_contract():
    contract.check_transaction(_found(), checkpoint=CHECKPOINT, contract=ADDRESS.upper().replace("0X", "0x"))
    wrong = [{"status": "0x0"}, {"data": "0x"}, {"address": "0x" + "ac" * 20}, {"topics": [contract.ANCHORED]}]
    for changed in wrong:
        with pytest.raises(contract.NotOnChain):
            contract.check_transaction(_found(**changed), checkpoint=CHECKPOINT, contract=ADDRESS)
    for nonsense in (b"", b"[]", b'{"transaction": {}}', b'{"transaction": null}'):
        with pytest.raises(contract.NotOnChain):
            contract.check(nonsense, note=NOTE, contract=ADDRESS)


def test_an_address_without_the_contract_is_told():
    with pytest.raises(contract.NotOnChain, match="no such contract"):
        contract.head_of("0x")


def test_the_contract_that_is_shipped_is_compiled_from_the_source_that_is_shipped():
    vyper = os.environ.get("KAWASAN_TEST_VYPER") or shutil.which("vyper")
    if not vyper:
        pytest.skip("vyper 0.4.3 is not installed (KAWASAN_TEST_VYPER=...): the contract is not compiled")
    shipped = json.loads((DATA / "anchor.json").read_text())
    words = [vyper, "-f", "abi,bytecode,method_identifiers", "--evm-version", shipped["evm"], str(DATA / "anchor.vy")]
    abi, code, methods = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert (json.loads(abi), code) == (shipped["abi"], shipped["bytecode"])
    named = json.loads(methods)
    assert int(named["anchor(bytes32,uint64,bytes32)"], 16) == int(contract.anchor_call(CHECKPOINT)[:10], 16)
    assert int(named["heads(bytes32)"], 16) == int(contract.head_call("zone")[:10], 16)


@pytest.mark.django_db
def test_a_checkpoint_is_kept_by_a_contract_on_a_real_node_once_and_asked_back(settings):
    if not NODE:
        pytest.skip("no node of an EVM chain (KAWASAN_TEST_EVM_RPC, KAWASAN_TEST_EVM_KEY; make interop starts ganache)")
    settings.KAWASAN_EVM_RPC, settings.KAWASAN_EVM_KEY = NODE, KEY
    settings.KAWASAN_EVM_CONTRACT = tasks.deploy_contract().lower()
    log.submit(kind="test.note", subject="n", body={"n": 1}, at=AT, is_public=True)
    found = published()
    tasks.anchor_checkpoints()
    (one,) = log.anchors()
    origin = contract.checkpoint_of(log.note_of(found.size)).origin
    assert Chain().head(origin) == (found.size, found.root)
    assert (log.verify(), log.problem_of(one), tasks.problem_on_chain(one)) == ([], "", "")
    again = Chain().keep(contract.checkpoint_of(log.note_of(found.size)))  # found again: nothing is written twice
    assert again == json.loads(one.receipt)["transaction"]
    shorter = Checkpoint(origin, found.size - 1, b"x" * 32)
    with pytest.raises(contract.NotOnChain, match="holds"):
        Chain().keep(shorter)
    with pytest.raises(contract.NotOnChain, match="growing only"):
        Chain().send(contract.anchor_call(shorter), to=settings.KAWASAN_EVM_CONTRACT)
    settings.KAWASAN_EVM_KEY = "0x" + "17" * 32
    with pytest.raises(contract.NotOnChain, match="owner only"):
        Chain().send(contract.anchor_call(Checkpoint(origin, 10**6, b"x" * 32)), to=settings.KAWASAN_EVM_CONTRACT)
