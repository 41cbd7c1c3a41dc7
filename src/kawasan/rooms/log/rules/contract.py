"""The contract that keeps checkpoints on an EVM chain (``data/anchor.vy``): what it is told, and what it tells."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kawasan.rooms.log.rules.notes import Checkpoint, NotANote, parse_checkpoint, parse_note

# The first four bytes of Keccak-256 over each signature, and all of it over the event's.
_ANCHOR, _HEADS = "70c127c6", "0d97b0ff"
ANCHORED = "0xbea4d11b910aad40d2df2a90d97a3329219b6389f85777c99daad7eb5fafd439"


class NotOnChain(ValueError):
    """A receipt or an answer of a chain that does not hold, and why."""


def origin_id(origin: str) -> str:
    """Return how the contract names a log."""
    return hashlib.sha256(origin.encode()).hexdigest()


def anchor_call(checkpoint: Checkpoint) -> str:
    """Return the call that puts a checkpoint into the contract."""
    return f"0x{_ANCHOR}{origin_id(checkpoint.origin)}{checkpoint.size:064x}{checkpoint.root.hex()}"


def head_call(origin: str) -> str:
    """Return the call that asks how far the contract holds a log."""
    return f"0x{_HEADS}{origin_id(origin)}"


def head_of(answer: Any) -> tuple[int, bytes]:
    """Read size and root out of the answer to ``head_call``. Raises NotOnChain."""
    if not isinstance(answer, str) or len(answer) != 2 + 128:
        raise NotOnChain("there is no such contract at the address")
    return int(answer[2:66], 16), bytes.fromhex(answer[66:])


def checkpoint_of(note: bytes) -> Checkpoint:
    """Return what a checkpoint's bytes say. Raises NotOnChain."""
    try:
        return parse_checkpoint(parse_note(note.decode()).text)
    except NotANote as error:
        raise NotOnChain(str(error)) from error


def check(receipt: bytes, *, note: bytes, contract: str) -> None:
    """See that a kept receipt is of a transaction that put this checkpoint into the contract. Raises NotOnChain."""
    try:
        check_transaction(json.loads(receipt)["transaction"], checkpoint=checkpoint_of(note), contract=contract)
    except NotOnChain:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotOnChain("not a receipt of a transaction") from error


def check_transaction(found: Any, *, checkpoint: Checkpoint, contract: str) -> None:
    """See that a transaction's receipt says that the contract took this checkpoint. Raises NotOnChain."""
    if not isinstance(found, dict):
        raise NotOnChain("the chain knows no such transaction")
    if not found.get("blockNumber"):
        raise NotOnChain("not in a block yet")
    if found["status"] != "0x1":
        raise NotOnChain("the contract refused")
    wanted = f"0x{checkpoint.size:064x}{checkpoint.root.hex()}"
    topics = [ANCHORED, f"0x{origin_id(checkpoint.origin)}"]
    for one in found["logs"]:
        if (one["address"].lower(), one["topics"], one["data"]) == (contract.lower(), topics, wanted):
            return
    raise NotOnChain("a transaction about something else")
