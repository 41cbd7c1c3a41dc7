"""Simulated people who buy, pay, ship and return over the real API, at a steady pace, until they are told to stop."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from kawasan.core import ids
from kawasan.demo import bank
from kawasan.demo.baskets import Item, basket
from kawasan.demo.client import Answer, Client, Tally, Unanswered
from kawasan.demo.sample import plan
from kawasan.demo.sample.history import COURIERS, FAULTS, REASONS
from kawasan.server.banks import NoAnswer

THREADS = 8
ORDERS_PER_CHECKOUT = 2.5  # a first guess; the true figure is measured on the way
WALLET_SHARE = 0.75  # of the checkouts of those who have one
# How payers behave at the sandbox bank: share, scenario.
SCENARIOS = ((0.80, "pay"), (0.07, "late"), (0.05, "twice"), (0.05, "fail"), (0.03, "silent"))
CANCELLED_SHARE = 0.04
SHIPPED_SHARE = 0.55
CONFIRMED_SHARE = 0.75
RETURNED_SHARE = 0.10
TOP_UP_MINOR = 5_000_000_00
RESTOCK_UNITS = 60
BARGAIN_SHARE = 0.15  # of the checkouts begin on a campaign's page
BARGAINS_LOOKED_AT = 100
NOT_YET = frozenset({"order-not-paid"})  # the payment's message is still on its way
PATIENCE = 8  # how often somebody looks again
IDLE_SECONDS = 0.5
CODE_PATIENCE = 40
CODE_SECONDS = 0.5  # until a buyer looks again whether the bank has made the code

Task = Callable[[Client], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast things happen: orders a second, and how long people think before their next step, in seconds."""

    orders_per_second: float
    think: tuple[float, float]


GENTLE = Pace(orders_per_second=2.0, think=(15.0, 90.0))
BRISK = Pace(orders_per_second=12.0, think=(1.0, 4.0))


