"""
Twelve ways in which marketplaces lost sellers' money, each a test that it does not happen here.

Ten are those that the public description of spree/spree PR#14622 (2026-09) names; the last two are from the same study:
blnkfinance/blnk#152 and #374 (a refund twice), JiRaska/open-bank-oss PR#528 (two reversals at once).
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from tests.builders.orders import (
    AT,
    PRICE,
    a_buyer,
    a_checkout,
    an_order,
    pay,
    seller_of,
    something_for_sale,
    wanted,
)
from tests.builders.payments import posted
from tests.builders.zone import a_business, an_actor, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.schemas import in_zone
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

pytestmark = pytest.mark.django_db
State = commerce.OrderState


def staff() -> Any:
    return an_actor(zone_staff().pk)


def save_account(business_id: Any, *, number: str = "1234567890", account_id: Any = None) -> payments.SavedAccount:
    saved = payments.save_bank_account(
        actor=seller_of(business_id), business_id=business_id, account_id=account_id or ids.uuid7(), bank="014",
        number=number, holder="Sri Wahyuni", rhythm=payments.Rhythm.DAILY, smallest=rupiah(10_000), at=AT,
    )  # fmt: skip
    for waiting, account in payments.unchecked_accounts(limit=9):
        payments.note_name_at_bank(account_id=waiting, owner=payments.AccountOwner(account.holder), at=AT)
    return saved


def a_sent_batch() -> payments.Batch:
    made = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    return payments.approve_batch(actor=staff(), batch_id=made.id, at=AT)


def a_split_checkout() -> tuple[commerce.Order, ...]:
    """Orders of two sellers, paid by one QRIS payment."""
    lines = [wanted(something_for_sale(price=PRICE * n)) for n in (1, 2)]
    group = a_checkout(lines=lines, method=commerce.Method.QRIS)
    pay(group.id)
    return tuple(commerce.order(actor=SYSTEM, order_id=order.id) for order in group.orders)


def ship(order: commerce.Order, tracking: str = "JP1") -> commerce.Order:
    return commerce.ship_order(
        actor=seller_of(order.business_id), order_id=order.id, courier="JNE", tracking=tracking, at=AT
    )


def all_is_well() -> bool:
    return commerce.verify_orders() == payments.verify() == ledger.verify() == []


def test_01_registering_where_money_goes_twice_keeps_the_seller_payable():
    order = an_order(state=State.COMPLETED)
    number = ids.uuid7()
    first = save_account(order.business_id, account_id=number)
    again = save_account(order.business_id, account_id=number)
    assert again.id == first.id
    assert save_account(order.business_id).name_check is payments.NameCheck.MATCHED
    assert a_sent_batch().payouts[0].business_id == order.business_id


def test_02_every_admitted_seller_with_an_account_can_be_paid_out():
    orders = [an_order(state=State.COMPLETED) for _ in range(3)]
    for order in orders:
        save_account(order.business_id)
    batch = a_sent_batch()
    assert {one.business_id for one in batch.payouts} == {order.business_id for order in orders}


def test_03_an_order_tells_its_own_commission_and_no_other_sellers():
    first, second = a_split_checkout()
    fee = first.total_minor // 100
    assert commerce.expected_fee(actor=seller_of(first.business_id), order_id=first.id) == fee
    assert commerce.expected_fee(actor=seller_of(second.business_id), order_id=first.id) == 0
    with pytest.raises(commerce.OrderNotFound):
        commerce.order(actor=seller_of(second.business_id), order_id=first.id)


def test_04_orders_of_a_split_checkout_can_be_fulfilled():
    for order in a_split_checkout():
        assert order.state is State.PAID
        assert ship(order).state is State.SHIPPED


def test_05_each_seller_of_a_split_checkout_gets_the_money():
    for order in a_split_checkout():
        ship(order)
        commerce.confirm_delivery(actor=an_actor(order.buyer_id), order_id=order.id, at=AT)
        assert posted(payments.balance(order.business_id)) == order.total_minor - order.total_minor // 100
    assert all_is_well()


def test_06_cancelling_a_shipped_order_is_refused_with_words():
    order = an_order(state=State.SHIPPED)
    with pytest.raises(commerce.AlreadyShipped) as refused:
        commerce.cancel_order(actor=seller_of(order.business_id), order_id=order.id, reason="Terlambat", at=AT)
    told = set()
    for language in ("id", "en", "zh-hans"):
        with translation.override(language):
            title, detail = texts(refused.value)
        assert len(title) > 5
        assert len(detail) > 10
        told.add(detail)
    assert len(told) == 3


def test_07_another_parcel_does_not_charge_the_buyer_again():
    buyer = a_buyer()
    before = payments.wallet_balance(person_id=buyer.person_id)
    order = an_order(buyer=buyer)
    ship(order)
    with pytest.raises(Refusal):
        ship(order, tracking="JP2")  # a second parcel
    ship(order)  # the same one again
    found = commerce.order(actor=SYSTEM, order_id=order.id)
    assert found.total_minor == order.total_minor
    assert payments.wallet_balance(person_id=buyer.person_id) == before - order.total_minor
    assert all_is_well()


@pytest.mark.parametrize("state", [State.SHIPPED, State.COMPLETED])
def test_08_an_order_refunded_whole_reads_as_refunded(state: commerce.OrderState):
    order = an_order(state=state)
    refunded = commerce.refund_order(
        actor=seller_of(order.business_id), order_id=order.id, refund_id=ids.uuid7(), amount_minor=order.total_minor,
        reason="Barang rusak", at=AT,
    )  # fmt: skip
    assert (refunded.money_state, refunded.net_minor, refunded.fee_minor) == (commerce.MoneyState.REFUNDED, 0, 0)
    assert all_is_well()


def test_09_a_payout_is_never_more_than_the_seller_has():
    order = an_order(quantity=2, state=State.COMPLETED)
    save_account(order.business_id)
    made = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    with pytest.raises(payments.PayoutAmountInvalid):  # the same money a second time
        payments.request_payout(
            actor=seller_of(order.business_id), business_id=order.business_id, payout_id=ids.uuid7(),
            amount=rupiah(10_000), at=AT,
        )  # fmt: skip
    assert made.total_minor == 2 * PRICE - 2 * PRICE // 100
    assert all_is_well()


def test_10_a_payout_that_the_bank_returns_after_calling_it_paid_is_returned():
    order = an_order(state=State.COMPLETED)
    save_account(order.business_id)
    batch = a_sent_batch()
    payout = batch.payouts[0]
    payments.note_rest_paid(actor=staff(), batch_id=batch.id, bank_reference="TRX", at=AT)
    assert payments.batch(actor=SYSTEM, batch_id=batch.id).paid_count == 1
    payments.note_bank_answer(actor=staff(), payout_id=payout.id, paid=False, reason="Rekening ditutup", at=AT)
    after = payments.batch(actor=SYSTEM, batch_id=batch.id)
    assert (after.paid_count, after.returned_count) == (0, 1)
    assert payments.seller_money(actor=SYSTEM, business_id=order.business_id).available_minor == payout.amount_minor
    assert posted(payments.bank()) == 0
    assert payments.note_bank_answer(actor=staff(), payout_id=payout.id, paid=True, at=AT).status == "returned"
    assert all_is_well()


@pytest.mark.parametrize("state", [State.SHIPPED, State.COMPLETED])
def test_11_a_refund_sent_twice_is_one_and_another_content_is_refused(state: commerce.OrderState):
    order = an_order(quantity=2, state=state)
    seller, number = seller_of(order.business_id), ids.uuid7()
    before = payments.wallet_balance(person_id=order.buyer_id)

    def give_back(amount: int) -> commerce.Order:
        return commerce.refund_order(
            actor=seller, order_id=order.id, refund_id=number, amount_minor=amount, reason="Cacat", at=AT
        )

    for _ in range(2):
        assert give_back(30_000_00).refunded_minor == 30_000_00
    with pytest.raises(payments.RefundIdReused):
        give_back(30_000_01)
    assert payments.wallet_balance(person_id=order.buyer_id) == before + 30_000_00
    with pytest.raises(commerce.RefundInvalid):
        commerce.refund_order(
            actor=seller, order_id=order.id, refund_id=ids.uuid7(), amount_minor=2 * PRICE, reason="Cacat", at=AT
        )
    assert all_is_well()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_12_two_refunds_at_the_same_moment_give_back_no_more_than_was_paid():
    with transaction(SYSTEM):
        order = an_order(state=State.COMPLETED)
        seller, before = seller_of(order.business_id), payments.wallet_balance(person_id=order.buyer_id)
    start, answers = threading.Barrier(2), []

    def give_back() -> None:
        with in_zone("zone_test"):
            start.wait()
            try:
                with transaction(seller):
                    commerce.refund_order(
                        actor=seller,
                        order_id=order.id,
                        refund_id=ids.uuid7(),
                        amount_minor=PRICE,
                        reason="Cacat",
                        at=AT,
                    )
                answers.append(None)
            except Refusal as refusal:
                answers.append(refusal)
            finally:
                connection.close()

    threads = [threading.Thread(target=give_back) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answer is None for answer in answers) == [False, True]
    assert payments.wallet_balance(person_id=order.buyer_id) == before + PRICE
    assert all_is_well()


def test_the_fee_is_the_same_whether_the_refund_or_the_release_comes_first():
    fees = []
    for first in (State.SHIPPED, State.COMPLETED):
        order = an_order(quantity=3, state=first)
        commerce.refund_order(
            actor=seller_of(order.business_id), order_id=order.id, refund_id=ids.uuid7(), amount_minor=12_345_67,
            reason="Cacat", at=AT,
        )  # fmt: skip
        if first is State.SHIPPED:
            commerce.confirm_delivery(actor=an_actor(order.buyer_id), order_id=order.id, at=AT)
        found = commerce.order(actor=SYSTEM, order_id=order.id)
        fees.append((found.fee_minor, posted(payments.balance(order.business_id))))
    assert fees[0] == fees[1]
    assert fees[0][0] == Money(1_376_54 // 100 * 100 + 100).minor  # 1 % of Rp137.654,33, half up
    assert all_is_well()


def test_a_seller_refunds_less_than_everything_before_shipping_and_strangers_nothing():
    order = an_order()
    given = {"order_id": order.id, "refund_id": ids.uuid7(), "reason": "Diskon", "at": AT}
    with pytest.raises(commerce.RefundInvalid):
        commerce.refund_order(actor=seller_of(order.business_id), amount_minor=PRICE, **given)
    for actor in (an_actor(order.buyer_id), an_actor(owner_of(a_business()).pk)):
        with pytest.raises(commerce.OrderNotFound):
            commerce.refund_order(actor=actor, amount_minor=100, **given)
    assert commerce.refund_order(actor=staff(), amount_minor=100, **given).refunded_minor == 100
