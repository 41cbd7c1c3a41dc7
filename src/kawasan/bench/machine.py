"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

from kawasan import __version__
from kawasan.bench.site import Site, durability, filesystem_of

FDATASYNCS = 100
BLOCK_BYTES = 8_192  # a page of PostgreSQL's log


def machine(here: Site) -> dict[str, Any]:
    """Return processor, cores, memory, kernel, versions, what one fdatasync costs here, and how busy it was before."""
    with here.connect() as connection:
        version = connection.info.server_version
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mib": psutil.virtual_memory().total >> 20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": f"{version // 10_000}.{version % 10_000}",
        "psycopg": psycopg.__version__ + (" (C)" if psycopg.pq.__impl__ != "python" else " (Python)"),
        "filesystem": filesystem_of(here.folder),
        "fdatasync_ms": round(fdatasync_ms(here.folder), 3),
        "load_before": round(os.getloadavg()[0], 2),
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "kawasan": __version__,
    }


def settings(here: Site) -> dict[str, Any]:
    """Return the settings of the server as it tells them."""
    return {f"postgresql_{name}": value for name, value in durability(here).items()}


def fdatasync_ms(folder: Path, times: int = FDATASYNCS) -> float:
    """Return the median milliseconds of writing one page and waiting until the disk has it."""
    path, took = folder / "fdatasync", []
    with path.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, BLOCK_BYTES * times)
        os.fsync(file.fileno())
        for _ in range(times):
            start = time.perf_counter()
            file.write(os.urandom(BLOCK_BYTES))
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - start) * 1_000)
    path.unlink()
    return statistics.median(took)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
