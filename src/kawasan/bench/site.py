"""A database of one's own for one measurement: in a temporary folder that is gone afterwards, also after Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from kawasan.platform.embedded import EmbeddedPostgres
from kawasan.server import runtime
from kawasan.server.processes import die_with_parent

SCHEMA = "zone_bench"
CHILD_STOP_SECONDS_MAX = 20
IN_MEMORY = ("tmpfs", "ramfs")  # where fsync costs nothing, and a figure would mean nothing


class NotDurable(Exception):
    """The database would lose an answered order when power fails; nothing is measured like that."""


@dataclass
class Site:
    """Where one bench works: its folder, its database, and the processes it has started."""

    folder: Path
    database: runtime.Database
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the database for its owner."""
        return self.database.url

    @property
    def server(self) -> EmbeddedPostgres:
        """The server, which this process started."""
        if self.database.server is None:
            raise RuntimeError("a bench starts its own database")
        return self.database.server

    def connect(self, *, admin: bool = False, schema: str | None = SCHEMA) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a new connection to the zone's schema, as the database's owner or as its superuser."""
        url = self.server.admin_url if admin else self.url
        return psycopg.connect(url, options=f"-csearch_path={schema},public" if schema else "")

    def spawn(
        self, command: list[str], *, log: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a process that ends with the bench, however that ends; what it says goes to a file of the folder."""
        with (self.folder / log).open("ab") as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,
                env=os.environ | dict(environment or {}),
            )
        self.children.append(child)
        return child

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """Stop a process that ``spawn`` started: politely, then with everything below it."""
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(CHILD_STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        if child in self.children:
            self.children.remove(child)

    def stop_children(self) -> None:
        """Stop everything that ``spawn`` started, last first."""
        for child in reversed(list(self.children)):
            self.stop(child)


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours in a Python of its own."""
    return [sys.executable, "-m", module, *arguments]


@contextmanager
def site(parent: Path | None = None) -> Iterator[Site]:
    """
    Yield a fresh database with one empty, migrated zone, durable; stop and remove everything afterwards.

    Raises NotDurable where the folder is held in memory or the server would not wait for the disk.
    """
    with (
        _ending_on_term(),
        _folder(parent) as folder,
        _without_given_database(),
        runtime.database(runtime.data_folder(folder)) as database,
    ):
        here = Site(folder, database)
        check_durable(here)
        _make_zone()
        try:
            yield here
        finally:
            here.stop_children()
            _close_django()


def durability(here: Site) -> dict[str, str]:
    """Read back from the server how far it goes before it says that something is committed."""
    names = ("fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers", "max_wal_size")
    with here.connect() as connection:
        return {name: str(connection.execute(f"show {name}").fetchone()[0]) for name in names}  # type: ignore[index]


def check_durable(here: Site) -> None:
    """Raise NotDurable unless a commit waits for the disk."""
    found = durability(here)
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if found[name] != "on":
            raise NotDurable(f"{name} is {found[name]}: an answered order could be lost, so nothing is measured.")


def filesystem_of(folder: Path) -> str:
    """Return the kind of file system that a folder lies on, or an empty string where the kernel does not tell."""
    best, kind = "", ""
    with suppress(OSError):
        for line in Path("/proc/mounts").read_text().splitlines():
            _, mounted, found, *_ = line.split()
            if folder.is_relative_to(mounted) and len(mounted) >= len(best):
                best, kind = mounted, found
    return kind


@contextmanager
def _folder(parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kawasan-bench-", dir=parent)).resolve()
    folder.chmod(0o755)  # the database runs as another user where we are root
    try:
        if filesystem_of(folder) in IN_MEMORY:
            raise NotDurable(f"{folder} is held in memory; name a folder on a disk with --folder.")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _without_given_database() -> Iterator[None]:
    """Put aside an address and a data folder that the environment names: a bench never touches a zone of somebody."""
    names = ("DATABASE_URL", "KAWASAN_DATA", "KAWASAN_SANDBOX")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["KAWASAN_SANDBOX"] = "1"  # a bench has a bank of play money, if any
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(kept)


@contextmanager
def _ending_on_term() -> Iterator[None]:
    """Let TERM end the bench as Ctrl-C does, so that nothing is left behind."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _make_zone() -> None:
    runtime.set_up_django()
    from kawasan.core import clock
    from kawasan.platform.roles import prepare_database, prepare_zone

    prepare_database()
    prepare_zone(schema=SCHEMA, name="Bench", hosts=[], at=clock.now())


def _close_django() -> None:
    from django.db import connections

    connections.close_all()
