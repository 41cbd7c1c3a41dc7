"""The module that browsers check proofs with answers as the standalone verifier does (run here in Node.js)."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kawasan.rooms.log.rules import canonical, entries, merkle, notes
from kawasan.rooms.log.tests.verifying import holds

MODULE = Path(__file__).resolve().parent.parent / "static/log/verify.mjs"
ORIGIN = "zone.example/log"
_RUN = """
import { verify } from "%s";
import { readFileSync } from "node:fs";
const { key, proofs } = JSON.parse(readFileSync(0));
const answers = [];
for (const proof of proofs) answers.push(await verify(proof, key));
console.log(JSON.stringify(answers));
"""


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _path(hashes: list[bytes], index: int) -> list[str]:
    return [_b64(merkle.root_of(hashes[low:high])) for low, high in merkle.inclusion_ranges(index, len(hashes))]


def _proof() -> dict:
    """Return the proof of a part of a batch, made without a database."""
    private = Ed25519PrivateKey.generate()
    parts = [(f'{{"amount":"{n}"}}'.encode(), os.urandom(16)) for n in range(37)]
    hashes = [merkle.leaf_hash(entries.commitment(salt, body)) for body, salt in parts]
    batch = {"count": 37, "first": 1, "last": 37, "root": merkle.root_of(hashes).hex()}
    body, salt = canonical.canonical(batch), os.urandom(16)
    entry = entries.entry("ledger.transfers", entries.commitment(salt, body))
    leaves = [merkle.leaf_hash(f"{n}".encode()) for n in range(300)]
    leaves[123] = merkle.leaf_hash(entry)
    text = notes.Checkpoint(ORIGIN, 300, merkle.root_of(leaves)).text
    return {
        "format": "kawasan-proof/1",
        "kind": "ledger.transfers",
        "entry": _b64(entry),
        "index": 123,
        "path": _path(leaves, 123),
        "checkpoint": str(notes.Note(text, (notes.sign(text, name=ORIGIN, private=private),))),
        "key": str(notes.VerifierKey(ORIGIN, notes.ED25519, private.public_key().public_bytes_raw())),
        "document": body.decode(),
        "salt": _b64(salt),
        "part": {
            "document": parts[5][0].decode(),
            "salt": _b64(parts[5][1]),
            "index": 5,
            "size": 37,
            "path": _path(hashes, 5),
        },
    }


def _altered(proof: dict) -> list[dict]:
    part, wrong = proof["part"], _b64(b"\1" * 32)
    return [
        proof | {"index": 124},
        proof | {"path": proof["path"][:-1]},
        proof | {"path": [wrong, *proof["path"][1:]]},
        proof | {"path": None},
        proof | {"checkpoint": proof["checkpoint"].replace("\n300\n", "\n301\n")},
        proof | {"checkpoint": ""},
        proof | {"document": proof["document"].replace("37", "38")},
        proof | {"salt": part["salt"]},
        proof | {"entry": "!!"},
        proof | {"kind": "test"},
        proof | {"part": part | {"index": 6}},
        proof | {"part": part | {"size": 38}},
        proof | {"part": part | {"document": part["document"].replace("5", "6")}},
        proof | {"part": part | {"path": []}},
        proof | {"document": None},
        proof | {"format": "another"},
    ]


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js to run the module in")
def test_the_browsers_module_takes_what_the_verifier_takes_and_nothing_else():
    proof = _proof()
    proofs = [proof, proof | {"document": None, "part": None}, *_altered(proof)]
    expected = [holds(one, proof["key"]) for one in proofs]
    assert expected == [True, True] + [False] * len(_altered(proof))
    answered = subprocess.run(
        ["node", "--input-type=module", "-e", _RUN % MODULE.as_uri()],
        input=json.dumps({"key": proof["key"], "proofs": proofs}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answered.stdout) == expected
