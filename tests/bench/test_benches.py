"""Each bench as a smoke test: it ends, gives every figure that is promised, and leaves nothing behind."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kawasan.bench.running import BENCHES
from tests.bench import running

pytestmark = pytest.mark.slow

YARDSTICKS = {"tpcb_tps", "django_hot_orders_per_second"}
PROMISED = {
    "engine": YARDSTICKS
    | {
        "uniform_orders_per_second",
        "zipf_orders_per_second",
        "hot_orders_per_second",
        "wallet_orders_per_second",
        "wallet_batch_100_orders_per_second",
        "wallet_batch_10_orders_per_second",
        "wallet_batch_1_orders_per_second",
        "pending_orders_per_second",
        "pending_hot_orders_per_second",
        "uniform_to_tpcb",
        "hot_to_uniform",
        "psycopg_orders_per_second",
        "django_orders_per_second",
    },
}
PROMISED["readings"] = {"copy_rows_per_second", "taken_readings_per_second", "taken_to_copy"}
if shutil.which("mosquitto"):
    PROMISED["readings"] |= {"mqtt_readings_per_second", "mqtt_cpu_us_per_reading", "mqtt_lost_over_a_restart"}
PROMISED |= {
    "capture": {
        "capture_http_events_per_second",
        "capture_http_event_cpu_us",
        "capture_http_event_cpu_us_postgresql",
        "recall_ms_p50",
        "recall_ms_max",
        "query_match_epc_ms_p50",
        "query_place_ms_max",
    },
    "orders": YARDSTICKS
    | {
        f"{kind}_{figure}"
        for kind in ("http", "http_64", "http_hot", "http_pending", "http_batch_100")
        for figure in ("orders_per_second", "p50_ms", "p99_ms", "generator_cores", "postgresql_cores")
    }
    | {"http_to_tpcb", "http_hot_to_django_hot", "http_hot_to_django_http_hot", "psycopg_orders_per_second"}
    | {"answered_yes", "answered_lost", "made_up", "settled_orders_per_second"},
    "overload": {
        "overload_peak_orders_per_second",
        "overload_orders_per_second",
        "overload_offered_per_second",
        "overload_to_peak",
        "overload_p99_ms",
        "overload_refused_share",
        "overload_rss_mib_max",
        "answered_yes",
        "answered_lost",
    },
    "pages": {
        f"{kind}pages_{figure}"
        for kind in ("", "home_", "search_", "product_")
        for figure in ("per_second", "full_p95_ms", "half_p95_ms", "web_cores", "postgresql_cores")
    },
    "log": {f"append_{size}_leaves_per_second" for size in (1, 100, 10_000)}
    | {"copy_10000_rows_per_second", "append_10000_to_copy", "submit_and_append_10000_leaves_per_second"}
    | {"fill_leaves_per_second", "proof_p50_ms", "proof_p99_ms"},
    "expiry": {"expiry_late_p99_seconds", "expired", "expired_twice", "expired_early", "never_expired"},
    "books": {
        "followed_transfers_per_second",
        "followed_rows_per_second",
        "plain_insert_rows_per_second",
        "followed_to_plain_insert",
        "statements_ms",
        "follower_rss_mib",
        "differences",
    },
}
MACHINE = {"cpu", "cores", "memory_mib", "kernel", "python", "postgresql", "fdatasync_ms", "load_before"}


@dataclass(frozen=True)
class Run:
    """What a bench answered, and what it left."""

    answer: dict[str, Any]
    left: list[str]
    charts: dict[str, str]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kawasan-bench-test-") as name:
        Path(name).chmod(0o755)  # the database runs as another user when we are root
        yield Path(name)


@pytest.fixture(scope="session")
def run_of() -> Callable[[str], Run]:
    """Return what a bench answered: each is run once, for all tests that ask."""
    return cache(_run)


def _run(what: str) -> Run:
    with tempfile.TemporaryDirectory(prefix="kawasan-bench-test-") as name, tempfile.TemporaryDirectory() as charts:
        Path(name).chmod(0o755)
        answer = running.run(what, Path(name), "--charts", charts)
        drawn = {file.name: file.read_text() for file in Path(charts).iterdir()}
        return Run(answer, running.left_behind(Path(name)), drawn)


def test_every_bench_has_its_promises_here():
    assert set(PROMISED) <= set(BENCHES)


@pytest.mark.parametrize("what", sorted(PROMISED))
def test_a_bench_gives_what_it_promises_and_leaves_nothing(what, run_of):
    run = run_of(what)
    assert sorted(PROMISED[what] - set(run.answer["figures"])) == []
    assert set(run.answer["machine"]) >= MACHINE
    assert run.answer["settings"]["postgresql_fsync"] == "on"
    assert run.answer["settings"]["postgresql_synchronous_commit"] == "on"
    assert run.left == []


def test_the_engine_applies_every_order_and_the_books_balance(run_of):
    run = run_of("engine")
    figures = run.answer["figures"]
    assert figures["refused"] == 0
    assert figures["orders"] > 1_000
    assert figures["balanced"] == 1
    assert "<svg" in run.charts["engine.svg"]


def test_what_expires_expires_once_and_not_early(run_of):
    figures = run_of("expiry").answer["figures"]
    assert figures["expired"] == 6_000
    assert figures["expired_twice"] == figures["expired_early"] == figures["never_expired"] == 0
    assert figures["still_reserved"] == 0


@pytest.mark.parametrize("what", ["orders", "overload"])
def test_every_answered_order_is_in_the_ledger(what, run_of):
    figures = run_of(what).answer["figures"]
    assert figures["answered_yes"] > 100
    assert figures["answered_lost"] == figures["made_up"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_bench_that_is_interrupted_leaves_nothing(number, folder):
    process = subprocess.Popen(
        running.command("engine", folder),
        env=running.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    for line in process.stderr:
        if "baselines loaded" in line:
            break
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    deadline = time.monotonic() + 10  # the processes below end a moment later
    while running.left_behind(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert running.left_behind(folder) == []
