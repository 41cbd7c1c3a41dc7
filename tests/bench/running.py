"""Run a bench as its user does: the command, tiny, in a folder that the test looks at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS_MAX = 240  # a busy machine with several tests at once


def environment() -> dict[str, str]:
    """The environment without what the tests have set for themselves."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAWASAN", "DATABASE", "PYTEST"))}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path)}


def command(what: str, folder: Path, *arguments: str) -> list[str]:
    """The command of a smoke test that works in a folder."""
    options = ["--quick", "--rounds", "1", "--json", "--folder", str(folder), *arguments]
    return [sys.executable, "-m", "kawasan", "bench", what, *options]


def run(what: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Run it to its end; return its one object."""
    done = subprocess.run(
        command(what, folder, *arguments),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def left_behind(folder: Path) -> list[str]:
    """Everything that still stands in the folder or works there."""
    import psutil

    left = [str(path) for path in folder.iterdir()]
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in process.info["cmdline"] or []):
            left.append(" ".join(process.info["cmdline"]))
    return left
