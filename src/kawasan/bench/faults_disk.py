"""
A disk that is full: the tables on a small one of their own, filled to its last byte under load and freed again.

The small disk is a file system in memory with a size; only root on Linux may mount one. The write-ahead log stays where
it is, on the real disk.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kawasan.bench.faults import Fault
from kawasan.bench.faults_place import Place

FULL_SECONDS = 1.5
SMALL_DISK_MIB = 192
SMALL_DISK = "small-disk"
BALLAST = "ballast"


@dataclass
class FillDisk(Fault):
    """Fill the small disk that holds the tables to its last byte, and free it again."""

    name = "fill-disk"

    def strike(self) -> None:
        self.detail = f"{fill(self.place.folder / SMALL_DISK)} bytes of ballast"

    def mend(self) -> None:
        time.sleep(FULL_SECONDS)
        (self.place.folder / SMALL_DISK / BALLAST).unlink(missing_ok=True)


@contextlib.contextmanager
def tables_on_a_small_disk(place: Place) -> Iterator[bool]:
    """Keep the tables on a small disk for a while; yield False where none may be mounted. Nothing else may fail."""
    if not mount_small_disk(place.folder):
        yield False
        return
    try:
        with place.closed():
            move_tables(place)
        yield True
        with place.closed():
            _move_back(place)
    finally:
        unmount_small_disk(place.folder)


def may_mount() -> bool:
    """Whether we may make a small disk: root on Linux, with a kernel that lets it."""
    return sys.platform == "linux" and os.geteuid() == 0


def mount_small_disk(folder: Path, *, mib: int = SMALL_DISK_MIB) -> bool:
    """Mount a small disk in the folder; return False where we may not."""
    disk = folder / SMALL_DISK
    disk.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0755", "tmpfs", str(disk)]
    return may_mount() and subprocess.run(command, capture_output=True, check=False).returncode == 0


def unmount_small_disk(folder: Path) -> None:
    """Take the small disk away."""
    subprocess.run(["umount", "-l", str(folder / SMALL_DISK)], capture_output=True, check=False)


def move_tables(place: Place) -> None:
    """Move every table and index of the database to the small disk; the write-ahead log stays where it is."""
    home = place.folder / SMALL_DISK / "tables"
    home.mkdir()
    owner = (place.folder / "postgres" / "pg18").stat()
    os.chown(home, owner.st_uid, owner.st_gid)
    admin = place.admin()
    admin.execute(f"create tablespace small location '{home}'")
    admin.execute("grant create on tablespace small to public")
    admin.execute("alter database kawasan set default_tablespace = small")
    for kind in ("table", "index"):
        admin.execute(f"alter {kind} all in tablespace pg_default set tablespace small")


def _move_back(place: Place) -> None:
    """Undo that; a server killed afterwards must find nothing in its log that needs the small disk."""
    admin = place.admin()
    for kind in ("table", "index"):
        admin.execute(f"alter {kind} all in tablespace small set tablespace pg_default")
    admin.execute("alter database kawasan reset default_tablespace")
    admin.execute("drop tablespace small")
    admin.execute("checkpoint")


def fill(disk: Path) -> int:
    """Write ballast until nothing more fits; return how much."""
    with (disk / BALLAST).open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while ballast.write(b"\0" * size) == size:
                    pass
    return (disk / BALLAST).stat().st_size
