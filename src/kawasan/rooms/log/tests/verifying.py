"""What tests of proofs share: the standalone verifier as a module, a log as served, transfers to prove."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from tests.builders.ledger import a_source, a_transfer, an_entry

from kawasan.platform import followers
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import api as log

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
VERIFIER = Path(__file__).resolve().parent.parent / "data/kawasan_verify.py"


def load(path: Path = VERIFIER) -> ModuleType:
    """Load the file as anybody would who downloaded it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = load()


def some_transfers(count: int) -> list[ledger.NewTransfer]:
    """Post so many transfers between two accounts."""
    one, other = a_source(), a_source()
    made = [a_transfer(one, other, 1_000 + number) for number in range(count)]
    ledger.post_many([an_entry(*made)])
    return made


def published() -> log.CheckpointInfo:
    """Let the followers take everything, and publish."""
    followers.catch_up(log.TRANSFERS_FOLLOWER)
    followers.catch_up(log.LEAVES_FOLLOWER)
    found = log.publish(at=AT)
    assert found is not None
    return found


def holds(data, key=None) -> bool:
    """Say whether the verifier takes a proof."""
    try:
        verifier.check_proof(data, key, [])
    except (verifier.Wrong, KeyError, TypeError, ValueError, AttributeError):
        return False
    return True
