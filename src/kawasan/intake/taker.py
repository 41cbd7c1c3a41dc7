"""The queue of one zone and the thread that works it off: batches fill while the one before commits."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import psycopg
import structlog

from kawasan.core import clock
from kawasan.core.cipher import Box
from kawasan.core.errors import Refusal
from kawasan.core.zones import search_path_of
from kawasan.intake import limits, metrics
from kawasan.intake.batch import Connection, Decider
from kawasan.intake.refusals import NotReached, TooLate
from kawasan.intake.wishes import Wish
from kawasan.rooms.ledger.engine import Writer
from kawasan.rooms.ledger.types import LedgerBusy, LedgerUnreachable

log: structlog.stdlib.BoundLogger = structlog.get_logger("kawasan")

NAME = "kawasan-intake"  # among the server's connections
APPLICATION_ROLE = "kawasan_app"  # as the processes of Django connect (platform/database)
_SESSION = (
    "select set_config('search_path', %s, false), set_config('kawasan.reach', 'zone', false),"
    " set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)"
)
Deliver = Callable[[Sequence[Wish]], None]


class Taker:
    """
    Takes the orders of one zone.

    ``put`` is called by the process's one event loop, ``deliver`` by the taker's threads, with wishes that have their
    result. What was put is always delivered, also where the database is away or the process drains.
    """

    def __init__(self, schema: str, *, address: str, cipher: Box, deliver: Deliver) -> None:
        self.schema = schema
        self._address, self._deliver = address, deliver
        self._writer = Writer(self._connect, lanes=limits.LANES)
        self._decider = Decider(self._writer, cipher)
        self._queue: deque[Wish] = deque()
        self._filled = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{schema}-{lane}", daemon=True) for lane in range(limits.LANES)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, wishes: Sequence[Wish]) -> None:
        """Let wishes wait for their batch."""
        with self._filled:
            self._queue.extend(wishes)
            self._filled.notify()

    def stop(self, seconds: float) -> bool:
        """Work off what waits and end; whether that was done in time."""
        deadline = time.monotonic() + seconds
        with self._filled:
            self._stopping = True
            self._filled.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        is_done = not any(thread.is_alive() for thread in self._threads)
        if is_done:
            self._writer.close()
        return is_done

    def _work(self) -> None:
        reading: Connection | None = None
        while batch := self._next():
            reading = self._take(reading, batch)
        if reading is not None:
            reading.close()

    def _next(self) -> list[Wish]:
        """Wait for orders and return what there is, up to a batch; nothing when it is time to end."""
        with self._filled:
            while not self._queue and not self._stopping:
                self._filled.wait()
            return [self._queue.popleft() for _ in range(min(len(self._queue), limits.ORDERS_PER_BATCH_MAX))]

    def _take(self, reading: Connection | None, batch: Sequence[Wish]) -> Connection | None:
        start = time.monotonic()
        wishes = []
        for wish in batch:
            if start - wish.arrived > limits.DEADLINE_SECONDS:
                wish.result = TooLate()
            else:
                wishes.append(wish)
        if wishes:
            reading = self._decide(reading, wishes)
            metrics.batch(len(wishes), time.monotonic() - start)
        self._deliver(batch)
        return reading

    def _decide(self, reading: Connection | None, wishes: Sequence[Wish]) -> Connection | None:
        """Decide wishes; where that fails, all of them have the same answer: send it again."""
        try:
            if reading is None or reading.closed:
                reading = self._connect()
                reading.autocommit = True
            self._decider.decide(reading, wishes, at=clock.now(), now=time.monotonic())
        except LedgerBusy as busy:
            _answer_all(wishes, busy)
        except Exception as error:
            is_away = isinstance(error, (LedgerUnreachable, psycopg.OperationalError))
            log.warning(
                "intake-batch-failed", zone=self.schema, orders=len(wishes), exc_info=None if is_away else error
            )
            _answer_all(wishes, NotReached())
            if reading is not None and reading.broken:
                reading.close()
            if is_away:
                time.sleep(limits.RECONNECT_SECONDS)
        return reading

    def _connect(self) -> Connection:
        """Return a new connection that works in the zone. Raises psycopg.OperationalError."""
        connection: Connection = psycopg.connect(self._address, connect_timeout=5, application_name=NAME)
        connection.execute(f'set role "{APPLICATION_ROLE}"')
        times = [f"{limits.LOCK_TIMEOUT_MS}ms", f"{limits.STATEMENT_TIMEOUT_MS}ms"]
        connection.execute(_SESSION, [search_path_of(self.schema), *times])
        connection.commit()
        return connection


def _answer_all(wishes: Sequence[Wish], refusal: Refusal) -> None:
    for wish in wishes:
        wish.result, wish.repeated = refusal, False
