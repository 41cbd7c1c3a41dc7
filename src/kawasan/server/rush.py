"""A rush of orders: while it lasts, those who write behind it leave the machine to those who wait for an answer."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from kawasan.platform.schemas import current_schema
from kawasan.rooms.ledger import api as ledger

# Transfers a second; an order is two or more. Below it the worker keeps up with all there is, beside everything else.
RUSH_PER_SECOND = 1_500.0
# In a rush the worker rests so many times as long as its last round took: each of its two hands then works a tenth of
# the time. Orders are written out at some 700 a second meanwhile (120 microseconds of processor time each), and
# the rest when the rush is over. Beside a worker that never rested the intake took 2,430 orders/s, alone 2,730.
REST_TIMES = 9.0
REST_SECONDS_MAX = 5.0


class Rush:
    """Tells for each zone whether there is a rush, by how fast its ledger grew since the last look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    def look(self, zone: str, number: int) -> bool:
        """Note the number of the ledger's last transfer; return whether so many came that it is a rush."""
        now = self._clock()
        last, at = self._seen.get(zone, (number, now))
        self._seen[zone] = number, now
        return number - last > RUSH_PER_SECOND * (now - at)

    def is_on(self) -> bool:
        """Look at the present zone."""
        return self.look(current_schema() or "", _last_number())


def rest_after(seconds: float) -> float:
    """Return how long to rest after a round of work in a rush."""
    return min(REST_SECONDS_MAX, seconds * REST_TIMES)


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'select last_value from "{ledger.TRANSFER_SEQUENCE}"')
        return int(cursor.fetchone()[0])
