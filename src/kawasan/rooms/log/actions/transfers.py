"""Commit to ledger transfers: a batch of them is one leaf, with a proof down to each."""

from __future__ import annotations

import os

from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import models
from kawasan.rooms.log.actions.submitting import submit
from kawasan.rooms.log.rules import transfers

KEY_BYTES = 32
TRANSFERS_A_LEAF = 4_096  # twelve steps from a transfer to its leaf


@requires_transaction
def commit_transfers(*, after: int, upto: int) -> int:
    """
    Commit to the ledger's transfers with ``after < sequence <= upto``; return how many were.

    What was committed once is left as it is, so a follower that begins again does no harm.
    """
    committed = models.Batch.objects.order_by("-upto").values_list("upto", flat=True).first() or 0
    rows = ledger.transfers_between(max(after, committed), upto)
    for start in range(0, len(rows), TRANSFERS_A_LEAF):
        _commit(rows[start : start + TRANSFERS_A_LEAF])
    return len(rows)


def _commit(rows: list[ledger.TransferRow]) -> None:
    key = os.urandom(KEY_BYTES)
    hashes = [transfers.hash_of(key, row) for row in rows]
    body = transfers.summary(rows, hashes)
    leaf = submit(kind=transfers.KIND, subject=str(rows[0].sequence), body=body, at=rows[-1].at)
    models.Batch.objects.create(
        leaf_id=leaf,
        after=rows[0].sequence - 1,
        upto=rows[-1].sequence,
        transfers=len(rows),
        key=key,
        hashes=b"".join(hashes),
    )
