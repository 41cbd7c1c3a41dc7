"""
``kawasan bench crash``: kill what serves a zone, again and again under load, and prove that no answered order is lost.

A round lets orders flow, breaks something at a random moment (sometimes two things), brings it back, waits until
whoever had no answer has one, and asks the ledger for every order answered meanwhile. Before that the disk of the
tables fills up a few times, where a small one may be mounted. At the end the worker catches up and the driver's journal
is compared with the whole database; then ``kawasan verify`` has the last word.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kawasan.bench import faults, faults_disk
from kawasan.bench.faults import Fault
from kawasan.bench.faults_load import Load, Order
from kawasan.bench.faults_place import Broken, Place
from kawasan.bench.faults_proof import Findings, backlog, check_answered, check_everything
from kawasan.bench.running import Bench

KILLS = 220
BUYERS = 200
FLOW_ORDERS = 15  # answered between two faults, at least
FLOW_SECONDS = (0.0, 0.5)  # and then a random while
FLOW_SECONDS_MAX = 60.0
ANSWER_SECONDS_MAX = 60.0  # until everybody who had no answer when something broke has one
CATCH_UP_SECONDS_MAX = 180.0
VERIFY_SECONDS_MAX = 180.0
BREAK_SECONDS_MAX = 1_800.0  # all kills together, disks included
CATCH_UP_POLL_SECONDS = 0.1  # looking is work for the same machine
SAID_EVERY = 20
SAID_EVERY_SECONDS = 15.0
FULL_DISKS = 3
OVERLAPPING = 0.15  # share of the rounds in which a second thing breaks before the first is mended

# How often each is chosen. A killed PostgreSQL recovers for seconds, a killed intake for a fraction of one.
WEIGHTS: dict[type[Fault], int] = {
    faults.KillIntake: 50,
    faults.KillEveryIntake: 8,
    faults.SkewClock: 6,
    faults.KillWorker: 12,
    faults.KillServer: 6,
    faults.KillBackend: 6,
    faults.CutBackends: 5,
    faults.CutClients: 5,
    faults.Freeze: 2,
    faults.FreezeBackend: 2,
}


def run(bench: Bench) -> None:
    """Run it on the bench's own database; what does not agree is a failure of the bench."""
    kills = bench.options.kills or bench.count(KILLS)
    place = Place(bench.site.folder, bench.site.server, buyers=BUYERS)
    try:
        place.start()
        load = Load(place.market, place.addresses)
        bench.settings |= {
            "kills_wanted": kills,
            "connections": load.connections,
            "orders_per_second_offered": load.per_second,
            "intakes": len(place.intakes),
            "buyers": BUYERS,
            "wares": len(place.market.wares),
        }
        crash = Crash(place, load, kills=kills, seed=random.randrange(1 << 32), say=bench.say)
        bench.settings["seed"] = crash.seed
        try:
            bench.settings["full_disk"] = crash.run()
        except Broken as error:  # a verdict too
            bench.failures.append(str(error))
        bench.figures |= crash.figures()
        bench.failures += crash.findings.shown()
    finally:
        place.stop()


