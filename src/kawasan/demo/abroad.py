"""A buyer in China who orders at the visitor's shop now and then and pays the QRIS in yuan, at a quote."""

from __future__ import annotations

import time
from random import Random
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Refusal
from kawasan.demo import bank
from kawasan.demo.sample import plan
from kawasan.demo.sample.people import everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone
from kawasan.server.banks import NoAnswer

NAME, EMAIL = "林薇 Lin Wei", "lin.wei@kawasan.example"
SHIP_TO = commerce.ShipTo(NAME, "+86 138 0000 1111", "上海市静安区南京西路 100 号, 200040 中国")
CURRENCY = "CNY"
AT_ONCE = 3  # orders one after another at first
PAUSE_SECONDS = (60.0, 150.0)
LOOK_SECONDS = 1.0  # until the bill is looked at again for its code
PATIENCE = 120  # how often


class BuyerAbroad:
    """One buyer. ``tick`` is called often and does what is due: order, then pay when the bank has made the code."""

    def __init__(self, *, bank: str) -> None:
        self._bank = bank
        self._random = Random("abroad")
        self._actor: Actor | None = None
        self._payment_id: UUID | None = None
        self._looks = self._orders = 0
        self._due = 0.0

    def open(self) -> None:
        """Let the buyer be known; a repeat changes nothing."""
        with everything():
            person = zone.add_person(actor=SYSTEM, email=EMAIL, name=NAME, language="zh-hans", at=clock.now())
            self._actor = zone.actor_of_person(person_id=person.id)

    def tick(self) -> None:
        """Do what is due; what the zone or the bank refuses is tried again with the next order."""
        now = time.monotonic()
        if now < self._due or self._actor is None:
            return
        try:
            if self._payment_id is None:
                self._order(self._actor)
            else:
                self._pay(self._actor, self._payment_id)
        except (Refusal, NoAnswer):
            self._rest()

    def _order(self, actor: Actor) -> None:
        listing = self._random.choice(plan.shops()[0].listings)
        with everything():
            group = commerce.place_orders(
                actor=actor,
                group_id=ids.uuid7(),
                lines=[commerce.Wanted(plan.variant_id(listing), 1)],
                method=commerce.Method.QRIS,
                ship_to=SHIP_TO,
                at=clock.now(),
            )
        self._payment_id, self._looks = group.payment_id, 0
        self._due = time.monotonic() + LOOK_SECONDS

    def _pay(self, actor: Actor, payment_id: UUID) -> None:
        self._due, self._looks = time.monotonic() + LOOK_SECONDS, self._looks + 1
        with everything():
            code = payments.payment(payment_id=payment_id).qris
            if not code:
                if self._looks > PATIENCE:
                    self._rest()
                return
            quote = payments.quote_payment(
                actor=actor, payment_id=payment_id, quote_id=ids.uuid7(), currency=CURRENCY, at=clock.now()
            )
        told = {"value": f"{quote.source.amount:.2f}", "currency": CURRENCY, "quote": quote.public_id}
        told["ends"] = quote.expires_at.isoformat(timespec="seconds")
        bank.pay(self._bank, code=code, scenario="pay", visit=str(payment_id), abroad=told)
        self._rest()

    def _rest(self) -> None:
        self._payment_id, self._orders = None, self._orders + 1
        pause = LOOK_SECONDS if self._orders < AT_ONCE else self._random.uniform(*PAUSE_SECONDS)
        self._due = time.monotonic() + pause
