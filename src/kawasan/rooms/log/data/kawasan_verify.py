"""
Check a zone's log without trusting the zone. One file; it needs Python 3.9+ and `pip install cryptography`, no network.

    python kawasan_verify.py proof FILE.json [--key VKEY] [--witness VKEY ...]
    python kawasan_verify.py tlog-proof FILE --entry HEX --key VKEY [--witness VKEY ...]
    python kawasan_verify.py log FOLDER_OR_URL [--key VKEY] [--older CHECKPOINT]

`proof` checks a proof as the zone's pages hand it out: the document, its salt, the leaf, its way to the root, the
signatures. `log` reads a whole log (a folder, or an address such as https://example.org/log), computes every tile and
the root again from the entries, and, with --older, that the log still begins with an earlier checkpoint you kept.
Exit code 0: everything holds; 1: something does not, and it says what.

Formats: RFC 6962, and C2SP's signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-proof.
Licence: Apache-2.0.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

WIDTH = 256


class Wrong(Exception):
    """Something does not hold."""


def need(holds: bool, what: str) -> None:
    """Go on only where something holds."""
    if not holds:
        raise Wrong(what)


def from_base64(text: Any) -> bytes:
    """Read base 64 in its one canonical form."""
    need(isinstance(text, str), "base 64 is text")
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong("not base 64: %r" % text[:60]) from error
    need(base64.b64encode(value).decode() == text, "not canonical base 64: %r" % text[:60])
    return value


def sha256(*parts: bytes) -> bytes:
    """Return the hash of bytes after one another."""
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962)."""
    return sha256(b"\x00", entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash above two (RFC 6962)."""
    return sha256(b"\x01", left, right)


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    if not hashes:
        return sha256()
    row = list(hashes)
    while len(row) > 1:
        above = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = above + row[len(row) - len(row) % 2 :]
    return row[0]


def root_by_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    need(isinstance(index, int) and isinstance(size, int) and 0 <= index < size, "the index is not in the tree")
    here, last, value = index, size - 1, leaf
    for step in path:
        need(len(step) == 32 and last > 0, "the path has the wrong length")
        if here & 1 or here == last:
            value = node_hash(step, value)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            value = node_hash(value, step)
        here, last = here >> 1, last >> 1
    need(last == 0, "the path has the wrong length")
    return value


class Key:
    """A verifier key: name+id+base64(kind and public key)."""

    def __init__(self, text: str) -> None:
        match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text)
        if not match:
            raise Wrong("not a verifier key: %r" % text[:80])
        self.text, self.name, body = text, match[1], from_base64(match[3])
        self.kind, self.public = body[0], body[1:]
        lengths = {1: 32, 4: 32, 6: 1312}
        need(lengths.get(self.kind) == len(self.public), "a key of an unknown kind")
        self.id = sha256(self.name.encode(), b"\n", body)[:4]
        need(self.id.hex() == match[2], "the key's id does not belong to it")

    def signed(self, text: str, value: bytes) -> bool:
        """Say whether a signature of a note's text is by this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            if self.kind == 1:
                Ed25519PublicKey.from_public_bytes(self.public).verify(value, text.encode())
            elif self.kind == 4:
                seconds = int.from_bytes(value[:8], "big")
                message = ("cosignature/v1\ntime %d\n%s" % (seconds, text)).encode()
                Ed25519PublicKey.from_public_bytes(self.public).verify(value[8:], message)
            else:
                self._verify_mldsa(text, value)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _verify_mldsa(self, text: str, value: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        origin, size, root = parse_checkpoint(text)
        name, log = self.name.encode(), origin.encode()
        numbers = b"\0" * 8 + size.to_bytes(8, "big")
        head = b"subtree/v1\n\0" + bytes([len(name)]) + name + value[:8]
        message = head + bytes([len(log)]) + log + numbers + root
        MLDSA44PublicKey.from_public_bytes(self.public).verify(value[8:], message)


def parse_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Read a signed note: its text, and (name, id and signature) of each line."""
    need(isinstance(note, str) and not re.search(r"[\x00-\x09\x0b-\x1f]", note), "not a signed note")
    text, found, tail = note.rpartition("\n\n")
    need(bool(found) and tail.endswith("\n"), "not a signed note")
    lines = []
    for line in tail[:-1].split("\n"):
        match = re.fullmatch("\N{EM DASH} ([^\\s+]+) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise Wrong("a line that is no signature: %r" % line[:80])
        lines.append((match[1], from_base64(match[2])))
    return text + "\n", lines


def parse_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Read a checkpoint: origin, size, root."""
    lines = text.split("\n")
    need(len(lines) >= 4 and lines[-1] == "" and "" not in lines[:-1], "not a checkpoint")
    need(bool(re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])), "a checkpoint without a size")
    root = from_base64(lines[2])
    need(len(root) == 32, "a checkpoint without a root")
    return lines[0], int(lines[1]), root


