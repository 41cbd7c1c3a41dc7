"""Proofs as files: the text of C2SP's tlog-proof, and the JSON that our verifier reads."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from kawasan.rooms.log.rules import merkle, notes

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A leaf's place, the way up from it, and the signed checkpoint."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def render(proof: TlogProof) -> str:
    """Return the proof as a ``.tlog-proof`` file."""
    lines = [HEADER]
    if proof.extra:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(step).decode() for step in proof.path]
    return "\n".join(lines) + "\n\n" + proof.checkpoint


def parse(text: str) -> TlogProof:
    """Read a ``.tlog-proof`` file. Raises NotANote."""
    head, _, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != HEADER or not lines:
        raise notes.NotANote("not a proof of this version")
    extra = b""
    if lines[0].startswith("extra "):
        extra = notes.from_base64(lines.pop(0)[6:])
    index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
    if not (index == "0" or (index.isascii() and index.isdigit() and index[0] != "0" and len(index) < 20)):
        raise notes.NotANote("no index")
    return TlogProof(int(index), tuple(map(notes.from_base64, lines)), checkpoint, extra)


def is_proved(text: str, *, entry: bytes, keys: Sequence[notes.VerifierKey]) -> bool:
    """Say whether a ``.tlog-proof`` file proves an entry into a checkpoint that all ``keys`` signed."""
    try:
        found = parse(text)
        note = notes.parse_note(found.checkpoint)
        checkpoint = notes.parse_checkpoint(note.text)
        signed = notes.verified(note, keys)
    except notes.NotANote:
        return False
    if not keys or len(signed) != len(set(keys)) or checkpoint.origin != keys[0].name:
        return False
    return merkle.is_included(
        index=found.index,
        size=checkpoint.size,
        leaf=merkle.leaf_hash(entry),
        path=found.path,
        root=checkpoint.root,
    )
