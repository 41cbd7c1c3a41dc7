"""
``kawasan bench oversell``: 2,000 buyers rush for 100 units, 50 times, with something killed in half of the rushes.

Each buyer asks for one unit with a key of their own and repeats it until there is an answer. Then exactly 100 were told
that they have it, everybody else that it is sold out, and the shelf is empty. At the end everything is compared as
``crash`` does.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from kawasan.bench import faults
from kawasan.bench.crash import Crash
from kawasan.bench.faults import Fault
from kawasan.bench.faults_load import Load, Order, Rush
from kawasan.bench.faults_place import Broken, Place
from kawasan.bench.running import Bench

BUYERS = 2_000
UNITS = 100
REPETITIONS = 50
CONNECTIONS = 64
WARES_MIN = 8  # the loader's scarce shelves are among them
STRIKE_SECONDS = (0.02, 0.35)  # after the rush began
RUSH_SECONDS_MAX = 60.0
RUSHES_SECONDS_MAX = 900.0  # all of them together
SAID_EVERY = 10
KINDS: dict[type[Fault], int] = {
    faults.KillIntake: 6,
    faults.KillEveryIntake: 2,
    faults.KillBackend: 1,
    faults.KillServer: 1,
}


def run(bench: Bench) -> None:
    """Run it on the bench's own database; a unit too many or too few is a failure of the bench."""
    repetitions = bench.count(REPETITIONS)
    place = Place(
        bench.site.folder,
        bench.site.server,
        buyers=bench.count(BUYERS),
        wares=max(repetitions, WARES_MIN),
        plenty=UNITS,
        scarce=UNITS,
        poor=0,
    )
    bench.settings |= {"buyers": place.buyers, "units": UNITS, "repetitions": repetitions, "intakes": 2}
    oversell = Oversell(place, range(place.buyers), UNITS, say=bench.say)
    try:
        place.start()
        bench.say(f"{place.buyers} buyers wait for {UNITS} units, {repetitions} times")
        oversell.run(range(repetitions))
        oversell.prove()
    except Broken as error:  # a verdict too
        oversell.failures.append(str(error))
    finally:
        place.stop()
    bench.failures += oversell.failures
    bench.figures |= oversell.figures()


@dataclass
class Oversell:
    """All rushes of one run, and what came of them."""

    place: Place
    buyers: Sequence[int]
    units: int
    say: Callable[[str], None] = print
    journal: list[Order] = field(default_factory=list)
    kinds: dict[type[Fault], int] = field(default_factory=lambda: KINDS)
    sold: list[int] = field(default_factory=list)
    sold_out: list[int] = field(default_factory=list)
    seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    struck: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._proof: Crash | None = None

    def run(self, wares: Sequence[int]) -> None:
        """Have a rush for each ware, with something killed in every other one. Raises Broken."""
        begin = time.monotonic()
        for number, ware in enumerate(wares):
            if time.monotonic() - begin > RUSHES_SECONDS_MAX:
                raise Broken(f"only {number} of {len(wares)} rushes in {RUSHES_SECONDS_MAX} s")
            self.rush(ware, is_struck=number % 2 == 1)
            if (number + 1) % SAID_EVERY == 0:
                self.say(f"{number + 1} rushes, {sum(self.sold)} units sold, {sum(self.struck.values())} killed")

    def rush(self, ware: int, *, is_struck: bool) -> None:
        """Let everybody ask for one unit of a ware; break something in the middle of it, or not. Raises Broken."""
        wanted = [Order(str(uuid4()), buyer, ((ware, 1),), "wallet") for buyer in self.buyers]
        random.shuffle(wanted)
        rush = Rush(
            self.place.market, self.place.addresses, connections=CONNECTIONS, orders=self.journal, wanted=wanted
        )
        begin = time.monotonic()
        rush.start()
        if is_struck:
            self._strike(rush)
        self.place.wait_until(
            lambda: rush.finish(0.1), f"everybody who wants ware {ware} has an answer", RUSH_SECONDS_MAX
        )
        self.seconds[is_struck].append(time.monotonic() - begin)
        self.counts.update(rush.counts)
        self._judge(ware, wanted)
        self.failures += rush.contradictions

    def prove(self, *, verify: bool = True) -> None:
        """Compare the journal with the whole database, and verify. Raises Broken."""
        load = Load(self.place.market, self.place.addresses, orders=self.journal)
        self._proof = Crash(self.place, load, say=self.say)
        self._proof.prove(verify=verify)
        self.failures += self._proof.findings.shown()

    def _strike(self, rush: Rush) -> None:
        kind = random.choices(list(self.kinds), weights=list(self.kinds.values()))[0]
        fault = kind(self.place, rush, random.Random())
        time.sleep(random.uniform(*STRIKE_SECONDS))
        fault.strike()
        self.struck[fault.kills] += fault.is_struck
        fault.mend()

    def _judge(self, ware: int, wanted: list[Order]) -> None:
        outcomes = Counter(order.outcome for order in wanted)
        self.sold.append(outcomes["sold"])
        self.sold_out.append(outcomes["sold-out"])
        if outcomes != {"sold": self.units, "sold-out": len(wanted) - self.units}:
            self.failures.append(f"ware {ware}: {dict(outcomes)}, expected {self.units} sold, all others sold-out")

    def figures(self) -> dict[str, Any]:
        """Return what ``--json`` tells."""
        calm, struck = self.seconds[False], self.seconds[True]
        return {
            "sold": sum(self.sold),
            "expected": self.units * len(self.sold),
            "sold_min": min(self.sold, default=0),
            "sold_max": max(self.sold, default=0),
            "expected_each": self.units,
            "sold_out_min": min(self.sold_out, default=0),
            "sold_out_max": max(self.sold_out, default=0),
            "repetitions": len(self.sold),
            "repetitions_with_a_kill": len(struck),
            **{f"kills_{name}": count for name, count in sorted(self.struck.items())},
            "answered": self.counts["answered"],
            "unanswered": sum(not order.is_answered for order in self.journal),
            "repeated": self.counts["repeated"],
            "asked_again": self.counts["asked_again"],
            **self._proven(),
            "rush_seconds_p50": round(statistics.median(calm or [0.0]), 2),
            "rush_seconds_with_a_kill_p50": round(statistics.median(struck or [0.0]), 2),
            "answers_per_second": round(len(self.buyers) / statistics.median(calm), 1) if calm else 0.0,
        }

    def _proven(self) -> dict[str, Any]:
        if self._proof is None:
            return {"verify": 0}
        found = self._proof.findings
        return {
            "answered_lost": len(found.lost),
            "duplicates": len(found.duplicates),
            "verify": int(self._proof.verified),
            "catch_up_seconds": round(self._proof.catch_up_seconds, 1),
            "verify_seconds": round(self._proof.verify_seconds, 1),
        }
