"""Set up a process: find or start the database, keep the data folder's secret, prepare Django."""

from __future__ import annotations

import fcntl
import gc
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kawasan.platform.embedded import AlreadyRunning, EmbeddedPostgres, NotReady
from kawasan.platform.telemetry import log

SETTINGS = "kawasan.server.settings"
PORT_MAX = 65_535


OTHERS_SECONDS_MAX = 15  # how long the end of the server waits for other commands
ATTACH_SECONDS_MAX = 20  # another command may be starting the same database at this moment


@dataclass(frozen=True, slots=True)
class Database:
    """The address of the database, and its server where this process started it."""

    url: str
    server: EmbeddedPostgres | None = None

    def keep_alive(self) -> bool:
        """
        Start our server again if it died; return whether that was done. Call it from the main thread.

        Where it does not start (its disk is full, say) that is logged, and the next call tries again.
        """
        if self.server is None or self.server.is_running:
            return False
        try:
            self.server.start()
        except (AlreadyRunning, NotReady) as error:
            log.error("database-does-not-start", error=str(error))
            return False
        return True


def data_folder(given: str | Path | None = None) -> Path:
    """Return the data folder (made if missing) and tell it to everything that follows."""
    folder = Path(given or os.environ.get("KAWASAN_DATA", "kawasan-data")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        folder.chmod(folder.stat().st_mode | 0o011)  # the database runs as another user and must pass through
    os.environ["KAWASAN_DATA"] = str(folder)
    key = folder / "secret.key"
    if "KAWASAN_SECRET_KEY" not in os.environ and not key.exists():
        descriptor = os.open(key, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        os.write(descriptor, secrets.token_urlsafe(48).encode())
        os.close(descriptor)
    return folder


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    """
    Yield the database: DATABASE_URL, or the embedded one of the folder.

    A running one is used and left running; otherwise it is started here and stopped at the end.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield Database(given)
        return
    with (folder / "in-use.lock").open("w") as in_use:
        # Everybody who works with the server shares this lock; whoever stops it first waits for the others.
        _lock(in_use, fcntl.LOCK_SH, ATTACH_SECONDS_MAX)
        found = _attach_or_start(folder / "postgres")
        os.environ["DATABASE_URL"] = found.url
        try:
            yield found
        finally:
            os.environ.pop("DATABASE_URL", None)
            fcntl.flock(in_use, fcntl.LOCK_UN)
            if found.server:
                _lock(in_use, fcntl.LOCK_EX, OTHERS_SECONDS_MAX)
                found.server.stop()


def _lock(file: IO[str], kind: int, seconds_max: float) -> bool:
    """Take a lock, waiting for others up to ``seconds_max``; return whether it was taken."""
    deadline = time.monotonic() + seconds_max
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def _attach_or_start(root: Path) -> Database:
    """Use the running server, or start it; when another command does so at the same moment, wait for that one."""
    deadline = time.monotonic() + ATTACH_SECONDS_MAX
    while True:
        if running := EmbeddedPostgres.attach(root):
            return Database(running)
        try:
            server = EmbeddedPostgres(root).start()
            return Database(server.url, server)
        except AlreadyRunning:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def set_up_django() -> None:
    """Load settings and apps (once the database's address is known)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    with everything_stays():
        import django

        django.setup()


@contextmanager
def everything_stays() -> Iterator[None]:
    """
    Load what stays as long as the process without looking for garbage in it, now or ever after.

    Collections took a fifth of the time in which two thousand modules are loaded.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def port_after(port: int) -> int:
    """Return where orders are taken unless told otherwise; 0, which picks a free one, after 0 and after the last."""
    return port + 1 if 0 < port < PORT_MAX else 0
