"""Checkpoints, and proofs made from tiles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.rooms.log import models
from kawasan.rooms.log.queries import keys
from kawasan.rooms.log.queries.tiles import read_tiles
from kawasan.rooms.log.rules import entries, merkle
from kawasan.rooms.log.types import CheckpointInfo, Content, LeafId, LeafNotFound, Proof, SizeNotPublished

_LEAF = """
select s.id, s.kind, s.committed, s.at, l.leaf_index, c.subject, c.body, c.salt, c.is_public
from log_submission s
left join log_leaf l on l.number = s.number
left join log_content c on c.leaf_id = s.id
where s.id = %s
"""


def checkpoint(size: int | None = None) -> CheckpointInfo | None:
    """Return the newest checkpoint, or the one of a size; None where there is none."""
    rows = models.Checkpoint.objects.all() if size is None else models.Checkpoint.objects.filter(pk=size)
    row = rows.order_by("-size").first()
    return None if row is None else CheckpointInfo(row.size, bytes(row.root), row.note, row.at)


def published_size() -> int:
    """Return how many leaves the newest checkpoint covers."""
    return models.Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def inclusion(*, index: int, size: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of a leaf in the published tree of a size. Raises SizeNotPublished."""
    _need_published(size)
    if not 0 <= index < size:
        raise SizeNotPublished(size=size)
    return tuple(merkle.hashes_of(merkle.inclusion_ranges(index, size), read_tiles))


def consistency(*, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of ``old`` leaves is the beginning of that of ``new``. Raises SizeNotPublished."""
    _need_published(new)
    if not 0 <= old <= new:
        raise SizeNotPublished(size=new)
    return tuple(merkle.hashes_of(merkle.consistency_ranges(old, new), read_tiles))


def _need_published(size: int) -> None:
    last = published_size()
    if not 0 <= size <= last:
        raise SizeNotPublished(size=last)


def proof_of(leaf_id: UUID) -> Proof:
    """
    Return a leaf with its way into the newest checkpoint, and its document for who may read it.

    Until a checkpoint covers the leaf (seconds), ``is_published`` is false and there is no path. Raises LeafNotFound.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEAF, [leaf_id])
        row = cursor.fetchone()
    if row is None:
        raise LeafNotFound(leaf=str(leaf_id))
    return _with_path(row)


def _with_path(row: tuple[Any, ...]) -> Proof:
    leaf_id, kind, committed, at, index, subject, body, salt, is_public = row
    newest = checkpoint()
    known = keys.keys()
    covered = newest is not None and index is not None and index < newest.size
    return Proof(
        leaf_id=LeafId(leaf_id),
        kind=kind,
        entry=entries.entry(kind, bytes(committed)),
        at=at,
        vkey=known[0].vkey if known else "",
        index=index if covered else None,
        size=newest.size if newest and covered else 0,
        path=tuple(merkle.hashes_of(merkle.inclusion_ranges(index, newest.size), read_tiles))
        if newest and covered
        else (),
        checkpoint=newest.note if newest and covered else "",
        content=None if body is None else Content(subject, bytes(body), bytes(salt), is_public),
    )


def leaves_of(*, kind: str, subject: str) -> list[LeafId]:
    """Return the leaves about something, oldest first, as far as the asker may read them."""
    found = models.Content.objects.filter(kind=kind, subject=subject).order_by("leaf_id")
    return [LeafId(leaf) for leaf in found.values_list("leaf_id", flat=True)]
