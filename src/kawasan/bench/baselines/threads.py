"""The loop that the baselines share: some threads, each taking orders one after another for some seconds."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from kawasan.bench.site import Site, python

THREADS = 8
OrderTaker = Callable[[], None]  # takes one order, committed when it returns


@dataclass(frozen=True, slots=True)
class Task:
    """What a baseline is asked to do."""

    url: str
    accounts: int
    seconds: float
    is_hot: bool


def measure(here: Site, module: str, *, accounts: int, seconds: float, is_hot: bool) -> float:
    """Run a baseline in a process of its own; return its orders a second."""
    command = [*python(module), "--url", here.url, "--accounts", str(accounts), "--seconds", str(seconds)]
    done = subprocess.run([*command, *(["--hot"] if is_hot else [])], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-800:]}")
    return float(json.loads(done.stdout)["orders_per_second"])


def main(taker: Callable[[Task], OrderTaker]) -> None:
    """Read the command line, let each thread make its ``taker`` and use it until the time is over, print the rate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--hot", action="store_true")
    given = parser.parse_args()
    task = Task(given.url, given.accounts, given.seconds, given.hot)
    sys.stdout.write(json.dumps({"orders_per_second": _rate(task, taker)}))


def _rate(task: Task, taker: Callable[[Task], OrderTaker]) -> float:
    ready, done, failed = threading.Barrier(THREADS + 1), [0] * THREADS, list[BaseException]()

    def work(number: int) -> None:
        try:
            take = taker(task)
            take()  # connects, and lets every statement be seen once
            ready.wait()
            deadline = time.perf_counter() + task.seconds
            while time.perf_counter() < deadline:
                take()
                done[number] += 1
        except BaseException as error:
            failed.append(error)
            ready.abort()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for worker in workers:
        worker.start()
    start = _started(ready)
    for worker in workers:
        worker.join()
    if failed:
        raise failed[0]
    return sum(done) / (time.perf_counter() - start)


def _started(ready: threading.Barrier) -> float:
    with contextlib.suppress(threading.BrokenBarrierError):  # a thread has failed and tells why
        ready.wait()
    return time.perf_counter()
