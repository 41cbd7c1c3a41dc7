"""The module that browsers check anchors with answers as the standalone verifier does (run here in Node.js)."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kawasan.rooms.log import api as log
from kawasan.rooms.log import tasks
from kawasan.rooms.log.rules import contract, merkle, notes, timestamps
from kawasan.rooms.log.tests.authority import KEYS, Authority
from kawasan.rooms.log.tests.test_in_browser import MODULE, ORIGIN, _b64, _path
from kawasan.rooms.log.tests.verifying import AT, VERIFIER, holds, load, published

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js to run the module in")
verifier = load(VERIFIER.with_name("kawasan_verify_anchor.py"))
CONTRACT = "0x" + "Ab" * 20
LEAVES = [merkle.leaf_hash(f"{n}".encode()) for n in range(41)]
DATA = {"entry": _b64(b"7"), "index": 7}
_RUN = """
import { verifyAnchor } from "%s";
import { readFileSync } from "node:fs";
const answers = [];
for (const [anchor, data, key, roots] of JSON.parse(readFileSync(0))) {
  const steps = {};
  const holds = await verifyAnchor(anchor, data, key, roots, (step, ...told) => { steps[step] = told; });
  answers.push({ holds, steps });
}
console.log(JSON.stringify(answers));
"""


def _signed(private: Ed25519PrivateKey) -> tuple[str, str]:
    """Return a checkpoint over the leaves and the key that signed it."""
    text = notes.Checkpoint(ORIGIN, len(LEAVES), merkle.root_of(LEAVES)).text
    note = notes.Note(text, (notes.sign(text, name=ORIGIN, private=private),))
    return str(note), str(notes.VerifierKey(ORIGIN, notes.ED25519, private.public_key().public_bytes_raw()))


NOTE, KEY = _signed(Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def _anchor(receipt: bytes, *, kind: str = "rfc3161", note: str = NOTE, **changed) -> dict:
    found = {"kind": kind, "target": CONTRACT, "checkpoint": note, "path": _path(LEAVES, 7), "receipt": _b64(receipt)}
    return found | changed


def _answers(*asked: tuple, data=DATA) -> list[dict]:
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _RUN % MODULE.with_name("anchors.mjs").as_uri()],
        input=json.dumps([(anchor, data, key, roots) for anchor, key, roots in asked]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _is_taken(receipt: bytes, roots: str) -> bool:
    try:
        verifier.check_stamp(receipt, NOTE.encode(), verifier.x509.load_pem_x509_certificates(roots.encode()))
    except (verifier.Wrong, ValueError, IndexError, KeyError):
        return False
    return True


def _states(answer: dict) -> dict:
    return {step: told[0] for step, told in answer["steps"].items()}


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_a_stamp_of_any_kind_holds_for_its_checkpoint_and_leads_to_the_root_that_is_trusted(kind, authority, tmp_path):
    one, other = Authority(tmp_path, kind=kind), authority.roots.read_text()
    roots, asked = one.roots.read_text(), timestamps.request(NOTE.encode())[0]
    receipts = [one.answer(asked, ess=ess) for ess in ("sha1", "sha256", "sha512")]
    assert [(_is_taken(receipt, roots), _is_taken(receipt, other)) for receipt in receipts] == [(True, False)] * 3
    given = [(_anchor(receipt), KEY, trusted) for receipt in receipts for trusted in (roots, "", other)]
    for trusted, answer in zip((roots, "", other) * 3, _answers(*given), strict=True):
        leads = {roots: True, "": None, other: False}[trusted]  # whom to trust was not said: it does not pretend
        assert _states(answer) == {"leaf": True, "signature": True, "receipt": True, "trust": leads}
        assert answer["holds"] == (trusted != other)
        if leads:
            assert answer["steps"]["receipt"][1][1] == "Stamps < Root"


def test_a_changed_bit_of_what_was_signed_is_seen_as_the_standalone_verifier_sees_it(authority):
    receipt = authority.answer(timestamps.request(NOTE.encode())[0])
    roots, begins = authority.roots.read_text(), receipt.index(bytes.fromhex("060b2a864886f70d0109100104"))
    changed = [b"", b"<html>", receipt[:-1], receipt + b"\0", bytes.fromhex("30053003020102")]
    for place in (*range(begins, begins + 150, 3), *range(len(receipt) - 60, len(receipt), 2)):
        changed.append(receipt[:place] + bytes([receipt[place] ^ 1]) + receipt[place + 1 :])
    answers = _answers(*((_anchor(one), KEY, roots) for one in changed))
    assert [one["holds"] for one in answers] == [_is_taken(one, roots) for one in changed] == [False] * len(changed)


def test_the_entry_must_be_under_the_very_checkpoint_that_was_stamped(authority):
    receipt = authority.answer(timestamps.request(NOTE.encode())[0])
    later, other_key = _signed(Ed25519PrivateKey.generate())
    broken = NOTE[:-6] + ("A" if NOTE[-6] != "A" else "B") + NOTE[-5:]
    cases = [
        (_anchor(receipt, path=_path(LEAVES, 8)), KEY),
        (_anchor(receipt, note=NOTE.replace("\n41\n", "\n42\n")), KEY),
        (_anchor(receipt, note=later), other_key),  # the same tree, stamped as another note
        (_anchor(receipt, note=broken), KEY),
        (_anchor(receipt), KEY.replace("+", "x+", 1)),
    ]
    answers = _answers(*((anchor, key, "") for anchor, key in cases), (_anchor(receipt), other_key, ""))
    assert [one["holds"] for one in answers] == [False] * len(cases) + [True]
    assert [list(one["steps"])[-1] for one in answers[:4]] == ["leaf", "signature", "receipt", "signature"]
    assert _states(answers[-1])["signature"] is None  # by an earlier key of the log, which was not given here


def _written(**changed) -> bytes:
    size = f"{len(LEAVES):064x}"
    topics = [contract.ANCHORED, f"0x{hashlib.sha256(ORIGIN.encode()).hexdigest()}"]
    line = {"address": CONTRACT.lower(), "topics": topics, "data": f"0x{size}{merkle.root_of(LEAVES).hex()}"}
    told = {"status": "0x1", "logs": [line], "transactionHash": "0xaa", "blockNumber": "0x10", "blockHash": "0xbb"}
    return json.dumps({"chain": 1337, "transaction": told | changed}).encode()


def test_a_contracts_receipt_must_tell_of_the_checkpoint_and_only_a_node_can_say_the_rest():
    line = json.loads(_written())["transaction"]["logs"][0]
    wrong = [
        _anchor(_written(status="0x0"), kind="evm"),
        _anchor(_written(blockNumber=None), kind="evm"),
        _anchor(_written(logs=[]), kind="evm"),
        _anchor(_written(logs=[line | {"data": line["data"][:-1] + "0"}]), kind="evm"),
        _anchor(_written(logs=[line | {"topics": [line["topics"][0], "0x00"]}]), kind="evm"),
        _anchor(_written(), kind="evm", target="0x" + "cd" * 20),
        _anchor(b"{", kind="evm"),
    ]
    answers = _answers((_anchor(_written(), kind="evm"), KEY, ""), *((one, KEY, "") for one in wrong))
    assert [one["holds"] for one in answers] == [True] + [False] * len(wrong)
    assert answers[0]["steps"]["receipt"][1] == ["1337 / 16", "0xaa"]
    assert _states(answers[0])["trust"] is None
    for one in wrong:
        with pytest.raises((verifier.Wrong, ValueError)):
            verifier.check_chain(json.loads(base64.b64decode(one["receipt"])), NOTE.encode(), one["target"], None)


@pytest.mark.django_db
def test_a_proof_carries_the_first_anchor_over_its_entry_and_the_pages_show_what_they_checked(
    authority, client, settings
):
    settings.KAWASAN_TSA_ROOTS = str(authority.roots)
    leaf = log.submit(kind="test.note", subject="n", body={"n": 1}, at=AT, is_public=True)
    published()
    with authority.serving() as address:
        settings.KAWASAN_TSA_URL = address
        tasks.anchor_checkpoints()
    log.submit_many([log.Submission("test.note", str(n), {"n": n}) for n in range(5)], at=AT)
    published()
    token, key = log.token_of_leaf(leaf), log.keys()[0].vkey
    proof = client.get(f"/log/bukti/{token}.json").json()
    assert holds(proof, key)
    (anchor,) = proof["anchors"]
    assert "secret" not in anchor["target"]
    (answer,) = _answers((anchor, key, authority.roots.read_text()), data=proof)
    assert _states(answer) == {"leaf": True, "signature": True, "receipt": True, "trust": True}
    for page in (client.get(f"/log/bukti/{token}"), client.get(f"/log/bukti/{token}.html")):
        text = page.content.decode()
        assert all(text.count(f'data-anchor-step="{step}"') == 1 for step in _states(answer))
        assert anchor["receipt"] in text
        assert "data-roots" in text
