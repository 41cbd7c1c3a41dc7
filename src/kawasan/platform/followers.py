"""Followers (projections): a named cursor, a batch handler, and the cursor committed with the effect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import _in_test_transaction, requires_transaction, transaction
from kawasan.platform.models import Cursor
from kawasan.platform.schemas import current_schema
from kawasan.platform.telemetry import FOLLOWER_LAG, FOLLOWER_POSITION, log
from kawasan.platform.wiring import wiring

BATCH_SEQUENCES = 5_000  # at most this many numbers of the source a transaction
REBUILD_STATEMENT_TIMEOUT_MS = 600_000


@dataclass(frozen=True, slots=True)
class Follower:
    """
    A projection of a numbered source.

    ``sequence`` is the database sequence that numbers the source's rows. ``handle(after, upto)`` takes the rows with
    ``after < number <= upto`` in order; ``reset()`` empties what the follower wrote.
    """

    name: str
    sequence: str
    handle: Callable[[int, int], None]
    reset: Callable[[], None]


# Note [Why no row is skipped]
# Numbers are drawn inside a transaction, so a row with a small number may commit after one with a larger number.
# A writer of a followed source has a transaction id before it draws a number (it locks rows first). So: read the last
# number L drawn, *then* draw a transaction id X of our own. Whoever drew a number up to L has an id below X. As soon as
# every transaction below X has ended (xmin of a snapshot >= X), all rows up to L are there or will never be, and a
# follower may pass L. A snapshot's xmax would not do for X: it is the id after the last *completed* transaction, and
# running ones lie above it. Nothing of this is stored in rows, so it survives dump and restore.
class SafeBounds:
    """Remembers pairs (L, X) and tells how far a follower may go."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str | None, str], list[tuple[int, int]]] = {}
        self._safe: dict[tuple[str | None, str], int] = {}
        self._lock = threading.Lock()

    def bound(self, sequence: str) -> int:
        """Return the largest number up to which every row is committed or dead. Call it outside a transaction."""
        if _in_test_transaction():
            return _last_number(sequence)
        if connection.in_atomic_block:
            raise RuntimeError("a safe bound is read outside a transaction")
        key = (current_schema(), sequence)
        last = _last_number(sequence)
        with self._lock:
            if self._safe.get(key) == last:
                return last
            pairs = self._pairs.setdefault(key, [])
            is_known = bool(pairs) and pairs[-1][0] == last
        own_id = None if is_known else _scalar("select pg_current_xact_id()::text::bigint")
        oldest = _scalar("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        with self._lock:
            pairs = self._pairs.setdefault(key, [])
            if own_id is not None:
                pairs.append((last, own_id))
            safe = [number for number, identity in pairs if identity <= oldest]
            best = max(safe, default=0)
            self._pairs[key] = [pair for pair in pairs if pair[0] >= best][-64:]
            self._safe[key] = best
        return best


_bounds = SafeBounds()


def followers() -> Iterable[Follower]:
    """Return every follower of the product, as written in server/wiring.py."""
    return tuple(wiring().FOLLOWERS)


def follower(name: str) -> Follower:
    """Return a follower by name. Raises KeyError with the names there are."""
    known = {item.name: item for item in followers()}
    if name not in known:
        raise KeyError(f"no follower {name!r}; there are: {', '.join(sorted(known))}")
    return known[name]


def advance_all() -> int:
    """
    Take one batch for every follower that has something to take; return how many numbers the cursors moved.

    Most of the time there is nothing: that is seen for all of them together, without a transaction for each.
    """
    moved, bounds = 0, dict[str, int]()
    positions = dict(Cursor.objects.values_list("name", "position"))
    for item in followers():  # in their order: what one writes another may follow
        if item.sequence not in bounds:
            bounds[item.sequence] = _bounds.bound(item.sequence)
        bound, position = bounds[item.sequence], positions.get(item.name, 0)
        if position < bound:
            moved += _advance(item, bound)
        else:
            _tell(item, position, bound)
    return moved


def advance(item: Follower) -> int:
    """Take one batch; return how many numbers the cursor moved (0: nothing to do, or another process is at it)."""
    return _advance(item, _bounds.bound(item.sequence))


def _advance(item: Follower, bound: int) -> int:
    with transaction(SYSTEM, statement_timeout_ms=REBUILD_STATEMENT_TIMEOUT_MS):
        Cursor.objects.bulk_create([Cursor(name=item.name)], ignore_conflicts=True)
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(pk=item.name).first()
        if cursor is None:
            return 0
        upto = min(cursor.position + BATCH_SEQUENCES, bound)
        moved = upto - cursor.position
        if moved <= 0:
            moved = 0
        else:
            item.handle(cursor.position, upto)
            cursor.position, cursor.moved_at = upto, clock.now()
            cursor.save()
    _tell(item, cursor.position, bound)
    return moved


def _tell(item: Follower, position: int, bound: int) -> None:
    zone = current_schema() or ""
    FOLLOWER_POSITION.labels(zone, item.name).set(position)
    FOLLOWER_LAG.labels(zone, item.name).set(max(0, bound - position))


def catch_up(*names: str) -> int:
    """Advance followers (all, or those named) until each has taken what is safe; return the numbers moved."""
    total = 0
    for item in followers():
        if names and item.name not in names:
            continue
        while moved := advance(item):
            total += moved
    return total


def rebuild(name: str) -> int:
    """Empty a follower and take everything again; return the numbers taken."""
    item = follower(name)
    with transaction(SYSTEM, statement_timeout_ms=REBUILD_STATEMENT_TIMEOUT_MS):
        Cursor.objects.bulk_create([Cursor(name=name)], ignore_conflicts=True)
        cursor = Cursor.objects.select_for_update().get(pk=name)
        item.reset()
        cursor.position, cursor.moved_at = 0, clock.now()
        cursor.save()
    taken = catch_up(name)
    log.info("follower-rebuilt", follower=name, taken=taken)
    return taken


def position(name: str) -> int:
    """Return how far a follower has come."""
    row = Cursor.objects.filter(pk=name).values_list("position", flat=True).first()
    return int(row or 0)


@requires_transaction
def hold(name: str) -> int:
    """Keep a follower where it is until the present transaction ends; return how far it has come."""
    Cursor.objects.bulk_create([Cursor(name=name)], ignore_conflicts=True)
    return Cursor.objects.select_for_update().get(pk=name).position


def _last_number(sequence: str) -> int:
    return _scalar(f'select case when is_called then last_value else 0 end from "{sequence}"')


def _scalar(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
