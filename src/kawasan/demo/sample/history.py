"""Two weeks of orders before the first start, placed through the door: charts and desks are alive at first sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from uuid import UUID

from django.db.transaction import atomic as savepoint

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.core.clock import WIB
from kawasan.demo.baskets import Item, basket
from kawasan.demo.sample import plan
from kawasan.demo.sample.people import everything
from kawasan.platform.db import see_as
from kawasan.rooms.commerce import api as commerce

DAYS = 14
CHECKOUTS = 96
RICH_CHECKOUTS = 38  # of them at the business that visitors sign in to
VISITOR_CHECKOUTS = 7  # by the buyer that visitors sign in to
CHUNK = 40  # steps in one transaction
COURIERS = ("JNE", "J&T", "SiCepat", "AnterAja", "Pos Indonesia")
REASONS = ("Salah pilih ukuran.", "Alamat perlu diganti.", "Ingin ganti warna.", "Menemukan barang lain.")
FAULTS = ("Barang cacat di satu sisi.", "Warna tidak sesuai foto.", "Jumlah kurang satu.", "Kemasan rusak di jalan.")

VISITOR_HOME = "Jl. Braga 12, Kota Bandung 40111"

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Person:
    """A buyer of the past."""

    actor: Actor
    ship_to: commerce.ShipTo


class Past:
    """Runs steps in the order of their time, many in one transaction; a step may plan later ones."""

    def __init__(self, *, now: datetime) -> None:
        self._steps: list[tuple[datetime, int, Step]] = []
        self._order = count()
        self._now = now

    def plan(self, at: datetime, step: Step) -> None:
        """Do something at a past moment; what would be in the future is left undone."""
        if at < self._now:
            heappush(self._steps, (at, next(self._order), step))

    def run(self, *, between: Callable[[], None]) -> int:
        """Do everything planned, calling ``between`` the transactions; return the number of steps."""
        done = 0
        while self._steps:
            between()
            with everything():
                for _ in range(min(CHUNK, len(self._steps))):
                    heappop(self._steps)[2]()
                    done += 1
        return done


class History:
    """Orders of the sample buyers and what became of them."""

    def __init__(
        self, *, shops: Sequence[plan.Shop], buyers: Mapping[int, UUID], visitor: UUID, now: datetime, days: int = DAYS
    ) -> None:
        self.random = Random("history")
        self.past = Past(now=now)
        self.now = now
        self.days = days
        self.rich = shops[0]
        self.people = [_buyer(buyer, buyers[buyer.number]) for buyer in plan.buyers() if buyer.has_wallet]
        self.visitor = _Person(
            Actor(person_id=visitor), commerce.ShipTo("Dewi Lestari", "0812 0000 0001", VISITOR_HOME)
        )
        self.orders = 0

    def write(self, *, between: Callable[[], None] = lambda: None) -> int:
        """Place all orders and take them as far as their age says; return how many orders there are."""
        for number in range(CHECKOUTS):
            if number < VISITOR_CHECKOUTS:
                self._plan_visitor(number)
            else:
                items = self._rich_basket() if number < VISITOR_CHECKOUTS + RICH_CHECKOUTS else basket(self.random)[:5]
                self._plan(self.random.choice(self.people), items, self._moment(), self.random)
        self.past.run(between=between)
        return self.orders

    def _plan_visitor(self, number: int) -> None:
        """The visitor's orders are spread evenly, the last of them fresh, so that each state can be looked at."""
        at = self.now - timedelta(days=self.days * (1 - number / VISITOR_CHECKOUTS) * 0.8, minutes=17)
        affordable = [item for item in basket(self.random) if item.listing.price <= 300_000][:3]
        items = affordable or [Item(self.rich.listings[number], 1)]
        self._plan(self.visitor, items, at, Random(f"visitor {number}"))

    def _plan(self, person: _Person, items: Sequence[Item], at: datetime, random: Random) -> None:
        self.past.plan(at, lambda: self._place(person, items, at, random))

    def _place(self, person: _Person, items: Sequence[Item], at: datetime, random: Random) -> None:
        see_as(person.actor)
        try:
            with savepoint():  # a refusal takes back what it has begun, and nothing of the steps before it
                group = commerce.place_orders(
                    actor=person.actor,
                    group_id=ids.uuid7(),
                    lines=[commerce.Wanted(plan.variant_id(item.listing), item.quantity) for item in items],
                    method=commerce.Method.WALLET,
                    ship_to=person.ship_to,
                    at=at,
                )
        except (commerce.SoldOut, commerce.WalletTooLow):
            return
        self.orders += len(group.orders)
        for order in group.orders:
            self._continue(person, order, at, random)

    def _continue(self, person: _Person, order: commerce.Order, at: datetime, random: Random) -> None:
        if random.random() < 0.06:
            reason = random.choice(REASONS)
            self._later(at, random, (0.2, 3), lambda when: self._cancel(person, order, reason, when))
            return
        courier, tracking = random.choice(COURIERS), f"{random.randint(10**9, 10**10 - 1)}"
        self._later(at, random, (6, 30), lambda when: self._ship(person, order, courier, tracking, when, random))

    def _ship(
        self, person: _Person, order: commerce.Order, courier: str, tracking: str, at: datetime, random: Random
    ) -> None:
        seller = seller_of(order.business_id)
        see_as(seller)
        commerce.ship_order(actor=seller, order_id=order.id, courier=courier, tracking=tracking, at=at)
        if random.random() < 0.08:
            self._later(at, random, (26, 60), lambda when: self._ask_return(person, order, when, random))
        else:
            self._later(at, random, (24, 80), lambda when: self._confirm(person, order, when))

    def _confirm(self, person: _Person, order: commerce.Order, at: datetime) -> None:
        see_as(person.actor)
        commerce.confirm_delivery(actor=person.actor, order_id=order.id, at=at)

    def _cancel(self, person: _Person, order: commerce.Order, reason: str, at: datetime) -> None:
        see_as(person.actor)
        commerce.cancel_order(actor=person.actor, order_id=order.id, reason=reason, at=at)

    def _ask_return(self, person: _Person, order: commerce.Order, at: datetime, random: Random) -> None:
        see_as(person.actor)
        line = random.choice(order.lines)
        asked = commerce.request_return(
            actor=person.actor,
            return_id=ids.uuid7(),
            order_id=order.id,
            lines=[commerce.ReturnedLine(line.id, 1)],
            reason=random.choice(FAULTS),
            at=at,
        )
        is_whole = random.random() < 0.6
        self._later(at, random, (3, 40), lambda when: self._approve(order, asked, when, is_whole=is_whole))

    def _approve(self, order: commerce.Order, asked: commerce.ReturnRequest, at: datetime, *, is_whole: bool) -> None:
        seller = seller_of(order.business_id)
        see_as(seller)
        amount = asked.asked_minor if is_whole else plan.half(asked.asked_minor)
        commerce.approve_return(actor=seller, return_id=asked.id, amount_minor=amount, restock=is_whole, at=at)

    def _later(
        self, at: datetime, random: Random, hours: tuple[float, float], step: Callable[[datetime], None]
    ) -> None:
        when = at + timedelta(hours=random.uniform(*hours))
        self.past.plan(when, lambda: step(when))

    def _rich_basket(self) -> list[Item]:
        listings = self.random.sample(self.rich.listings, self.random.choice((1, 1, 2, 3)))
        return [Item(listing, self.random.choice((1, 1, 2))) for listing in listings]

    def _moment(self) -> datetime:
        """Return a moment of the past days, more often lately, and when people are awake in Indonesia."""
        day = (self.now - timedelta(days=self.days * self.random.random() ** 1.4)).astimezone(WIB).date()
        hour = min(23.9, max(6.0, self.random.gauss(15, 4)))
        at = datetime.combine(day, time(0), WIB) + timedelta(hours=hour)
        return min(at, self.now - timedelta(minutes=self.random.uniform(2, 300)))


def seller_of(business_id: UUID) -> Actor:
    """Return somebody of the business's staff, as its key would be."""
    return Actor(businesses={business_id: BusinessRole.STAFF}, name=SYSTEM.name)


def _buyer(buyer: plan.Buyer, person_id: UUID) -> _Person:
    at = plan.ship_to(buyer)
    return _Person(Actor(person_id=person_id), commerce.ShipTo(at.name, at.phone, at.address))