def open_note(note: str, keys: Sequence[Key]) -> tuple[int, bytes]:
    """Check that every key signed a checkpoint and return its size and root. The first key is the log's."""
    text, lines = parse_note(note)
    for key in keys:
        ours = [value[4:] for name, value in lines if name == key.name and value[:4] == key.id]
        need(any(key.signed(text, value) for value in ours), "no signature by %s (%s)" % (key.name, key.id.hex()))
    origin, size, root = parse_checkpoint(text)
    need(bool(keys) and keys[0].kind == 1 and origin == keys[0].name, "the checkpoint is of another log")
    return size, root


def document_of(found: dict[str, Any]) -> bytes | None:
    """Return the bytes of a document, or None where it was not handed out (or erased)."""
    if found.get("document") is not None:
        need(isinstance(found["document"], str), "a document is text")
        return str(found["document"]).encode()
    return from_base64(found["document_base64"]) if found.get("document_base64") else None


def check_proof(data: dict[str, Any], key: str | None, witnesses: Sequence[str]) -> list[str]:
    """Check a proof; return what was found true, in words."""
    need(isinstance(data, dict) and data.get("format") == "kawasan-proof/1", "not a proof of this format")
    told = []
    if key is None:
        told.append("NOTE: using the key in the file. Compare it with the zone's key: %s" % data.get("key"))
    elif data.get("key") != key:
        told.append("NOTE: the file names another key; checking with yours")
    wanted = [Key(key or str(data.get("key")))] + [Key(text) for text in witnesses]
    size, root = open_note(data["checkpoint"], wanted)
    told.append("signed by %s: %d entries, root %s" % (", ".join(one.name for one in wanted), size, root.hex()))
    entry = from_base64(data["entry"])
    path = [from_base64(step) for step in data["path"]]
    need(root_by_path(data["index"], size, leaf_hash(entry), path) == root, "the leaf is not in the tree")
    told.append("entry %d is in the log" % data["index"])
    kind, _, committed = entry.partition(b"\0")
    need(len(committed) == 32 and kind.decode("ascii", "replace") == data["kind"], "the kind is not the leaf's")
    document = document_of(data)
    if document is None:
        need(not data.get("part"), "a part without its batch")
        return [*told, "the document is not in this file: only that there was one is proved"]
    need(sha256(from_base64(data["salt"]), document) == committed, "the document is not the one committed to")
    told.append("the document is the one committed to")
    if data.get("part"):
        told.append(check_part(data["part"], json.loads(document.decode())))
    return told


def check_part(part: dict[str, Any], batch: dict[str, Any]) -> str:
    """Check that a transfer is in its batch."""
    document = document_of(part)
    need(document is not None, "the transfer is missing")
    leaf = leaf_hash(sha256(from_base64(part["salt"]), document or b""))
    path = [from_base64(step) for step in part["path"]]
    need(part["size"] == batch["count"], "the batch has another number of transfers")
    need(
        root_by_path(part["index"], part["size"], leaf, path).hex() == batch["root"], "the transfer is not in its batch"
    )
    return "the transfer is number %d of the %d in its batch" % (part["index"] + 1, part["size"])


def check_tlog_proof(text: str, entry: bytes, keys: Sequence[Key]) -> list[str]:
    """Check a `.tlog-proof` file of C2SP."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1" and bool(lines), "not a .tlog-proof")
    if lines[0].startswith("extra "):
        from_base64(lines.pop(0)[6:])
    need(bool(lines) and bool(re.fullmatch("index (0|[1-9][0-9]*)", lines[0])), "no index")
    index = int(lines.pop(0)[6:])
    size, root = open_note(note, keys)
    path = [from_base64(line) for line in lines]
    need(root_by_path(index, size, leaf_hash(entry), path) == root, "the leaf is not in the tree")
    return ["entry %d is in the log of %d entries" % (index, size)]


def place_name(place: int) -> str:
    """Return a tile's place as tlog-tiles writes it: 1234067 is x001/x234/067."""
    groups = ["%03d" % (place % 1000)]
    while place >= 1000:
        place //= 1000
        groups.insert(0, "x%03d" % (place % 1000))
    return "/".join(groups)


