"""The whole story, with processes of their own: every scenario, and two hundred payments through a storm of faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def sandbox(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run `kawasan sandbox --selftest`; return its exit code and what it said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAWASAN", "DATABASE", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-m", "kawasan", "sandbox", "--selftest", "--json", *arguments],
        env=kept | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout, done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_every_scenario_comes_out_as_expected() -> None:
    code, told = sandbox()
    assert [one for one in told["scenarios"] if not one["passed"]] == []
    assert (code, told["selftest"], len(told["scenarios"]) >= 28) == (0, True, True)


def test_two_hundred_payments_through_a_storm_end_with_every_rupiah_in_one_place() -> None:
    code, told = sandbox("--payments", "200", "--seed", "7")
    assert told["payments"] == 200
    assert sum(told["killed"].values()) >= 4
    assert told["every_rupiah_once"], told
    assert (told["verify"], told["differences_left"], told["not_told"]) == (True, 0, 0), told
    assert told["differences_found"] > 0, "nothing got lost: the storm was none"
    assert sum(told["places_idr"].values()) == told["bank_holds_idr"] > 0
    assert code == 0
