"""Anchors of checkpoints: receipts of those who keep them are checked, then kept for ever."""

from __future__ import annotations

from datetime import datetime

from kawasan.core.ids import uuid7
from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import models
from kawasan.rooms.log.queries.anchors import as_anchor, note_of, trusted
from kawasan.rooms.log.rules import contract, timestamps
from kawasan.rooms.log.types import Anchor, AnchorInvalid, AnchorKind

PROBLEM_MAX = 200


@requires_transaction
def keep_stamp(*, size: int, target: str, receipt: bytes, nonce: int, at: datetime) -> Anchor:
    """
    Keep the timestamp of the checkpoint of a size, after everything about it was checked.

    Raises AnchorInvalid; SizeNotPublished where there is no such checkpoint.
    """
    try:
        stamped = timestamps.check(receipt, data=note_of(size), trusted=trusted(), nonce=nonce)
    except timestamps.NotAStamp as error:
        raise AnchorInvalid(problem=str(error)) from error
    return _add(kind=AnchorKind.RFC3161, size=size, target=target, at=at, receipt=receipt, stamped_at=stamped)


@requires_transaction
def keep_written(*, size: int, target: str, receipt: bytes, stamped_at: datetime, at: datetime) -> Anchor:
    """
    Keep the receipt of the transaction that put a checkpoint into a contract.

    Raises AnchorInvalid; SizeNotPublished where there is no such checkpoint.
    """
    try:
        contract.check(receipt, note=note_of(size), contract=target)
    except contract.NotOnChain as error:
        raise AnchorInvalid(problem=str(error)) from error
    return _add(kind=AnchorKind.EVM, size=size, target=target, at=at, receipt=receipt, stamped_at=stamped_at)


@requires_transaction
def note_anchor_failure(*, kind: AnchorKind, size: int, target: str, problem: str, at: datetime) -> Anchor:
    """Write down that a checkpoint was not taken, and why; the next attempt waits longer with each of these."""
    return _add(kind=kind, size=size, target=target, at=at, problem=problem[:PROBLEM_MAX] or "no answer")


def _add(
    *, kind: AnchorKind, size: int, target: str, at: datetime, receipt: bytes = b"",
    stamped_at: datetime | None = None, problem: str = "",
) -> Anchor:  # fmt: skip
    row = models.Anchor(
        id=uuid7(), size=size, kind=kind.value, target=target, receipt=receipt, stamped_at=stamped_at,
        problem=problem, at=at, state="failed" if problem else "held",
    )  # fmt: skip
    row.save(force_insert=True)
    return as_anchor(row)