def tile_name(level: str, place: int, width: int) -> str:
    """Return the path of a tile, whole or partial."""
    return "tile/%s/%s%s" % (level, place_name(place), "" if width == WIDTH else ".p/%d" % width)


def widths(count: int) -> list[int]:
    """Return the widths of the tiles of a level."""
    return [WIDTH] * (count // WIDTH) + ([count % WIDTH] if count % WIDTH else [])


def entries_in(data: bytes) -> list[bytes]:
    """Return the entries of a tile of entries."""
    found, place = [], 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 2], "big")
        need(place + 2 + length <= len(data), "a tile of entries ends in the middle of one")
        found.append(data[place + 2 : place + 2 + length])
        place += 2 + length
    return found


def check_log(read: Callable[[str], bytes], key: str | None, older: str | None) -> list[str]:
    """Read a whole log, and compute every tile and the root again from the entries."""
    note = read("checkpoint").decode()
    if key is None:
        raise Wrong("name the log's key with --key")
    size, root = open_note(note, [Key(key)])
    row: list[bytes] = []
    for place, width in enumerate(widths(size)):
        found = entries_in(read(tile_name("entries", place, width)))
        need(len(found) == width, "tile %d of entries has %d entries" % (place, len(found)))
        row += [leaf_hash(one) for one in found]
    need(root_of(row) == root, "the entries do not lead to the signed root")
    told = ["%d entries lead to the signed root %s" % (size, root.hex())]
    if older is not None:
        before, old_root = open_note(older, [Key(key)])
        need(before <= size and root_of(row[:before]) == old_root, "the log does not begin with the older checkpoint")
        told.append("it begins with the %d entries of the older checkpoint" % before)
    level = 0
    while row:
        for place, width in enumerate(widths(len(row))):
            tile = b"".join(row[place * WIDTH : place * WIDTH + width])
            need(read(tile_name(str(level), place, width)) == tile, "tile %d of level %d is wrong" % (place, level))
        row = [root_of(row[i : i + WIDTH]) for i in range(0, len(row) - WIDTH + 1, WIDTH)]
        level += 1
    return [*told, "all tiles are right"]


def reader(where: str) -> Callable[[str], bytes]:
    """Return what reads a file of the log from a folder or an address."""
    if where.startswith(("http://", "https://")):
        base = where.rstrip("/") + "/"

        def fetch(name: str) -> bytes:
            with urllib.request.urlopen(base + name, timeout=30) as answer:
                data: bytes = answer.read()
            return data

        return fetch
    return lambda name: (Path(where) / name).read_bytes()


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    lines = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    ways = lines.add_subparsers(dest="way", required=True)
    for name, text in (("proof", "a .json proof"), ("tlog-proof", "a .tlog-proof file"), ("log", "a whole log")):
        one = ways.add_parser(name, help="check " + text)
        one.add_argument("where")
        one.add_argument("--key", help="the log's verifier key, from somewhere you trust")
        if name != "log":
            one.add_argument("--witness", action="append", default=[], help="a witness that must have cosigned")
        if name == "tlog-proof":
            one.add_argument("--entry", required=True, help="the entry's bytes in hex")
        if name == "log":
            one.add_argument("--older", help="a file with an earlier checkpoint")
    return lines


def run(arguments: argparse.Namespace) -> list[str]:
    """Do what the command line says."""
    if arguments.way == "log":
        older = Path(arguments.older).read_text(encoding="utf-8") if arguments.older else None
        return check_log(reader(arguments.where), arguments.key, older)
    text = Path(arguments.where).read_text(encoding="utf-8")
    if arguments.way == "proof":
        return check_proof(json.loads(text), arguments.key, arguments.witness)
    need(bool(arguments.key), "name the log's key with --key")
    keys = [Key(one) for one in [arguments.key, *arguments.witness]]
    return check_tlog_proof(text, bytes.fromhex(arguments.entry), keys)


def main(words: Sequence[str] | None = None) -> int:
    """Check, say what was found, and return 0 where everything holds."""
    try:
        told = run(parser().parse_args(words))
    except Wrong as error:
        print("WRONG: %s" % error)
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        print("WRONG: cannot be read as one of these: %s: %s" % (type(error).__name__, error))
        return 1
    print("\n".join([*told, "OK"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
