"""Money paid directly to a shop: its static code and its counter, told and asked about, into its balance, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden, NotFound
from kawasan.core.money import Money, rupiah
from kawasan.platform import schemas
from kawasan.platform.db import transaction
from kawasan.platform.roles import as_owner
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.actions.snap.reconciling import Told, reconcile
from kawasan.rooms.payments.rules import mdr, qris
from kawasan.rooms.payments.types.snap import StatementLine
from kawasan.sandbox.scenarios import Fault, Pay
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import connect, make_codes, pay_at, tell
from tests.builders.payments import a_payment, posted
from tests.builders.shops import a_counter_payment, a_shop_with_a_code, an_actor_of, make_shop_codes, pay_shop
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_business, an_actor, zone_staff
from tests.databases import SCHEMA


@pytest.fixture(scope="module")
def bank() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(db: Any, bank: Sandbox) -> Sandbox:
    connect(bank)
    return bank


def test_a_shop_gets_one_static_code_that_stays_the_same(sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code(size="micro")
    found = payments.static_code(actor=shop.actor, business_id=shop.id, at=clock.now())
    code = qris.parse(found.content)
    assert (code.initiation, code.money, code.warnings) == (qris.Initiation.STATIC, None, ())
    assert (code.nmid, code.merchant_name) == (found.nmid, found.merchant_name)
    assert (found.fee.criteria, found.fee.free_up_to_minor) == ("UMI", 500_000_00)
    again = payments.want_static_code(actor=shop.actor, business_id=shop.id, at=clock.now())
    make_shop_codes()
    assert (again.id, again.content) == (found.id, found.content)
    assert models.ShopCode.objects.count() == 1


def test_only_the_owner_asks_for_the_code_and_strangers_do_not_learn_of_it(sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    at = clock.now()
    cashier, stranger = an_actor_of(shop.business, "staff"), an_actor_of(a_business())
    with pytest.raises(Forbidden):
        payments.want_static_code(actor=cashier, business_id=shop.id, at=at)
    with pytest.raises(NotFound):
        payments.static_code(actor=stranger, business_id=shop.id, at=at)
    with pytest.raises(NotFound):
        payments.shop_payments(actor=stranger, business_id=shop.id)
    assert payments.static_code(actor=cashier, business_id=shop.id, at=at).is_ready


def test_a_business_without_a_code_has_none(sandbox: Sandbox) -> None:
    shop = a_business()
    with pytest.raises(payments.NoStaticCode):
        payments.static_code(actor=an_actor_of(shop), business_id=shop.id, at=clock.now())


@pytest.mark.parametrize(
    ("size", "amount", "fee"),
    [("micro", 500_000_00, 0), ("micro", 500_001_00, 1_500_00), ("small", 100_000_00, 700_00)],
)
def test_a_payer_pays_any_amount_and_the_shop_has_it_less_the_fee(
    client: Any, sandbox: Sandbox, size: str, amount: int, fee: int
) -> None:
    shop = a_shop_with_a_code(size=size)
    (money,) = pay_shop(sandbox, shop, amount)
    assert tell(client, sandbox, money) == "2005200"
    (found,) = payments.shop_payments(actor=shop.actor, business_id=shop.id).items
    assert (found.amount_minor, found.fee_minor, found.outcome) == (amount, fee, payments.Outcome.PAID)
    assert found.payer == "Bank Latihan •••7890"
    assert posted(payments.balance(shop.id)) == amount - fee
    assert posted(payments.provider()) == -amount
    assert posted(mdr.acquirers()) == fee
    assert payments.verify() == []


def test_money_that_is_told_thrice_listed_and_asked_about_counts_once(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    (money,) = pay_shop(sandbox, shop, 25_000_00)
    tasks.check_static(business_id=str(shop.id))
    for _ in range(2):
        assert tell(client, sandbox, money) == "2005200"
    tasks.check_static(business_id=str(shop.id))
    assert models.ShopPayment.objects.count() == 1
    assert posted(payments.provider()) == -25_000_00
    assert payments.verify() == []


def test_two_payments_of_one_amount_are_two(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    for _ in range(2):
        (money,) = pay_shop(sandbox, shop, 10_000_00)
        tell(client, sandbox, money)
    sums = payments.shop_takings(actor=shop.actor, business_id=shop.id)
    assert (sums.count, sums.amount_minor) == (2, 20_000_00)


def test_a_refused_payment_and_one_that_contradicts_move_nothing(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    (refused,) = pay_shop(sandbox, shop, 10_000_00, Pay.FAIL)
    assert tell(client, sandbox, refused) == "2005200"
    assert models.ShopPayment.objects.count() == 0
    (money,) = pay_shop(sandbox, shop, 10_000_00)
    tell(client, sandbox, money)
    other = {"amount": {"value": "99000.00", "currency": "IDR"}}
    assert tell(client, sandbox, money, body=other) == "4095200"
    assert posted(payments.provider()) == -10_000_00
    assert models.ProviderEvent.objects.filter(needs_staff=True, outcome="contradiction").count() == 1


def test_money_for_a_store_that_is_nobodys_waits_for_staff(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    (money,) = pay_shop(sandbox, shop, 10_000_00)
    assert tell(client, sandbox, money, body={"externalStoreId": "NOBODY"}) == "4045201"
    assert models.ShopPayment.objects.count() == 0
    (event,) = payments.staff_events(actor=SYSTEM).items
    assert (event.outcome, event.reference) == (payments.Outcome.UNKNOWN_REFERENCE, "NOBODY")


def test_a_lost_message_is_a_difference_that_staff_takes_over_once(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    (money,) = pay_shop(sandbox, shop, 40_000_00)
    (run,) = payments.run_reconciliation(at=clock.now() + timedelta(seconds=2), settling=timedelta())
    assert run.found == 1
    (found,) = payments.differences(actor=SYSTEM).items
    assert found.can_be_taken_over
    staff = an_actor(zone_role="staff")
    payments.take_over(actor=staff, difference_id=found.id, note="Daftar bank", at=clock.now())
    assert posted(payments.provider()) == -40_000_00
    assert tell(client, sandbox, money) == "2005200"
    (run,) = payments.run_reconciliation(at=clock.now() + timedelta(seconds=2), settling=timedelta())
    assert (run.found, run.ours_count, models.ShopPayment.objects.count()) == (0, 1, 1)
    assert payments.verify() == []


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.BROKEN])
def test_a_code_that_got_lost_on_its_way_is_made_anew(sandbox: Sandbox, fault: Fault) -> None:
    shop = a_business()
    owner = an_actor_of(shop)
    client_id = payments.provider_settings().client_id
    sandbox.bank.plan.add(client_id, "qr/qr-mpm-generate", fault)
    payments.want_static_code(actor=owner, business_id=shop.id, at=clock.now())
    make_shop_codes()
    found = payments.static_code(actor=owner, business_id=shop.id, at=clock.now())
    assert found.is_ready
    assert qris.parse(found.content).additional["03"] == models.ShopCode.objects.get().reference


def test_a_code_that_the_provider_refuses_can_be_asked_for_again(sandbox: Sandbox) -> None:
    shop = a_business()
    owner = an_actor_of(shop)
    sandbox.bank.plan.add(payments.provider_settings().client_id, "qr/qr-mpm-generate", Fault.REFUSE)
    payments.want_static_code(actor=owner, business_id=shop.id, at=clock.now())
    make_shop_codes()
    refused = payments.static_code(actor=owner, business_id=shop.id, at=clock.now())
    assert (refused.is_ready, refused.content, refused.problem) == (False, "", "4044708")
    payments.want_static_code(actor=owner, business_id=shop.id, at=clock.now())
    make_shop_codes()
    assert payments.static_code(actor=owner, business_id=shop.id, at=clock.now()).is_ready


def test_a_list_is_searched_by_amount_day_and_kind(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    for amount in (10_000_00, 20_000_00, 20_000_00):
        tell(client, sandbox, *pay_shop(sandbox, shop, amount))
    today = clock.business_day(clock.now())

    def found(**wanted: Any) -> list[int]:
        narrowed = payments.ShopPaymentFilter(**wanted)
        page = payments.shop_payments(actor=shop.actor, business_id=shop.id, wanted=narrowed)
        return [one.amount_minor for one in page.items]

    assert found(amount_minor=20_000_00) == [20_000_00] * 2
    assert found(first=today, last=today) == [20_000_00, 20_000_00, 10_000_00]
    assert found(last=today - timedelta(days=1)) == []
    assert found(kind=payments.ShopCodeKind.COUNTER) == []
    with pytest.raises(payments.ShopPaymentFilterInvalid):
        found(first=today, last=today - timedelta(days=1))


# At the counter


def test_the_counter_asks_for_exactly_the_sum_and_is_paid(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    asked = a_counter_payment(shop, 48_500_00)
    assert qris.parse(asked.qris).money == rupiah(48_500)
    (money,) = pay_shop(sandbox, shop, None, counter=asked.id)
    assert tell(client, sandbox, money) == "2005200"
    found = payments.counter_payment(actor=shop.actor, counter_id=asked.id, at=clock.now())
    assert found.is_paid
    tasks.check_counter(counter_id=str(asked.id))
    assert posted(payments.provider()) == -48_500_00
    assert payments.verify() == []


def test_the_counter_hears_of_a_lost_message_by_asking(sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    asked = a_counter_payment(shop, 12_000_00)
    pay_shop(sandbox, shop, None, counter=asked.id)
    tasks.check_counter(counter_id=str(asked.id))
    assert payments.counter_payment(actor=shop.actor, counter_id=asked.id, at=clock.now()).is_paid


@pytest.mark.parametrize(
    ("how", "outcome"), [(Pay.TWICE, "again"), (Pay.OTHER_AMOUNT, "other_amount"), (Pay.LATE, "late")]
)
def test_what_does_not_fit_at_the_counter_is_the_shops_and_told_to_staff(
    client: Any, sandbox: Sandbox, how: Pay, outcome: str
) -> None:
    shop = a_shop_with_a_code()
    asked = a_counter_payment(shop, 50_000_00)
    moved = pay_shop(sandbox, shop, None, how, counter=asked.id)
    for money in moved:
        tell(client, sandbox, money)
    came = sum(money.amount_minor for money in moved)
    assert posted(payments.provider()) == -came
    assert outcome in [one.outcome for one in payments.shop_payments(actor=shop.actor, business_id=shop.id).items]
    assert models.ProviderEvent.objects.filter(needs_staff=True, outcome=outcome).count() == 1
    is_paid = payments.counter_payment(actor=shop.actor, counter_id=asked.id, at=clock.now()).is_paid
    assert is_paid is (how is Pay.TWICE)
    assert payments.verify() == []


def test_the_same_request_is_one_payment_and_another_amount_is_refused(sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    asked = a_counter_payment(shop, 5_000_00)
    again = payments.request_counter_payment(
        actor=shop.actor, business_id=shop.id, counter_id=asked.id, amount=rupiah(5_000), at=clock.now()
    )
    assert again.id == asked.id
    with pytest.raises(payments.CounterPaymentIdReused):
        payments.request_counter_payment(
            actor=shop.actor, business_id=shop.id, counter_id=asked.id, amount=rupiah(6_000), at=clock.now()
        )
    with pytest.raises(payments.PaymentAmountInvalid):
        a_counter_payment(shop, 10_000_001_00)
    other = a_shop_with_a_code()
    with pytest.raises(payments.CounterPaymentIdReused):
        payments.request_counter_payment(
            actor=other.actor, business_id=other.id, counter_id=asked.id, amount=rupiah(5_000), at=clock.now()
        )
    with pytest.raises(payments.CounterPaymentNotFound):
        payments.counter_payment(actor=other.actor, counter_id=asked.id, at=clock.now())
    with pytest.raises(payments.CounterPaymentNotFound):
        payments.cancel_counter_payment(actor=other.actor, counter_id=asked.id, at=clock.now())


def test_a_cancelled_payment_is_closed_at_the_bank_and_a_paid_one_is_not_cancelled(
    client: Any, sandbox: Sandbox
) -> None:
    shop = a_shop_with_a_code()
    asked = a_counter_payment(shop, 5_000_00)
    for _ in range(2):
        closed = payments.cancel_counter_payment(actor=shop.actor, counter_id=asked.id, at=clock.now())
    assert closed.status is payments.CounterStatus.CANCELLED
    tasks.close_counter(counter_id=str(asked.id))
    assert sandbox.bank.bill_of_code(asked.qris).state == "cancelled"
    paid = a_counter_payment(shop, 5_000_00)
    tell(client, sandbox, *pay_shop(sandbox, shop, None, counter=paid.id))
    with pytest.raises(payments.CounterPaymentClosed):
        payments.cancel_counter_payment(actor=shop.actor, counter_id=paid.id, at=clock.now())


def test_what_the_zone_holds_for_orders_costs_the_zone_its_fee(client: Any, sandbox: Sandbox) -> None:
    payment = a_payment(amounts=(100_000_00,), at=clock.now(), is_coded=False)
    make_codes()
    tell(client, sandbox, *pay_at(sandbox, payment.id))
    business = payment.splits[0].business_id
    assert posted(payments.escrow(business)) == 100_000_00
    assert (posted(mdr.zone_cost()), posted(mdr.acquirers())) == (-700_00, 700_00)
    assert payments.verify() == []


def test_verify_names_a_payment_without_its_entry_and_a_wrong_fee(client: Any, sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code(size="small")
    tell(client, sandbox, *pay_shop(sandbox, shop, 100_000_00))
    with as_owner():
        models.ShopPayment.objects.update(fee_minor=1, entry_id=ids.uuid7())
    names = {finding.code for finding in payments.verify()}
    assert names == {"shop-payment-differs", "shop-entry-without-payment", "merchant-fee-differs"}


@pytest.mark.django_db(transaction=True)
def test_two_messages_at_the_same_moment_count_once(bank: Sandbox) -> None:
    with schemas.in_zone(SCHEMA):
        with transaction(SYSTEM):
            connect(bank)
            shop = a_shop_with_a_code(is_made=False)
        make_shop_codes()
        code = models.ShopCode.objects.get(business_id=shop.id)
        notification = payments.Notification(
            provider="sandbox",
            event_id="one",
            kind=payments.NotificationKind.PAID,
            reference=code.reference,
            money_id=f"money-{ids.uuid7()}",
            amount_minor=30_000_00,
            happened_at=clock.now(),
        )
        _at_once(notification)
        assert models.ShopPayment.objects.filter(business_id=shop.id).count() == 1
        assert posted(payments.balance(shop.id)) == 30_000_00 - models.ShopPayment.objects.get().fee_minor


def _at_once(notification: payments.Notification) -> None:
    def tell_one(name: str) -> None:
        with schemas.in_zone(SCHEMA):
            try:
                with transaction(SYSTEM):
                    payments.notify(notification=replace(notification, event_id=name), at=clock.now())
            finally:
                connection.close()

    threads = [threading.Thread(target=tell_one, args=(f"message-{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_payer_abroad_pays_a_shops_own_code_and_the_shop_gets_rupiah(sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    code = models.ShopCode.objects.get(business_id=shop.id)
    told = payments.Notification(
        provider=code.provider, event_id="abroad-1", kind=payments.NotificationKind.PAID, reference=code.reference,
        money_id="M-1", amount_minor=25_000_00, happened_at=clock.now(),
        abroad=payments.Abroad(Money(10_58, "CNY"), None),
    )  # fmt: skip
    assert payments.notify(notification=told, at=clock.now()).outcome is payments.Outcome.PAID
    again = payments.notify(notification=replace(told, event_id="abroad-2"), at=clock.now())
    assert again.outcome is payments.Outcome.REPEATED
    (paid,) = payments.shop_payments(actor=shop.actor, business_id=shop.id).items
    assert (paid.amount_minor, paid.paid_abroad) == (25_000_00, "CNY 10.58")
    assert posted(payments.balance(shop.id)) == paid.net_minor
    quoted = replace(told, event_id="abroad-3", money_id="M-2", abroad=payments.Abroad(Money(1, "CNY"), ids.uuid7()))
    assert payments.notify(notification=quoted, at=clock.now()).outcome is payments.Outcome.UNKNOWN_REFERENCE
    assert payments.verify() == []


def test_what_a_payer_abroad_paid_and_nobody_told_is_taken_over_by_staff(sandbox: Sandbox) -> None:
    shop = a_shop_with_a_code()
    code, at = models.ShopCode.objects.get(business_id=shop.id), clock.now()
    abroad = payments.Abroad(Money(10_58, "CNY"), None)
    line = StatementLine("M-9", code.reference, 25_000_00, at - timedelta(minutes=2), "abroad", abroad)
    told = Told(at - timedelta(hours=1), at, at - timedelta(hours=1), (line,), None, "")
    assert reconcile(provider=code.provider, told=told, at=at).found == 1
    staff = an_actor(zone_staff().pk)
    (found,) = payments.differences(actor=staff).items
    assert (found.kind, found.abroad, found.can_be_taken_over) == ("missing_abroad", Money(10_58, "CNY"), True)
    payments.take_over(actor=staff, difference_id=found.id, note="Ada di daftar penyedia", at=at)
    (paid,) = payments.shop_payments(actor=shop.actor, business_id=shop.id).items
    assert (paid.amount_minor, paid.paid_abroad) == (25_000_00, "CNY 10.58")
    assert reconcile(provider=code.provider, told=told, at=at).found == 0
