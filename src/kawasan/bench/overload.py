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
SHARE_MIN = 0.8  # of the peak, while three times as much is offered
ACCEPTED_P99_MS = 1_000  # from the moment an order fell due
REFUSED_P99_MS = 1_000  # likewise: whoever is told no is told at once, whatever the generator itself is late by
GROWTH_MIB_MAX = 32  # in the second half: a queue that nobody bounds grows by more


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
    if not bench.options.quick:
        bench.failures += judged(bench.figures)


def judged(figures: Mapping[str, float]) -> list[str]:
    """Return what the figures say against the promise, in words; nothing where it holds."""
    times = figures["overload_offered_per_second"] / max(1.0, figures["overload_peak_orders_per_second"])
    share, kept = figures["overload_to_peak"], figures["overload_rss_mib_growth_second_half"]
    accepted, refused = figures.get("overload_p99_ms", 0.0), figures.get("overload_refused_p99_ms", 0.0)
    broken = figures["overload_other_errors"] + figures["overload_broken"]
    found = {
        f"only {times:.1f} times the peak was offered": times < TIMES * SHARE_MIN,
        "nobody was refused": figures["overload_refused_share"] == 0,
        f"{share:.0%} of the peak is taken, less than {SHARE_MIN:.0%}": share < SHARE_MIN,
        f"an accepted order takes {accepted:,.0f} ms (p99), not under {ACCEPTED_P99_MS:,}": accepted >= ACCEPTED_P99_MS,
        f"a refusal takes {refused:,.0f} ms (p99), not under {REFUSED_P99_MS:,}": refused >= REFUSED_P99_MS,
        f"{figures['overload_refused_bare']:.0f} refusals without Retry-After": figures["overload_refused_bare"] > 0,
        f"{broken:.0f} answers other than yes or 503, or none": broken > 0,
        f"memory still grew by {kept:.0f} MiB in the second half": kept > GROWTH_MIB_MAX,
        f"{figures['answered_lost']:.0f} answered orders lost": figures["answered_lost"] > 0,
    }
    return [text for text, is_so in found.items() if is_so]


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
        "overload_refused_bare": float(seen["bare"]),
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
