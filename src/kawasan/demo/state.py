"""What a demo remembers in its data folder: the secrets it gave out, and what it told."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

KEYS_FILE = "demo-keys.json"
TOLD_FILE = "demo.json"
LOCK_FILE = "demo.lock"
WITNESS_FILE = "witness.sqlite3"


class DemoRuns(Exception):
    """Another demo works in this folder."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Secrets, which the zone itself keeps only as hashes."""

    passwords: dict[str, str]  # of the printed people, by role
    people: dict[str, str]  # their API keys, by role
    buyers: dict[str, str]  # API keys of the simulated buyers, by number
    shops: dict[str, str]  # API keys of the businesses, by number


@contextmanager
def only_demo(folder: Path) -> Iterator[None]:
    """Hold the folder for this demo. Raises DemoRuns."""
    with (folder / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoRuns(str(folder)) from error
        yield


def read_keys(folder: Path) -> Keys | None:
    """Return the secrets of an earlier start, or None where they are gone."""
    try:
        return Keys(**json.loads((folder / KEYS_FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_keys(folder: Path, keys: Keys) -> None:
    """Keep the secrets for the next start, for the owner of the folder only."""
    _write_private(folder / KEYS_FILE, asdict(keys))


def tell(folder: Path, told: dict[str, Any]) -> None:
    """Write demo.json, whole or not at all, for the owner of the folder only."""
    _write_private(folder / TOLD_FILE, told)


def forget_told(folder: Path) -> None:
    """Take away what an earlier start told: its addresses are no longer true."""
    (folder / TOLD_FILE).unlink(missing_ok=True)


def forget_keys(folder: Path) -> None:
    """Take away the secrets of a zone that is gone, and what its witness remembers of it."""
    (folder / KEYS_FILE).unlink(missing_ok=True)
    (folder / WITNESS_FILE).unlink(missing_ok=True)


def _write_private(target: Path, content: dict[str, Any]) -> None:
    half = target.with_name(target.name + ".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")
    half.replace(target)
