"""The standalone verifier of anchors, as a stranger runs it: alone, isolated from everything of ours."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kawasan.core import ids
from kawasan.rooms.log import api as log
from kawasan.rooms.log import tasks
from kawasan.rooms.log.rules import contract, timestamps
from kawasan.rooms.log.rules.notes import Checkpoint
from kawasan.rooms.log.tests.authority import Authority, certificate
from kawasan.rooms.log.tests.verifying import AT, VERIFIER, load, published

ALONE = VERIFIER.with_name("kawasan_verify_anchor.py")
CONTRACT = "0x" + "ab" * 20
CHECKPOINT = Checkpoint("zone.example/log", 41, b"r" * 32)
NOTE = f"{CHECKPOINT.text}\n\N{EM DASH} zone.example/log AAAAAAA=\n".encode()


verifier = load(ALONE)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def _roots(authority):
    return verifier.x509.load_pem_x509_certificates(authority.roots.read_bytes())


def _problem(receipt: bytes, roots, data: bytes = NOTE) -> str:
    try:
        verifier.check_stamp(receipt, data, roots)
    except verifier.Wrong as error:
        return str(error)
    except (ValueError, IndexError, KeyError) as error:
        return type(error).__name__
    return ""


@pytest.mark.django_db
def test_a_stranger_checks_a_stamp_with_the_file_that_the_zone_hands_out(authority, client, settings, tmp_path):
    settings.KAWASAN_TSA_ROOTS = str(authority.roots)
    log.submit(kind="test.note", subject="n", body={"n": 1}, at=AT, is_public=True)
    published()
    with authority.serving() as address:
        settings.KAWASAN_TSA_URL = address
        tasks.anchor_checkpoints()
    (one,) = log.anchors()
    public = ids.public("anc", one.id)
    taken = {
        "r.tsr": f"anchor/{public}.receipt", "c.txt": f"anchor/{public}.checkpoint", "v.py": "kawasan_verify_anchor.py"
    }  # fmt: skip
    for name, path in taken.items():
        (tmp_path / name).write_bytes(client.get(f"/log/{path}").content)

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "v.py", "stamp", "r.tsr", "c.txt", "--roots", str(authority.roots), *words]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return found.returncode, found.stdout

    key = log.keys()[0].vkey
    code, said = run("--key", key)
    assert (code, said.splitlines()[-1]) == (0, "OK")
    assert "signed by the log's key" in said
    assert "CN=Stamps < CN=Root" in said
    (tmp_path / "c.txt").write_bytes(log.note_of(one.size).replace(b"\n1\n", b"\n2\n"))
    assert run("--key", key) == (1, "WRONG: the signature does not hold\n")
    assert run() == (1, "WRONG: a timestamp of something else\n")


@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
def test_stamps_hold_whichever_way_they_name_their_certificate_and_only_for_their_bytes(authority, ess, tmp_path):
    receipt = authority.answer(timestamps.request(NOTE)[0], ess=ess)
    assert _problem(receipt, _roots(authority)) == ""
    assert _problem(receipt, _roots(authority), NOTE + b"x") == "a timestamp of something else"
    assert "does not lead to" in _problem(receipt, _roots(Authority(tmp_path)))


def test_a_changed_bit_of_what_was_signed_is_seen(authority):
    receipt, roots = authority.answer(timestamps.request(NOTE)[0]), _roots(authority)
    begins = receipt.index(bytes.fromhex("060b2a864886f70d0109100104"))
    for place in (*range(begins, begins + 150, 3), *range(len(receipt) - 60, len(receipt))):
        changed = bytearray(receipt)
        changed[place] ^= 1
        assert _problem(bytes(changed), roots), place
    for nonsense in (b"", b"<html>", bytes.fromhex("30053003020102"), receipt[:-1], receipt + b"\0"):
        assert _problem(nonsense, roots)


def test_only_certificates_for_stamps_alone_sign_and_only_authorities_issue():
    stamps, code = verifier.ExtendedKeyUsageOID.TIME_STAMPING, verifier.ExtendedKeyUsageOID.CODE_SIGNING
    for uses, may in (((stamps,), True), ((stamps, code), False), ((code,), False), ((), False)):
        one = certificate("one", None, None, uses=uses)[0]
        if may:
            verifier.check_use(one)
        else:
            with pytest.raises(verifier.Wrong, match="other uses"):
                verifier.check_use(one)
    root, key = certificate("Root", None, None)
    below, _ = certificate("Below", root, key)
    assert verifier.issued(below, root)
    assert not verifier.issued(root, below)
    assert verifier.may_issue(root, 1)
    assert not verifier.may_issue(below, 1)


def _logged(**changed):
    origin, root = contract.origin_id(CHECKPOINT.origin), CHECKPOINT.root.hex()
    line = {"address": CONTRACT, "topics": [contract.ANCHORED, f"0x{origin}"], "data": f"0x{41:064x}{root}"}
    found = {"status": "0x1", "logs": [line], "transactionHash": "0xaa", "blockNumber": "0x10", "blockHash": "0xbb"}
    return found | changed


def _node(**changed):
    told = {
        "eth_chainId": "0x539",
        "eth_getTransactionReceipt": _logged(),
        "eth_getBlockByNumber": {"hash": "0xbb", "timestamp": "0x65000000"},
        "eth_call": f"0x{41:064x}{CHECKPOINT.root.hex()}",
    } | changed
    return lambda method, *given: told[method]


def test_a_contract_is_asked_and_believed_only_where_chain_and_contract_say_the_same():
    receipt = {"transaction": _logged(), "chain": 1337}
    assert (
        verifier.check_chain(receipt, NOTE, CONTRACT.upper().replace("0X", "0x"), _node())[1]
        == "it holds 41 entries now"
    )
    (note,) = verifier.check_chain(receipt, NOTE, CONTRACT, None)
    assert note.startswith("NOTE: the receipt claims it")
    longer = f"0x{42:064x}{'00' * 32}"
    assert verifier.check_chain(receipt, NOTE, CONTRACT, _node(eth_call=longer))
    wrong = [
        {"eth_chainId": "0x1"},
        {"eth_getTransactionReceipt": None},
        {"eth_getTransactionReceipt": _logged(blockNumber=None, blockHash=None)},
        {"eth_getTransactionReceipt": _logged(logs=[])},
        {"eth_getBlockByNumber": {"hash": "0xbc", "timestamp": "0x65000000"}},
        {"eth_call": "0x"},
        {"eth_call": f"0x{40:064x}{CHECKPOINT.root.hex()}"},
        {"eth_call": f"0x{41:064x}{'00' * 32}"},
    ]
    for changed in wrong:
        with pytest.raises(verifier.Wrong):
            verifier.check_chain(receipt, NOTE, CONTRACT, _node(**changed))
    for told in (_logged(status="0x0"), _logged(logs=[]), _logged(blockNumber=None)):
        with pytest.raises(verifier.Wrong):
            verifier.check_chain({"transaction": told}, NOTE, CONTRACT, None)
    assert (contract.ANCHORED, contract.head_call("x")[:10]) == (verifier.ANCHORED, verifier.HEADS)


def test_the_command_names_what_is_missing(tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps({"transaction": _logged()}))
    (tmp_path / "c.txt").write_bytes(NOTE)
    given = [str(tmp_path / "r.json"), str(tmp_path / "c.txt")]
    assert verifier.main(["chain", *given]) == verifier.main(["stamp", *given]) == 1
    assert verifier.main(["chain", *given, "--contract", CONTRACT]) == 0
    said = capsys.readouterr().out
    assert "--contract" in said
    assert "--roots" in said
