"""Checkout: all of it or nothing, once, and the ledger says the same as the orders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders.orders import (
    AT,
    PRICE,
    SHIP_TO,
    a_buyer,
    a_checkout,
    pay,
    seller_of,
    something_for_sale,
    wanted,
)
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import STRANGER, SYSTEM
from kawasan.core.errors import Unauthenticated
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import CartLine, Order, OrderGroup
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
State = commerce.OrderState


def stock(product) -> tuple[int, int, int]:
    """Return how many units are available, held and sold."""
    level = commerce.stock_levels((product.business_id, variant.id) for variant in product.variants)[
        product.variants[0].id
    ]
    return level.available, level.held, level.sold


def wallet(buyer) -> int:
    return payments.wallet_balance(person_id=buyer.person_id)


def escrow(business_id) -> int:
    return ledger.balances([payments.escrow(business_id)])[payments.escrow(business_id)].posted


def test_a_wallet_checkout_over_three_sellers_moves_units_and_money_at_once():
    buyer, products = a_buyer(), [something_for_sale(stock=10, price=PRICE * (n + 1)) for n in range(3)]
    before = wallet(buyer)
    group = a_checkout(buyer=buyer, lines=[wanted(product, n + 1) for n, product in enumerate(products)])

    assert [order.state for order in group.orders] == [State.PAID] * 3
    assert [order.total_minor for order in group.orders] == [PRICE, PRICE * 4, PRICE * 9]
    assert before - wallet(buyer) == group.total_minor == PRICE * 14
    for n, product in enumerate(products):
        assert stock(product) == (10 - n - 1, 0, n + 1)
        assert escrow(product.business_id) == PRICE * (n + 1) ** 2
    assert len({order.number for order in group.orders}) == 3
    assert commerce.verify_orders() == []


def test_a_repeat_of_a_checkout_returns_the_first_and_another_content_is_refused():
    buyer, product, group_id = a_buyer(), something_for_sale(), ids.uuid7()
    first = a_checkout(buyer=buyer, lines=[wanted(product)], group_id=group_id)
    again = a_checkout(buyer=buyer, lines=[wanted(product)], group_id=group_id)

    assert (first.repeated, again.repeated) == (False, True)
    assert [order.id for order in again.orders] == [order.id for order in first.orders]
    with pytest.raises(commerce.GroupIdReused):
        a_checkout(buyer=buyer, lines=[wanted(product, 2)], group_id=group_id)
    with pytest.raises(commerce.GroupIdReused):
        a_checkout(buyer=a_buyer(), lines=[wanted(product)], group_id=group_id)
    assert stock(product)[2] == 1


def refused(refusal, **fields):
    before = OrderGroup.objects.count(), Order.objects.count(), ledger.verify()
    with pytest.raises(refusal) as caught:
        a_checkout(**fields)
    assert (OrderGroup.objects.filter(total_minor=0).count(), ledger.verify()) == (0, [])
    assert Order.objects.count() == before[1]
    return caught.value


def test_bad_checkouts_change_nothing_and_say_why():
    buyer, product = a_buyer(), something_for_sale(stock=3)
    draft = something_for_sale()
    commerce.archive_product(actor=SYSTEM, business_id=draft.business_id, product_id=draft.id, at=AT)

    for quantity in (0, -1, 10**9):
        refused(commerce.BadQuantity, buyer=buyer, lines=[wanted(product, quantity)])
    refused(commerce.NothingToOrder, buyer=buyer, lines=[])
    refused(commerce.UnknownVariant, buyer=buyer, lines=[commerce.Wanted(ids.uuid7(), 1)])
    refused(commerce.NotForSale, buyer=buyer, lines=[wanted(draft)])
    refused(commerce.SameVariantTwice, buyer=buyer, lines=[wanted(product), wanted(product)])
    refused(commerce.IncompleteAddress, buyer=buyer, ship_to=commerce.ShipTo("", "", ""))
    refused(commerce.OwnProduct, buyer=seller_of(product.business_id), lines=[wanted(product)])
    refused(Unauthenticated, buyer=STRANGER)
    assert stock(product) == (3, 0, 0)


def test_one_line_too_many_refuses_the_whole_checkout_and_names_the_product():
    buyer, plenty, scarce = a_buyer(), something_for_sale(), something_for_sale(stock=2, name="Kopi Gayo")
    before = wallet(buyer)
    for method in commerce.Method:
        refusal = refused(commerce.SoldOut, buyer=buyer, lines=[wanted(plenty), wanted(scarce, 3)], method=method)
        assert (refusal.data["product"], refusal.data["available"], refusal.data["wanted"]) == ("Kopi Gayo (V0)", 2, 3)
    assert (wallet(buyer), stock(plenty), stock(scarce)) == (before, (100, 0, 0), (2, 0, 0))


def test_a_price_that_changed_since_the_buyer_looked_is_refused_with_both():
    product = something_for_sale()
    refusal = refused(commerce.PriceChanged, lines=[wanted(product, unit_price_minor=PRICE - 1)])
    assert (refusal.data["seen_minor"], refusal.data["now_minor"]) == (PRICE - 1, PRICE)
    a_checkout(lines=[wanted(product, unit_price_minor=PRICE)])


def test_prices_are_exact_to_the_second_of_their_window():
    product = something_for_sale()
    commerce.set_price_window(
        actor=SYSTEM,
        business_id=product.business_id,
        variant_id=product.variants[0].id,
        price_minor=PRICE // 2,
        starts_at=AT + timedelta(minutes=1),
        ends_at=AT + timedelta(minutes=2),
        window_id=ids.uuid7(),
        at=AT,
    )
    second = timedelta(seconds=1)
    prices = [
        a_checkout(lines=[wanted(product)], at=AT + offset).total_minor
        for offset in (60 * second - second, 60 * second, 120 * second - second, 120 * second)
    ]
    assert prices == [PRICE, PRICE // 2, PRICE // 2, PRICE]


def test_a_wallet_that_is_too_small_is_told_what_it_holds():
    for rupiah in (0, 10_000):
        buyer, product = a_buyer(wallet=rupiah), something_for_sale()
        refusal = refused(commerce.WalletTooLow, buyer=buyer, lines=[wanted(product)])
        assert (refusal.data["available"].minor, refusal.data["needed"].minor) == (rupiah * 100, PRICE)
        assert stock(product) == (100, 0, 0)


def test_a_qris_checkout_holds_the_units_until_it_is_paid():
    product = something_for_sale(stock=5)
    group = a_checkout(lines=[wanted(product, 2)], method=commerce.Method.QRIS)
    assert (stock(product), group.orders[0].state) == ((3, 2, 0), State.AWAITING_PAYMENT)

    pay(group.payment_id, at=AT + timedelta(minutes=5))
    order = commerce.order(actor=SYSTEM, order_id=group.orders[0].id)
    assert (stock(product), order.state, escrow(product.business_id)) == ((3, 0, 2), State.PAID, 2 * PRICE)
    assert commerce.verify_orders() == []


def test_an_unpaid_checkout_expires_once_and_gives_its_units_back():
    products = [something_for_sale(stock=5), something_for_sale(stock=5)]
    group = a_checkout(lines=[wanted(product, 2) for product in products], method=commerce.Method.QRIS)
    lifetime = commerce.PAYMENT_LIFETIME

    assert commerce.expire_unpaid(at=AT + lifetime - timedelta(seconds=1)) == 0
    assert commerce.expire_unpaid(at=AT + lifetime) == 2
    assert commerce.expire_unpaid(at=AT + lifetime) == 0
    assert commerce.mark_unpaid(group_id=group.id, at=AT + lifetime) == 0
    orders = commerce.group(actor=SYSTEM, group_id=group.id).orders
    assert {order.state for order in orders} == {State.EXPIRED}
    assert [stock(product) for product in products] == [(5, 0, 0)] * 2
    assert commerce.verify_orders() == []


def test_a_payment_whose_news_was_lost_is_found_in_the_ledger():
    product = something_for_sale(stock=5)
    group = a_checkout(lines=[wanted(product, 2)], method=commerce.Method.QRIS)
    payment = payments.payment(payment_id=group.payment_id)
    from tests.builders.payments import money_for

    payments.notify(notification=money_for(payment, happened_at=AT), at=AT + timedelta(minutes=1))
    assert commerce.verify_orders() == []  # its news is on the way
    assert commerce.expire_unpaid(at=AT + timedelta(hours=1)) == 1
    assert commerce.order(actor=SYSTEM, order_id=group.orders[0].id).state is State.PAID
    assert commerce.mark_paid(group_id=group.id, at=AT + timedelta(hours=2)) == 0
    assert stock(product) == (3, 0, 2)


def test_cart_holds_become_the_order():
    buyer, product = a_buyer(), something_for_sale(stock=2)
    commerce.add_to_cart(actor=buyer, variant_id=product.variants[0].id, quantity=2, request_id=ids.uuid7(), at=AT)
    assert stock(product) == (0, 2, 0)
    refused(commerce.SoldOut, lines=[wanted(product)])
    a_checkout(buyer=buyer, lines=[wanted(product, 2)], from_cart=True, at=AT + timedelta(minutes=1))
    assert (stock(product), CartLine.objects.count()) == ((0, 0, 2), 0)


@pytest.mark.parametrize("method", list(commerce.Method))
@pytest.mark.parametrize("minutes", [1, 60])
@pytest.mark.parametrize("quantity", [1, 2])
def test_a_cart_is_ordered_whether_or_not_its_hold_still_stands(method, minutes, quantity):
    buyer, product = a_buyer(), something_for_sale(stock=2)
    commerce.add_to_cart(actor=buyer, variant_id=product.variants[0].id, quantity=2, request_id=ids.uuid7(), at=AT)
    at = AT + timedelta(minutes=minutes)
    a_checkout(buyer=buyer, lines=[wanted(product, quantity)], from_cart=True, method=method, at=at)
    taken = (2 - quantity, quantity, 0) if method is commerce.Method.QRIS else (2 - quantity, 0, quantity)
    assert stock(product) == taken
    assert commerce.verify_orders() == []
    assert ledger.verify() == []


def test_a_checkout_asks_the_database_a_constant_number_of_things(django_assert_max_num_queries):
    business, buyer = a_business(), a_buyer()
    few = [wanted(something_for_sale(business=business)) for _ in range(2)]
    many = [wanted(something_for_sale(business=business)) for _ in range(20)]
    a_checkout(buyer=buyer, lines=few)
    for lines in (few, many):
        with django_assert_max_num_queries(16):
            a_checkout(buyer=buyer, lines=lines, ship_to=SHIP_TO)


@pytest.mark.parametrize("method", list(commerce.Method))
def test_nothing_is_bought_from_a_business_that_is_suspended_not_even_what_a_cart_holds(method):
    buyer, product = a_buyer(), something_for_sale(stock=3)
    variant = product.variants[0].id
    commerce.add_to_cart(actor=buyer, variant_id=variant, quantity=1, request_id=ids.uuid7(), at=AT)
    zone.suspend(actor=SYSTEM, business_id=product.business_id, reason="Keluhan pembeli.", at=AT)
    commerce.refresh_seller(business_id=product.business_id, at=AT)

    refused(commerce.NotForSale, buyer=buyer, lines=[wanted(product)], from_cart=True, method=method)
    with pytest.raises(commerce.NotForSale):
        commerce.add_to_cart(actor=buyer, variant_id=variant, quantity=1, request_id=ids.uuid7(), at=AT)
    assert not commerce.cart(actor=buyer, at=AT).can_order
