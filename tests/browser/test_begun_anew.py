"""The zone that all browser tests look at: its sample was cut off, so the next start put it in once more, whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.demo.running import environment


def test_a_zone_whose_sample_is_half_there_is_made_anew(begun_anew: Path) -> None:
    assert "removed" in (begun_anew / "demo.log").read_text()
    command = [sys.executable, "-m", "kawasan", "verify", "--json"]
    done = subprocess.run(command, env=environment(begun_anew), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["verify"] is True
