"""Checkpoints, and proofs made from tiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import connection

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.platform.db import seeing_everything
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import models
from kawasan.rooms.log.queries.documents import held_document
from kawasan.rooms.log.queries.tiles import read_tiles
from kawasan.rooms.log.rules import entries, merkle, notes, transfers
from kawasan.rooms.log.types import (
    BeyondTheTree,
    CheckpointInfo,
    Content,
    LeafId,
    LeafNotFound,
    Part,
    Proof,
    SizeNotPublished,
)

_LEAF = """
select s.id, s.kind, s.committed, s.at, l.leaf_index, c.subject, c.body, c.salt, c.is_public,
       p.size, p.note, k.name, k.public
from log_submission s
left join log_leaf l on l.number = s.number
left join log_content c on c.leaf_id = s.id
left join lateral (
    select c.size, c.note || coalesce(w.lines, '') as note from log_checkpoint c
    left join lateral (
        select string_agg(lines, '' order by witness_id) as lines from log_cosignature where size = c.size
    ) w on true
    where c.size in (
        (select max(size) from log_checkpoint), (select max(size) from log_cosignature where size > l.leaf_index)
    )
    order by w.lines is null, c.size desc limit 1
) p on true
left join lateral (select name, public from log_key order by made_at desc, id desc limit 1) k on true
where s.id = %s
"""


def checkpoint(size: int | None = None) -> CheckpointInfo | None:
    """Return the newest checkpoint, or the one of a size; None where there is none."""
    rows = models.Checkpoint.objects.all() if size is None else models.Checkpoint.objects.filter(pk=size)
    row = rows.order_by("-size").first()
    return None if row is None else _info(row)


def latest_checkpoints(limit: int) -> list[CheckpointInfo]:
    """Return the newest checkpoints, newest first."""
    return [_info(row) for row in models.Checkpoint.objects.order_by("-size")[:limit]]


def bare_checkpoint() -> CheckpointInfo:
    """Return the newest checkpoint as the log itself signed it. Raises SizeNotPublished where there is none."""
    row = models.Checkpoint.objects.order_by("-size").first()
    if row is None:
        raise SizeNotPublished(size=0)
    return CheckpointInfo(row.size, bytes(row.root), row.note, row.at)


def _info(row: models.Checkpoint) -> CheckpointInfo:
    lines = models.Cosignature.objects.filter(size=row.size).order_by("witness_id").values_list("lines", flat=True)
    return CheckpointInfo(row.size, bytes(row.root), row.note + "".join(lines), row.at)


def published_size() -> int:
    """Return how many leaves the newest checkpoint covers."""
    return models.Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def inclusion(*, index: int, size: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of a leaf in the published tree of a size. Raises SizeNotPublished, BeyondTheTree."""
    _need_published(size)
    if not 0 <= index < size:
        raise BeyondTheTree(asked=index, size=size)
    return tuple(merkle.hashes_of(merkle.inclusion_ranges(index, size), read_tiles))


def consistency(*, old: int, new: int) -> tuple[bytes, ...]:
    """
    Return the proof that the tree of ``old`` leaves is the beginning of that of ``new``.

    Raises SizeNotPublished, BeyondTheTree.
    """
    _need_published(new)
    if not 0 <= old <= new:
        raise BeyondTheTree(asked=old, size=new)
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
    leaf_id, kind, committed, at, index, subject, body, salt, is_public, size, note, name, public = row
    is_covered = size is not None and index is not None and index < size
    path = merkle.hashes_of(merkle.inclusion_ranges(index, size), read_tiles) if is_covered else []
    if body is not None:
        body = held_document(kind, subject) or body
    return Proof(
        leaf_id=LeafId(leaf_id),
        kind=kind,
        entry=entries.entry(kind, bytes(committed)),
        at=at,
        vkey=str(notes.VerifierKey(name, notes.ED25519, bytes(public))) if name else "",
        index=index if is_covered else None,
        size=size if is_covered else 0,
        path=tuple(path),
        checkpoint=note if is_covered else "",
        content=None if body is None else Content(subject, bytes(body), bytes(salt), is_public),
    )


