"""A proof as files that other programs read: JSON for our verifier, and C2SP's ``.tlog-proof``."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from kawasan.rooms.log.rules import proofs
from kawasan.rooms.log.types import Anchored, Content, Part, Proof

FORMAT = "kawasan-proof/1"


def as_json(proof: Proof, *, anchors: Sequence[Anchored] = ()) -> dict[str, Any]:
    """
    Return everything that the standalone verifier needs. The document is the text that was hashed, to the byte.

    ``anchors`` go along for who reads this: each with its own checkpoint, the way to its root, and the receipt.
    """
    return {
        "format": FORMAT,
        "kind": proof.kind,
        "entry": _base64(proof.entry),
        "index": proof.index,
        "path": [_base64(step) for step in proof.path],
        "checkpoint": proof.checkpoint,
        "key": proof.vkey,
        **_opened(proof.content),
        "part": _part(proof.part) if proof.part else None,
        **({"anchors": [_anchor(one) for one in anchors]} if anchors else {}),
    }


def _anchor(one: Anchored) -> dict[str, Any]:
    return {
        "kind": one.anchor.kind.value,
        "target": one.anchor.target,
        "checkpoint": one.note,
        "path": [_base64(step) for step in one.path],
        "receipt": _base64(one.anchor.receipt),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        **_opened(part),
        "index": part.index,
        "size": part.size,
        "path": [_base64(step) for step in part.path],
    }


def _opened(found: Content | Part | None) -> dict[str, Any]:
    if found is None:
        return {"document": None, "salt": None}
    try:
        text: dict[str, Any] = {"document": found.body.decode()}
    except UnicodeDecodeError:
        text = {"document": None, "document_base64": _base64(found.body)}
    return text | {"salt": _base64(found.salt)}


def as_tlog_proof(proof: Proof) -> str:
    """Return the proof as a ``.tlog-proof`` file; the entry goes along as extra data."""
    return proofs.render(proofs.TlogProof(proof.index or 0, proof.path, proof.checkpoint, proof.entry))


LINES_MAX = 200


def lines_of(body: bytes) -> list[tuple[str, str]]:
    """Return a document as lines: names (``lines[2].name``) and values, as they stand in it."""
    try:
        value = json.loads(body)
    except ValueError:
        return [("", body[:2_000].decode("utf-8", "replace"))]
    return _lines("", value)[:LINES_MAX]


def _lines(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _lines(f"{name}.{key}" if name else key, item)]
    if isinstance(value, list):
        return [line for place, item in enumerate(value, 1) for line in _lines(f"{name}[{place}]", item)]
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
