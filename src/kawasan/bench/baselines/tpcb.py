"""pgbench's TPC-B, the usual yardstick: how many small transactions a second this PostgreSQL does on this machine."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import psycopg
from psycopg import conninfo, sql

from kawasan.bench.site import Site
from kawasan.platform.embedded import binaries

DATABASE = "bench_tpcb"
CLIENTS = 8
THREADS = 2
SCALE = 10  # 1,000,000 accounts, as many as ours


def prepare(here: Site, scale: int = SCALE) -> dict[str, Any]:
    """Make pgbench's tables in a database of their own on the same server; return what to state beside its figure."""
    with psycopg.connect(here.url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    _pgbench(here, "-i", "-q", "-I", "dtGvp", "-s", str(scale))
    return {"tpcb": f"pgbench TPC-B, scale {scale}, {CLIENTS} clients, {THREADS} threads, simple protocol"}


def rate(here: Site, seconds: float) -> float:
    """Return transactions a second."""
    told = _pgbench(here, "-n", "-c", str(CLIENTS), "-j", str(THREADS), "-T", str(max(1, round(seconds))))
    found = re.search(r"^tps = ([0-9.]+)", told, re.MULTILINE)
    if not found:
        raise RuntimeError(f"pgbench told no tps: {told[-500:]}")
    return float(found[1])


def _pgbench(here: Site, *arguments: str) -> str:
    given = conninfo.conninfo_to_dict(here.url)
    environment = {
        "PGHOST": str(given["host"]),
        "PGPORT": str(given["port"]),
        "PGUSER": str(given["user"]),
        "PGPASSWORD": str(given["password"]),
    }
    done = subprocess.run(
        [binaries() / "pgbench", *arguments, DATABASE],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pgbench ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout
