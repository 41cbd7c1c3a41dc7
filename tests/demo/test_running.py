"""The demo as a visitor meets it: started, looked at, started again, told to stop at any moment."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.demo.running import SECONDS_MAX, Run, a_folder, environment, run, start, told_in

pytestmark = pytest.mark.slow
PROMISED = ("orders", "refused", "gmv_idr", "oversold", "verify", "ready_seconds", "rss_mib_max")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with a_folder("demo") as path:
        yield path


@pytest.fixture(scope="module")
def first(folder: Path) -> Run:
    """The first run in the folder, with all figures."""
    return run(folder, "--for", "8", "--json")


def _until(condition, seconds: float = SECONDS_MAX) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []


def _gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_a_run_ends_by_itself_with_one_object_and_every_promise_kept(first):
    figures = first.figures
    assert first.code == 0, first.err
    assert list(figures)[: len(PROMISED)] == list(PROMISED)
    assert figures["orders"] >= 20
    assert figures["refused"] >= 0
    assert isinstance(figures["gmv_idr"], int)
    assert figures["gmv_idr"] > 0
    assert figures["oversold"] == 0
    assert figures["verify"] is True
    assert figures["findings"] == []
    assert 0 < figures["ready_seconds"] < SECONDS_MAX
    assert 50 < figures["rss_mib_max"] < 4_000
    assert figures["failed"] == {}
    assert figures["unanswered"] == 0
    assert figures["restarts"] == 0
    assert figures["drained"] is True
    assert figures["jobs_failed"] == 0


def test_what_was_told_names_addresses_people_and_keys_for_the_owner_only(first, folder):
    told = told_in(folder)
    assert (folder / "data" / "demo.json").stat().st_mode & 0o777 == 0o600
    assert set(told["people"]) == {"buyer", "seller", "accountant", "zone_staff", "authority", "operator"}
    for person in told["people"].values():
        assert person["email"].endswith("@kawasan.example")
        assert len(person["password"]) >= 10
        assert person["key"].startswith("kw_")
    assert {"shop", "seller", "zone", "authority", "api", "orders"} <= set(told["addresses"])
    assert all(address.startswith("http://127.0.0.1:") for address in told["addresses"].values())


def test_a_second_start_goes_on_with_the_same_zone_and_its_keys_work(first, folder):
    before = told_in(folder)
    process = start(folder, "--orders-per-second", "0.1")
    try:
        assert _until(lambda: (folder / "data" / "demo.json").exists() and told_in(folder) != before)
        told = told_in(folder)
        assert told["people"] == before["people"]
        for role, path in (("buyer", "wallet"), ("buyer", "orders"), ("seller", f"orders?business={_shop(told)}")):
            answer = _get(told, role, path)
            assert answer, path
        assert _get(told, "buyer", "orders")["items"]
        assert _get(told, "seller", f"orders?business={_shop(told)}")["items"]
        again = start(folder)
        out, err = again.communicate(timeout=60)
        assert again.returncode == 1
        assert "runs in" in err
        assert not out
        below = _below(process)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert _until(lambda: _gone(below), 20)


def _shop(told: dict[str, Any]) -> str:
    from kawasan.core import ids
    from kawasan.demo.sample.plan import shops

    return ids.public("biz", shops()[0].id)


def _get(told: dict[str, Any], role: str, path: str) -> dict[str, Any]:
    request = urllib.request.Request(
        told["addresses"]["shop"] + "v1/" + path, headers={"Authorization": f"Bearer {told['people'][role]['key']}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", ["database", "products"])
def test_a_stop_while_the_sample_is_put_in_leaves_nothing_running(number, moment):
    with a_folder("demo-stop") as folder:
        process = start(folder)
        seen = []
        while not any(moment in line for line in seen):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            seen.append(line)
        below = _below(process)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 0
        assert _until(lambda: _gone(below), 20), [p.cmdline() for p in below if p.is_running()]
        assert not (folder / "data" / "demo.json").exists()


def test_the_demo_refuses_a_folder_with_a_real_zone():
    with a_folder("demo-real") as folder:
        command = [sys.executable, "-m", "kawasan", "add-zone", "zone_real", "--name", "Kawasan Nyata"]
        subprocess.run(command, env=environment(folder), check=True, capture_output=True, timeout=120)
        refused = run(folder, "--for", "3", "--json")
        assert refused.code == 1
        assert "Kawasan Nyata" in refused.err


def test_lost_secrets_are_given_out_anew_and_the_old_ones_stop_working(first, folder):
    before = told_in(folder)
    (folder / "data" / "demo-keys.json").unlink()
    process = start(folder, "--orders-per-second", "0.1")
    try:
        assert _until(lambda: (folder / "data" / "demo.json").exists() and told_in(folder) != before)
        told = told_in(folder)
        assert _get(told, "buyer", "wallet")["balance_minor"] > 0
        with pytest.raises(urllib.error.HTTPError, match="401"):
            _get(told | {"people": before["people"]}, "buyer", "wallet")
    finally:
        process.terminate()
        assert process.wait(60) == 0
