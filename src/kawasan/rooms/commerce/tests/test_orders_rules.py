"""Pure rules of orders, as tables and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kawasan.core import ids
from kawasan.rooms.commerce import api as t
from kawasan.rooms.commerce.rules import orders as rules

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
MOMENTS = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at", "expired_at")


@pytest.mark.parametrize(
    ("set_moments", "state"),
    [
        ((), t.OrderState.AWAITING_PAYMENT),
        (("paid_at",), t.OrderState.PAID),
        (("paid_at", "packed_at"), t.OrderState.PACKED),
        (("paid_at", "packed_at", "shipped_at"), t.OrderState.SHIPPED),
        (("paid_at", "packed_at", "shipped_at", "delivered_at"), t.OrderState.DELIVERED),
        (("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at"), t.OrderState.COMPLETED),
        (("paid_at", "packed_at", "cancelled_at"), t.OrderState.CANCELLED),
        (("cancelled_at",), t.OrderState.CANCELLED),
        (("expired_at",), t.OrderState.EXPIRED),
    ],
)
def test_an_orders_state_follows_from_its_moments(set_moments, state):
    assert rules.state_of(**{name: AT if name in set_moments else None for name in MOMENTS}) is state


def test_a_number_has_the_month_of_the_zones_own_calendar():
    last_evening_utc = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)  # already 1 December in Jakarta
    assert rules.order_number(at=last_evening_utc, count=123) == "K-2612-000123"


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**9])
def test_a_quantity_that_nobody_means_is_refused(quantity):
    with pytest.raises(t.BadQuantity):
        rules.check_wanted([t.Wanted(ids.uuid7(), quantity)])


def test_an_empty_and_an_endless_checkout_are_refused():
    with pytest.raises(t.NothingToOrder):
        rules.check_wanted([])
    with pytest.raises(t.TooManyLines):
        rules.check_wanted([t.Wanted(ids.uuid7(), 1)] * (t.LINES_MAX + 1))


def test_a_changed_price_is_told_with_both_prices():
    with pytest.raises(t.PriceChanged) as refused:
        rules.check_price(product="Batik", seen_minor=100_00, now_minor=90_00)
    assert (refused.value.data["seen_minor"], refused.value.data["now_minor"]) == (100_00, 90_00)
    rules.check_price(product="Batik", seen_minor=None, now_minor=90_00)
    rules.check_price(product="Batik", seen_minor=90_00, now_minor=90_00)


@pytest.mark.parametrize(
    ("name", "phone", "address", "field"),
    [
        ("", "081234567890", "Jl. Merdeka 1", "name"),
        ("Siti", "123", "Jl. Merdeka 1", "phone"),
        ("Siti", "081234567890", "   ", "address"),
        ("S" * 81, "081234567890", "Jl. Merdeka 1", "name"),
        ("Siti", "081234567890", "J" * 401, "address"),
        ("Si\0ti", "081234567890", "Jl. Merdeka 1", "name"),
    ],
)
def test_an_address_that_no_courier_finds_is_refused_at_its_field(name, phone, address, field):
    with pytest.raises(t.IncompleteAddress) as refused:
        rules.checked_ship_to(t.ShipTo(name, phone, address))
    assert refused.value.field == field


def an_order(**changes) -> t.Order:
    line = t.OrderLine(ids.uuid7(), ids.uuid7(), ids.uuid7(), "Batik", "", 100_00, 3, 0, 0)
    fields = (
        dict.fromkeys(MOMENTS)
        | {"paid_at": AT}
        | {name: changes.pop(name) for name in list(changes) if name in MOMENTS}
    )
    given = {
        "id": ids.uuid7(), "number": "K-2611-000001", "group_id": ids.uuid7(), "business_id": ids.uuid7(),
        "business_name": "", "business_slug": "", "buyer_id": ids.uuid7(), "method": t.Method.WALLET,
        "payment_id": None,
        "state": rules.state_of(**fields), "total_minor": 300_00, "refunded_minor": 0, "fee_minor": 0, "placed_at": AT,
        "pay_until": None, "cancelled_by": "", "cancel_reason": "", "courier": "", "tracking": "",
        "ship_to": t.ShipTo("", "", ""), "lines": (line,),
    }  # fmt: skip
    return t.Order(**(given | fields | changes))


SHIPPED = {"packed_at": AT, "shipped_at": AT}
REQUESTED = t.ReturnRequest(ids.uuid7(), ids.uuid7(), (), "Robek", t.ReturnState.REQUESTED, 100_00, 0, AT, None, "")


@pytest.mark.parametrize(
    ("moments", "pack", "buyer_cancels", "seller_cancels", "deliver"),
    [
        ({"paid_at": None}, t.OrderNotPaid, None, t.OrderNotPaid, t.OrderNotPaid),
        ({}, None, None, None, t.NotShipped),
        ({"packed_at": AT}, None, t.AlreadyPacked, None, t.NotShipped),
        (SHIPPED, t.AlreadyShipped, t.AlreadyShipped, t.AlreadyShipped, None),
        (SHIPPED | {"delivered_at": AT}, t.AlreadyShipped, t.AlreadyShipped, t.AlreadyShipped, None),
        (SHIPPED | {"completed_at": AT}, t.OrderClosed, t.OrderClosed, t.OrderClosed, t.OrderClosed),
        ({"cancelled_at": AT}, t.OrderClosed, t.OrderClosed, t.OrderClosed, t.OrderClosed),
        ({"paid_at": None, "expired_at": AT}, t.OrderNotPaid, t.OrderClosed, t.OrderNotPaid, t.OrderNotPaid),
    ],
)
def test_who_may_do_what_in_each_state(moments, pack, buyer_cancels, seller_cancels, deliver):
    order = an_order(**moments)
    asked = {
        rules.check_can_pack: pack,
        rules.check_buyer_can_cancel: buyer_cancels,
        rules.check_seller_can_cancel: seller_cancels,
        rules.check_can_deliver: deliver,
    }
    for check, refusal in asked.items():
        if refusal is None:
            check(order)
        else:
            with pytest.raises(refusal):
                check(order)


def test_an_order_with_an_open_return_is_not_called_delivered():
    with pytest.raises(t.ReturnOpen):
        rules.check_can_deliver(an_order(**SHIPPED, returns=(REQUESTED,)))


@pytest.mark.parametrize(
    ("changes", "after", "refusal"),
    [
        ({}, timedelta(0), t.NotShipped),
        (SHIPPED, timedelta(0), None),
        (SHIPPED, rules.SILENCE_WINDOW - timedelta(seconds=1), None),
        (SHIPPED, rules.SILENCE_WINDOW, t.ReturnWindowOver),
        (SHIPPED | {"delivered_at": AT}, rules.RETURN_WINDOW - timedelta(seconds=1), None),
        (SHIPPED | {"delivered_at": AT}, rules.RETURN_WINDOW, t.ReturnWindowOver),
        (SHIPPED | {"delivered_at": AT, "completed_at": AT}, timedelta(hours=1), None),
        (SHIPPED | {"returns": (REQUESTED,)}, timedelta(0), t.ReturnOpen),
        ({"cancelled_at": AT}, timedelta(0), t.OrderClosed),
    ],
)
def test_when_something_may_be_returned(changes, after, refusal):
    order = an_order(**changes)
    lines = [t.ReturnedLine(order.lines[0].id, 1)]
    assert rules.can_return(order, at=AT + after) is (refusal is None)
    if refusal is None:
        rules.check_can_return(order, lines, at=AT + after)
    else:
        with pytest.raises(refusal):
            rules.check_can_return(order, lines, at=AT + after)


def test_more_units_than_were_bought_cannot_be_returned():
    order = an_order(**SHIPPED)
    line = order.lines[0].id
    wrong = ([], [(line, 4)], [(line, 0)], [(line, -1)], [(ids.uuid7(), 1)], [(line, 1), (line, 1)])
    for lines in wrong:
        with pytest.raises(t.ReturnTooMuch):
            rules.check_can_return(order, [t.ReturnedLine(*item) for item in lines], at=AT)


@given(
    prices=st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 50)), min_size=1, max_size=6), share=st.floats(0, 1)
)
def test_a_refund_is_spread_over_its_lines_to_the_last_minor_unit(prices, share):
    lines = [t.OrderLine(ids.uuid7(), ids.uuid7(), ids.uuid7(), "", "", p, q, 0, 0) for p, q in prices]
    returned = [t.ReturnedLine(line.id, line.quantity) for line in lines]
    value = rules.returned_value(lines, returned)
    amount = max(1, int(value * share))
    shares = rules.refund_by_line(amount_minor=amount, lines=lines, returned=returned)
    assert sum(shares.values()) == amount
    assert all(0 <= shares[line.id] <= line.total_minor for line in lines)


def test_a_refund_is_more_than_nothing_and_at_most_what_the_goods_cost():
    for amount, asked, left in product((0, -5, 101), (100,), (100, 1000)):
        with pytest.raises(t.RefundInvalid):
            rules.check_refund(amount_minor=amount, asked_minor=asked, left_minor=left)
    rules.check_refund(amount_minor=100, asked_minor=100, left_minor=100)
    with pytest.raises(t.RefundInvalid):
        rules.check_refund(amount_minor=100, asked_minor=100, left_minor=99)