def leaves_of(*, kind: str, subject: str) -> list[LeafId]:
    """Return the leaves about something, oldest first, as far as the asker may read them."""
    found = models.Content.objects.filter(kind=kind, subject=subject).order_by("leaf_id")
    return [LeafId(leaf) for leaf in found.values_list("leaf_id", flat=True)]


def leaves_about(*, kind: str, subjects: Iterable[str]) -> dict[str, LeafId]:
    """Return the newest leaf about each of some things, as far as there is one that the asker may read."""
    found = models.Content.objects.filter(kind=kind, subject__in=list(subjects)).order_by("leaf_id")
    return {subject: LeafId(leaf) for subject, leaf in found.values_list("subject", "leaf_id")}


def proof_of_transfer(transfer_id: UUID) -> Proof:
    """
    Return the proof of a ledger transfer: its batch's leaf, and ``part`` with the way from the transfer to the batch.

    Whoever calls this has seen to it that the asker may see the transfer. Where the ledger's row is not what was
    committed, the proof is made of what the row says now, and fails. Raises TransferNotFound; LeafNotFound until the
    transfer is committed (a second or so).
    """
    row = ledger.transfer(transfer_id)
    batch = models.Batch.objects.filter(upto__gte=row.sequence, after__lt=row.sequence).order_by("upto").first()
    if batch is None:
        raise LeafNotFound(leaf=ids.public(TRANSFER_PREFIX, transfer_id))
    key, hashes = bytes(batch.key), merkle.split(bytes(batch.hashes))
    index = _place_in(batch, hashes, transfers.hash_of(key, row), row)
    part = Part(
        body=transfers.document(row),
        salt=entries.part_salt(key, row.id.bytes),
        index=index,
        size=len(hashes),
        path=transfers.path_in(hashes, index),
    )
    with seeing_everything():  # the batch says how many transfers there were, and nothing of any other
        return replace(proof_of(batch.leaf_id), part=part)


def _place_in(batch: models.Batch, hashes: list[bytes], wanted: bytes, row: ledger.TransferRow) -> int:
    try:
        return hashes.index(wanted)
    except ValueError:  # altered since; where it would be
        before = len(ledger.transfers_between(batch.after, row.sequence - 1))
        return min(before, len(hashes) - 1)


# Note [A link that proves]
# A receipt is shown to others: to a partner, a bank, a court. So a "verify" link carries the right to see what it
# proves, signed by the zone, and needs no sign-in; who has not been given one cannot guess it. Pages that have checked
# who asks put such links on themselves.
TRANSFER_PREFIX, LEAF_PREFIX, ENTRY_PREFIX = "trf", "lef", "ent"
_signer = signing.Signer(salt="kawasan.log.proof", sep=".")


def token_of_transfer(transfer_id: UUID) -> str:
    """Return what opens the proof of a transfer, for a page whose reader may see it."""
    return _signer.sign(ids.public(TRANSFER_PREFIX, transfer_id))


def token_of_leaf(leaf_id: UUID) -> str:
    """Return what opens the proof of a leaf with its document, for a page whose reader may see it."""
    return _signer.sign(ids.public(LEAF_PREFIX, leaf_id))


def token_of_entry(leaf_id: UUID) -> str:
    """Return what opens the proof that a leaf is in the log, without its document: for a page that may not show it."""
    return _signer.sign(ids.public(ENTRY_PREFIX, leaf_id))


def proof_for(token: str) -> Proof:
    """Return the proof that a link opens. Raises NotFound for a link that is not the zone's, and what proofs raise."""
    try:
        named = _signer.unsign(token)
    except signing.BadSignature as error:
        raise NotFound(id=token[:60]) from error
    if named.startswith(TRANSFER_PREFIX):
        return proof_of_transfer(ids.parse(TRANSFER_PREFIX, named))
    with seeing_everything():
        if named.startswith(ENTRY_PREFIX):
            return replace(proof_of(ids.parse(ENTRY_PREFIX, named)), content=None)
        return proof_of(ids.parse(LEAF_PREFIX, named))
