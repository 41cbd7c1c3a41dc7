"""``kawasan bench overload``: three times more orders than fit: how many are taken, how fast the rest is told no."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psutil

from kawasan.bench import front, orders
from kawasan.bench.running import Bench

TIMES = 3  # the capacity
PEAK_SECONDS = 4.0
OVERLOAD_SECONDS = 8.0
CONNECTIONS = 3_000  # more than the intake's queue is long: below that nobody would ever be refused
QUICK_CONNECTIONS = 300
SAMPLE_SECONDS = 0.2


def run(bench: Bench) -> None:
    """Measure the peak, then offer three times as much without waiting for answers, in each round."""
    opened = orders.open_shop(bench)
    connections = QUICK_CONNECTIONS if bench.options.quick else CONNECTIONS
    with front.zone(bench.site, bench.options.intakes) as answering:
        load = front.Load(bench, answering, orders.requests(opened))
        load.wait_until_idle()
        load.send("uniform", connections=orders.CONNECTIONS, seconds=bench.seconds(2.0))
        bench.interleave({"overload": lambda: _round(bench, load, answering, connections)})
    bench.ratio("overload_to_peak", "overload_orders_per_second", "overload_peak_orders_per_second")
    bench.settings |= {"times_capacity": TIMES, "overload_connections": connections, "statuses": load.statuses}
    bench.figures |= orders.proof(bench, load)


def _round(bench: Bench, load: front.Load, answering: front.Front, connections: int) -> Mapping[str, float]:
    peak = load.send("uniform", connections=orders.CONNECTIONS, seconds=bench.seconds(PEAK_SECONDS))
    rate = TIMES * max(1.0, peak["accepted_per_second"])
    with _watching(answering.processes["intake-1"]) as memory:
        seen = load.send("uniform", connections=connections, seconds=bench.seconds(OVERLOAD_SECONDS), rate=rate)
    return {
        "overload_peak_orders_per_second": peak["accepted_per_second"],
        "overload_wanted_per_second": rate,
        **_figures(seen),
        "overload_rss_mib_before": memory[0],
        "overload_rss_mib_max": max(memory),
        "overload_rss_mib_growth_second_half": memory[-1] - memory[len(memory) // 2],
    }


def _figures(seen: Mapping[str, Any]) -> dict[str, float]:
    """Return what the load generator saw of an overload: those who were taken, and those who were told no."""
    statuses = {int(status): count for status, count in seen["statuses"].items()}
    answered = sum(statuses.values()) or 1
    found = {
        "overload_offered_per_second": seen["sent"] / (seen["plan"]["seconds"] + seen["plan"]["warm_seconds"]),
        "overload_orders_per_second": seen["accepted_per_second"],
        "overload_answers_per_second": seen["answers_per_second"],
        "overload_refused_share": statuses.get(503, 0) / answered,
        "overload_other_errors": float(sum(n for status, n in statuses.items() if status >= 400 and status != 503)),
        "overload_broken": float(seen["broken"] + seen["unanswered"]),
        "overload_never_sent": float(seen["late"]),
        "overload_generator_cores": seen["cpu"]["generator"],
    }
    for kind, prefix in (("accepted_ms", "overload"), ("refused_ms", "overload_refused")):
        found |= {f"{prefix}_{name}_ms": seen[kind][name] for name in ("p50", "p99", "max") if name in seen[kind]}
    return found


@contextmanager
def _watching(pid: int) -> Iterator[list[float]]:
    """Yield a list that grows: the resident MiB of the intake and everything below it, several times a second."""
    seen, over = [_resident_mib(pid)], threading.Event()

    def look() -> None:
        while not over.wait(SAMPLE_SECONDS):
            seen.append(_resident_mib(pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _resident_mib(pid: int) -> float:
    total = 0
    try:
        top = psutil.Process(pid)
        for process in [top, *top.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.Error:
        pass
    return total / (1 << 20)
