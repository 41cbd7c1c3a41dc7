"""``kawasan demo``: a living sample zone from nothing, until it is told to stop or its seconds are over."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from kawasan.core import clock
from kawasan.core.errors import Refusal
from kawasan.demo import state, told
from kawasan.platform.telemetry import configure_logging
from kawasan.server import runtime

if TYPE_CHECKING:
    from kawasan.demo.abroad import BuyerAbroad
    from kawasan.demo.buyers import Market
    from kawasan.demo.devices import Devices
    from kawasan.demo.outsiders import Outsiders
    from kawasan.demo.walk_ins import WalkIns
    from kawasan.server.processes import Processes

SCHEMA = "zone_demo"
NAME = "Kawasan Priangan"
DRAIN_SECONDS_MAX = 45
TICK_SECONDS = 0.25
BANK_PORT_ABOVE = 100


class Refused(Exception):
    """The demo cannot start; the text says why and what to do."""


class Stopped(Exception):
    """Ctrl-C or TERM came, and the work has reached a place where it can end."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    data: str
    host: str = "127.0.0.1"
    port: int = 8000
    seconds: float | None = None
    orders_per_second: float | None = None
    as_json: bool = False
    fresh: bool = False


@dataclass
class Demo:
    """One run of the demo."""

    options: Options
    started: float = field(default_factory=time.monotonic)
    ready_seconds: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)
    bank_address: str = ""

    def run(self) -> int:
        """Do everything; return the exit code: 1 where verify finds something or a unit was oversold."""
        with _noticing_signals(self.stopping):
            try:
                return self._run()
            except Exception:
                if not self.stopping.is_set():
                    raise
                # Told to stop is how a demo without --for ends; with it, somebody was impatient and gets no figures.
                self._say(told.STOPPED)
                return 0 if self.options.seconds is None else 1

    def _run(self) -> int:
        os.environ["KAWASAN_SANDBOX"] = "1"  # before the settings are read, here and in the processes below
        need_free_port(self.options.host, self.options.port)
        need_free_port(self.options.host, runtime.port_after(self.options.port))
        folder = runtime.data_folder(self.options.data)
        with _only(folder):
            state.forget_told(folder)
            self._step(told.DATABASE)
            with runtime.database(folder) as database:
                runtime.set_up_django()
                configure_logging(json=False, level="WARNING")  # standard output is the answer
                from kawasan.platform.schemas import in_zone

                self._prepare(folder)
                with in_zone(SCHEMA):
                    keys = self._fill(folder)
                    return self._live(folder, keys, database)

    def _prepare(self, folder: Path) -> None:
        """Make database and zone, and the files that pages load. Raises Refused next to real zones."""
        from django.core.management import call_command

        from kawasan.platform.roles import drop_zone, prepare_database, prepare_zone
        from kawasan.platform.schemas import zones

        prepare_database()
        others = [zone.name for zone in zones() if zone.schema != SCHEMA]
        if others:
            raise Refused(told.REAL_ZONES.format(folder=folder, zones=", ".join(others)))
        is_there = any(zone.schema == SCHEMA for zone in zones())
        if is_there and (self.options.fresh or not self._is_whole()):
            self._step(told.DROPPING)
            drop_zone(SCHEMA)
            state.forget_keys(folder)
        self._step(told.TABLES)
        prepare_zone(schema=SCHEMA, name=NAME, hosts=[], at=clock.now())
        call_command("collectstatic", interactive=False, verbosity=0)

    def _is_whole(self) -> bool:
        """Whether the sample was put in to its end; a seeding that was interrupted is begun anew."""
        from django.db import Error

        from kawasan.demo.sample import seed
        from kawasan.platform.schemas import in_zone

        try:
            with in_zone(SCHEMA):
                return seed.is_seeded()
        except Error:  # not even the tables are whole
            return False

    def _fill(self, folder: Path) -> state.Keys:
        """Put the sample in where it is missing, and give out the secrets."""
        from django.db import Error

        from kawasan.demo.sample import keys, rates, seed
        from kawasan.server.banks import expect_sandbox

        expect_sandbox()
        is_new = not seed.is_seeded()
        if is_new:
            seed.seed(now=clock.now(), say=lambda step: self._step(told.STEPS[step]), between=self._need_time)
        rates.take_in(now=clock.now())
        known = state.read_keys(folder)
        if known is None:
            self._step(told.KEYS)
        try:
            if not is_new:
                seed.complete(now=clock.now())
            at = clock.now()
            known = keys.add_missing(known, at=at) if known else keys.give_out(at=at, is_new=is_new)
        except (Error, LookupError, Refusal) as error:
            raise Refused(told.OLDER_SAMPLE.format(folder=folder, reason=repr(error))) from error
        state.write_keys(folder, known)
        return known

    def _live(self, folder: Path, keys: state.Keys, database: runtime.Database) -> int:
        """Start everything, let buyers buy, and stop it all again."""
        from kawasan.demo import figures
        from kawasan.demo.outsiders import Outsiders
        from kawasan.server.banks import introduce_sandbox
        from kawasan.server.processes import Processes

        self._step(told.PROCESSES)
        port = self.options.port
        intake_port = runtime.port_after(port)
        running = Processes(data=folder, host=self.options.host, port=port, intake_port=intake_port, measures=True)
        self._add_bank(running)
        market: Market | None = None
        outsiders = Outsiders(folder)
        try:
            outsiders.start()
            running.start()
            introduce_sandbox(bank=self.bank_address, zone=f"http://{self._loopback()}:{running.port}", name=NAME)
            before = figures.last_number()
            market = self._market(running, keys)
            market.start()
            devices = self._devices(running)  # with a past, so that no page of theirs is empty when people look
            self.ready_seconds = time.monotonic() - self.started
            self._tell(folder, running, keys)
            seconds = self._wait(database, [self._walk_ins(), self._abroad(), devices, outsiders])
            return self._finish(market, running, before=before, seconds=seconds)
        finally:
            if market:
                market.stop(timeout_seconds=5)
            running.stop()
            outsiders.stop()

    def _add_bank(self, running: Processes) -> None:
        """Let a sandbox bank run beside the zone, on the next hundred's port or, where that is taken, on any."""
        from kawasan.server.processes import free_port

        port = self.options.port + BANK_PORT_ABOVE if self.options.port else 0
        try:
            need_free_port(self.options.host, port)
        except Refused:
            port = 0
        port = port or free_port(self.options.host)
        self.bank_address = f"http://{self._loopback()}:{port}"
        running.more["sandbox"] = ["sandbox", "--host", self.options.host, "--port", str(port)]

    def _loopback(self) -> str:
        return "127.0.0.1" if self.options.host in ("0.0.0.0", "::") else self.options.host  # noqa: S104

    def _market(self, running: Processes, keys: state.Keys) -> Market:
        from kawasan.demo.buyers import BRISK, GENTLE, Market, Pace

        usual = GENTLE if self.options.seconds is None else BRISK
        rate = self.options.orders_per_second or usual.orders_per_second
        return Market(
            host=self._loopback(),
            port=running.port,
            intake_port=running.intake_port,
            bank=self.bank_address,
            pace=Pace(orders_per_second=rate, think=usual.think),
            buyers=keys.buyers,
            shops=keys.shops,
            seed=time.time_ns(),
        )

    def _tell(self, folder: Path, running: Processes, keys: state.Keys) -> None:
        from kawasan.demo.sample.people import VISITORS, everything
        from kawasan.demo.sample.plan import shops
        from kawasan.rooms.zone import api as zone

        with everything():
            rich = zone.business(business_id=shops()[0].id)
        content = told.content(
            address=running.address,
            intake=running.intake_address,
            bank=self.bank_address,
            seller_slug=rich.slug,
            zone=NAME,
            schema=SCHEMA,
            keys=keys,
            visitors=VISITORS,
        )
        state.tell(folder, content)
        self._say(told.table(content, folder=folder, ready_seconds=self.ready_seconds, seconds=self.options.seconds))

    def _walk_ins(self) -> WalkIns:
        from kawasan.demo.sample.plan import shops
        from kawasan.demo.walk_ins import WalkIns

        found = WalkIns(bank=self.bank_address, business_id=shops()[0].id)
        found.open()
        return found

    def _abroad(self) -> BuyerAbroad:
        from kawasan.demo.abroad import BuyerAbroad

        found = BuyerAbroad(bank=self.bank_address)
        found.open()
        return found

    def _devices(self, running: Processes) -> Devices:
        from kawasan.demo.devices import Devices
        from kawasan.demo.sample.plan import shops

        found = Devices(address=f"http://{self._loopback()}:{running.port}", business_id=shops()[0].id)
        found.open()
        return found

    def _wait(self, database: runtime.Database, buyers: Sequence[WalkIns | BuyerAbroad | Devices | Outsiders]) -> float:
        """Wait for the end of the seconds (or for ever), and look after the database meanwhile."""
        start = time.monotonic()
        while self.options.seconds is None or time.monotonic() - start < self.options.seconds:
            self._pause()
            if database.keep_alive():
                self._step(told.DATABASE_AGAIN)
            for buyer in buyers:
                buyer.tick()
        return time.monotonic() - start

    def _finish(self, market: Market, running: Processes, *, before: int, seconds: float) -> int:
        """Stop the buyers, wait until all is worked off, verify, and report."""
        from kawasan.demo import figures
        from kawasan.server.verify import verify_zone

        self._step(told.DRAINING)
        market.stop()
        is_drained = self._drained()
        self._step(told.VERIFYING)
        findings = verify_zone(SCHEMA)
        running.measure()
        counted = figures.count(after=before)
        report = told.report(
            tally=market.tally,
            counted=counted,
            findings=findings,
            seconds=seconds,
            ready_seconds=self.ready_seconds,
            rss_bytes_max=running.rss_max,
            restarts=sum(child.restarts for child in running.children),
            is_drained=is_drained,
            jobs_failed=figures.jobs(SCHEMA)[1],
        )
        if self.options.as_json:
            sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            self._say(told.summary(report))
        return 0 if report["verify"] and not report["oversold"] else 1

    def _drained(self) -> bool:
        """Wait until no job is left and the followers have taken everything; False where it gets no less for long."""
        from kawasan.demo import bank, figures

        deadline, least = time.monotonic() + DRAIN_SECONDS_MAX, sys.maxsize
        while time.monotonic() < deadline:
            left = bank.waiting(self.bank_address) + figures.jobs(SCHEMA)[0]
            if not left and figures.are_followers_level():
                return True
            if left < least:  # a slow machine takes its time
                deadline, least = time.monotonic() + DRAIN_SECONDS_MAX, left
            self._pause()
        return False

    def _pause(self) -> None:
        self.stopping.wait(TICK_SECONDS)
        self._need_time()

    def _need_time(self) -> None:
        """Raise Stopped where somebody wants the demo to end: asked at places where nothing is half done."""
        if self.stopping.is_set():
            raise Stopped

    def _step(self, text: str) -> None:
        self._need_time()
        self._say(f"{time.monotonic() - self.started:5.1f} s  {text}")

    def _say(self, text: str) -> None:
        stream = sys.stderr if self.options.as_json else sys.stdout
        stream.write(text + "\n")
        stream.flush()


@contextmanager
def _only(folder: Path) -> Iterator[None]:
    try:
        with state.only_demo(folder):
            yield
    except state.DemoRuns as error:
        raise Refused(told.RUNS_ALREADY.format(folder=folder)) from error


@contextmanager
def _noticing_signals(stopping: threading.Event) -> Iterator[None]:
    """
    Set ``stopping`` on Ctrl-C and TERM.

    An exception out of a signal's handler would be swallowed where Python happens to run a destructor just then, so
    the work looks at the flag instead, at least every few seconds.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def need_free_port(host: str, port: int) -> None:
    """Raise Refused where somebody listens on the port already."""
    if port == 0:
        return
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(told.PORT_TAKEN.format(port=port, reason=error.strerror or error)) from error
