"""``kawasan verify``: compute leaves, tiles, roots and batches again from what they are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from kawasan.platform.checks import Finding
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import models
from kawasan.rooms.log.queries import anchors
from kawasan.rooms.log.queries.documents import differing
from kawasan.rooms.log.queries.keys import keys as all_keys
from kawasan.rooms.log.queries.tiles import read_tiles, size
from kawasan.rooms.log.rules import entries, merkle, notes, transfers

LEAVES_AT_ONCE = 64 * merkle.TILE_WIDTH

_LEAVES = """
select l.leaf_index, l.number, s.kind, s.committed from log_leaf l join log_submission s on s.number = l.number
where l.leaf_index >= %s and l.leaf_index < %s order by l.leaf_index
"""
_SKIPPED = """
select s.number from log_submission s where s.number <= coalesce((select max(number) from log_leaf), 0)
and not exists (select from log_leaf l where l.number = s.number) order by s.number limit 20
"""
_DISORDER = """
select leaf_index from (
    select leaf_index, number, lag(number) over (order by leaf_index) as before,
           row_number() over (order by leaf_index) - 1 as place from log_leaf
) l where before >= number or place <> leaf_index order by leaf_index limit 20
"""
_NOT_COMMITTED = """
select s.id from log_content c join log_submission s on s.id = c.leaf_id
where sha256(c.salt || c.body) <> s.committed or c.kind <> s.kind order by s.number limit 20
"""


def verify() -> list[Finding]:
    """Return every leaf, tile, checkpoint, document and transfer that is not what was committed to and signed."""
    return [*_leaves(), *_tiles(), *_checkpoints(), *_batches(), *anchors.findings()]


def _leaves() -> Iterator[Finding]:
    for (number,) in _rows(_SKIPPED):
        yield Finding("log-leaf-missing", f"submission {number}", "a leaf", "none")
    for (index,) in _rows(_DISORDER):
        yield Finding("log-leaves-out-of-order", f"leaf {index}", "the next number", "another")
    for (leaf,) in _rows(_NOT_COMMITTED):
        yield Finding("log-document-changed", str(leaf), "the document that was committed to", "another")
    for kind, subject in differing():
        yield Finding("log-document-held-differs", f"{kind} {subject}", "the document that was committed to", "another")


def _tiles() -> Iterator[Finding]:
    """Compare every tile with the entries, level by level; a level's input are the roots of the whole tiles below."""
    count, level, above = size(), 0, list[bytes]()
    for first in range(0, count, LEAVES_AT_ONCE):
        rows = _rows(_LEAVES, [first, min(first + LEAVES_AT_ONCE, count)])
        hashes = [merkle.leaf_hash(entries.entry(kind, bytes(committed))) for _, _, kind, committed in rows]
        yield from _level(0, first, hashes, above)
    while above:
        row, above, level = above, list[bytes](), level + 1
        yield from _level(level, 0, row, above)


def _level(level: int, first: int, hashes: list[bytes], above: list[bytes]) -> Iterator[Finding]:
    groups = [hashes[i : i + merkle.TILE_WIDTH] for i in range(0, len(hashes), merkle.TILE_WIDTH)]
    names = [(level, first // merkle.TILE_WIDTH + place) for place in range(len(groups))]
    stored = read_tiles(set(names))
    for name, group in zip(names, groups, strict=True):
        if stored.get(name) != b"".join(group):
            yield Finding("log-tile-wrong", f"tile {name[0]}/{name[1]}", "the hashes of the leaves", "others")
        if len(group) == merkle.TILE_WIDTH:
            above.append(merkle.root_of(group))


def _checkpoints() -> Iterator[Finding]:
    known, length = [notes.parse_key(one.vkey) for one in all_keys()], size()
    for row in models.Checkpoint.objects.order_by("size").iterator(2_000):
        problem = _problem_of(row, known, length)
        if problem:
            yield Finding("log-checkpoint-wrong", f"checkpoint {row.size}", "a signed root of the leaves", problem)


def _problem_of(row: models.Checkpoint, known: list[notes.VerifierKey], length: int) -> str:
    try:
        note = notes.parse_note(row.note)
        found = notes.parse_checkpoint(note.text)
        is_signed = bool(notes.verified(note, known))
        root = merkle.tree_root(row.size, read_tiles) if row.size <= length else b""
    except notes.NotANote as error:
        return str(error)
    except (LookupError, ValueError):
        return "tiles that are not there"
    if not is_signed:
        return "no signature of the log"
    is_same = (found.size, found.root) == (row.size, bytes(row.root))
    return "" if is_same and found.root == root else "another root"


def _batches() -> Iterator[Finding]:
    for batch in models.Batch.objects.order_by("upto").iterator(100):
        rows = ledger.transfers_between(batch.after, batch.upto)
        key = bytes(batch.key)
        hashes = [transfers.hash_of(key, row) for row in rows]
        stored = merkle.split(bytes(batch.hashes))
        content = models.Content.objects.filter(pk=batch.leaf_id).first()
        committed = json.loads(bytes(content.body))["root"] if content else None
        if merkle.root_of(stored).hex() != committed:
            yield Finding("log-batch-wrong", str(batch.leaf_id), committed, merkle.root_of(stored).hex())
        if len(rows) != len(stored):
            yield Finding("log-transfers-changed", str(batch.leaf_id), len(stored), len(rows))
        for row, now, then in zip(rows, hashes, stored, strict=False):
            if now != then:
                yield Finding("log-transfer-changed", str(row.id), then.hex(), now.hex())


def _rows(sql: str, parameters: list[int] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
