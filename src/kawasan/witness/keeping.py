"""What a witness remembers of each log, and how it answers (C2SP tlog-witness, tlog-cosignature)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from kawasan.rooms.log.rules import merkle, notes

PROOF_LINES_MAX = 63
LOCK_SECONDS = 5.0
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_TABLES = """
create table witness (name text not null, ed25519 blob not null, mldsa44 blob not null);
create table trusted (origin text not null, vkey text not null, primary key (origin, vkey));
create table cosigned (origin text primary key, size integer not null, root blob not null, note text not null);
"""


class NotPossible(ValueError):
    """A witness that is there already, or is not; a key that is no log's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    text: str
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The newest checkpoint of a log that was cosigned."""

    origin: str
    size: int
    root: bytes


class Witness:
    """A witness with its memory in one file."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            raise NotPossible(f"there is no witness in {file}: make one with `kawasan witness init`")
        self._file = file
        with self._open() as database:
            name, ed25519, mldsa44 = database.execute("select name, ed25519, mldsa44 from witness").fetchone()
        self.name: str = name
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(ed25519)
        self._mldsa44 = MLDSA44PrivateKey.from_seed_bytes(mldsa44)

    @classmethod
    def make(cls, file: Path, name: str) -> Witness:
        """Make a witness with new keys. Raises NotPossible where there is one already, or the name is no key name."""
        if file.exists():
            raise NotPossible(f"{file} is there already")
        if not name or re.search(r"[\s+]", name):
            raise NotPossible("a witness has a name without spaces and plus signs, such as example.org/witness")
        file.touch(mode=0o600)
        with closing(sqlite3.connect(file)) as database, database:
            database.executescript(_TABLES)
            keys = (Ed25519PrivateKey.generate().private_bytes_raw(), MLDSA44PrivateKey.generate().private_bytes_raw())
            database.execute("insert into witness values (?, ?, ?)", (name, *keys))
        return cls(file)

    @property
    def vkeys(self) -> list[str]:
        """The verifier keys by which its cosignatures are checked."""
        kinds = (
            (notes.COSIGNATURE_ED25519, self._ed25519.public_key().public_bytes_raw()),
            (notes.COSIGNATURE_MLDSA44, self._mldsa44.public_key().public_bytes_raw()),
        )
        return [str(notes.VerifierKey(self.name, kind, public)) for kind, public in kinds]

    def trust(self, vkey: str) -> None:
        """Cosign for the log with this key from now on; repeating it changes nothing. Raises NotPossible."""
        try:
            key = notes.parse_key(vkey)
        except notes.NotANote as error:
            raise NotPossible(str(error)) from error
        if key.kind != notes.ED25519:
            raise NotPossible("not the key of a log")
        with self._open() as database:
            database.execute("insert or ignore into trusted values (?, ?)", (key.name, str(key)))

    def remembered(self) -> list[Remembered]:
        """Return what was cosigned last, of each log."""
        with self._open() as database:
            rows = database.execute("select origin, size, root from cosigned order by origin").fetchall()
        return [Remembered(*row) for row in rows]

    def add_checkpoint(self, body: str, *, seconds: int) -> Answer:
        """
        Answer a log that asks for a cosignature: 200 with the signature lines, or why not.

        What is cosigned is remembered before anything is answered, and under one lock with the comparison: two requests
        at once cannot both continue the same checkpoint.
        """
        try:
            old, path, note = _parsed(body)
            checkpoint = notes.parse_checkpoint(note.text)
        except notes.NotANote as error:
            return Answer(400, f"{error}\n")
        with self._open() as database:
            database.execute("begin immediate")
            refusal = self._refusal(database, old, path, note, checkpoint)
            if refusal is not None:
                return refusal
            values = (checkpoint.origin, checkpoint.size, checkpoint.root, str(note))
            database.execute("insert or replace into cosigned values (?, ?, ?, ?)", values)
        return Answer(200, self._lines(note.text, seconds))

    def _lines(self, text: str, seconds: int) -> str:
        ed25519 = notes.cosign(text, name=self.name, private=self._ed25519, seconds=seconds)
        mldsa44 = notes.cosign_mldsa(text, name=self.name, private=self._mldsa44, seconds=seconds)
        return f"{ed25519}{mldsa44}"

    def _refusal(
        self, database: sqlite3.Connection, old: int, path: list[bytes], note: notes.Note, new: notes.Checkpoint
    ) -> Answer | None:
        trusted = database.execute("select vkey from trusted where origin = ?", (new.origin,)).fetchall()
        if not trusted:
            return Answer(404, "this witness does not know the log\n")
        try:
            signed = notes.verified(note, [notes.parse_key(vkey) for (vkey,) in trusted])
        except notes.NotANote:
            signed = []
        if not signed:
            return Answer(403, "not signed by a key that this witness knows\n")
        if old > new.size:
            return Answer(400, "the old size is larger than the new one\n")
        row = database.execute("select size, root from cosigned where origin = ?", (new.origin,)).fetchone()
        size, root = row or (0, merkle.EMPTY_ROOT)
        if old != size:
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        if size == new.size and root != new.root:
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        if merkle.is_consistent(old=size, new=new.size, old_root=root, new_root=new.root, path=path):
            return None
        return Answer(422, "the log does not continue what this witness has cosigned\n")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=LOCK_SECONDS)) as database, database:
            database.execute("pragma synchronous = full")
            yield database


def _parsed(body: str) -> tuple[int, list[bytes], notes.Note]:
    head, found, note = body.partition("\n\n")
    lines = head.split("\n")
    match = _OLD.fullmatch(lines[0])
    if not found or not match or len(lines) - 1 > PROOF_LINES_MAX:
        raise notes.NotANote("a request begins with the old size and a proof of up to 63 lines")
    path = [notes.from_base64(line) for line in lines[1:]]
    if any(len(step) != merkle.HASH_BYTES for step in path):
        raise notes.NotANote("a line of a proof is one hash")
    return int(match[1]), path, notes.parse_note(note)
