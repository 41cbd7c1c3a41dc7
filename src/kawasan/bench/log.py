"""``kawasan bench log``: leaves appended a second, beside a plain COPY of the same rows; proofs at a million leaves."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA
from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.log import api as log

BATCHES = {1: 200, 100: 50, 10_000: 3}  # leaves in a batch -> batches a round
LEAVES = 1_000_000
PROOFS = 2_000
TIMEOUT_MS = 120_000

_SUBMIT = """
insert into log_submission (id, kind, committed, at)
select gen_random_uuid(), 'bench.leaf', sha256(int8send(n)), now() from generate_series(1, %s) n
"""
_LAST = "select coalesce(max(number), 0) from log_submission"
_TAKEN = "select coalesce(max(number), 0) from log_leaf"
_PLAIN = "create table if not exists log_bench_plain (leaf_index bigint, number bigint, kind text, committed bytea)"
_ROWS = "select row_number() over (), number, kind, committed from log_submission order by number desc limit %s"
_COPY = "copy log_bench_plain from stdin (format binary)"
_SOME = "select id from log_submission tablesample system (2) limit 20000"


def run(bench: Bench) -> None:
    """Measure appends in interleaved rounds, fill the tree, and measure proofs in it."""
    with in_zone(SCHEMA):
        with transaction(SYSTEM):
            _one(_PLAIN.replace("create table", "create temporary table"))
            log.publish(at=clock.now())
        parts: dict[str, Callable[[], float]] = {}
        for size, count in BATCHES.items():
            batches = max(1, bench.count(count))
            parts[f"append_{size}_leaves_per_second"] = partial(_append, size, batches)
        parts["copy_10000_rows_per_second"] = lambda: _copy(10_000, max(1, bench.count(3)))
        parts["submit_and_append_10000_leaves_per_second"] = lambda: _whole(10_000, max(1, bench.count(3)))
        bench.interleave(parts)
        bench.ratio("append_10000_to_copy", "append_10000_leaves_per_second", "copy_10000_rows_per_second")
        _proofs(bench)


def _append(size: int, batches: int) -> float:
    """Return leaves a second from committed submissions to a committed, signed checkpoint, a batch a transaction."""
    with transaction(SYSTEM, statement_timeout_ms=TIMEOUT_MS):
        _one(_SUBMIT, [size * batches])
    after, start = _one(_TAKEN), time.perf_counter()
    for _ in range(batches):
        with transaction(SYSTEM):
            log.append_leaves(after=after, upto=after + size)
            log.publish(at=clock.now())
        after += size
    return size * batches / (time.perf_counter() - start)


def _copy(size: int, batches: int) -> float:
    """Return rows a second of a plain COPY of what a leaf is, into a table without an index, a batch a transaction."""
    with transaction(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_ROWS, [size])
        rows = cursor.fetchall()
    start = time.perf_counter()
    for _ in range(batches):
        with transaction(SYSTEM), connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(["int8", "int8", "text", "bytea"])
            for row in rows:
                copy.write_row(row)
    return size * batches / (time.perf_counter() - start)


def _whole(size: int, batches: int) -> float:
    """Return leaves a second from documents in hand, salted and stored, to a signed checkpoint."""
    items = [log.Submission("bench.leaf", f"{n}", {"amount": n, "at": "2026-11-11T03:00:00Z"}) for n in range(size)]
    start = time.perf_counter()
    for _ in range(batches):
        after = _one(_TAKEN)
        with transaction(SYSTEM):
            log.submit_many(items, at=clock.now())
        with transaction(SYSTEM):
            log.append_leaves(after=after, upto=after + size)
            log.publish(at=clock.now())
    return size * batches / (time.perf_counter() - start)


def _proofs(bench: Bench) -> None:
    leaves = bench.count(LEAVES)
    with transaction(SYSTEM, statement_timeout_ms=TIMEOUT_MS):
        _one(_SUBMIT, [max(0, leaves - log.size())])
    after, last, start, before = _one(_TAKEN), _one(_LAST), time.perf_counter(), log.size()
    while after < last:
        with transaction(SYSTEM):
            log.append_leaves(after=after, upto=after + 10_000)
        after += 10_000
    bench.figures["fill_leaves_per_second"] = round((log.size() - before) / (time.perf_counter() - start), 2)
    with transaction(SYSTEM), connection.cursor() as cursor:
        log.publish(at=clock.now())
        cursor.execute(_SOME)
        known = [row[0] for row in cursor.fetchall()]
    bench.settings |= {"leaves": log.size(), "proofs": bench.count(PROOFS)}
    bench.figures |= _latency(random.Random(1).choices(known, k=bench.count(PROOFS)))


def _latency(leaves: list[UUID]) -> dict[str, float]:
    """Return how long a proof takes, with the leaf, its checkpoint and its document looked up, in milliseconds."""
    taken = []
    for leaf in leaves:
        start = time.perf_counter()
        with transaction(SYSTEM):
            found = log.proof_of(leaf)
        taken.append((time.perf_counter() - start) * 1_000)
        if not found.is_published:
            raise RuntimeError("a leaf without a proof would make the figure worthless")
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    figures = {"proof_p50_ms": cuts[49], "proof_p99_ms": cuts[98], "proof_max_ms": max(taken)}
    return {name: round(value, 2) for name, value in figures.items()}


def _one(sql: str, parameters: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone() if cursor.description else None
    return int(row[0]) if row else 0
