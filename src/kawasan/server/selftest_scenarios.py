"""The scenarios of the sandbox's self-test: each plays one thing that goes wrong and tells what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor, ZoneRole
from kawasan.core.money import rupiah
from kawasan.platform.db import transaction
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.rooms.zone import api as zone
from kawasan.server.banks import ask
from kawasan.server.processes import Processes
from kawasan.server.selftest import wait_for
from kawasan.server.verify import verify_zone

AMOUNT = rupiah(50_000)
ACCOUNT = payments.BankAccount(bank="014", number="1234567890", holder="Sri Rahayu")
ZONE = "zone_selftest"


@dataclass
class World:
    """The zone and the bank of a self-test, and what a person does with them."""

    bank: str
    settings: payments.ProviderSettings
    processes: Processes
    people: int = field(default=0)

    def a_person(self) -> UUID:
        """Return somebody new."""
        self.people += 1
        with transaction(SYSTEM):
            made = zone.add_person(
                actor=SYSTEM, email=f"orang{self.people}@kawasan.example", name=f"Orang {self.people}", at=clock.now()
            )
        return made.id

    def a_business(self) -> UUID:
        """Return a business that sells."""
        owner = self.a_person()
        form = zone.Application(
            name="Toko Swauji",
            legal_form="individual",
            nib="9120000000001",
            npwp="012345678901000",  # made up, with a right check digit
            nik="",
            kbli_code="47711",
            regency_code="33.75",
            district_code="",
            address="Jl. Hayam Wuruk 5",
            phone="0812 3456 7890",
            size_basis="annual_sales",
            size_amount_minor=300_000_000_00,
            description="Toko untuk menguji diri sendiri.",
        )
        with transaction(SYSTEM):
            made = zone.join(actor=Actor(person_id=owner), application=form, at=clock.now())
            return zone.admit(actor=SYSTEM, business_id=made.id, at=clock.now()).id

    def a_payment(self) -> payments.Payment:
        """Ask somebody new for money; the code follows from the worker."""
        person = self.a_person()
        with transaction(SYSTEM):
            return payments.top_up(payment_id=ids.uuid7(), person_id=person, amount=AMOUNT, at=clock.now())

    def coded(self, payment: payments.Payment) -> payments.Payment:
        """Wait for the code of a payment."""
        found: payments.Payment = wait_for(lambda: self.now(payment), lambda one: bool(one.qris))
        return found

    def now(self, payment: payments.Payment) -> payments.Payment:
        """Return a payment as it is now."""
        with transaction(SYSTEM):
            return payments.payment(payment_id=payment.id)

    def plan(self, service: str, fault: str) -> None:
        """Let the bank's next call of a service go wrong."""
        body = {"clientId": self.settings.client_id, "service": service, "scenario": fault}
        ask(self.bank, "/sandbox/scenarios", body)

    def pay(self, code: str, how: str) -> dict[str, object]:
        """Pay a code at the bank."""
        return ask(self.bank, "/sandbox/payments", {"code": code, "scenario": how})

    def closed(self, code: str) -> str:
        """Wait until the bank has closed a code; return the state that it says."""
        bill: dict[str, str] = wait_for(
            lambda: ask(self.bank, "/sandbox/bills", {"code": code}), lambda one: one["state"] == "cancelled"
        )
        return bill["state"]

    def told(self, reference: str) -> list[str]:
        """Return what the zone answered to the bank's messages about a payment."""
        wait_for(lambda: ask(self.bank, "/sandbox/state", None), lambda state: not state["waiting"])
        state = ask(self.bank, "/sandbox/state", None)
        return [one["code"] for one in state["told"] if one["reference"] == reference]

    def money_in_wallet(self, payment: payments.Payment) -> int:
        """Return how much of AMOUNT, in whole rupiah, the payer has."""
        with transaction(SYSTEM):
            return payments.wallet_balance(person_id=payment.payer_id) // 100


def _paid_how(how: str, *, then_asked: bool = False) -> Callable[[World], str]:
    def play(world: World) -> str:
        payment = world.coded(world.a_payment())
        world.pay(payment.qris, how)
        codes = world.told(payment.reference)
        before = world.now(payment).status
        if then_asked:
            tasks.check_payment(payment_id=str(payment.id))
        wait_for(lambda: world.now(payment), lambda one: not one.is_open or how == "fail", 3)
        found = world.now(payment)
        asked = f", {before} until asked" if then_asked else ""
        refused = f", {found.failed_attempts} refused" if found.failed_attempts else ""
        told = "/".join(codes) or "nothing"
        return f"{found.status}{asked}{refused}, told {told}, wallet Rp{world.money_in_wallet(payment):,}"

    return play


