"""A storm of payments: random faults on both sides, processes killed on the way; then where is every rupiah?"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor, ZoneRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.server.banks import NoAnswer, ask
from kawasan.server.processes import Processes
from kawasan.server.selftest import wait_for
from kawasan.server.selftest_scenarios import ZONE, World
from kawasan.server.verify import verify_zone

WAYS = (
    ("pay", 50),
    ("repeated", 8),
    ("twice", 8),
    ("late", 6),
    ("silent", 8),
    ("delayed", 4),
    ("wrong-signature", 4),
    ("out-of-order", 4),
    ("fail", 4),
    ("other-amount", 4),
)
FAULTS = ("timeout-after-success", "timeout-before", "broken", "error")
FAULT_SHARE, RELEASED_SHARE, ASKED_SHARE = 0.15, 0.6, 0.5
PEOPLE, FEE_PERCENT = 20, 2
CODE_SECONDS, KILL_EVERY = 4.0, 40


@dataclass
class Storm:
    """So many payments to one shop, and what came of them."""

    world: World
    processes: Processes
    business_id: UUID
    random: Random
    killed: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    waited: int = 0
    found: int = 0
    left: int = 0

    def blow(self, count: int) -> dict[str, object]:
        """Let everything happen, settle what can be settled, and return where the money is."""
        people = [self.world.a_person() for _ in range(PEOPLE)]
        asked = [self._asked(self.random.choice(people)) for _ in range(count)]
        for number, payment in enumerate(asked):
            if number % KILL_EVERY == KILL_EVERY // 2:
                self._kill()
            self._paid(payment)
        self._settle(asked)
        return self._told(asked)

    def _asked(self, person: UUID) -> payments.Payment:
        if self.random.random() < FAULT_SHARE:
            self.world.plan("qr/qr-mpm-generate", self.random.choice(FAULTS))
        split = payments.Split(self.random.randint(10, 500) * 1_000_00, self.business_id, ids.uuid7())
        at = clock.now()
        with transaction(SYSTEM):
            return payments.request_payment(
                payment_id=ids.uuid7(), payer_id=person, splits=[split], expires_at=at + timedelta(minutes=15), at=at
            )

    def _paid(self, payment: payments.Payment) -> None:
        found = wait_for(lambda: self.world.now(payment), lambda one: bool(one.qris), CODE_SECONDS)
        if not found.qris:
            tasks.make_codes_again(again_after=timedelta(seconds=2))  # the worker was killed with it in its hands
            found = wait_for(lambda: self.world.now(payment), lambda one: bool(one.qris), CODE_SECONDS)
        (way,) = self.random.choices([name for name, _ in WAYS], [share for _, share in WAYS])
        self.ways[way if found.qris else "no code"] += 1
        if found.qris:
            # One visit: when the bank dies in the middle, asking it again pays no second time.
            body = {"code": found.qris, "scenario": way, "visit": str(ids.uuid7())}
            ask(self.world.bank, "/sandbox/payments", body)

    def _kill(self) -> None:
        """Kill the web server, the worker or the bank, as a power cut does; they are started again."""
        child = self.random.choice(self.processes.children)
        # The same one may have been killed a moment ago: what lies dead already cannot be killed again.
        handle = wait_for(lambda: child.handle, lambda found: bool(found and found.poll() is None))
        os.killpg(handle.pid, signal.SIGKILL)  # it leads a session of its own: its workers go with it
        self.killed[child.name] += 1

    def _settle(self, asked: list[payments.Payment]) -> None:
        """Wait for what is on its way, ask about some of the rest, and take the others over from the bank's list."""
        self.waited = wait_for(self._waiting, lambda count: count == 0, 30)
        for payment in asked:
            if self.world.now(payment).is_open and self.random.random() < ASKED_SHARE:
                tasks.check_payment(payment_id=str(payment.id))
        staff = Actor(person_id=self.world.a_person(), zone_role=ZoneRole.STAFF)
        self.found = self._compare()
        with transaction(staff):
            open_ones = list(payments.all_differences(actor=staff))
        for one in open_ones:
            with transaction(staff):
                payments.take_over(actor=staff, difference_id=one.id, note="dari mutasi bank", at=clock.now())
        for payment in asked:
            if self.world.now(payment).is_paid and self.random.random() < RELEASED_SHARE:
                self._release(payment)
        self._compare()
        with transaction(staff):
            self.left = payments.open_differences(actor=staff)

    def _waiting(self) -> int:
        try:
            return int(ask(self.world.bank, "/sandbox/state", None)["waiting"])
        except NoAnswer:
            return 1

    def _compare(self) -> int:
        time.sleep(1.1)  # the standard's times have no parts of a second
        return sum(run.found for run in payments.run_reconciliation(at=clock.now(), settling=timedelta()))

    def _release(self, payment: payments.Payment) -> None:
        (part,) = payment.splits
        fee = part.amount_minor * FEE_PERCENT // 100
        with transaction(SYSTEM):
            parts = payments.release(
                business_id=self.business_id,
                order_id=part.order_id or payment.id,
                gross_minor=part.amount_minor,
                fee_minor=fee,
            )
            ledger.post(ledger.Entry(ids.derived("storm", payment.id), clock.now(), parts))

    def _told(self, asked: list[payments.Payment]) -> dict[str, object]:
        with transaction(SYSTEM):
            payers = list({one.payer_id for one in asked})
            wallets = sum(payments.wallet_balances(person_ids=payers).values())
            accounts = {
                "escrow": payments.escrow(self.business_id),
                "seller": payments.balance(self.business_id),
                "fee": payments.fee(),
                "provider": payments.provider(),
            }
            posted = {name: ledger.balance(account).posted for name, account in accounts.items()}
            balance = payments.bank_balance(self.world.settings)
        places = {"buyers": wallets, **{name: posted[name] for name in ("escrow", "seller", "fee")}}
        findings = verify_zone(ZONE)
        statuses = Counter(str(self.world.now(one).status) for one in asked)
        return {
            "payments": len(asked),
            "statuses": dict(statuses),
            "ways": dict(self.ways),
            "killed": dict(self.killed),
            "not_told": self.waited,
            "differences_found": self.found,
            "differences_left": self.left,
            "bank_holds_idr": (balance or 0) // 100,
            "places_idr": {name: minor // 100 for name, minor in places.items()},
            "every_rupiah_once": sum(places.values()) == -posted["provider"] == balance,
            "verify": not findings,
        }


def storm(world: World, *, count: int, seed: object) -> dict[str, object]:
    """Blow a storm over a zone of its own. Raises Refusal where even settling does not work."""
    try:
        business_id = world.a_business()
        return Storm(world, world.processes, business_id, Random(f"storm {seed}")).blow(count)
    except Refusal as refusal:
        raise RuntimeError(str(refusal)) from refusal
