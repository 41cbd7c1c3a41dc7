"""What answers HTTP while a bench measures, the load put on it, and whose processor time that took."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from kawasan.bench import loading
from kawasan.bench.baselines.threads import THREADS
from kawasan.bench.running import Bench
from kawasan.bench.shop import write_requests
from kawasan.bench.site import Site, python
from kawasan.server.processes import Processes, free_port

GENERATOR = "kawasan.bench.loading"
HOST = "127.0.0.1"
START_SECONDS_MAX = 30
IDLE_SECONDS_MAX = 60.0
IDLE_CORES = 0.4  # of all our processes together; looking whether there is something to do takes a quarter
RUN_REQUESTS_MAX = 100_000_000


@dataclass(frozen=True, slots=True)
class Front:
    """Where pages and where orders are asked for, and the processes behind that."""

    port: int
    orders_port: int
    processes: Mapping[str, int]  # name -> process id


@contextmanager
def zone(here: Site, intakes: int = 1) -> Iterator[Front]:
    """Run everything that ``kawasan serve`` runs, on free ports; orders go to the intakes, which share theirs."""
    running = Processes(data=here.folder, host=HOST, port=0, intakes=intakes, restart=False)
    running.start()
    try:
        pids = {child.name: child.handle.pid for child in running.children if child.handle}
        yield Front(running.port, running.intake_port, pids)
    finally:
        running.stop()


@contextmanager
def naive(here: Site) -> Iterator[Front]:
    """Run the naive shop under the web server that ours runs under, with a process for each core."""
    port = free_port(HOST)
    command = python("granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws")
    command += ["--workers", "2", "--blocking-threads", str(THREADS), "--backpressure", "512", "--log-level", "warning"]
    child = here.spawn([*command, "kawasan.bench.baselines.naive_wsgi:application"], log="naive.log")
    try:
        _wait_until_open(port)
        yield Front(port, port, {"naive": child.pid})
    finally:
        here.stop(child)


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class Load:
    """Puts load on a front by a generator in a process of its own, and keeps what all runs of it saw together."""

    def __init__(self, bench: Bench, front: Front, wanted: Mapping[str, Sequence[tuple[str, bytes]]]) -> None:
        self._bench, self._front = bench, front
        self._files = {
            name: write_requests(bench.site.folder / f"requests-{front.orders_port}-{name}.tsv", requests)
            for name, requests in wanted.items()
        }
        self._runs = 0
        self.accepted_orders = 0
        self.uncertain_orders = 0  # sent and never answered: may or may not have happened
        self.statuses: dict[str, int] = {}

    def wait_until_idle(self) -> None:
        """Wait until the worker has done what the set-up left to it: that is not part of what is measured."""
        deadline = time.monotonic() + IDLE_SECONDS_MAX
        spent = 1.0
        while spent > IDLE_CORES and time.monotonic() < deadline:
            before = self._processor_seconds()
            time.sleep(1.0)
            spent = sum(self._processor_seconds().values()) - sum(before.values())
        self._bench.settings["waited_until_cores"] = round(spent, 2)

    def send(self, which: str, *, connections: int, seconds: float, **plan: Any) -> dict[str, Any]:
        """Send requests of one kind; return what the generator saw, with the processor time of everybody else."""
        self._runs += 1
        given = loading.Plan(
            host=HOST,
            port=self._front.port if plan.get("method") == "GET" else self._front.orders_port,
            requests=str(self._files[which]),
            tag=f"{which}-{self._runs}",
            first=self._runs * RUN_REQUESTS_MAX,  # what a request names in its body is new in each run, too
            connections=connections,
            seconds=seconds,
            **plan,
        )
        before, start = self._processor_seconds(), time.perf_counter()
        seen = self._generate(given)
        spent = time.perf_counter() - start
        after = self._processor_seconds()
        seen["cpu"] = {name: (after[name] - before.get(name, 0.0)) / spent for name in after}
        seen["cpu"]["generator"] = seen["cpu_share"]
        self._add(seen)
        return seen

    def _generate(self, plan: loading.Plan) -> dict[str, Any]:
        file = self._bench.site.folder / f"plan-{self._runs}.json"
        file.write_text(json.dumps(asdict(plan)))
        done = subprocess.run(python(GENERATOR, str(file)), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the load generator ended with {done.returncode}: {done.stderr[-800:]}")
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    def _add(self, seen: Mapping[str, Any]) -> None:
        self.accepted_orders += seen["said_yes"]
        self.uncertain_orders += (seen["broken"] + seen["unanswered"]) * seen["plan"]["orders"]
        for status, count in seen["statuses"].items():
            self.statuses[status] = self.statuses.get(status, 0) + count
        if seen["example"] and not self._bench.settings.get("example_of_refusal"):
            self._bench.settings["example_of_refusal"] = seen["example"][-300:]

    def _processor_seconds(self) -> dict[str, float]:
        pids = {**self._front.processes, "postgresql": self._bench.site.server.pid or 0}
        return {name: processor_seconds(pid) for name, pid in pids.items()}


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process and all that live below it have used."""
    total = 0.0
    try:
        top = psutil.Process(pid)
        for process in [top, *top.children(recursive=True)]:
            times = process.cpu_times()
            total += times.user + times.system
    except psutil.Error:
        pass
    return total
