"""The till: everything that happened comes into the books once, and what did not fit is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.campaigns import a_campaign, entered
from tests.builders.commerce import a_product, a_seller_actor, a_variant
from tests.builders.shops import a_paid_counter
from tests.builders.till import AT, a_sale, a_shift, a_till_line, a_till_return
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import NotFound
from kawasan.platform import schemas
from kawasan.platform.db import transaction as edge
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.rules import till as rules
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
PRICE = 25_000_00
Kind = commerce.ConflictKind


def a_shelf(stock: int = 10, **given):
    return a_product(a_business().id, variants=(a_variant(price_minor=PRICE, stock=stock),), **given)


def level(product) -> commerce.StockLevel:
    variant = product.variants[0]
    return commerce.stock_levels([(product.business_id, variant.id)])[variant.id]


def drawer(product) -> int:
    return ledger.balance(payments.drawer(product.business_id)).available


def sync(product, *, shifts=(), sales=(), returns=(), actor=None, at=AT):
    actor = actor or a_seller_actor(product.business_id)
    return commerce.sync_till(
        actor=actor, business_id=product.business_id, shifts=shifts, sales=sales, returns=returns, at=at
    )


def kinds(answer) -> list[Kind]:
    return [conflict.kind for conflict in answer.conflicts]


def test_a_sale_moves_the_units_and_the_cash_and_sending_it_again_changes_nothing():
    product, shift = a_shelf(stock=10), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 3), tendered_minor=100_000_00)
    first = sync(product, shifts=[shift], sales=[sale])
    again = sync(product, shifts=[shift], sales=[sale])

    assert [(answer.id, answer.repeated, answer.conflicts) for answer in first] == [
        (shift.id, False, ()),
        (sale.id, False, ()),
    ]
    assert again[1] == commerce.Taken(sale.id, repeated=True)
    assert (level(product).available, level(product).sold, drawer(product)) == (7, 3, 3 * PRICE)
    stored = commerce.till_sale(
        actor=a_seller_actor(product.business_id), business_id=product.business_id, sale_id=sale.id
    )
    assert (stored.total_minor, stored.change_minor, stored.lines) == (3 * PRICE, 25_000_00, sale.lines)


def test_the_same_id_with_another_content_is_not_taken_and_the_first_one_stands():
    product, shift = a_shelf(), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 1))
    sync(product, shifts=[shift], sales=[sale])
    (answer,) = sync(product, sales=[replace(sale, lines=(a_till_line(product, 2),))])

    assert isinstance(answer, commerce.NotTaken)
    assert answer.code == "till-document-reused"
    assert (level(product).sold, drawer(product)) == (1, PRICE)


def test_more_sold_than_the_books_have_is_taken_in_and_told():
    product, shift = a_shelf(stock=2), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 5))
    answer = sync(product, shifts=[shift], sales=[sale])[1]

    (conflict,) = answer.conflicts
    assert (conflict.kind, conflict.sold, conflict.missing) == (Kind.STOCK_GONE, 5, 3)
    assert (level(product).available, level(product).sold, drawer(product)) == (0, 5, 5 * PRICE)


def test_two_sales_of_one_request_share_what_is_in_stock_in_the_order_in_which_they_happened():
    product, shift = a_shelf(stock=3), a_shift()
    late = a_sale(shift.id, a_till_line(product, 2), sold_at=AT + timedelta(minutes=2))
    early = a_sale(shift.id, a_till_line(product, 2))
    answers = {answer.id: answer for answer in sync(product, shifts=[shift], sales=[late, early])}

    assert answers[early.id].conflicts == ()
    assert [conflict.missing for conflict in answers[late.id].conflicts] == [1]


def test_units_that_a_cart_holds_stay_held_and_the_till_books_its_own_as_found():
    product, shift = a_shelf(stock=2), a_shift()
    buyer = Actor(person_id=ids.uuid7())
    commerce.add_to_cart(actor=buyer, variant_id=product.variants[0].id, quantity=2, request_id=ids.uuid7(), at=AT)
    answer = sync(product, shifts=[shift], sales=[a_sale(shift.id, a_till_line(product, 1))])[1]

    assert kinds(answer) == [Kind.STOCK_GONE]
    assert (level(product).held, level(product).sold) == (2, 1)


def test_another_price_than_the_one_of_that_moment_is_told_and_the_cash_is_what_was_paid():
    product, shift = a_shelf(), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 1, unit_price_minor=20_000_00))
    answer = sync(product, shifts=[shift], sales=[sale])[1]

    (conflict,) = answer.conflicts
    assert (conflict.kind, conflict.then_minor, conflict.now_minor) == (Kind.PRICE_CHANGED, 20_000_00, PRICE)
    assert drawer(product) == 20_000_00


def test_a_campaigns_price_counts_at_the_till_while_it_runs_and_is_told_after_it():
    product, shift = a_shelf(), a_shift()
    campaign = a_campaign(starts_at=AT, ends_at=AT + timedelta(hours=2), at=AT - timedelta(days=2))
    entered(product, campaign, price=20_000_00, units=2, at=AT - timedelta(days=2))
    actor = a_seller_actor(product.business_id)
    (item,) = commerce.till_items(actor=actor, business_id=product.business_id, at=AT - timedelta(hours=1))
    assert [(one.price_minor, one.starts_at) for one in item.windows] == [(20_000_00, AT)]
    line = a_till_line(product, 1, unit_price_minor=20_000_00)
    sales = [a_sale(shift.id, line, sold_at=AT + timedelta(hours=late)) for late in (1, 2)]
    usual = a_sale(shift.id, a_till_line(product, 1), sold_at=AT + timedelta(hours=1))
    answers = sync(product, shifts=[shift], sales=[*sales, usual], at=AT + timedelta(hours=3))[1:]
    assert [kinds(answer) for answer in answers] == [[], [Kind.PRICE_CHANGED], []]
    assert drawer(product) == 2 * 20_000_00 + PRICE


def test_a_sale_by_qris_that_the_bank_confirmed_has_nothing_open_and_its_money_is_in_the_balance():
    product, shift = a_shelf(), a_shift()
    business = zone.business(business_id=product.business_id)
    paid = a_paid_counter(business, 2 * PRICE, at=AT)
    line = a_till_line(product, 2)
    sale = a_sale(shift.id, line, method=commerce.TillMethod.QRIS, payment_id=paid)
    assert sync(product, shifts=[shift], sales=[sale])[1].conflicts == ()
    assert sync(product, sales=[sale])[0].repeated
    assert ledger.balance(payments.balance(business.id)).available == 2 * PRICE - 350_00
    assert drawer(product) == 0

    again = a_sale(shift.id, line, method=commerce.TillMethod.QRIS, payment_id=paid)
    assert kinds(sync(product, sales=[again])[0]) == [Kind.PAYMENT_OPEN]


@pytest.mark.parametrize("amount", [PRICE - 1, PRICE + 1])
def test_a_payment_of_another_sum_or_another_business_does_not_pay_a_sale(amount):
    product, shift = a_shelf(), a_shift()
    line, method = a_till_line(product, 1), commerce.TillMethod.QRIS
    other_sum = a_paid_counter(zone.business(business_id=product.business_id), amount, at=AT)
    other_shop = a_paid_counter(a_business(), PRICE, at=AT)
    sales = [a_sale(shift.id, line, method=method, payment_id=paid) for paid in (other_sum, other_shop)]
    answers = sync(product, shifts=[shift], sales=sales)[1:]
    assert [kinds(answer) for answer in answers] == [[Kind.PAYMENT_OPEN]] * 2


def test_a_special_price_counts_when_it_held_at_the_moment_of_the_sale():
    product, shift = a_shelf(), a_shift()
    commerce.set_price_window(
        actor=a_seller_actor(product.business_id),
        business_id=product.business_id,
        variant_id=product.variants[0].id,
        window_id=ids.uuid7(),
        price_minor=15_000_00,
        starts_at=AT,
        ends_at=AT + timedelta(hours=1),
        at=AT - timedelta(hours=1),
    )
    line = a_till_line(product, 1, unit_price_minor=15_000_00)
    in_time = a_sale(shift.id, line, sold_at=AT + timedelta(minutes=59))
    over = a_sale(shift.id, line, sold_at=AT + timedelta(hours=1))
    answers = sync(product, shifts=[shift], sales=[in_time, over], at=AT + timedelta(hours=5))

    assert (kinds(answers[1]), kinds(answers[2])) == ([], [Kind.PRICE_CHANGED])


def test_what_was_typed_by_hand_and_what_is_not_known_is_sold_without_stock():
    product, other, shift = a_shelf(), a_shelf(), a_shift()
    by_hand = commerce.TillLine(None, "Bungkus kado", 2, 5_000_00)
    answer = sync(product, shifts=[shift], sales=[a_sale(shift.id, by_hand, a_till_line(other, 1))])[1]

    assert kinds(answer) == [Kind.UNKNOWN_PRODUCT]
    assert drawer(product) == 10_000_00 + PRICE
    assert level(other).sold == 0


def test_a_clock_that_is_far_off_is_told():
    product, shift = a_shelf(), a_shift()
    ahead = a_sale(shift.id, a_till_line(product), sold_at=AT + timedelta(hours=3))
    behind = a_sale(shift.id, a_till_line(product), sold_at=AT - timedelta(days=40))
    answers = sync(product, shifts=[shift], sales=[ahead, behind])
    assert [kinds(answer) for answer in answers[1:]] == [[Kind.CLOCK], [Kind.CLOCK]]


def test_a_payment_without_cash_that_nobody_saw_is_told_and_is_no_cash():
    product, shift = a_shelf(), a_shift()
    sale = a_sale(shift.id, a_till_line(product), method=commerce.TillMethod.QRIS)
    answer = sync(product, shifts=[shift], sales=[sale])[1]
    assert kinds(answer) == [Kind.PAYMENT_OPEN]
    assert (level(product).sold, drawer(product)) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"lines": ()}, "lines"),
        ({"number": ""}, "number"),
        ({"discount_minor": -1}, "discount_minor"),
        ({"discount_minor": PRICE + 1}, "discount_minor"),
        ({"tendered_minor": PRICE - 1}, "tendered_minor"),
        ({"method": commerce.TillMethod.QRIS, "tendered_minor": PRICE}, "tendered_minor"),
    ],
)
def test_what_cannot_be_right_is_not_taken_and_keeps_nothing_else_from_coming_in(changes, problem):
    product, shift = a_shelf(), a_shift()
    wrong = replace(a_sale(shift.id, a_till_line(product)), **changes)
    right = a_sale(shift.id, a_till_line(product))
    _, refused, taken = sync(product, shifts=[shift], sales=[wrong, right])

    assert (refused.code, problem in refused.detail) == ("till-document-invalid", True)
    assert isinstance(taken, commerce.Taken)
    assert (level(product).sold, models.TillSale.objects.count()) == (1, 1)


@pytest.mark.parametrize("line", [{"quantity": 0}, {"quantity": -1}, {"unit_price_minor": -1}, {"name": ""}])
def test_a_line_that_cannot_be_right_is_not_taken(line):
    product, shift = a_shelf(), a_shift()
    refused = sync(product, shifts=[shift], sales=[a_sale(shift.id, a_till_line(product, **line))])[1]
    assert refused.code == "till-document-invalid"


def test_a_sale_of_a_shift_that_never_came_in_waits_on_the_device():
    product = a_shelf()
    (answer,) = sync(product, sales=[a_sale(ids.uuid7(), a_till_line(product))])
    assert answer.code == "shift-not-found"


# --- shifts ---


def test_a_shift_is_counted_at_its_end_and_the_difference_is_booked_once():
    product, shift = a_shelf(), a_shift(opening_minor=100_000_00)
    sale = a_sale(shift.id, a_till_line(product, 2))
    back = a_till_return(shift.id, sale, a_till_line(product, 1))
    expected = 100_000_00 + PRICE
    closed = replace(shift, closed_at=AT + timedelta(hours=8), counted_minor=expected - 5_000_00, note="Kembalian")
    sync(product, shifts=[closed], sales=[sale], returns=[back])
    sync(product, shifts=[closed], sales=[sale], returns=[back])

    (found,) = commerce.shifts(actor=a_seller_actor(product.business_id), business_id=product.business_id).items
    assert (found.expected_minor, found.difference_minor, found.sales) == (expected, -5_000_00, 1)
    assert drawer(product) == PRICE - 5_000_00


def test_a_second_count_with_another_result_is_not_taken():
    product, shift = a_shelf(), a_shift()
    closed = replace(shift, closed_at=AT, counted_minor=200_000_00)
    sync(product, shifts=[closed])
    (answer,) = sync(product, shifts=[replace(closed, counted_minor=1)])
    assert answer.code == "till-document-reused"


# --- who, and how often ---


def test_strangers_and_accountants_sell_nothing():
    product, shift = a_shelf(), a_shift()
    other = a_seller_actor(a_business().id)
    with pytest.raises(NotFound):
        sync(product, shifts=[shift], actor=other)
    with pytest.raises(NotFound):
        commerce.till_sales(actor=other, business_id=product.business_id)
    assert not models.TillShift.objects.exists()


def test_a_shift_or_sale_of_another_business_is_out_of_reach_also_by_its_id():
    mine, other, shift = a_shelf(), a_shelf(), a_shift()
    sale = a_sale(shift.id, a_till_line(mine))
    sync(mine, shifts=[shift], sales=[sale])
    answers = sync(other, shifts=[shift], sales=[sale, a_sale(shift.id, a_till_line(other))])
    assert [answer.code for answer in answers] == ["till-document-reused", "till-document-reused", "shift-not-found"]
    with pytest.raises(commerce.TillSaleNotFound):
        commerce.till_sale(actor=a_seller_actor(other.business_id), business_id=other.business_id, sale_id=sale.id)


def test_too_much_at_once_is_refused_as_a_whole():
    product = a_shelf()
    with pytest.raises(commerce.TillSyncTooLarge):
        sync(product, shifts=[a_shift() for _ in range(commerce.SYNC_DOCUMENTS_MAX + 1)])


def test_what_did_not_fit_waits_until_somebody_has_looked():
    product, shift = a_shelf(stock=0), a_shift()
    actor = a_seller_actor(product.business_id)
    sale = a_sale(shift.id, a_till_line(product))
    sync(product, shifts=[shift], sales=[sale])
    assert commerce.unseen_conflicts(actor=actor, business_id=product.business_id) == 1
    for _ in range(2):
        commerce.mark_conflicts_seen(actor=actor, business_id=product.business_id, sale_id=sale.id, at=AT)
    assert commerce.unseen_conflicts(actor=actor, business_id=product.business_id) == 0


@pytest.mark.django_db(transaction=True)
def test_the_application_can_neither_change_nor_delete_what_was_sold():
    with edge(SYSTEM):
        product, shift = a_shelf(), a_shift()
    sale = a_sale(shift.id, a_till_line(product))
    actor = a_seller_actor(product.business_id)
    with edge(actor):
        sync(product, shifts=[shift], sales=[sale], actor=actor)
    for statement in ("update commerce_till_sale set total_minor = 1", "delete from commerce_till_sale"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_device_that_sends_the_same_sales_from_many_connections_sells_them_once():
    with edge(SYSTEM):
        product, shift = a_shelf(stock=5), a_shift()
    actor = a_seller_actor(product.business_id)
    sales = [a_sale(shift.id, a_till_line(product), number=f"K1-{n}") for n in range(10)]

    def send() -> None:
        with schemas.in_zone("zone_test"):
            try:
                with edge(actor):
                    sync(product, shifts=[shift], sales=sales, actor=actor)
            finally:
                connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert models.TillSale.objects.count() == 10
    assert (level(product).available, level(product).sold, drawer(product)) == (0, 10, 10 * PRICE)


# --- the rules alone ---

lines = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(lines, max_size=8), st.lists(st.integers(0, 20), min_size=3, max_size=3))
def test_whatever_is_sold_units_come_from_stock_or_are_told_as_missing(sales, stocked):
    business, variants = ids.uuid7(), [ids.uuid7() for _ in range(3)]
    stock = dict(zip(variants, stocked, strict=True))
    sold = missing = 0
    for wanted in sales:
        told = tuple(commerce.TillLine(variants[which], "Barang", quantity, PRICE) for which, quantity in wanted)
        plan = rules.plan_sale(
            a_sale(ids.uuid7(), *told),
            business_id=business,
            stock=stock,
            sold=(counted := dict.fromkeys(variants, 0)),
            prices=dict.fromkeys(variants, PRICE),
        )
        assert sum(counted.values()) == sum(quantity for _, quantity in wanted)
        sold += sum(quantity for _, quantity in wanted)
        missing += sum(conflict.missing for conflict in plan.conflicts)
        assert sum(t.amount for t in plan.transfers if t.code == 220) == sum(quantity for _, quantity in wanted)
        assert min(stock.values()) >= 0
    assert sum(stock.values()) == sum(stocked) - sold + missing
