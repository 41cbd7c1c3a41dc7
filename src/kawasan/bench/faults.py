"""
What is done to a running place, each fault in two steps: ``strike`` breaks something, ``mend`` brings it back.

In between others may strike too. ``mend`` returns when what was broken serves again; who restarts a process here is the
driver, as ``kawasan serve`` or systemd does elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import psutil
import psycopg

from kawasan.bench.faults_load import Load
from kawasan.bench.faults_place import Broken, Place, Service

FROZEN_SECONDS = (0.3, 6.0)  # shorter and longer than a client waits, and than rows may stay locked
SKEW_SECONDS = (-26 * 3600, -3600, -90, 90, 3600, 26 * 3600)
DOWN_SECONDS_MAX = 10.0  # from the end of one backend to that of all others


@dataclass
class Fault(ABC):
    """Something that goes wrong, once."""

    place: Place
    load: Load
    random: random.Random
    detail: str = ""
    is_struck: bool = True  # unless there was nothing to break
    name: ClassVar[str] = ""
    kills: ClassVar[str] = ""  # what is killed with -9: intake, worker or postgres
    turn: ClassVar[int] = 2  # which is mended first where several are broken: the others need the database

    @abstractmethod
    def strike(self) -> None:
        """Break it."""

    def mend(self) -> None:  # noqa: B027 - some faults need no mending
        """Bring it back and return when it serves. Raises Broken."""


@dataclass
class KillIntake(Fault):
    """Kill -9 an intake with everything below it."""

    name = "kill-intake"
    kills = "intake"
    before: tuple[str, ...] = ()
    victim: Service | None = None

    def strike(self) -> None:
        self.victim = self.random.choice(self.place.intakes)
        self.detail = self.victim.name
        self.victim.kill()

    def mend(self) -> None:
        if self.victim is not None:
            self.victim.start(self.before)
            self.place.wait_until_ready(self.victim)


@dataclass
class KillEveryIntake(Fault):
    """Kill -9 all intakes at the same moment: nobody takes orders."""

    name = "kill-every-intake"
    kills = "intake"

    def strike(self) -> None:
        for service in self.place.intakes:
            service.is_wanted = False
            service.signal(signal.SIGKILL)

    def mend(self) -> None:
        for service in self.place.intakes:
            service.kill()
            service.start()
        for service in self.place.intakes:
            self.place.wait_until_ready(service)


@dataclass
class SkewClock(KillIntake):
    """Kill -9 an intake and start it with a clock that is hours or seconds ahead or behind; the next start is right."""

    name = "skew-clock"

    def strike(self) -> None:
        super().strike()
        seconds = self.random.choice(SKEW_SECONDS)
        self.before = ("kawasan.bench.faults_skew", str(seconds))
        self.detail += f" {seconds:+d} s"


@dataclass
class KillWorker(Fault):
    """Kill -9 the worker, whatever it has in hand."""

    name = "kill-worker"
    kills = "worker"

    def strike(self) -> None:
        self.place.worker.kill()

    def mend(self) -> None:
        self.place.worker.start()


@dataclass
class KillServer(Fault):
    """Kill -9 PostgreSQL: the postmaster alone, or it and every backend in the same moment, as a power cut would."""

    name = "kill-server"
    kills = "postgres"
    turn = 0

    def strike(self) -> None:
        pid = self.place.database.pid
        if pid is not None and self.random.random() < 0.5:
            self.detail = "postmaster alone"
            os.kill(pid, signal.SIGKILL)
        else:
            self.detail = "all at once"
            self.place.database.crash()

    def mend(self) -> None:
        self.place.wait_until(lambda: not self.place.database.is_running, "the killed PostgreSQL is gone")
        self.place.database.start()
        self.place.wait_until(self.place.answers, "PostgreSQL answers")


@dataclass
class KillBackend(Fault):
    """Kill -9 one backend: PostgreSQL ends all others and recovers by itself."""

    name = "kill-backend"
    kills = "postgres"
    turn = 1
    witness: psycopg.Connection[tuple[Any, ...]] | None = None

    def strike(self) -> None:
        """
        Kill one that is at work.

        The others end a moment later, among them the driver's own connection: that shows when it has happened.
        """
        with contextlib.suppress(psycopg.OperationalError):
            self.witness = self.place.admin()
        victims = self.place.backends()
        self.is_struck = self.witness is not None and bool(victims) and _kill(victims[0])

    def mend(self) -> None:
        if self.is_struck:
            with contextlib.suppress(Broken):  # it had just ended by itself, and brings nobody down
                self.place.wait_until(self._is_down, "PostgreSQL has ended all others", DOWN_SECONDS_MAX)
        self.place.wait_until(self.place.answers, "PostgreSQL answers")

    def _is_down(self) -> bool:
        if self.witness is not None:
            try:
                self.witness.execute("select 1")
            except psycopg.OperationalError:
                self.witness = None
        return self.witness is None


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@dataclass
class CutBackends(Fault):
    """Have PostgreSQL end connections of ours (pg_terminate_backend): one, or every one."""

    name = "cut-backends"

    def strike(self) -> None:
        victims = self.place.backends()
        chosen = victims if self.random.random() < 0.5 else victims[:1]
        self.detail = f"{len(chosen)} of {len(victims)}"
        with contextlib.suppress(psycopg.OperationalError):  # something else is bringing all of them down
            self.place.admin().execute("select pg_terminate_backend(pid) from unnest(%s::int[]) pid", [chosen])


@dataclass
class CutClients(Fault):
    """Cut every connection between clients and intakes, whatever is under way."""

    name = "cut-clients"

    def strike(self) -> None:
        self.load.cut()


@dataclass
class Freeze(Fault):
    """Stop a process for a while (SIGSTOP): it holds what it holds, misses its deadlines and then goes on."""

    name = "freeze"
    seconds: float = 0.0
    frozen: list[psutil.Process] = field(default_factory=list)

    def strike(self) -> None:
        self.seconds = self.random.uniform(*FROZEN_SECONDS)
        victims = self._victims()
        self.detail += f" for {self.seconds:.1f} s"
        for process in victims:
            with contextlib.suppress(psutil.Error):
                process.suspend()
                self.frozen.append(process)

    def _victims(self) -> list[psutil.Process]:
        service = self.random.choice([*self.place.intakes, self.place.worker])
        self.detail = service.name
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(service.pid)
            return [process, *process.children(recursive=True)]
        return []

    def mend(self) -> None:
        time.sleep(self.seconds)
        for process in self.frozen:
            with contextlib.suppress(psutil.Error):
                process.resume()


@dataclass
class FreezeBackend(Freeze):
    """Stop one backend of the database, with the rows that it has locked."""

    name = "freeze-backend"

    def _victims(self) -> list[psutil.Process]:
        self.detail = "a backend"
        with contextlib.suppress(psutil.Error):
            return [psutil.Process(pid) for pid in self.place.backends()[:1]]
        return []