@dataclass
class Crash:
    """One run: the place, the load, and what was found."""

    place: Place
    load: Load
    kills: int = KILLS
    seed: int = 0
    say: Callable[[str], None] = print
    findings: Findings = field(default_factory=Findings)
    struck: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    start_ms: dict[str, list[float]] = field(default_factory=dict)
    stall_ms: list[float] = field(default_factory=list)
    catch_up_seconds: float = 0.0
    compare_seconds: float = 0.0
    verify_seconds: float = 0.0
    verified: bool = False

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._checked = len(self.load.orders)

    def run(self) -> bool:
        """
        Fill the disk, break things until ``kills`` processes were killed; then prove everything. Raises Broken.

        Returns whether a full disk could be shown.
        """
        with faults_disk.tables_on_a_small_disk(self.place) as has_small_disk:
            self.load.start()
            for _ in range(FULL_DISKS if has_small_disk else 0):
                self.flow()
                self.strike(faults_disk.FillDisk(self.place, self.load, self.random))
        self._break_things()
        self.prove()
        return has_small_disk

    def _break_things(self) -> None:
        told, begin = 0, time.monotonic()
        while (total := sum(self.killed.values())) < self.kills:
            if time.monotonic() - begin > BREAK_SECONDS_MAX:
                raise Broken(f"only {total} of {self.kills} were killed in {BREAK_SECONDS_MAX} s")
            self._round()
            if total // SAID_EVERY > told:
                told = total // SAID_EVERY
                self.say(f"{total} killed, {self.load.answered} orders answered")

    def strike(self, *chosen: Fault) -> None:
        """Break these things one after another, mend them, and see to it that everybody gets an answer."""
        began, waiting = time.monotonic(), list[Order]()
        for fault in chosen:
            fault.strike()
            self.struck[fault.name] += fault.is_struck
            if fault.kills and fault.is_struck:
                self.killed[fault.kills] += 1
            waiting += [order for order in self.load.unanswered() if order not in waiting]
        for fault in sorted(chosen, key=lambda fault: fault.turn):
            self._mend(fault)
        self.place.wait_until(self.place.answers, "PostgreSQL answers")
        self.place.wait_until(
            lambda: all(order.is_answered for order in waiting), "everybody has an answer", ANSWER_SECONDS_MAX
        )
        self.load.need_alive()
        self.stall_ms.append((time.monotonic() - began) * 1_000)
        self.check()

    def _mend(self, fault: Fault) -> None:
        began = time.monotonic()
        fault.mend()
        if fault.kills and fault.is_struck:
            self.start_ms.setdefault(fault.kills, []).append((time.monotonic() - began) * 1_000)

    def check(self) -> None:
        """Ask the ledger for the orders answered since the last time."""
        upto = len(self.load.orders)
        new = self.load.orders[self._checked : upto]
        first_open = next((place for place, order in enumerate(new) if not order.is_answered), len(new))
        self._checked += first_open
        check_answered(self.place, [order for order in new if order.is_answered], self.findings)

    def prove(self, *, verify: bool = True) -> None:
        """Let everybody get an answer and the worker catch up; compare everything; verify."""
        self.place.wait_until(lambda: self.load.stop(0.05), "everybody has an answer", ANSWER_SECONDS_MAX)
        self._catch_up()
        begin = time.monotonic()
        check_everything(self.place, self.load.orders, self.findings)
        self.findings.others += self.load.contradictions
        self.compare_seconds = time.monotonic() - begin
        if verify:
            self._verify()

    def _catch_up(self) -> None:
        """Wait for the worker, and tell what is left where it takes its time. Raises Broken."""
        self.say(f"{len(self.load.orders)} orders answered; the worker catches up")
        left, told = dict[str, int](), time.monotonic()

        def is_done() -> bool:
            nonlocal left, told
            left = backlog(self.place)
            if left and time.monotonic() - told > SAID_EVERY_SECONDS:
                told = time.monotonic()
                self.say(f"left to do: {left}")
            return not left

        try:
            self.catch_up_seconds = self.place.wait_until(
                is_done, "the worker has caught up", CATCH_UP_SECONDS_MAX, poll_seconds=CATCH_UP_POLL_SECONDS
            )
        except Broken as error:
            raise Broken(f"{error}; left to do: {left}") from error

    def _verify(self) -> None:
        self.say(
            f"caught up in {self.catch_up_seconds:.0f} s, compared in {self.compare_seconds:.0f} s; kawasan verify"
        )
        begin = time.monotonic()
        told = self.place.run("kawasan", "verify", "--json", seconds_max=VERIFY_SECONDS_MAX)
        self.verify_seconds = time.monotonic() - begin
        if not told.stdout:
            raise Broken(f"verify ended with {told.returncode}: {told.stderr[-2000:]}")
        self.verified = told.returncode == 0 and json.loads(told.stdout)["verify"]
        if not self.verified:
            self.findings.others.append(f"verify: {told.stdout[:2000]} {told.stderr[-500:]}")

    def figures(self) -> dict[str, float]:
        """Return what ``--json`` tells."""
        found: dict[str, Any] = {
            "kills": sum(self.killed.values()),
            **{f"kills_{name}": self.killed[name] for name in ("intake", "worker", "postgres")},
            "answered": self.load.answered,
            "answered_sold": self.load.counts["answered sold"],
            "answered_lost": len(self.findings.lost),
            "repeated": self.load.counts["repeated"],
            "asked_again": self.load.counts["asked_again"],
            "duplicates": len(self.findings.duplicates),
            "contradictions": len(self.findings.others),
            "verify": int(self.verified),
            **_spread("start_intake_ms", self.start_ms.get("intake", [])),
            **_spread("start_postgres_ms", self.start_ms.get("postgres", [])),
            **_spread("everybody_answered_ms", self.stall_ms),
            "catch_up_seconds": round(self.catch_up_seconds, 1),
            "compare_seconds": round(self.compare_seconds, 1),
            "verify_seconds": round(self.verify_seconds, 1),
            "ended_by_themselves": sum(s.ended_by_itself for s in (*self.place.intakes, self.place.worker)),
            **{f"struck_{name.replace('-', '_')}": count for name, count in sorted(self.struck.items())},
        }
        return found

    def flow(self) -> None:
        """Wait until some more orders are answered."""
        self.load.need_alive()
        before = self.load.answered
        self.place.wait_until(lambda: self.load.answered >= before + FLOW_ORDERS, "orders flow", FLOW_SECONDS_MAX)

    def _round(self) -> None:
        self.flow()
        time.sleep(self.random.uniform(*FLOW_SECONDS))
        chosen = [self._choose()]
        if self.random.random() < OVERLAPPING:
            other = self._choose()
            if type(other) is not type(chosen[0]):
                chosen.append(other)
        self.strike(*chosen)

    def _choose(self) -> Fault:
        kind = self.random.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
        return kind(self.place, self.load, self.random)


def _spread(name: str, values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {f"{name}_p50": round(statistics.median(values), 1), f"{name}_max": round(max(values), 1)}
