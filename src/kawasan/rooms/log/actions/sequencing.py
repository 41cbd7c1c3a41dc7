"""The sequencer: take submissions in the order of their numbers into the tree, and sign what it has become."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from kawasan.core.ids import uuid7
from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import models
from kawasan.rooms.log.queries import keys, proofs
from kawasan.rooms.log.queries.tiles import read_tiles
from kawasan.rooms.log.rules import entries, merkle, notes
from kawasan.rooms.log.types import CheckpointInfo, KeyInfo

KEY_OVERLAP = timedelta(days=90)  # so long an old key signs along, for those who have only seen the old one

_BETWEEN = "select number, kind, committed from log_submission where number > %s and number <= %s order by number"
_LOCK = "select size from log_tree where id = 1 for update"
_FIRST = "insert into log_tree (id, size) values (1, 0) on conflict do nothing"
_GROW = "update log_tree set size = %s where id = 1"
_LEAVES = "copy log_leaf (leaf_index, number) from stdin (format binary)"
_TILES = """
insert into log_tile (level, place, hashes)
select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])
on conflict (level, place) do update set hashes = excluded.hashes
"""


# Note [The tree is a projection]
# Leaves are the submissions in the order of their numbers, without the numbers that were never used. A follower passes
# a number only when whatever was to come with it has come or never will, so nothing is skipped, and the same
# submissions always make the same tree: rebuilding it leads to the same roots, which `kawasan verify` makes use of.
@requires_transaction
def append_leaves(*, after: int, upto: int) -> int:
    """Take the submissions with ``after < number <= upto`` into the tree; return how many leaves it has then."""
    with connection.cursor() as cursor:
        size = _locked_size(cursor)
        cursor.execute(_BETWEEN, [after, upto])
        rows = cursor.fetchall()
        if not rows:
            return size
        with cursor.copy(_LEAVES) as copy:
            copy.set_types(["int8", "int8"])
            for place, row in enumerate(rows, size):
                copy.write_row((place, row[0]))
        hashes = [merkle.leaf_hash(entries.entry(kind, bytes(committed))) for _, kind, committed in rows]
        _write_tiles(cursor, size, hashes)
        cursor.execute(_GROW, [size + len(rows)])
    return size + len(rows)


def _locked_size(cursor: Any) -> int:
    cursor.execute(_LOCK)
    row = cursor.fetchone()
    if row is None:
        cursor.execute(_FIRST)
        cursor.execute(_LOCK)
        row = cursor.fetchone()
    return int(row[0])


def _write_tiles(cursor: Any, size: int, hashes: list[bytes]) -> None:
    tails = {level: tile for (level, _), tile in read_tiles(merkle.tail_names(size)).items()}
    changed = merkle.append(size, tails, hashes)
    names = list(changed)
    cursor.execute(_TILES, [[n[0] for n in names], [n[1] for n in names], [changed[n] for n in names]])


@requires_transaction
def forget_tree() -> None:
    """Empty the tree, to be built again from the submissions; what was published stays published."""
    with connection.cursor() as cursor:
        _locked_size(cursor)
        cursor.execute("delete from log_leaf")
        cursor.execute("delete from log_tile")
        cursor.execute(_GROW, [0])


@requires_transaction
def publish(*, at: datetime) -> CheckpointInfo | None:
    """
    Sign the tree as it is and publish that; return the newest checkpoint.

    Nothing new is signed where the tree has not grown since. The first call makes the log's first key.
    """
    with connection.cursor() as cursor:
        size = _locked_size(cursor)
    newest = proofs.checkpoint()
    if size == 0 or (newest is not None and size <= newest.size):
        return newest
    signers = keys.signers(at) or [_new_key(keys.default_origin(), at)]
    root = merkle.tree_root(size, read_tiles)
    text = notes.Checkpoint(signers[0][0], size, root).text
    note = notes.Note(text, tuple(notes.sign(text, name=name, private=private) for name, private in signers))
    models.Checkpoint.objects.create(size=size, root=root, note=str(note), at=at)
    return CheckpointInfo(size, root, str(note), at)


@requires_transaction
def rotate_key(*, at: datetime) -> KeyInfo:
    """Make a new key under the log's name; the old ones sign along for KEY_OVERLAP. A repeat makes another one."""
    newest = models.Key.objects.order_by("-made_at", "-id").first()
    models.Key.objects.filter(signs_until__isnull=True).update(signs_until=at + KEY_OVERLAP)
    _new_key(newest.name if newest else keys.default_origin(), at)
    return keys.keys()[0]


def _new_key(name: str, at: datetime) -> tuple[str, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.generate()
    models.Key.objects.create(
        id=uuid7(),
        name=name,
        public=private.public_key().public_bytes_raw(),
        private=private.private_bytes_raw().hex(),
        made_at=at,
    )
    return name, private
