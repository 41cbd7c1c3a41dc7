"""A ledger transfer as a document, and transfers under one leaf as a tree of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kawasan.rooms.ledger.types import TransferRow
from kawasan.rooms.log.rules import entries, merkle

KIND = "ledger.transfers"


def document(row: TransferRow) -> bytes:
    """
    Return a transfer's canonical bytes (RFC 8785): what the ledger holds of it, amounts as text.

    Put together by hand, since it is made for every transfer: names are in order and no text needs escaping.
    """
    expires = f'"expires_at":"{_moment(row.expires_at)}",' if row.expires_at else ""
    pending = f'"pending_of":"{row.pending_of}",' if row.pending_of else ""
    reference = f'"reference":"{row.reference}",' if row.reference else ""
    return (
        f'{{"amount":"{row.amount}","asset":"{row.asset}","at":"{_moment(row.at)}","code":{row.code},'
        f'"credit":"{row.credit}","debit":"{row.debit}","entry":"{row.entry_id}",{expires}"id":"{row.id}",'
        f'"kind":"{row.kind.value}",{pending}{reference}"sequence":{row.sequence}}}'
    ).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def hash_of(key: bytes, row: TransferRow) -> bytes:
    """Return the leaf hash of a transfer in its batch's tree: over its commitment, salted with a part of the key."""
    return merkle.leaf_hash(entries.commitment(entries.part_salt(key, row.id.bytes), document(row)))


def summary(rows: Sequence[TransferRow], hashes: Sequence[bytes]) -> dict[str, object]:
    """Return what a batch's leaf commits to."""
    return {
        "count": len(rows),
        "first": rows[0].sequence,
        "last": rows[-1].sequence,
        "root": merkle.root_of(hashes).hex(),
    }


def path_in(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of a transfer in its batch."""
    ranges = merkle.inclusion_ranges(index, len(hashes))
    return tuple(merkle.root_of(hashes[low:high]) for low, high in ranges)