class Market:
    """
    All simulated people together: a queue of what is due next, worked off by a few threads.

    Checkouts are due so that ``pace.orders_per_second`` orders come about; what follows from a checkout (paying,
    shipping, confirming, returning) is put into the queue when its time is known. Refusals are counted by their code.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        intake_port: int,
        bank: str,
        pace: Pace,
        buyers: Mapping[str, str],
        shops: Mapping[str, str],
        seed: object,
    ) -> None:
        self.tally = Tally()
        self._host, self._port, self._intake_port, self._pace = host, port, intake_port, pace
        self._bank = bank
        self._random = Random(f"market {seed}")
        self._buyers = [(buyer, buyers[str(buyer.number)]) for buyer in plan.buyers()]
        self._savers = [(buyer, key) for buyer, key in self._buyers if buyer.has_wallet]
        self._shop_keys = {ids.public("biz", shop.id): shops[str(shop.number)] for shop in plan.shops()}
        self._shelves = {
            str(plan.variant_id(listing)): (ids.public("biz", shop.id), ids.public("var", plan.variant_id(listing)))
            for shop in plan.shops()
            for listing in shop.listings
        }
        self._left_alone = ids.public("biz", plan.shops()[0].id)  # the visitor packs and ships there
        self._rich = plan.shops()[0].listings
        self._queue: list[tuple[float, int, Task]] = []
        self._number = count()
        self._ready = threading.Condition()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._orders_per_checkout = ORDERS_PER_CHECKOUT
        self._bargains: dict[str, int] = {}  # what campaigns ask for a variant, as somebody last saw it

    def start(self) -> None:
        """Let the first buyer come, and all others after."""
        self._plan_checkout(time.monotonic())
        self._threads = [threading.Thread(target=self._work, name=f"buyers-{n}", daemon=True) for n in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout_seconds: float = 15) -> None:
        """Let nobody begin anything; wait for the requests under way."""
        self._stopping.set()
        with self._ready:
            self._queue.clear()
            self._ready.notify_all()
        deadline = time.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    @property
    def refused(self) -> dict[str, int]:
        """How often which refusal was heard."""
        return self.tally.named("refused:")

    # The queue

    def _work(self) -> None:
        client = Client(
            host=self._host,
            port=self._port,
            intake_port=self._intake_port,
            tally=self.tally,
            stopping=self._stopping,
        )
        while (task := self._next()) is not None:
            try:
                task(client)
            except (Unanswered, NoAnswer):
                self.tally.add("unanswered")
        client.close()

    def _next(self) -> Task | None:
        with self._ready:
            while not self._stopping.is_set():
                now = time.monotonic()
                if self._queue and self._queue[0][0] <= now:
                    return heapq.heappop(self._queue)[2]
                self._ready.wait(min(IDLE_SECONDS, self._queue[0][0] - now) if self._queue else IDLE_SECONDS)
        return None

    def _at(self, moment: float, task: Task) -> None:
        with self._ready:
            if not self._stopping.is_set():
                heapq.heappush(self._queue, (moment, next(self._number), task))
                self._ready.notify()

    def _soon(self, task: Task, *, times: float = 1.0) -> None:
        """Do something once somebody has thought about it."""
        self._at(time.monotonic() + self._random.uniform(*self._pace.think) * times, task)

    def _plan_checkout(self, due: float) -> None:
        def task(client: Client) -> None:
            wait = self._orders_per_checkout / self._pace.orders_per_second
            self._plan_checkout(max(due, time.monotonic() - 1.0) + wait)
            self._check_out(client)

        self._at(due, task)

    # A checkout and its payment

    def _check_out(self, client: Client) -> None:
        buyer, key = self._random.choice(self._buyers if self._random.random() < 0.4 else self._savers)
        if self._random.random() < BARGAIN_SHARE:
            self._look_at_campaigns(client, key)
        lines = self._lines()
        from_wallet = buyer.has_wallet and self._random.random() < WALLET_SHARE
        ship_to = plan.ship_to(buyer)
        answer = client.post(
            "/orders",
            key,
            {
                "lines": lines,
                "method": "wallet" if from_wallet else "qris",
                "ship_to": {"name": ship_to.name, "phone": ship_to.phone, "address": ship_to.address},
            },
        )
        if not answer.is_good:
            self._refused(client, answer, key)
            return
        self.tally.add("bargains", sum(line["variant_id"] in self._bargains for line in lines))
        orders = answer.body["orders"]
        self.tally.add("checkouts")
        self.tally.add("orders", len(orders))
        self._orders_per_checkout += (len(orders) - self._orders_per_checkout) * 0.05
        if from_wallet:
            self._fulfil(orders, key)
        else:
            self._soon(lambda other: self._pay(other, answer.body["payment_id"], orders, key), times=0.5)

    def _look_at_campaigns(self, client: Client, key: str) -> None:
        """Read what campaigns offer now; whoever buys on goes by these prices until somebody looks again."""
        seen: dict[str, int] = {}
        for campaign in client.get("/campaigns", key).body.get("items", []):
            if campaign["state"] == "running":
                found = client.get(f"/campaigns/{campaign['slug']}/offers?limit={BARGAINS_LOOKED_AT}", key)
                seen |= {
                    offer["variant_id"]: offer["price_minor"] for offer in found.body.get("items", []) if offer["left"]
                }
        self._bargains = seen

    def _lines(self) -> list[dict[str, Any]]:
        """What goes into a checkout, at the prices that people have seen: a bargain, or a basket."""
        bargains = self._bargains
        if bargains and self._random.random() < BARGAIN_SHARE:
            variant = self._random.choice(sorted(bargains))
            return [{"variant_id": variant, "quantity": 1, "unit_price_minor": bargains[variant]}]
        lines = [_line(item) for item in self._wanted()]
        return [
            line | {"unit_price_minor": bargains.get(line["variant_id"], line["unit_price_minor"])} for line in lines
        ]

    def _wanted(self) -> list[Item]:
        if self._random.random() < 0.06:
            return [Item(listing, 1) for listing in self._random.sample(self._rich, 2)]
        return basket(self._random)

    def _pay(self, client: Client, payment: str, orders: Sequence[dict[str, Any]], key: str) -> None:
        scenario = self._random.choices([name for _, name in SCENARIOS], [share for share, _ in SCENARIOS])[0]
        self._at_bank(client, payment, key, scenario, lambda: self._paid(payment, orders, key, scenario))

    def _paid(self, payment: str, orders: Sequence[dict[str, Any]], key: str, scenario: str) -> None:
        self.tally.add(f"paid:{scenario}")
        if scenario == "fail":
            self._soon(lambda other: self._pay_again(other, payment, orders, key), times=0.5)
        elif scenario == "silent":
            self._soon(lambda other: self._look_after(other, payment, orders, key), times=0.5)
        elif scenario != "late":
            self._fulfil(orders, key)

    def _pay_again(self, client: Client, payment: str, orders: Sequence[dict[str, Any]], key: str) -> None:
        self._at_bank(client, payment, key, "pay", lambda: self._fulfil(orders, key))

    def _at_bank(
        self,
        client: Client,
        payment: str,
        key: str,
        scenario: str,
        then: Callable[[], None],
        patience: int = CODE_PATIENCE,
    ) -> None:
        """Scan the payment's code once the bank has made it, and pay it there in the way chosen."""
        answer = client.get(f"/payments/{payment}", key)
        if answer.is_good and not answer.body["qris"] and answer.body["status"] == "requested" and patience:
            self._at(
                time.monotonic() + CODE_SECONDS,
                lambda other: self._at_bank(other, payment, key, scenario, then, patience - 1),
            )
        elif not answer.is_good:
            self._refused(client, answer, key)
        elif not answer.body["qris"]:
            self.tally.add("refused:no-code")
        elif bank.pay(self._bank, code=answer.body["qris"], scenario=scenario, visit=str(ids.uuid7())):
            then()
        else:
            self.tally.add("refused:bank")

    def _look_after(self, client: Client, payment: str, orders: Sequence[dict[str, Any]], key: str) -> None:
        """The bank's message was lost: the buyer presses "check", and we ask the bank."""
        if client.post(f"/payments/{payment}/check", key).is_good:
            self._fulfil(orders, key)

    # What sellers and buyers do with an order

    def _fulfil(self, orders: Sequence[dict[str, Any]], key: str) -> None:
        for order in orders:
            self._decide_about(order, key)

    def _decide_about(self, order: dict[str, Any], key: str) -> None:
        chance = self._random.random()
        if chance < CANCELLED_SHARE:
            self._soon(lambda client: self._cancel(client, order, key))
        elif chance < CANCELLED_SHARE + SHIPPED_SHARE and order["business"]["id"] != self._left_alone:
            self._soon(lambda client: self._ship(client, order, key, PATIENCE))

    def _cancel(self, client: Client, order: dict[str, Any], key: str) -> None:
        reason = self._random.choice(REASONS)
        self._count(client.post(f"/orders/{order['id']}/cancellation", key, {"reason": reason}), "cancelled")

    def _ship(self, client: Client, order: dict[str, Any], key: str, patience: int) -> None:
        parcel = {"courier": self._random.choice(COURIERS), "tracking": f"{self._random.randint(10**9, 10**10 - 1)}"}
        answer = client.post(f"/orders/{order['id']}/shipment", self._shop_keys[order["business"]["id"]], parcel)
        if answer.code in NOT_YET and patience:
            self._soon(lambda other: self._ship(other, order, key, patience - 1))
        elif self._count(answer, "shipped"):
            chance = self._random.random()
            if chance < CONFIRMED_SHARE:
                self._soon(lambda other: self._confirm(other, order, key))
            elif chance < CONFIRMED_SHARE + RETURNED_SHARE:
                self._soon(lambda other: self._return(other, order, key))

    def _confirm(self, client: Client, order: dict[str, Any], key: str) -> None:
        self._count(client.post(f"/orders/{order['id']}/delivery", key), "completed")

    def _return(self, client: Client, order: dict[str, Any], key: str) -> None:
        line = self._random.choice(order["lines"])
        body = {"lines": [{"line_id": line["id"], "quantity": 1}], "reason": self._random.choice(FAULTS)}
        answer = client.post(f"/orders/{order['id']}/returns", key, body)
        if self._count(answer, "returns"):
            self._soon(lambda other: self._refund(other, order, answer.body))

    def _refund(self, client: Client, order: dict[str, Any], asked: dict[str, Any]) -> None:
        """Sellers pay back all of it, or agree on a half and leave the goods with the buyer."""
        is_whole = self._random.random() < 0.5
        amount = asked["asked_minor"] if is_whole else plan.half(asked["asked_minor"])
        body = {"approve": True, "amount_minor": amount, "restock": is_whole}
        key = self._shop_keys[order["business"]["id"]]
        self._count(client.post(f"/returns/{asked['id']}/decision", key, body), "refunds")

    # Refusals

    def _count(self, answer: Answer, name: str) -> bool:
        self.tally.add(name if answer.is_good else _refusal(answer))
        return answer.is_good

    def _refused(self, client: Client, answer: Answer, key: str) -> None:
        """Count a refused checkout and do what people would: the buyer fills the wallet, the seller the shelf."""
        self.tally.add(_refusal(answer))
        if answer.code == "price-changed":
            self._look_at_campaigns(client, key)
        if answer.code == "sold-out" and "variant_id" in answer.body:
            self._soon(lambda other: self._restock(other, str(answer.body["variant_id"])))
        if answer.code == "wallet-too-low":
            asked = client.post("/wallet/top-ups", key, {"amount_minor": TOP_UP_MINOR})
            if asked.is_good:
                self._at_bank(client, asked.body["id"], key, "pay", lambda: self.tally.add("top-ups"))

    def _restock(self, client: Client, variant: str) -> None:
        business, name = self._shelves[variant]
        body = {"business_id": business, "quantity": RESTOCK_UNITS, "reason": "received"}
        self._count(client.post(f"/variants/{name}/stock-movements", self._shop_keys[business], body), "restocked")


def _refusal(answer: Answer) -> str:
    return f"failed:{answer.code}" if answer.status >= 500 else f"refused:{answer.code}"


def _line(item: Item) -> dict[str, Any]:
    variant = ids.public("var", plan.variant_id(item.listing))
    return {"variant_id": variant, "quantity": item.quantity, "unit_price_minor": item.listing.price * 100}
