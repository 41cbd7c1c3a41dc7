"""A rush of orders: while it lasts, those who write behind it leave the machine to those who wait for an answer."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from kawasan.platform.schemas import current_schema
from kawasan.rooms.ledger import api as ledger

# Transfers a second; an order is two or more. Below it the worker keeps up with all there is, beside everything else.
RUSH_PER_SECOND = 1_500.0
# The faster orders come, the longer the worker rests; from here on, about as many as one machine takes, longest.
FULL_RUSH_PER_SECOND = 6_000.0
# So many times as long as its last round took: each of its two hands then works a tenth of the time. Orders are written
# out at some 700 a second meanwhile (120 microseconds of processor time each), and the rest when the rush is over.
# Beside a worker that never rested the intake took 2,430 orders/s, alone 2,730. At 1,000 orders/s it rests as long as
# it works, and after 20 s no order waited; where it rested nine times as long, 22,417 did, the oldest for 23 s.
REST_TIMES = 9.0
REST_SECONDS_MAX = 5.0


class Rush:
    """Tells for each zone how much of a rush there is, by how fast its ledger grew since the last look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    def look(self, zone: str, number: int) -> float:
        """Note the number of the ledger's last transfer; return how much of a rush that is, from 0 to 1."""
        now = self._clock()
        last, at = self._seen.get(zone, (number, now))
        self._seen[zone] = number, now
        pace = (number - last) / (now - at) if now > at else 0.0
        return min(1.0, max(0.0, (pace - RUSH_PER_SECOND) / (FULL_RUSH_PER_SECOND - RUSH_PER_SECOND)))

    def how_much(self) -> float:
        """Look at the present zone."""
        return self.look(current_schema() or "", _last_number())


def rest_after(seconds: float, rush: float) -> float:
    """Return how long to rest after a round of work, by how much of a rush there is."""
    return min(REST_SECONDS_MAX, seconds * REST_TIMES * rush)


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'select last_value from "{ledger.TRANSFER_SEQUENCE}"')
        return int(cursor.fetchone()[0])
