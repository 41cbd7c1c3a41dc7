"""Commissions: which one holds, the fee to the rupiah, who may set them, and what orders are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.orders import AT, PRICE, an_order, seller_of, something_for_sale, wanted
from tests.builders.zone import a_business, a_person, an_actor, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.rules import commissions as rules
from kawasan.rooms.commerce.rules import refunds
from kawasan.rooms.commerce.types.commissions import Commission, Scope, Sold

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 11)
SELLER, PRODUCT = ids.uuid7(), ids.uuid7()
SOLD = Sold(ids.uuid7(), SELLER, "batik", PRODUCT, 100_000_00)


def a_commission(points: int, *, since: date = DAY, minute: int = 0, **scope: object) -> Commission:
    set_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return Commission(ids.uuid7(), Scope(**scope), points, since, "", "", set_at)


def staff() -> Actor:
    return an_actor(zone_staff().pk)


def set_it(actor: Actor, points: int, *, since: date, number: UUID | None = None, **scope: object) -> Commission:
    new = commerce.NewCommission(Scope(**scope), points, since, authority="SK Kepala Kawasan 12/2026")
    return commerce.set_commission(actor=actor, commission_id=number or ids.uuid7(), new=new, at=AT)


def test_the_most_specific_commission_wins_whatever_its_age():
    zone = a_commission(100)
    category = a_commission(200, category="batik")
    seller = a_commission(300, business_id=SELLER)
    both = a_commission(400, business_id=SELLER, category="batik")
    product = a_commission(500, product_id=PRODUCT)
    found = [zone]
    assert rules.commission_of(found, SOLD, DAY) is zone
    for more in (category, seller, both, product):  # each one is more specific than all before
        older = a_commission(
            0,
            since=DAY - timedelta(days=9),
            business_id=more.scope.business_id,
            **{
                key: value
                for key, value in (("category", more.scope.category), ("product_id", more.scope.product_id))
                if value
            },
        )
        found += [more, older]
        assert rules.commission_of(found, SOLD, DAY) is more
        assert rules.commission_of(found[::-1], SOLD, DAY) is more


def test_somebody_elses_commission_and_a_later_one_do_not_hold():
    zone = a_commission(100)
    others = [
        a_commission(1, business_id=ids.uuid7()),
        a_commission(1, category="kopi"),
        a_commission(1, product_id=ids.uuid7()),
    ]
    assert rules.commission_of([zone, *others], SOLD, DAY) is zone
    tomorrow = a_commission(900, since=DAY + timedelta(days=1))
    assert rules.commission_of([zone, tomorrow], SOLD, DAY) is zone
    assert rules.commission_of([zone, tomorrow], SOLD, DAY + timedelta(days=1)) is tomorrow
    assert rules.commission_of([], SOLD, DAY) is None


def test_of_two_commissions_of_one_day_the_one_set_last_holds():
    first, second = a_commission(100, minute=1), a_commission(200, minute=2)
    assert rules.commission_of([second, first], SOLD, DAY) is second


@pytest.mark.parametrize(
    ("lines", "fee"),
    [
        ([(100_000_00, 100)], 1_000_00),
        ([(50_00, 100)], 1_00),  # half a rupiah rounds up
        ([(49_99, 100)], 0),
        ([(25_00, 100), (25_00, 100)], 1_00),  # rounded once for the order, not for each line
        ([(10_000_00, 125), (10_000_00, 0)], 125_00),
        ([(99, 3_000)], 0),
        ([(1_00, 10_000)], 1_00),
        ([], 0),
    ],
)
def test_the_fee_of_an_order_is_exact(lines, fee):
    assert rules.fee_of(lines) == fee


@given(lines=st.lists(st.tuples(st.integers(0, 10**13), st.integers(0, 10_000)), max_size=8))
def test_a_fee_is_the_exact_sum_rounded_once_and_never_more_than_there_is(lines):
    fee, whole = rules.fee_of(lines), sum(net for net, _ in lines)
    exact = sum((Fraction(net * points, 10_000) for net, points in lines), Fraction(0))
    assert 0 <= fee <= whole
    assert fee == whole or abs(fee - exact) <= 50
    assert fee == whole or fee % 100 == 0
    assert rules.fee_of(lines[::-1]) == fee


@given(prices=st.lists(st.integers(1, 10**8), min_size=1, max_size=8), discount=st.integers(0, 10**8), data=st.data())
def test_a_shared_discount_is_undone_to_the_rupiah_in_whatever_order_units_come_back(prices, discount, data):
    totals = [price * 100 for price in prices]
    discount = min(discount, sum(prices) - len(prices)) * 100  # Rp1 of each line is left to be paid
    shares = refunds.shared_discount(discount, totals)
    assert sum(shares) == discount
    nets = [total - share for total, share in zip(totals, shares, strict=True)]
    assert all(net >= 0 for net in nets)
    units = [data.draw(st.integers(1, 9)) for _ in nets]
    queue = data.draw(st.permutations([line for line, count in enumerate(units) for _ in range(count)]))
    back, given_back = [0] * len(nets), 0
    for line in queue:
        value = refunds.value_of_units(net_minor=nets[line], quantity=units[line], before=back[line], units=1)
        assert value >= 0
        back[line], given_back = back[line] + 1, given_back + value
    assert given_back == sum(totals) - discount


@given(net=st.integers(0, 10**12), quantity=st.integers(1, 40), data=st.data())
def test_portions_of_a_line_are_worth_what_its_units_are_worth_one_by_one(net, quantity, data):
    before = data.draw(st.integers(0, quantity))
    units = data.draw(st.integers(0, quantity - before))
    one_by_one = sum(
        refunds.value_of_units(net_minor=net, quantity=quantity, before=before + step, units=1) for step in range(units)
    )
    assert refunds.value_of_units(net_minor=net, quantity=quantity, before=before, units=units) == one_by_one
    with pytest.raises(ValueError, match="at most"):
        refunds.value_of_units(net_minor=net, quantity=quantity, before=before, units=quantity - before + 1)


def test_the_zone_begins_with_one_per_cent_and_an_order_keeps_the_commission_of_its_day():
    actor = staff()
    (first,) = commerce.commissions(actor=actor)
    assert (first.basis_points, first.scope) == (100, Scope())
    today = an_order(at=AT)
    tomorrow = AT + timedelta(days=1)
    set_it(actor, 250, since=tomorrow.date())
    later = an_order(at=tomorrow)
    for order, fee in ((today, PRICE // 100), (later, PRICE // 40)):
        assert commerce.expected_fee(actor=seller_of(order.business_id), order_id=order.id) == fee
        assert commerce.expected_fee(actor=an_actor(a_person().pk), order_id=order.id) == 0
        for move in (commerce.ship_order,):
            move(actor=seller_of(order.business_id), order_id=order.id, courier="JNE", tracking="1", at=tomorrow)
        buyer = an_actor(order.buyer_id)
        assert (
            commerce.confirm_delivery(actor=buyer, order_id=order.id, at=tomorrow + timedelta(days=1)).fee_minor == fee
        )
    assert commerce.verify_orders() == []


def test_an_order_of_several_commissions_pays_each_lines_own():
    seller = a_business()
    cheap, dear = (something_for_sale(business=seller, price=10_000_00 * n) for n in (1, 2))
    set_it(staff(), 500, since=date(2026, 11, 12), product_id=dear.id)
    order = an_order(
        lines=[wanted(cheap), wanted(dear)], state=commerce.OrderState.COMPLETED, at=AT + timedelta(days=1)
    )
    assert order.fee_minor == 10_000_00 // 100 + 20_000_00 // 20
    assert [line.fee_basis_points for line in order.lines] == [100, 500]


def test_only_staff_sets_commissions_for_later_days_and_things_that_exist():
    actor, tomorrow = staff(), date(2026, 11, 12)
    for whoever, refusal in (
        (Actor(), Unauthenticated),
        (an_actor(a_person().pk), Forbidden),
        (an_actor(zone_staff("auditor").pk), Forbidden),
    ):
        with pytest.raises(refusal):
            set_it(whoever, 100, since=tomorrow)
    wrong = [
        ({"points": 3_001}, commerce.CommissionInvalid, {}),
        ({"points": -1}, commerce.CommissionInvalid, {}),
        ({"since": DAY}, commerce.CommissionTooEarly, {}),
        ({}, commerce.CommissionInvalid, {"business_id": ids.uuid7()}),
        ({}, commerce.CommissionInvalid, {"category": "tidak-ada"}),
        ({}, commerce.CommissionInvalid, {"product_id": ids.uuid7()}),
        ({}, commerce.CommissionInvalid, {"product_id": ids.uuid7(), "category": "batik"}),
    ]
    for change, refusal, scope in wrong:
        with pytest.raises(refusal):
            set_it(actor, **({"points": 100, "since": tomorrow} | change), **scope)
    assert models.Commission.objects.count() == 1


def test_a_commission_set_twice_is_one_and_its_id_takes_no_other_content():
    actor, number, tomorrow = staff(), ids.uuid7(), date(2026, 11, 12)
    first = set_it(actor, 100, since=tomorrow, number=number)
    assert set_it(actor, 100, since=tomorrow, number=number) == first
    with pytest.raises(commerce.CommissionIdReused):
        set_it(actor, 200, since=tomorrow, number=number)
    with pytest.raises(Exception, match="permission denied"):
        models.Commission.objects.filter(pk=number).update(basis_points=1)


def test_the_preview_tells_what_would_have_changed_and_changes_nothing():
    order = an_order(quantity=2, state=commerce.OrderState.COMPLETED)
    an_order()
    new = commerce.NewCommission(Scope(business_id=order.business_id), 300, date(2026, 11, 12))
    found = commerce.preview_commission(actor=staff(), new=new, at=AT + timedelta(hours=1))
    assert (found.orders, found.sellers, found.sales_minor) == (1, 1, 2 * PRICE)
    assert (found.fee_now_minor, found.fee_then_minor) == (2 * PRICE // 100, 6 * PRICE // 100)
    assert found.change_minor == 4 * PRICE // 100
    assert models.Commission.objects.count() == 1


def test_a_business_sees_the_zones_commissions_and_its_own_only():
    own, other = a_business(), a_business()
    actor, tomorrow = staff(), date(2026, 11, 12)
    set_it(actor, 200, since=tomorrow, business_id=own.id)
    set_it(actor, 300, since=tomorrow, business_id=other.id)
    product = something_for_sale(business=other)
    set_it(actor, 400, since=tomorrow, product_id=product.id)
    shown = commerce.commissions_of(actor=seller_of(own.id), business_id=own.id, at=AT)
    assert sorted(one.basis_points for one in shown) == [100, 200]
    with pytest.raises(NotFound):
        commerce.commissions_of(actor=seller_of(own.id), business_id=other.id, at=AT)
    assert {one.business_name for one in commerce.commissions(actor=SYSTEM)} >= {own.name, other.name}
