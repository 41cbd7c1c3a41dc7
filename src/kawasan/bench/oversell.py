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
RUSH_SECONDS_MAX = 120.0
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
    try:
        place.start()
        bench.say(f"{place.buyers} buyers wait for {UNITS} units, {repetitions} times")
        bench.settings |= {"buyers": place.buyers, "units": UNITS, "repetitions": repetitions, "intakes": 2}
        oversell = Oversell(place, bench)
        for number in range(repetitions):
            oversell.rush(number, is_struck=number % 2 == 1)
        oversell.prove()
    finally:
        place.stop()


@dataclass
class Oversell:
    """All rushes of one run, and what came of them."""

    place: Place
    bench: Bench
    journal: list[Order] = field(default_factory=list)
    sold: list[int] = field(default_factory=list)
    sold_out: list[int] = field(default_factory=list)
    seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    struck: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def rush(self, ware: int, *, is_struck: bool) -> None:
        """Let everybody ask for one unit of a ware; break something in the middle of it, or not. Raises Broken."""
        wanted = [Order(str(uuid4()), buyer, ((ware, 1),), "wallet") for buyer in range(self.place.buyers)]
        random.shuffle(wanted)
        rush = Rush(
            self.place.market, self.place.addresses, connections=CONNECTIONS, orders=self.journal, wanted=wanted
        )
        begin = time.monotonic()
        rush.start()
        if is_struck:
            self._strike(rush)
        while not rush.finish(0.2):
            self.place.tend()
            if time.monotonic() - begin > RUSH_SECONDS_MAX:
                raise Broken(f"{sum(not order.is_answered for order in wanted)} buyers got no answer")
        self.seconds[is_struck].append(time.monotonic() - begin)
        self.counts.update(rush.counts)
        self._judge(ware, wanted)
        self.bench.failures += rush.contradictions

    def prove(self) -> None:
        """Compare the journal with the whole database, verify, and tell the figures."""
        crash = Crash(self.place, Load(self.place.market, self.place.addresses, orders=self.journal))
        crash.say = self.bench.say
        crash.prove()
        self.bench.failures += crash.findings.shown()
        self.bench.figures |= self._figures(crash)

    def _strike(self, rush: Rush) -> None:
        kind = random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        fault = kind(self.place, rush, random.Random())
        time.sleep(random.uniform(*STRIKE_SECONDS))
        fault.strike()
        self.struck[fault.kills] += 1
        fault.mend()

    def _judge(self, ware: int, wanted: list[Order]) -> None:
        outcomes = Counter(order.outcome for order in wanted)
        self.sold.append(outcomes["sold"])
        self.sold_out.append(outcomes["sold-out"])
        others = {name: count for name, count in outcomes.items() if name not in ("sold", "sold-out")}
        if outcomes["sold"] != UNITS or others:
            self.bench.failures.append(f"rush {ware}: {dict(outcomes)}, expected {UNITS} sold and all others sold-out")

    def _figures(self, crash: Crash) -> dict[str, Any]:
        calm, struck = self.seconds[False], self.seconds[True]
        return {
            "sold": sum(self.sold),
            "expected": UNITS * len(self.sold),
            "sold_min": min(self.sold),
            "sold_max": max(self.sold),
            "expected_each": UNITS,
            "sold_out_min": min(self.sold_out),
            "sold_out_max": max(self.sold_out),
            "repetitions": len(self.sold),
            "repetitions_with_a_kill": len(struck),
            **{f"kills_{name}": count for name, count in sorted(self.struck.items())},
            "answered": self.counts["answered"],
            "unanswered": 0,  # a rush without an answer for everybody ends the run
            "repeated": self.counts["repeated"],
            "asked_again": self.counts["asked_again"],
            "answered_lost": len(crash.findings.lost),
            "duplicates": len(crash.findings.duplicates),
            "verify": int(crash.verified),
            "rush_seconds_p50": round(statistics.median(calm), 2),
            "rush_seconds_with_a_kill_p50": round(statistics.median(struck), 2) if struck else 0.0,
            "answers_per_second": round(self.place.buyers / statistics.median(calm), 1),
        }
