"""Checkpoints in a contract: told as its interface says. On a chain: ``test_on_a_chain.py``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kawasan.rooms.log.rules import contract
from kawasan.rooms.log.rules.notes import Checkpoint

DATA = Path(__file__).resolve().parent.parent / "data"
ADDRESS = "0x" + "ab" * 20
CHECKPOINT = Checkpoint("zone.example/log", 41, b"r" * 32)
NOTE = f"{CHECKPOINT.text}\n\N{EM DASH} zone.example/log AAAAAAA=\n".encode()


def _found(**changed):
    origin, root = contract.origin_id(CHECKPOINT.origin), CHECKPOINT.root.hex()
    log_line = {"address": ADDRESS, "topics": [contract.ANCHORED, f"0x{origin}"], "data": f"0x{41:064x}{root}"}
    return {
        "status": "0x1",
        "blockNumber": "0x10",
        "logs": [log_line | {k: v for k, v in changed.items() if k != "status"}],
    } | {k: v for k, v in changed.items() if k == "status"}


def test_a_receipt_holds_only_for_its_checkpoint_and_contract():
    contract.check_transaction(_found(), checkpoint=CHECKPOINT, contract=ADDRESS.upper().replace("0X", "0x"))
    with pytest.raises(contract.NotOnChain, match="not in a block yet"):
        contract.check_transaction(_found() | {"blockNumber": None}, checkpoint=CHECKPOINT, contract=ADDRESS)
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
