"""Tests that share something expensive stay in one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scheduling import TOGETHER, scope_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("place", [place for places in TOGETHER.values() for place in places])
def test_every_place_of_a_group_is_there(place):
    assert (ROOT / place).exists()


def test_a_group_is_kept_together_and_everything_else_by_file():
    assert scope_of("tests/browser/test_till.py::test_a[x::y]") == scope_of("tests/browser/test_pages.py::test_b")
    assert scope_of("tests/demo/test_parts.py::test_c") == "tests/demo/test_parts.py"


def test_the_run_ends_when_a_test_process_dies(pytestconfig):
    assert pytestconfig.getoption("maxworkerrestart") == "0"
