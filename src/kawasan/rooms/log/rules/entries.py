"""What a leaf of the log is: a kind and the hash of salted bytes; and how entries lie in bundles (tlog-tiles)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

KIND_PATTERN = r"[a-z][a-z0-9.-]{0,39}"
_KIND = re.compile(KIND_PATTERN)
SALT_BYTES = 16
COMMITMENT_BYTES = 32


def is_kind(kind: str) -> bool:
    """Say whether this can be the kind of a leaf: ``transfers``, ``epcis.event``."""
    return bool(_KIND.fullmatch(kind))


# Note [Why a salt]
# A leaf is public for ever, and most bodies can be guessed (an amount, a date, two names). With sixteen random bytes
# before it, the hash tells nobody anything; and once body and salt are deleted, the fact is gone, while the leaf, and
# every proof of its neighbours, stays as it was.
def commitment(salt: bytes, body: bytes) -> bytes:
    """Return what stands in the log for a body."""
    return hashlib.sha256(salt + body).digest()


def entry(kind: str, committed: bytes) -> bytes:
    """Return the bytes of a leaf: the kind, a zero byte, the commitment."""
    return kind.encode() + b"\0" + committed


def parse_entry(data: bytes) -> tuple[str, bytes]:
    """Read a leaf back: its kind and commitment. Raises ValueError."""
    kind, _, committed = data.partition(b"\0")
    text = kind.decode("ascii", "replace")
    if not is_kind(text) or len(committed) != COMMITMENT_BYTES:
        raise ValueError("not an entry of such a log")
    return text, committed


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a tile of entries holds them: each behind its length in two bytes."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)


def part_salt(key: bytes, part: bytes) -> bytes:
    """Return the salt of one part of a batch (a transfer, by its id): known to whoever holds the batch's key."""
    return hmac.new(key, part, hashlib.sha256).digest()[:SALT_BYTES]
