"""Signed notes, checkpoints and cosignatures as C2SP's signed-note, tlog-checkpoint and tlog-cosignature write them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
SIZE_MAX = 2**63 - 1

ED25519, COSIGNATURE_ED25519, COSIGNATURE_MLDSA44 = 0x01, 0x04, 0x06
_KEY_BYTES = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_MLDSA44: 1312}
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE_ED25519: 72, COSIGNATURE_MLDSA44: 2428}
_DASH = "\N{EM DASH} "
_NAME = re.compile(r"[^\s+]+")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NotANote(ValueError):
    """A text that is no signed note, no checkpoint or no verifier key."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and what it signs: notes (Ed25519) or cosignatures (Ed25519, ML-DSA-44)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of signatures: whose, and over what it says nothing."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: so many leaves, this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def parse_key(text: str) -> VerifierKey:
    """Read a verifier key: name, id in hex, kind and key in base 64, joined by ``+``. Raises NotANote."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]) or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
        raise NotANote("not a verifier key")
    body = from_base64(parts[2])
    if not body or len(body) - 1 != _KEY_BYTES.get(body[0]):
        raise NotANote("not a key of a known kind")
    key = VerifierKey(parts[0], body[0], body[1:])
    if key.id.hex() != parts[1]:
        raise NotANote("the key's id does not belong to it")
    return key


def parse_note(text: str) -> Note:
    """Read a signed note without checking signatures. Raises NotANote."""
    if len(text) > NOTE_BYTES_MAX or _CONTROL.search(text):
        raise NotANote("too long, or with control characters")
    body, found, tail = text.rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise NotANote("no signatures below an empty line")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NotANote("too many signatures")
    return Note(body + "\n", tuple(map(_parse_signature, lines)))


def parse_signatures(text: str) -> list[Signature]:
    """Read lines of signatures, as a witness answers with. Raises NotANote."""
    if not text.endswith("\n") or len(text) > NOTE_BYTES_MAX:
        raise NotANote("not lines of signatures")
    return [_parse_signature(line) for line in text[:-1].split("\n")]


def _parse_signature(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2 or not _NAME.fullmatch(parts[0]):
        raise NotANote("a line that is no signature")
    value = from_base64(parts[1])
    if len(value) < 5:
        raise NotANote("a signature too short to be one")
    return Signature(parts[0], value[:4], value[4:])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; lines after the third are left aside. Raises NotANote."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or "" in lines[:-1]:
        raise NotANote("not a checkpoint")
    root = from_base64(lines[2])
    if not _DECIMAL.fullmatch(lines[1]) or int(lines[1]) > SIZE_MAX or len(root) != 32:
        raise NotANote("a checkpoint needs a size and a root")
    return Checkpoint(lines[0], int(lines[1]), root)


def from_base64(text: str) -> bytes:
    """Read standard base 64 with padding, in its one canonical form. Raises NotANote."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotANote("not base 64") from error
    if base64.b64encode(value).decode() != text:
        raise NotANote("not the canonical base 64")
    return value


def sign(text: str, *, name: str, private: Ed25519PrivateKey) -> Signature:
    """Return a log's signature of a note."""
    public = private.public_key().public_bytes_raw()
    return Signature(name, key_id(name, ED25519, public), private.sign(text.encode()))


def cosign(text: str, *, name: str, private: Ed25519PrivateKey, seconds: int) -> Signature:
    """Return a witness's cosignature of a checkpoint at a moment (POSIX seconds)."""
    public = private.public_key().public_bytes_raw()
    value = seconds.to_bytes(8, "big") + private.sign(_cosigned(text, seconds))
    return Signature(name, key_id(name, COSIGNATURE_ED25519, public), value)


def cosign_mldsa(text: str, *, name: str, private: MLDSA44PrivateKey, seconds: int) -> Signature:
    """Return a witness's cosignature with ML-DSA-44, which stands against quantum computers too."""
    public = private.public_key().public_bytes_raw()
    value = seconds.to_bytes(8, "big") + private.sign(_cosigned_mldsa(text, name, seconds))
    return Signature(name, key_id(name, COSIGNATURE_MLDSA44, public), value)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _cosigned_mldsa(text: str, name: str, seconds: int) -> bytes:
    found = parse_checkpoint(text)
    return b"".join(
        [
            b"subtree/v1\n\0",
            bytes([len(name.encode())]) + name.encode(),
            seconds.to_bytes(8, "big"),
            bytes([len(found.origin.encode())]) + found.origin.encode(),
            (0).to_bytes(8, "big"),
            found.size.to_bytes(8, "big"),
            found.root,
        ]
    )


def verified(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """
    Return those keys that signed the note, each once. Signatures of other keys are left aside.

    Raises NotANote where a signature that claims to be by one of the keys is not.
    """
    known = {(key.name, key.id): key for key in keys}
    found: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or key in found:
            continue
        if not is_signed_by(note.text, signature, key):
            raise NotANote(f"a signature in the name of {key.name} is not by its key")
        found.append(key)
    return found


def is_signed_by(text: str, signature: Signature, key: VerifierKey) -> bool:
    """Say whether a signature of this text is by this key."""
    value = signature.value
    if len(value) != _SIGNATURE_BYTES[key.kind]:
        return False
    try:
        if key.kind == ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(value, text.encode())
            return True
        seconds = int.from_bytes(value[:8], "big")
        if seconds > SIZE_MAX:
            return False
        if key.kind == COSIGNATURE_ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(value[8:], _cosigned(text, seconds))
        else:
            message = _cosigned_mldsa(text, key.name, seconds)
            MLDSA44PublicKey.from_public_bytes(key.public).verify(value[8:], message)
    except (InvalidSignature, NotANote, ValueError):
        return False
    return True


def cosigned_at(signature: Signature) -> int:
    """Return the moment in a cosignature (POSIX seconds)."""
    return int.from_bytes(signature.value[:8], "big")
