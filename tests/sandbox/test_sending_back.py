"""Refunds go back to where their order was paid from: once, never lost, and not for who uses the wallet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, Unauthenticated
from kawasan.core.money import Money
from kawasan.platform.db import see_as
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.rules.accounts import returning
from kawasan.sandbox.scenarios import Fault, Pay
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import connect
from tests.builders.exchange import AT as RATES_AT
from tests.builders.exchange import some_rates
from tests.builders.payments import a_funded_wallet, money_for, posted, verify
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_business, a_person, an_actor, owner_of, zone_staff

pytestmark = pytest.mark.django_db
PAID, BACK = 50_000_00, 20_000_00
REFUND = "qr/qr-mpm-refund"
State = payments.BackState


@pytest.fixture
def bank() -> Iterator[Sandbox]:
    """A bank that answers, over real HTTP."""
    with a_sandbox() as running:
        connect(running)
        yield running


def an_order_paid_by_qris(bank: Sandbox) -> payments.Payment:
    """Let the bank make the code of an order, and somebody pay it there."""
    at = clock.now()
    asked = payments.request_payment(
        payment_id=ids.uuid7(), payer_id=a_person().pk, splits=[payments.Split(PAID, a_business().id, ids.uuid7())],
        holds=(), expires_at=at + timedelta(minutes=15), at=at,
    )  # fmt: skip
    tasks.make_code(code_id=str(models.Code.objects.get(payment_id=asked.id).pk))
    made = payments.payment(payment_id=asked.id)
    bill = bank.bank.bill_of_code(made.qris)
    assert bill is not None
    bank.bank.pay(bill, Pay.SILENT, visit="one", at=clock.now())
    payments.notify(notification=money_for(made), at=clock.now())
    return payments.payment(payment_id=asked.id)


def give_back(paid: payments.Payment, amount: int = BACK) -> Any:
    """Refund a part of an order before it is released."""
    (split,), number, at = paid.splits, ids.uuid7(), clock.now()
    moves = payments.refund(
        refund_id=number, order_id=split.order_id, business_id=split.business_id, person_id=paid.payer_id,
        amount_minor=amount, left_minor=PAID - amount, is_released=False, at=at,
    )  # fmt: skip
    ledger.post(ledger.Entry(number, at, moves))
    return number


def state_of(paid: payments.Payment) -> list[payments.BackState]:
    found = payments.money_back_of(actor=an_actor(paid.payer_id), order_id=paid.splits[0].order_id)
    return [one.state for one in found]


def where(paid: payments.Payment) -> tuple[int, int, int]:
    """Return what is in the wallet, on its way, and at the provider (as what it owes us)."""
    return payments.wallet_balance(person_id=paid.payer_id), posted(returning()), -posted(payments.provider())


def held(bank: Sandbox) -> int:
    settings = payments.provider_settings()
    return payments.bank_balance(settings) or 0


def test_who_paid_by_qris_and_has_no_use_of_a_wallet_gets_it_back_where_it_came_from(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    give_back(paid)
    assert where(paid) == (BACK, 0, PAID)  # the buyer's at once
    assert state_of(paid) == [State.WANTED]
    for _ in range(2):
        tasks.send_money_back()
    assert state_of(paid) == [State.DONE]
    assert where(paid) == (0, 0, PAID - BACK)
    assert held(bank) == PAID - BACK
    assert payments.verify() == []
    codes = [line.code for line in payments.wallet_statement(person_id=paid.payer_id).items]
    assert codes == [payments.PaymentCode.SEND_BACK, payments.PaymentCode.REFUND]


def test_who_uses_the_wallet_has_it_there_and_may_send_it_on_once(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    a_funded_wallet(paid.payer_id, 10_000)
    number = give_back(paid)
    tasks.send_money_back()
    assert state_of(paid) == [State.WALLET]
    buyer = an_actor(paid.payer_id)
    for stranger in (an_actor(a_person().pk), an_actor(zone_staff().pk)):
        with pytest.raises(payments.CannotSendBack):
            payments.ask_back(actor=stranger, refund_id=number, at=clock.now())
    with pytest.raises(Unauthenticated):
        payments.ask_back(actor=Actor(), refund_id=number, at=clock.now())
    for _ in range(2):
        payments.ask_back(actor=buyer, refund_id=number, at=clock.now())
        tasks.send_money_back()
    assert state_of(paid) == [State.DONE]
    assert payments.wallet_balance(person_id=paid.payer_id) == 10_000_00
    assert held(bank) == PAID - BACK
    see_as(an_actor(a_person().pk))
    assert not models.SendingBack.objects.exists()


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.PENDING])
def test_an_answer_that_got_lost_or_takes_its_time_sends_nothing_twice(bank: Sandbox, fault: Fault):
    paid = an_order_paid_by_qris(bank)
    give_back(paid)
    bank.bank.plan.add(payments.provider_settings().client_id, REFUND, fault)
    tasks.send_money_back()
    if fault is Fault.PENDING:
        assert (state_of(paid), where(paid)) == ([State.SENT], (0, BACK, PAID))
    tasks.send_back_again(again_after=timedelta())
    assert state_of(paid) == [State.DONE]
    assert held(bank) == PAID - BACK
    assert payments.verify() == []


def test_what_the_provider_refuses_is_in_the_wallet_again(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    give_back(paid)
    bank.bank.plan.add(payments.provider_settings().client_id, REFUND, Fault.REFUSE)
    tasks.send_money_back()
    assert state_of(paid) == [State.KEPT]
    assert where(paid) == (BACK, 0, PAID)
    assert models.SendingBack.objects.get().problem == "inactive_account"
    tasks.send_back_again(again_after=timedelta())
    assert held(bank) == PAID
    assert payments.verify() == []


def test_money_that_was_spent_or_frozen_in_the_meantime_stays_where_it_is(bank: Sandbox):
    frozen, spent = an_order_paid_by_qris(bank), an_order_paid_by_qris(bank)
    for paid in (frozen, spent):
        give_back(paid)
    payments.decide_wallet(
        actor=an_actor(zone_staff().pk), person_id=frozen.payer_id, step_id=ids.uuid7(), is_frozen=True,
        reason="Laporan", at=clock.now(),
    )  # fmt: skip
    payment = payments.pay_from_wallet(
        person_id=spent.payer_id, business_id=spent.splits[0].business_id, amount_minor=BACK, order_id=ids.uuid7()
    )
    ledger.post(ledger.Entry(ids.uuid7(), clock.now(), (payment,)))
    tasks.send_money_back()
    assert state_of(frozen) == state_of(spent) == [State.KEPT]
    assert payments.wallet_balance(person_id=frozen.payer_id) == BACK
    assert held(bank) == 2 * PAID
    assert payments.verify() == []


def test_an_order_that_may_have_been_paid_to_a_virtual_account_stays_in_the_wallet(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    code = models.Code.objects.get(payment_id=paid.id)
    models.Code.objects.create(
        payment_id=paid.id, payer_id=paid.payer_id, provider=code.provider, kind="va", reference="VA1", state="closed",
        attempts=1, asked_at=clock.now(),
    )  # fmt: skip
    number = give_back(paid)
    assert state_of(paid) == [State.WALLET]
    with pytest.raises(payments.CannotSendBack):
        payments.ask_back(actor=an_actor(paid.payer_id), refund_id=number, at=clock.now())


def test_a_provider_that_is_gone_leaves_the_money_in_the_wallet(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    give_back(paid)
    models.SendingBack.objects.update(provider="gone")
    tasks.send_money_back()
    assert (state_of(paid), payments.wallet_balance(person_id=paid.payer_id)) == ([State.KEPT], BACK)


def test_verify_names_what_the_ledger_does_not_agree_with(bank: Sandbox):
    give_back(an_order_paid_by_qris(bank))
    models.SendingBack.objects.update(state="done")
    assert [finding.code for finding in payments.verify()] == ["sending-back-differs"]


def test_a_checked_identity_is_no_use_of_a_wallet(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    verify(paid.payer_id, at=clock.now())
    give_back(paid)
    assert state_of(paid) == [State.WANTED]
    assert payments.seller_money(actor=SYSTEM, business_id=paid.splits[0].business_id).escrow_minor == PAID - BACK


def test_an_order_whose_buyer_asked_for_a_price_in_another_currency_stays_in_the_wallet(bank: Sandbox):
    paid = an_order_paid_by_qris(bank)
    some_rates()
    exchange.give_quote(
        actor=SYSTEM, quote_id=ids.uuid7(), given=Money(PAID), source="CNY", target="IDR", at=RATES_AT,
        purpose_id=paid.id,
    )  # fmt: skip
    give_back(paid)
    assert state_of(paid) == [State.WALLET]


def stuck(bank: Sandbox) -> Any:
    """A refund on its way whose provider does not say what it did."""
    paid = an_order_paid_by_qris(bank)
    number, at = give_back(paid), clock.now()
    order = payments.begin_sending_back(refund_id=number, at=at)
    assert order is not None
    return paid, number


@pytest.mark.parametrize("outcome", [State.DONE, State.KEPT])
def test_two_of_staff_settle_a_refund_that_stays_on_its_way(bank: Sandbox, outcome: payments.BackState):
    paid, number = stuck(bank)
    first, second, third = (an_actor(zone_staff().pk) for _ in range(3))
    settle, at = payments.settle_back_by_hand, clock.now()
    with pytest.raises(Forbidden):
        settle(actor=an_actor(paid.payer_id), refund_id=number, outcome=outcome, note="Punya saya", at=at)
    other = State.KEPT if outcome is State.DONE else State.DONE
    assert settle(actor=first, refund_id=number, outcome=other, note="Salah dengar", at=at) is State.SENT
    with pytest.raises(payments.MakerCannotCheck):
        settle(actor=first, refund_id=number, outcome=outcome, note="Lagi", at=at)
    assert settle(actor=second, refund_id=number, outcome=outcome, note="Telepon, Bu Rina", at=at) is State.SENT
    assert where(paid) == (0, BACK, PAID)
    assert settle(actor=third, refund_id=number, outcome=outcome, note="Surel bank", at=at) is outcome
    assert where(paid) == ((0, 0, PAID - BACK) if outcome is State.DONE else (BACK, 0, PAID))
    with pytest.raises(payments.BackNotOpen):
        settle(actor=third, refund_id=number, outcome=outcome, note="Lagi", at=at)
    assert payments.verify() == []


def test_staff_lists_asks_again_settles_and_takes_the_list_along(client: Any, bank: Sandbox):
    _, number = stuck(bank)
    client.force_login(zone_staff())
    english = {"HTTP_ACCEPT_LANGUAGE": "en"}
    url = f"/kawasan/uang/pengembalian/{ids.public('ret', number)}"
    assert "Rp20,000" in client.get("/kawasan/uang/pengembalian", **english).content.decode()
    before = models.SendingBack.objects.get().asked_at
    client.post(f"{url}/tanya")
    assert models.SendingBack.objects.get().asked_at < before  # due in the next round
    for _ in range(2):
        client.post(f"{url}/selesai", {"outcome": "done", "note": "Telepon, Bu Rina"})
    page = client.get("/kawasan/uang/pengembalian", **english).content.decode()
    assert page.count("Telepon, Bu Rina") == 1
    client.force_login(zone_staff())
    client.post(f"{url}/selesai", {"outcome": "done", "note": "Surel bank"})
    assert models.SendingBack.objects.get().state == "done"
    assert "Nothing is on its way" in client.get("/kawasan/uang/pengembalian", **english).content.decode()
    file = b"".join(client.get("/kawasan/uang/pengembalian.csv?status=all").streaming_content).decode()
    assert "Surel bank" in file
    client.force_login(a_person())
    for path in ("/kawasan/uang/pengembalian", "/kawasan/uang/pengembalian.csv", "/kawasan/pencairan/rekening"):
        assert client.get(path).status_code in (403, 404)


def test_staff_confirm_an_account_on_the_page(client: Any):
    business = a_business()
    account = payments.save_bank_account(
        actor=an_actor(owner_of(business).pk), business_id=business.id, account_id=ids.uuid7(), bank="014",
        number="1234567890", holder="Sri Wahyuni", rhythm=payments.Rhythm.DAILY, smallest=payments.PAYOUT_MIN,
        at=clock.now(),
    )  # fmt: skip
    for note in ("Buku tabungan", "Rekening koran"):
        client.force_login(zone_staff())
        assert business.name in client.get("/kawasan/pencairan/rekening").content.decode()
        client.post(f"/kawasan/pencairan/rekening/{ids.public('bac', account.id)}", {"note": note})
    assert models.BankAccount.objects.get().name_check == "matched"
    assert business.name not in client.get("/kawasan/pencairan/rekening").content.decode()