def _made_despite(fault: str) -> Callable[[World], str]:
    def play(world: World) -> str:
        world.plan("qr/qr-mpm-generate", fault)
        payment = world.coded(world.a_payment())
        if not payment.qris:
            return "no code"
        world.pay(payment.qris, "pay")
        wait_for(lambda: world.now(payment), lambda one: one.is_paid)
        return f"{world.now(payment).status}, wallet Rp{world.money_in_wallet(payment):,}"

    return play


def _virtual_account(world: World) -> str:
    payment = world.coded(world.a_payment())
    payer = Actor(person_id=payment.payer_id)
    with transaction(payer):
        means = payments.want_virtual_account(payment_id=payment.id, actor=payer, at=clock.now())
    tasks.make_code(code_id=str(means.id))
    with transaction(SYSTEM):
        (made,) = [one for one in payments.means_of(payment_id=payment.id) if one.kind is payments.CodeKind.VA]
    world.pay(made.content.strip(), "pay")
    wait_for(lambda: world.now(payment), lambda one: one.is_paid)
    state = world.closed(payment.qris)
    return f"{world.now(payment).status}, wallet Rp{world.money_in_wallet(payment):,}, its QRIS {state}"


def _cancelled(world: World) -> str:
    payment = world.coded(world.a_payment())
    with transaction(SYSTEM):
        payments.cancel_payment(payment_id=payment.id, at=clock.now())
    world.closed(payment.qris)
    answer = world.pay(payment.qris, "pay")
    return f"{world.now(payment).status}, the bank says {answer.get('error', 'paid')}"


def _refund(fault: str) -> Callable[[World], str]:
    def play(world: World) -> str:
        payment = world.coded(world.a_payment())
        world.pay(payment.qris, "pay")
        wait_for(lambda: world.now(payment), lambda one: one.is_paid)
        before = payments.bank_balance(world.settings)
        world.plan("qr/qr-mpm-refund", fault)
        answers = [
            payments.send_back(
                world.settings, payment=payment, refund_no=f"R{payment.reference[:20]}", amount_minor=AMOUNT.minor
            )
            for _ in range(2)
        ]
        left = (before or 0) - (payments.bank_balance(world.settings) or 0)
        return f"{answers[0].outcome} then {answers[1].outcome}, sent back Rp{left // 100:,}"

    return play


def _payout(fault: str) -> Callable[[World], str]:
    def play(world: World) -> str:
        world.plan("transfer-interbank", fault)
        before = payments.bank_balance(world.settings) or 0
        reference = ids.uuid7()
        answers = [
            payments.send_transfer(
                world.settings, transfer_id=reference, account=ACCOUNT, amount_minor=10_000_00, at=clock.now()
            )
            for _ in range(2)
        ]
        sent = before - (payments.bank_balance(world.settings) or 0)
        return f"{answers[0].outcome} then {answers[1].outcome}, sent Rp{sent // 100:,}"

    return play


def _reconciled(world: World) -> str:
    payment = world.coded(world.a_payment())
    world.pay(payment.qris, "silent")
    at = clock.now() + timedelta(seconds=2)
    payments.run_reconciliation(at=at, settling=timedelta())
    staff = Actor(person_id=world.a_person(), zone_role=ZoneRole.STAFF)
    with transaction(staff):
        found = [one for one in payments.all_differences(actor=staff) if one.payment_id == payment.id]
    before = ", ".join(f"{one.kind} Rp{(one.theirs_minor or 0) // 100:,}" for one in found)
    for one in found:
        with transaction(staff):
            payments.take_over(actor=staff, difference_id=one.id, note="dari mutasi bank", at=clock.now())
    payments.run_reconciliation(at=clock.now() + timedelta(seconds=2), settling=timedelta())
    with transaction(staff):
        left = payments.open_differences(actor=staff)
    return f"{before}; taken over: {world.now(payment).status}, {left} left"


def _every_service(world: World) -> str:
    told = payments.call_every_service(world.settings, account=ACCOUNT, at=clock.now())
    return ", ".join(told)


