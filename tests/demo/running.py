"""The real demo as a process of its own, and what it tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

SECONDS_MAX = 240  # a busy machine with several tests at once


@dataclass(frozen=True)
class Run:
    """A run that ended by itself: its exit code, its figures, what it said."""

    code: int
    figures: dict[str, Any]
    err: str


@contextmanager
def a_folder(kind: str) -> Iterator[Path]:
    """Make a folder for a demo, and remove it with all that is in it."""
    path = Path(tempfile.mkdtemp(prefix=f"kawasan-{kind}-"))
    path.chmod(0o755)  # the database runs as another user when we are root
    try:
        yield path
    finally:
        rmtree(path, ignore_errors=True)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a command that works in this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAWASAN", "DATABASE", "PYTEST"))}
    return kept | {"KAWASAN_DATA": str(folder / "data"), "PYTHONPATH": os.pathsep.join(sys.path)}


def start(folder: Path, *arguments: str, output: Any = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start the demo in a folder."""
    command = [sys.executable, "-m", "kawasan", "demo", "--port", "0", *arguments]
    errors = subprocess.PIPE if output is subprocess.PIPE else subprocess.STDOUT
    return subprocess.Popen(command, env=environment(folder), stdout=output, stderr=errors, text=True)


def run(folder: Path, *arguments: str) -> Run:
    """Run the demo in a folder until it ends by itself."""
    process = start(folder, *arguments)
    try:
        out, err = process.communicate(timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.terminate()  # it ends what it started
        process.communicate(timeout=60)
        raise
    return Run(process.returncode, json.loads(out) if out.startswith("{") else {}, err)


def told_in(folder: Path) -> dict[str, Any]:
    """Return what the demo wrote down for its owner."""
    return json.loads((folder / "data" / "demo.json").read_text())


def cut_off(folder: Path, moment: str) -> None:
    """Start the demo in a folder and kill it at once when it tells of a moment."""
    process = start(folder)
    assert process.stdout
    for line in process.stdout:
        if moment in line:
            break
    else:
        raise AssertionError(process.communicate()[1])
    process.kill()
    process.communicate(timeout=60)
