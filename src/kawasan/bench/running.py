"""Run one bench by its name and give back what it found: machine, settings, figures, and each round behind them."""

from __future__ import annotations

import importlib
import statistics
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kawasan.bench import machine
from kawasan.bench.site import Site, site

# A bench is the module of this package with the same name; it has ``run(bench: Bench) -> None``.
BENCHES: Final[Mapping[str, str]] = {
    "engine": "orders of three linked transfers a second through the ledger's engine, beside pgbench and two baselines",
    "oversell": "2,000 buyers rush for 100 units, 50 times, with kills: is one unit too many or too few sold?",
    "crash": "processes killed under load, again and again: how many answered orders are lost (none may be)",
    "orders": "orders a second over HTTP, one a request, durable, with their latency",
    "overload": "three times more orders than fit: how many are taken, and how the rest is told no",
    "capture": "EPCIS events a second through HTTP with validation, and a recall over 1,000,000 events",
    "pages": "pages a second of the storefront: home, search and product",
    "log": "leaves appended to the Merkle log a second, beside a plain COPY, and proofs at 1,000,000 leaves",
    "readings": "readings of devices a second: over MQTT, by the door, beside a plain COPY; is one lost?",
    "expiry": "how late reservations are released whose time is over",
    "books": "transfers followed into a journal a second, and statements of a business with 1,000,000 lines",
}
# What is measured in turns, so that a wrong name is told before a million accounts are loaded.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "engine": (
        "tpcb_tps",
        "begin_round",
        "uniform_orders_per_second",
        "zipf_orders_per_second",
        "hot_orders_per_second",
        "pending_orders_per_second",
        "pending_hot_orders_per_second",
        "wallet_batch_100_orders_per_second",
        "wallet_batch_10_orders_per_second",
        "wallet_batch_1_orders_per_second",
        "page_orders_per_second",
        "psycopg_orders_per_second",
        "psycopg_hot_orders_per_second",
        "django_orders_per_second",
        "django_hot_orders_per_second",
    ),
    "orders": (
        "begin_round",
        "http",
        "http_64",
        "http_hot",
        "http_pending",
        "http_batch_100",
        "tpcb_tps",
        "psycopg_orders_per_second",
        "django_hot_orders_per_second",
        "django_http_hot_orders_per_second",
    ),
    "overload": ("overload",),
    "capture": ("capture",),
    "pages": ("home", "search", "product", "mix"),
    "log": (
        "append_1_leaves_per_second",
        "append_100_leaves_per_second",
        "append_10000_leaves_per_second",
        "copy_10000_rows_per_second",
        "submit_and_append_10000_leaves_per_second",
    ),
    "readings": ("copy_rows_per_second", "taken_readings_per_second", "mqtt"),
    "expiry": ("expiry",),
    "books": ("follow", "plain_insert_rows_per_second", "statements"),
}
ROUNDS_DEFAULT: Final = 3
QUICK_SHARE: Final = 0.1  # of the seconds and rows of a real run


class UnknownPart(Exception):
    """A bench was asked for parts that it does not have."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    rounds: int = ROUNDS_DEFAULT
    quick: bool = False  # a smoke test: tiny sizes, figures that mean nothing
    folder: Path | None = None  # where the temporary folder is made
    intakes: int = 1  # processes that take orders, where a bench runs what `kawasan serve` runs
    kills: int | None = None  # how often `crash` kills, where it should not be its own number
    only: frozenset[str] = frozenset()  # parts of each round to measure; nothing: all of them


@dataclass
class Bench:
    """One run of one bench: where it works, and what it has found so far."""

    name: str
    site: Site
    options: Options
    settings: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)  # promises that did not hold: the command ends with 1
    rounds: dict[str, list[float]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Tell the person who waits how far it is, on standard error."""
        sys.stderr.write(f"{time.monotonic() - self.started:6.1f} s  {text}\n")
        sys.stderr.flush()

    def seconds(self, of_a_real_run: float) -> float:
        """Return how long to measure: what a real run takes, or the share of it for a smoke test."""
        return max(0.3, of_a_real_run * QUICK_SHARE) if self.options.quick else of_a_real_run

    def count(self, of_a_real_run: int) -> int:
        """Return how many rows or repetitions: those of a real run, or the share of them for a smoke test."""
        return max(1, int(of_a_real_run * QUICK_SHARE)) if self.options.quick else of_a_real_run

    def interleave(self, parts: Mapping[str, Callable[[], float | Mapping[str, float]]]) -> None:
        """
        Measure every part once in each round, one after another, and keep the medians as figures.

        A part gives the figure of its name, or several by name. Noise that lasts longer than a round then meets all
        parts alike, and ``ratio`` compares within a round. Raises UnknownPart where other parts were asked for.
        """
        only = self.options.only
        check_parts(parts, PARTS.get(self.name, tuple(parts)))
        check_parts(only, parts)
        parts = {name: part for name, part in parts.items() if not only or name in only}
        for number in range(self.options.rounds):
            for name, part in parts.items():
                found = part()
                for key, value in (found if isinstance(found, Mapping) else {name: found}).items():
                    self.rounds.setdefault(key, []).append(value)
                    self.say(f"round {number + 1} of {self.options.rounds}: {key} {value:,.1f}")
        for key, values in self.rounds.items():
            self.figures[key] = round(statistics.median(values), 2)

    def ratio(self, name: str, over: str, under: str) -> None:
        """
        Keep, as a figure, the median over the rounds of one part's figure divided by another's of the same round.

        Where one of them was not measured there is none.
        """
        if self.options.only and not {over, under} <= self.rounds.keys():
            return
        pairs = zip(self.rounds[over], self.rounds[under], strict=True)
        ratios = [a / b for a, b in pairs if b]
        if ratios:
            self.figures[name] = round(statistics.median(ratios), 2)


def check_parts(only: Collection[str], parts: Collection[str]) -> None:
    """Raise UnknownPart where something is asked for that is not among the parts."""
    if not set(only) <= set(parts):
        raise UnknownPart(f"there are the parts {', '.join(parts)}" if parts else "this bench has no parts")


def measure(name: str, options: Options) -> dict[str, Any]:
    """
    Run a bench on a database of its own and return one object: ``machine``, ``settings``, ``figures``, ``rounds``.

    Nothing is left behind. Raises UnknownPart before anything is set up, and NotDurable where a commit would not wait
    for the disk.
    """
    check_parts(options.only, PARTS.get(name, ()))
    with site(options.folder) as here:
        found = Bench(name, here, options)
        about = machine.machine(here)
        found.settings |= machine.settings(here) | {"rounds": options.rounds, "quick": options.quick}
        importlib.import_module(f"kawasan.bench.{name}").run(found)
        found.settings["seconds"] = round(time.monotonic() - found.started, 1)
    return {
        "bench": name,
        "machine": about,
        "settings": found.settings,
        "figures": found.figures,
        "failures": found.failures,
        "rounds": {key: [round(value, 2) for value in values] for key, values in found.rounds.items()},
    }


def as_text(answer: Mapping[str, Any]) -> str:
    """Return the object as a page for people."""
    lines = [f"kawasan bench {answer['bench']}"]
    for part in ("machine", "settings"):
        lines += ["", part, *(f"  {name:<34} {value}" for name, value in answer[part].items())]
    lines += ["", f"figures (medians of {answer['settings']['rounds']} rounds)"]
    lines += [f"  {name:<46} {value:>14,.2f}" for name, value in answer["figures"].items()]
    lines += ["", "DOES NOT HOLD", *(f"  {text}" for text in answer["failures"])] if answer["failures"] else []
    return "\n".join(lines)
