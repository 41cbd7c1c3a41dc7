"""The self-test's table and exit code: what differs is seen, nothing is cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kawasan.server import selftest, selftest_scenarios


@contextmanager
def nowhere() -> Iterator[None]:
    yield None


def run(monkeypatch: pytest.MonkeyPatch, *scenarios: tuple, as_json: bool = False) -> tuple[int, list[str]]:
    monkeypatch.setattr(selftest, "_world", nowhere)
    monkeypatch.setattr(selftest_scenarios, "SCENARIOS", scenarios)
    said: list[str] = []
    return selftest.run_selftest(as_json=as_json, say=said.append), said


def breaks(_: object) -> str:
    raise RuntimeError("the bank is gone")


def test_the_table_names_its_columns_and_a_difference_ends_with_one(monkeypatch):
    long = "paid, told 2005200, " * 8
    code, said = run(monkeypatch, ("as it should be", long, lambda _: long), ("a crash", "paid", breaks))
    assert code == 1
    assert said[0].split() == ["scenario", "expected", "got"]
    assert [line[:2] for line in said if line[:2].strip()] == ["ok", "NO", "1 "]
    assert sum(line.count("2005200") for line in said) == 16, "a long cell goes on in the next line"
    assert "RuntimeError: the bank is gone" in said[-2]
    assert said[-1].startswith("1 of 2 as expected")
    starts = {line.index("got") for line in said[:1]} | {line.index("RuntimeError") for line in said[-2:-1]}
    assert len(starts) == 1, "columns stand below their names"


def test_everything_as_expected_ends_with_none(monkeypatch):
    code, said = run(monkeypatch, ("one", "paid", lambda _: "paid"), as_json=True)
    told = json.loads(said[0])
    assert (code, told["selftest"]) == (0, True)
    assert told["scenarios"] == [{"scenario": "one", "expected": "paid", "got": "paid", "passed": True}]


def test_the_scenarios_name_everything_that_can_go_wrong():
    names = " | ".join(name for name, _, _ in selftest_scenarios.SCENARIOS)
    for wanted in (
        "after its end", "told three times", "paid twice", "got lost", "wrong signature", "timeout after success",
        "refund refused", "virtual account", "payout", "reconciliation", "every service", "wrong key", "wrong secret",
    ):  # fmt: skip
        assert wanted in names
