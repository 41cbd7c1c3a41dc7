"""Races with real threads: the last units, cancelling against shipping, refunds and payments against their ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests import databases
from tests.builders.orders import (
    AT,
    PRICE,
    a_buyer,
    a_checkout,
    an_order,
    seller_of,
    something_for_sale,
    wanted,
)
from tests.builders.payments import money_for

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform import schemas
from kawasan.platform.db import transaction
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def race(*attempts: Callable[[], Any]) -> list[Any]:
    """Run all at once, each in a transaction of its own; return answers and refusals in order."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        with schemas.in_zone(databases.SCHEMA):
            try:
                barrier.wait(20)
                for _ in range(20):
                    try:
                        with transaction(SYSTEM):
                            return attempt()
                    except ledger.LedgerBusy:
                        continue
            except Refusal as refusal:
                return refusal
            finally:
                connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def prepare(build: Callable[[], Any]) -> Any:
    with transaction(SYSTEM):
        return build()


def test_twenty_buyers_and_five_units_make_exactly_five_orders():
    product, buyers = prepare(lambda: (something_for_sale(stock=5), [a_buyer() for _ in range(20)]))
    methods = [commerce.Method.WALLET, commerce.Method.QRIS]
    answers = race(
        *(
            lambda buyer=buyer, method=methods[n % 2]: a_checkout(buyer=buyer, lines=[wanted(product)], method=method)
            for n, buyer in enumerate(buyers)
        )
    )
    placed = [answer for answer in answers if isinstance(answer, commerce.OrderGroup)]
    refused = [answer for answer in answers if isinstance(answer, commerce.SoldOut)]
    assert (len(placed), len(refused)) == (5, 15)
    variant = product.variants[0].id
    level = commerce.stock_levels([(product.business_id, variant)])[variant]
    assert (level.available, level.held + level.sold) == (0, 5)
    assert commerce.verify_orders() == ledger.verify() == []


def test_one_checkout_sent_by_two_threads_orders_once():
    product, buyer = prepare(lambda: (something_for_sale(stock=5), a_buyer()))
    group_id, lines = ids.uuid7(), [wanted(product)]
    first, second = race(*(lambda: a_checkout(buyer=buyer, lines=lines, group_id=group_id),) * 2)
    assert {first.repeated, second.repeated} == {True, False}
    assert first.orders[0].id == second.orders[0].id
    assert commerce.verify_orders() == []


def test_cancelling_and_shipping_at_once_end_in_one_of_both():
    for _ in range(5):
        order = prepare(an_order)
        seller, buyer = prepare(
            lambda order=order: (seller_of(order.business_id), zone.actor_of_person(person_id=order.buyer_id))
        )
        answers = race(
            lambda order=order, buyer=buyer: commerce.cancel_order(
                actor=buyer, order_id=order.id, reason="Salah pesan", at=AT
            ),
            lambda order=order, seller=seller: commerce.ship_order(
                actor=seller, order_id=order.id, courier="JNE", tracking="1", at=AT
            ),
        )
        assert sum(isinstance(answer, Refusal) for answer in answers) == 1
        state = prepare(lambda order=order: commerce.order(actor=SYSTEM, order_id=order.id)).state
        assert state in (commerce.OrderState.CANCELLED, commerce.OrderState.SHIPPED)
    assert commerce.verify_orders() == ledger.verify() == []


def test_two_answers_to_one_return_refund_once():
    order = prepare(lambda: an_order(quantity=2, state=commerce.OrderState.SHIPPED))
    seller, buyer = prepare(lambda: (seller_of(order.business_id), zone.actor_of_person(person_id=order.buyer_id)))
    return_id = ids.uuid7()
    prepare(
        lambda: commerce.request_return(
            actor=buyer,
            return_id=return_id,
            order_id=order.id,
            lines=[commerce.ReturnedLine(order.lines[0].id, 1)],
            reason="Robek",
            at=AT,
        )
    )
    answers = race(
        *(
            lambda amount=amount: commerce.approve_return(actor=seller, return_id=return_id, amount_minor=amount, at=AT)
            for amount in (PRICE, PRICE // 2)
        )
    )
    assert sum(isinstance(answer, commerce.ReturnAlreadyDecided) for answer in answers) == 1
    refunded = prepare(lambda: commerce.order(actor=SYSTEM, order_id=order.id)).refunded_minor
    assert refunded in (PRICE, PRICE // 2)
    assert commerce.verify_orders() == ledger.verify() == []


def test_a_payment_and_its_expiry_at_once_end_in_one_of_both():
    for _ in range(5):
        pay_or_expire()
    assert commerce.verify_orders() == ledger.verify() == []


def pay_or_expire():
    in_time, over = AT + timedelta(minutes=14), AT + commerce.PAYMENT_LIFETIME
    product = prepare(lambda: something_for_sale(stock=5))
    group = prepare(lambda: a_checkout(lines=[wanted(product, 2)], method=commerce.Method.QRIS))
    payment = prepare(lambda: payments.payment(payment_id=group.payment_id))
    race(
        lambda: payments.notify(notification=money_for(payment, happened_at=in_time), at=in_time),
        lambda: commerce.expire_unpaid(at=over),
        lambda: payments.expire_payments(at=over),
    )
    if prepare(lambda: payments.payment(payment_id=payment.id)).paid_at:
        prepare(lambda: commerce.mark_paid(group_id=group.id, at=over))
    prepare(lambda: commerce.expire_unpaid(at=over + timedelta(minutes=1)))
    order = prepare(lambda: commerce.order(actor=SYSTEM, order_id=group.orders[0].id))
    variant = product.variants[0].id
    level = commerce.stock_levels([(product.business_id, variant)])[variant]
    if order.state is commerce.OrderState.PAID:
        assert (level.available, level.held, level.sold) == (3, 0, 2)
    else:
        assert (order.state, level.available, level.sold) == (commerce.OrderState.EXPIRED, 5, 0)


def test_one_buyer_adds_to_the_cart_from_two_phones():
    product, buyer = prepare(lambda: (something_for_sale(stock=50), a_buyer(wallet=0)))
    variant = product.variants[0].id
    race(
        *(lambda: commerce.add_to_cart(actor=buyer, variant_id=variant, quantity=2, request_id=ids.uuid7(), at=AT),) * 4
    )
    level = commerce.stock_levels([(product.business_id, variant)])[variant]
    assert (level.available, level.held) == (42, 8)
    assert prepare(lambda: commerce.cart(actor=buyer, at=AT)).units == 8