def _with_wrong(what: str) -> Callable[[World], str]:
    """Ask for everything with a key or a secret that is not ours."""

    def play(world: World) -> str:
        keys = (_a_strangers_key(),) if what == "key" else world.settings.our_keys
        secret = "another secret" if what == "secret" else world.settings.client_secret
        wrong = replace(world.settings, our_keys=keys, client_secret=secret)
        told = payments.call_every_service(wrong, account=ACCOUNT, at=clock.now())
        return ", ".join(sorted({one.rpartition(" ")[2][:3] for one in told}))

    return play


def _a_strangers_key() -> str:
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(*form).decode()


def _balanced(world: World) -> str:
    findings = verify_zone(ZONE)
    return "everything agrees" if not findings else str(findings)


_IN_TIME = "paid, told 2005200, wallet Rp50,000"
SCENARIOS: tuple[tuple[str, str, Callable[[World], str]], ...] = (
    ("paid in time", _IN_TIME, _paid_how("pay")),
    ("one payment told three times", "paid, told 2005200/2005200/2005200, wallet Rp50,000", _paid_how("repeated")),
    ("paid twice", "paid, told 2005200/2005200, wallet Rp100,000", _paid_how("twice")),
    ("paid after its end: to the wallet", "expired, told 2005200, wallet Rp50,000", _paid_how("late")),
    ("told after seconds", _IN_TIME, _paid_how("delayed")),
    (
        "the notice got lost",
        "paid, requested until asked, told nothing, wallet Rp50,000",
        _paid_how("silent", then_asked=True),
    ),
    (
        "a notice with a wrong signature",
        "paid, requested until asked, told 4015200, wallet Rp50,000",
        _paid_how("wrong-signature", then_asked=True),
    ),
    (
        "refused, then paid, told the other way round",
        "paid, 1 refused, told 2005200/2005200, wallet Rp50,000",
        _paid_how("out-of-order"),
    ),
    ("the payer's bank refused", "requested, 1 refused, told 2005200, wallet Rp0", _paid_how("fail")),
    ("another amount came: to the wallet", "requested, told 2005200, wallet Rp51,000", _paid_how("other-amount")),
    ("a code: timeout after success", "paid, wallet Rp50,000", _made_despite("timeout-after-success")),
    ("a code: timeout before anything", "paid, wallet Rp50,000", _made_despite("timeout-before")),
    ("a code: half an answer", "paid, wallet Rp50,000", _made_despite("broken")),
    ("a code: server error", "paid, wallet Rp50,000", _made_despite("error")),
    ("a virtual account", "paid, wallet Rp50,000, its QRIS cancelled", _virtual_account),
    ("a cancelled payment is not paid any more", "cancelled, the bank says cancelled", _cancelled),
    ("a refund, asked for twice", "success then success, sent back Rp50,000", _refund("")),
    (
        "a refund: timeout after success, asked for twice",
        "success then success, sent back Rp50,000",
        _refund("timeout-after-success"),
    ),
    ("a refund refused, then taken", "refused then success, sent back Rp50,000", _refund("refuse")),
    ("a payout, asked for twice", "success then success, sent Rp10,000", _payout("")),
    (
        "a payout: timeout after success, asked for twice",
        "success then success, sent Rp10,000",
        _payout("timeout-after-success"),
    ),
    ("a payout: pending, then done", "pending then success, sent Rp10,000", _payout("pending")),
    ("a payout refused for good", "refused then success, sent Rp10,000", _payout("refuse")),
    (
        "reconciliation finds what nobody told",
        "missing_here Rp50,000; taken over: paid, 0 left",
        _reconciled,
    ),
    (
        "every service answers",
        "token 2007300, qr-generate 2004700, qr-query 2005100, qr-cancel 2007700, va-create 2002700, "
        "va-status 2002600, va-delete 2003100, account-own 2001500, transfer-own 2001700, transfer-status 2003600, "
        "account-other 2001600, transfer-other 2001800, transfer-status 2003600, balance 2001100, history 2001200",
        _every_service,
    ),
    ("every call signed with a wrong key", "401", _with_wrong("key")),
    ("every call signed with a wrong secret", "200, 401", _with_wrong("secret")),
    ("kawasan verify", "everything agrees", _balanced),
)
