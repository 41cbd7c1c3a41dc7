"""Anchors on a chain, end to end: on py-evm in memory, and on ganache where one is named (``make interop``)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import httpx
import pytest
from django.test import override_settings
from tests.builders.zone import zone_staff

from kawasan.core import clock, ids
from kawasan.rooms.log import api as log
from kawasan.rooms.log import tasks
from kawasan.rooms.log.actions import chain as chains
from kawasan.rooms.log.actions.chain import Chain
from kawasan.rooms.log.rules import contract
from kawasan.rooms.log.rules.notes import Checkpoint
from kawasan.rooms.log.tests.evm import Evm
from kawasan.rooms.log.tests.verifying import AT, VERIFIER, load, published

verifier = load(VERIFIER.with_name("kawasan_verify_anchor.py"))
pytestmark = pytest.mark.django_db
NODE, KEY = os.environ.get("KAWASAN_TEST_EVM_RPC", ""), os.environ.get("KAWASAN_TEST_EVM_KEY", "")
SETTINGS = ("KAWASAN_EVM_RPC", "KAWASAN_EVM_KEY", "KAWASAN_EVM_CONTRACT", "KAWASAN_EVM_CHAIN_ID")
INDONESIAN = {"Accept-Language": "id"}


@pytest.fixture(scope="module")
def memory():
    """Serve one chain in memory that has the contract."""
    evm = Evm()
    with evm.serving() as address:
        with override_settings(KAWASAN_EVM_RPC=address, KAWASAN_EVM_KEY=evm.key), pytest.MonkeyPatch.context() as patch:
            patch.setattr(chains, "LOOK_SECONDS", 0.01)
            contract_address = tasks.deploy_contract().lower()
        yield evm, address, contract_address


@pytest.fixture
def evm(memory, settings, monkeypatch):
    """Name the chain in memory and its key; what a test does to it is undone."""
    evm, address, contract_address = memory
    before = evm.tester.take_snapshot()
    monkeypatch.setattr(chains, "LOOK_SECONDS", 0.01)
    settings.KAWASAN_EVM_RPC, settings.KAWASAN_EVM_KEY = address, evm.key
    settings.KAWASAN_EVM_CONTRACT = contract_address
    yield evm
    evm.instead.clear()
    evm.make_blocks()
    evm.tester.revert_to_snapshot(before)


@pytest.fixture(params=["py-evm", "ganache"])
def node(request, settings):
    """Name a node that has the contract, of either make."""
    if request.param == "py-evm":
        return request.getfixturevalue("evm")
    if not NODE:
        pytest.skip("no node of an EVM chain (KAWASAN_TEST_EVM_RPC, KAWASAN_TEST_EVM_KEY; make interop starts ganache)")
    settings.KAWASAN_EVM_RPC, settings.KAWASAN_EVM_KEY = NODE, KEY
    settings.KAWASAN_EVM_CONTRACT = tasks.deploy_contract().lower()
    return None


def _grown(count: int = 1) -> log.CheckpointInfo:
    for number in range(count):
        log.submit(kind="test.note", subject=f"n{number}", body={"n": number}, at=AT, is_public=True)
    return published()


def _checkpoint(size: int) -> Checkpoint:
    return contract.checkpoint_of(log.note_of(size))


def _anchored_now(at=None) -> log.Anchor:
    (plan,) = log.anchor_plans(at=at or clock.now())
    return tasks.anchor_with(plan, at=at or clock.now())


def test_a_checkpoint_is_kept_by_a_contract_once_and_asked_back(node, settings):
    found = _grown()
    tasks.anchor_checkpoints()
    (one,) = log.anchors()
    checkpoint = _checkpoint(found.size)
    assert Chain().head(checkpoint.origin) == (found.size, found.root)
    assert (log.verify(), log.problem_of(one), tasks.problem_on_chain(one)) == ([], "", "")
    assert json.loads(one.receipt)["chain"] == Chain().number()
    again = Chain().keep(checkpoint)  # found again: nothing is written twice
    assert again == json.loads(one.receipt)["transaction"]
    shorter = Checkpoint(checkpoint.origin, found.size - 1, b"x" * 32)
    with pytest.raises(contract.NotOnChain, match="holds"):
        Chain().keep(shorter)
    with pytest.raises(contract.NotOnChain, match="growing only"):
        Chain().send(contract.anchor_call(shorter), to=settings.KAWASAN_EVM_CONTRACT)
    settings.KAWASAN_EVM_KEY = "0x" + "17" * 32
    with pytest.raises(contract.NotOnChain, match="owner only"):
        Chain().send(
            contract.anchor_call(Checkpoint(checkpoint.origin, 10**6, b"x" * 32)), settings.KAWASAN_EVM_CONTRACT
        )


def test_a_stranger_checks_the_receipt_alone_and_with_a_node_and_changes_are_refused(
    node, client, settings, tmp_path, capsys
):
    found = _grown()
    tasks.anchor_checkpoints()
    public = ids.public("anc", log.anchors()[0].id)
    for name, path in {"v.py": "kawasan_verify_anchor.py", "r": f"anchor/{public}.receipt",
                       "c": f"anchor/{public}.checkpoint"}.items():  # fmt: skip
        (tmp_path / name).write_bytes(client.get(f"/log/{path}").content)
    key, number = log.keys()[0].vkey, str(Chain().number())

    capsys.readouterr()

    def run(*words: str, receipt: str = "r", note: str = "c") -> tuple[int, str]:
        files = [str(tmp_path / name) for name in (receipt, note)]
        code = verifier.main(["chain", *files, "--contract", settings.KAWASAN_EVM_CONTRACT, *words])
        return code, capsys.readouterr().out

    asking = ("--rpc", settings.KAWASAN_EVM_RPC)
    command = [sys.executable, "-I", "v.py", "chain", "r", "c", "--contract", settings.KAWASAN_EVM_CONTRACT, *asking]
    alone = subprocess.run([*command, "--key", key], cwd=tmp_path, capture_output=True, text=True, check=False)
    code, said = run("--key", key, "--chain", number, *asking)
    assert (code, f"it holds {found.size} entries now" in said, f"chain {number}, block" in said) == (0, True, True)
    assert (alone.returncode, alone.stdout) == (0, said)
    code, said = run("--key", key)
    assert (code, "NOTE: the receipt claims it" in said, said.splitlines()[-1]) == (0, True, "OK")
    whole, note = json.loads((tmp_path / "r").read_text()), (tmp_path / "c").read_text()
    done = whole["transaction"]
    (tmp_path / "root").write_text(note.replace(note.splitlines()[2], "A" * 43 + "="))
    assert run(note="root") == (1, "WRONG: a transaction about something else\n")
    assert run("--key", key, note="root") == (1, "WRONG: the signature does not hold\n")
    assert run("--chain", "1", *asking) == (1, f"WRONG: a receipt of chain {number}\n")
    (tmp_path / "chain").write_text(json.dumps(whole | {"chain": 1}))
    assert run(*asking, receipt="chain") == (1, f"WRONG: the node is of another chain: {number}\n")
    (tmp_path / "unfinished").write_text(json.dumps({"transaction": done | {"blockNumber": None, "blockHash": None}}))
    assert run(receipt="unfinished") == (1, "WRONG: the transaction is not in a block yet\n")
    (tmp_path / "forged").write_text(json.dumps({"transaction": done | {"transactionHash": f"0x{'ab' * 32}"}}))
    assert run(receipt="forged")[0] == 0  # it looks right: that is why a node must be asked
    assert run(*asking, receipt="forged") == (1, "WRONG: the chain knows no such transaction\n")
    assert "the node does not answer" in run("--rpc", "http://127.0.0.1:1")[1]


def _away(evm, settings, monkeypatch):
    settings.KAWASAN_EVM_RPC = "http://127.0.0.1:1"


def _slow(evm, settings, monkeypatch):
    monkeypatch.setattr(chains.httpx, "post", lambda *a, **k: (_ for _ in ()).throw(httpx.ReadTimeout("")))


def _wrong_chain(evm, settings, monkeypatch):
    settings.KAWASAN_EVM_CHAIN_ID = 1


def _no_key(evm, settings, monkeypatch):
    settings.KAWASAN_EVM_KEY = ""


def _half_a_key(evm, settings, monkeypatch):
    settings.KAWASAN_EVM_KEY = "0x17"


def _another_key(evm, settings, monkeypatch):
    settings.KAWASAN_EVM_KEY = evm.other_key


def _no_contract(evm, settings, monkeypatch):
    settings.KAWASAN_EVM_CONTRACT = "0x" + "ab" * 20


def _poor(evm, settings, monkeypatch):
    evm.instead["eth_sendRawTransaction"] = ValueError("insufficient funds for gas * price + value")


def _raced(evm, settings, monkeypatch):
    evm.instead["eth_getTransactionCount"] = "0x0"


def _queued(evm, settings, monkeypatch):
    evm.is_busy = True
    monkeypatch.setattr(chains, "MINED_SECONDS", 0.02)


def _nonsense(evm, settings, monkeypatch):
    evm.instead["eth_getBlockByNumber"] = []


def _no_number(evm, settings, monkeypatch):
    evm.instead["eth_gasPrice"] = None


FAILURES = [
    (_away, "tidak ada jawaban: ConnectError"),
    (_slow, "tidak ada jawaban: ReadTimeout"),
    (_wrong_chain, "node ini milik rantai"),
    (_no_key, "KAWASAN_EVM_KEY belum diisi"),
    (_half_a_key, "KAWASAN_EVM_KEY bukan kunci privat"),
    (_another_key, "KAWASAN_EVM_KEY bukan pemilik kontrak"),
    (_no_contract, "di alamat itu tidak ada kontrak seperti ini"),
    (_poor, "saldo KAWASAN_EVM_KEY tidak cukup"),
    (_raced, "transaksi lain dari kunci ini mendahului"),
    (_queued, "belum masuk blok: 0x"),
    (_nonsense, "jawaban yang tidak diberikan node mana pun"),
    (_no_number, "eth_gasPrice: bukan angka"),
]


@pytest.mark.parametrize(("breaks", "told"), FAILURES, ids=[one.__name__.strip("_") for one, _ in FAILURES])
def test_each_failure_is_told_in_the_readers_language_and_the_next_attempt_keeps_it(
    evm, client, settings, breaks, told
):
    found = _grown()
    with pytest.MonkeyPatch.context() as broken:
        before = {name: getattr(settings, name) for name in SETTINGS}
        breaks(evm, settings, broken)
        failed = _anchored_now()
        client.force_login(zone_staff())
        page = client.get("/kawasan/log", headers=INDONESIAN).text
        for name, value in before.items():
            setattr(settings, name, value)
    assert told in page
    assert (failed.is_held, failed.receipt, log.anchors()) == (False, b"", [])
    evm.instead.clear()
    evm.make_blocks()
    (plan,) = log.anchor_plans(at=clock.now())
    assert plan.next_at is not None
    assert plan.next_at <= clock.now() + timedelta(minutes=2)
    held = _anchored_now(at=plan.next_at)
    assert (held.problem, held.size, tasks.problem_on_chain(held)) == ("", found.size, "")
    assert [one.size for one in log.anchors()] == [found.size]


def test_a_transaction_that_waits_is_not_paid_twice(evm, monkeypatch):
    monkeypatch.setattr(chains, "MINED_SECONDS", 0.02)
    found = _grown()
    evm.is_busy = True
    first, second = _anchored_now(), _anchored_now()
    assert first.problem == second.problem
    assert (first.problem[:19], len(evm.waiting)) == ("not in a block yet:", 1)
    evm.make_blocks()
    assert (_anchored_now().problem, Chain().head(_checkpoint(found.size).origin)[0]) == ("", found.size)


def test_what_a_chain_forgot_is_found_and_the_next_checkpoint_is_kept_anew(evm):
    before = evm.tester.take_snapshot()
    _grown()
    tasks.anchor_checkpoints()
    (lost,) = log.anchors()
    evm.tester.revert_to_snapshot(before)  # as after a reorganisation of the chain
    assert tasks.problem_on_chain(lost) == "the chain knows no such transaction"
    found = _grown()
    again = _anchored_now()
    assert (again.problem, again.size, tasks.problem_on_chain(again)) == ("", found.size, "")
