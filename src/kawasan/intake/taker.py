"""The queue of one zone and the lanes that work it off: batches fill while the one before commits."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import psycopg
import structlog

from kawasan.core import clock
from kawasan.core.cipher import Box
from kawasan.core.errors import Refusal
from kawasan.core.zones import search_path_of
from kawasan.intake import lanes, limits, metrics
from kawasan.intake.admission import Admission
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
    Takes the orders of one zone; it lives in the thread of the event loop.

    ``deliver`` is called with wishes that have their result. What was put is always delivered, also where the database
    is away or the process drains.
    """

    def __init__(
        self, schema: str, *, address: str, cipher: Box, deliver: Deliver, admission: Admission, has_sandbox: bool
    ) -> None:
        self.schema = schema
        self._address, self._deliver, self._admission = address, deliver, admission
        self._writer = Writer(self._connect, lanes=limits.LANES, lock=partial(lanes.Lock, self._is_pressed))
        self._decider = Decider(self._writer, cipher, has_sandbox=has_sandbox)
        self._queue: deque[Wish] = deque()
        self._idle: list[lanes.Wake] = []
        self._in_hand = 0  # orders that lanes have taken from the queue and not answered
        self._loop = asyncio.get_running_loop()
        self._batch_seconds = 0.0  # how long a batch took lately
        self._stopping = False
        self._at_work = limits.LANES
        for _ in range(limits.LANES):
            lanes.start(self._work)

    def put(self, wishes: Sequence[Wish]) -> None:
        """Let wishes wait for their batch."""
        self._queue.extend(wishes)
        self._wake_another()

    async def stop(self, seconds: float) -> bool:
        """Work off what waits and end; whether that was done in time."""
        deadline = time.monotonic() + seconds
        self._stopping = True
        for wake in self._idle:
            self._loop.call_soon(wake, None)
        while self._at_work and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        if not self._at_work:
            self._writer.close()
        return not self._at_work

    def _work(self) -> None:
        reading: Connection | None = None
        while batch := self._next():
            reading = self._take(reading, batch)
            self._in_hand -= len(batch)
            if not self._queue:
                self._rest(reading)
        if reading is not None:
            reading.close()
        self._at_work -= 1

    # Note [Batches of a size]
    # Whoever is answered asks again. A lane that takes whatever waits then makes one batch of nearly everybody and tiny
    # ones behind it, and while the large one is written there is nothing to decide. So a lane takes its share of all
    # that wait or are in hand, and where little waits while another lane has much it lets more arrive for a moment.
    def _next(self) -> list[Wish]:
        """Wait for orders and return a batch of them; nothing when it is time to end."""
        self._wait_for_some()
        has_much = self._in_hand >= limits.ORDERS_PER_BATCH_MIN
        if has_much and len(self._queue) < self._in_hand * limits.LITTLE_SHARE and not self._stopping:
            lanes.pause(limits.FILL_SECONDS)
            self._wait_for_some()
        share = max(limits.ORDERS_PER_BATCH_MIN, (len(self._queue) + self._in_hand) // limits.LANES)
        size = min(len(self._queue), limits.ORDERS_PER_BATCH_MAX, share)
        self._in_hand += size
        batch = [self._queue.popleft() for _ in range(size)]
        if self._queue:
            self._wake_another()
        return batch

    def _wait_for_some(self) -> None:
        while not self._queue and not self._stopping:
            lanes.until_woken(self._idle.append)

    def _wake_another(self) -> None:
        if self._idle:
            lanes.soon(self._idle.pop())  # what else has arrived by now is read first, and comes along

    def _take(self, reading: Connection | None, batch: Sequence[Wish]) -> Connection | None:
        start = time.monotonic()
        # After a batch that took very long somebody must be taken still, or nobody would find out that it is over.
        latest = limits.DEADLINE_SECONDS - min(self._batch_seconds, limits.DEADLINE_SECONDS / 2)
        self._admission.note(start - batch[0].arrived)
        wishes = []
        for wish in batch:
            if start - wish.arrived > latest + wish.patience:
                wish.result = TooLate()
            else:
                wishes.append(wish)
        if wishes:
            reading = self._decide(reading, wishes)
            seconds = time.monotonic() - start
            self._batch_seconds += (seconds - self._batch_seconds) / 4
            metrics.batch(len(wishes), seconds)
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
                lanes.pause(limits.RECONNECT_SECONDS)
        return reading

    def _rest(self, reading: Connection | None) -> None:
        try:
            if reading is not None and not reading.closed:
                self._decider.rest(reading, at=clock.now())
        except psycopg.Error as error:  # the orders have their answers
            log.warning("intake-keys-unstamped", zone=self.schema, error=type(error).__name__)

    def _connect(self) -> Connection:
        """Return a new connection that works in the zone. Raises psycopg.OperationalError."""
        connection = lanes.in_thread(self._connected)
        connection.is_pressed = self._is_pressed
        return connection

    def _is_pressed(self) -> bool:
        return len(self._queue) >= limits.PRESSED_ORDERS

    def _connected(self) -> lanes.Connection:
        connection = lanes.Connection.connect(self._address, connect_timeout=5, application_name=NAME)
        connection.execute(f'set role "{APPLICATION_ROLE}"')
        times = [f"{limits.LOCK_TIMEOUT_MS}ms", f"{limits.STATEMENT_TIMEOUT_MS}ms"]
        connection.execute(_SESSION, [search_path_of(self.schema), *times])
        connection.commit()
        return connection


def _answer_all(wishes: Sequence[Wish], refusal: Refusal) -> None:
    for wish in wishes:
        wish.result, wish.repeated = refusal, False
