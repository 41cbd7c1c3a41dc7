"""People who walk into the visitor's shop and pay the code on its wall, a few at once and then one now and then."""

from __future__ import annotations

import time
from contextlib import suppress
from random import Random
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.demo import bank
from kawasan.demo.sample.people import everything
from kawasan.rooms.payments import api as payments
from kawasan.server.banks import NoAnswer

AT_ONCE = 6
PAUSE_SECONDS = (20.0, 45.0)
LOOK_SECONDS = 1.0  # until the bank is looked at again for the code
PRICES = (8_000, 12_000, 15_000, 18_500, 25_000, 27_500, 36_000, 48_000, 75_000, 120_000, 560_000)


class WalkIns:
    """One shop's walk-in buyers. ``tick`` is called often and does what is due."""

    def __init__(self, *, bank: str, business_id: UUID) -> None:
        self._bank, self._business_id = bank, business_id
        self._random = Random("walk-ins")
        self._content = ""
        self._due = 0.0

    def open(self) -> None:
        """Let the shop have a code on its wall; a repeat changes nothing."""
        with everything():
            payments.want_static_code(actor=SYSTEM, business_id=self._business_id, at=clock.now())

    def tick(self) -> None:
        """Let those pay whose time has come."""
        now = time.monotonic()
        if now < self._due:
            return
        if not self._content:
            self._due = now + LOOK_SECONDS
            self._look()
            return
        self._due = now + self._random.uniform(*PAUSE_SECONDS)
        self._pay()

    def _look(self) -> None:
        with everything():
            self._content = payments.static_code(actor=SYSTEM, business_id=self._business_id, at=clock.now()).content
        for _ in range(AT_ONCE if self._content else 0):
            self._pay()

    def _pay(self) -> None:
        amount = self._random.choice(PRICES) * 100
        with suppress(NoAnswer):  # the bank is being started again: the next one pays
            bank.pay(self._bank, code=self._content, scenario="pay", visit=str(ids.uuid7()), amount_minor=amount)
