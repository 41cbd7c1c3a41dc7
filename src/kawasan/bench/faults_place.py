"""The place that is broken: a database, intakes and a worker as real processes, started again when they were killed."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from kawasan.bench.faults_load import Address
from kawasan.bench.faults_zone import SCHEMA, Market
from kawasan.platform.embedded import EmbeddedPostgres
from kawasan.server.processes import die_with_parent, free_port

# What each backend does or waits for, and who keeps it waiting.
_AT_WORK = """
select concat_ws(' ', pid, application_name, state, 'for', (now() - xact_start)::text, wait_event_type, wait_event,
                 'behind ' || nullif(pg_blocking_pids(pid)::text, '{}'), left(translate(query, chr(10), ' '), 160))
from pg_stat_activity
where backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid() order by xact_start limit 8
"""
HOST = "127.0.0.1"
READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
POLL_SECONDS = 0.01
CONNECT_SECONDS_MAX = 5
STATEMENT_SECONDS_MAX = 120  # of the driver's own questions: one that waits for good is a verdict, too


class Broken(Exception):
    """Something did not come back."""


@dataclass
class Service:
    """One process that we start, kill and start again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    address: Address | None = None
    handle: subprocess.Popen[bytes] | None = None
    before: tuple[str, ...] = ()
    is_wanted: bool = False
    ended_by_itself: int = 0

    def start(self, before: tuple[str, ...] = ()) -> None:
        """Start it; ``before`` is put in front of its arguments (a program that runs it under other conditions)."""
        self.before, self.is_wanted = before, True
        with self.log.open("ab") as out:
            self.handle = subprocess.Popen(
                [sys.executable, "-m", *before, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent,
                env=self.environment | {"PGAPPNAME": self.name},
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all below it (they share its session)."""
        if self.handle is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.handle.pid, number)

    def kill(self) -> None:
        """Kill it with -9, at once."""
        self.is_wanted = False
        self.signal(signal.SIGKILL)
        if self.handle is not None:
            self.handle.wait()

    def stop(self) -> None:
        """Stop it politely, then firmly."""
        self.is_wanted = False
        if self.handle is None or self.handle.poll() is not None:
            return
        self.handle.terminate()
        try:
            self.handle.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()

    def tend(self) -> None:
        """Start it again if it ended by itself, as whoever supervises it would."""
        if self.is_wanted and not self.is_running:
            self.ended_by_itself += 1
            self.start(self.before)

    @property
    def pid(self) -> int:
        """Its process id; 0 before it was started."""
        return self.handle.pid if self.handle is not None else 0

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.handle is not None and self.handle.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it answers and reaches the database."""
        if self.address is None:
            return self.is_running
        try:
            with urllib.request.urlopen(f"http://{self.address[0]}:{self.address[1]}/readyz", timeout=2) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
            return False


@dataclass
class Place:
    """A zone of its own in a folder of its own, with everything that serves it."""

    folder: Path
    database: EmbeddedPostgres
    intakes_count: int = 2
    buyers: int = 200
    wares: int = 40
    plenty: int = 100_000
    scarce: int = 100
    poor: int = 10
    intakes: list[Service] = field(default_factory=list)
    market: Market = field(default_factory=Market)

    def __post_init__(self) -> None:
        self._admin: psycopg.Connection[tuple[Any, ...]] | None = None
        self.worker = Service("kawasan-worker", ["kawasan", "worker"], {}, self.folder / "worker.log")

    # --- starting and stopping ---

    def start(self) -> None:
        """Fill the zone and start everything but the database. Call it from the main thread: all ends with it."""
        self._fill()
        self.intakes = [self._intake(number) for number in range(self.intakes_count)]
        self.worker.environment = self.environment
        for service in self._services():
            service.start()
        for service in self.intakes:
            self.wait_until_ready(service)

    def stop(self) -> None:
        """Stop everything but the database, politely."""
        for service in self._services():
            service.signal(signal.SIGCONT)
            service.stop()
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    @property
    def environment(self) -> dict[str, str]:
        """What our programs find around them."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAWASAN", "DATABASE", "PG"))}
        paths = os.pathsep.join(path for path in sys.path if path)
        return kept | {
            "KAWASAN_DATA": str(self.folder),
            "DATABASE_URL": self.database.url,
            "KAWASAN_SANDBOX": "1",
            "PYTHONPATH": paths,
            "PYTHONUNBUFFERED": "1",
        }

    def addresses(self) -> list[Address]:
        """Return where orders are taken."""
        return [service.address for service in self.intakes if service.address is not None]

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Stop everything but the database for a while; whoever wants to buy gets no connection meanwhile."""
        for service in self._services():
            service.stop()
        yield
        for service in self._services():
            service.start()
        for service in self.intakes:
            self.wait_until_ready(service)

    # --- looking at it ---

    def admin(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection that sees every row, opened anew where the last one was lost."""
        if self._admin is not None:
            try:
                self._admin.execute("select 1")
            except psycopg.OperationalError:
                self._admin = None
            else:
                return self._admin
        self._admin = psycopg.connect(
            self.database.admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX, application_name="driver"
        )
        self._admin.execute(f'set search_path = "{SCHEMA}", public')
        self._admin.execute(f"set statement_timeout = '{STATEMENT_SECONDS_MAX}s'")
        return self._admin

    def answers(self) -> bool:
        """Whether the database takes new connections and answers."""
        try:
            self.admin().execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def backends(self, name: str = "kawasan-") -> list[int]:
        """Return the process ids of the backends that serve our processes: nobody where the database is down."""
        asked = (
            "select pid from pg_stat_activity where backend_type = 'client backend' and application_name like %s "
            "order by random()"
        )
        try:
            rows = self.admin().execute(asked, [name + "%"]).fetchall()
        except psycopg.OperationalError:
            return []
        return [pid for (pid,) in rows]

    def run(self, *arguments: str, seconds_max: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a program of ours on this zone to its end. Raises Broken where it takes longer."""
        command = [sys.executable, "-m", *arguments]
        try:
            return subprocess.run(
                command, env=self.environment, capture_output=True, text=True, timeout=seconds_max, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Broken(f"after {seconds_max} s it has not ended: {' '.join(arguments)}{self._seen()}") from error

    def wait_until_ready(self, service: Service) -> None:
        """Wait until an intake takes orders. Raises Broken."""
        self.wait_until(lambda: service.is_ready, f"{service.name} is ready")

    def wait_until(
        self,
        condition: Callable[[], bool],
        what: str,
        seconds_max: float = READY_SECONDS_MAX,
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> float:
        """Wait until something holds; return the seconds it took. Raises Broken, with what was seen at the end."""
        begin = time.monotonic()
        while not condition():
            self.tend()
            if time.monotonic() - begin > seconds_max:
                raise Broken(f"after {seconds_max} s it still does not hold: {what}{self._seen()}")
            time.sleep(poll_seconds)
        return time.monotonic() - begin

    def _seen(self) -> str:
        """Tell what our processes do, and what the database is at: the folder is gone when somebody reads it."""
        services = [f"{each.name} {'runs' if each.is_running else 'is gone'}" for each in self._services()]
        try:
            rows = self.admin().execute(_AT_WORK).fetchall()
        except psycopg.Error as error:
            return f"; {', '.join(services)}; the database: {error}"
        return f"; {', '.join(services)}; {'; '.join(told for (told,) in rows) or 'the database has nothing to do'}"

    def _services(self) -> tuple[Service, ...]:
        return (*self.intakes, self.worker)

    def tend(self) -> None:
        """Start again what ended by itself."""
        for service in self._services():
            service.tend()

    def _fill(self) -> None:
        file = self.folder / "market.json"
        options = {name: getattr(self, name) for name in ("buyers", "wares", "plenty", "scarce", "poor")}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        made = self.run("kawasan.bench.faults_zone", str(file), *arguments)
        if made.returncode:
            raise Broken(f"the zone could not be made: {made.stderr[-2000:]}")
        self.market = Market.read(file)

    def _intake(self, number: int) -> Service:
        port = free_port(HOST)
        command = ["kawasan", "intake", "--host", HOST, "--port", str(port)]
        log = self.folder / f"intake-{number}.log"
        return Service(f"kawasan-intake-{number}", command, self.environment, log, (HOST, port))
