"""Goods that come back over the counter: units, money, and what did not fit."""

from __future__ import annotations

import pytest
from tests.builders.till import a_sale, a_shift, a_till_line, a_till_return

from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.tests.test_till import PRICE, Kind, a_shelf, drawer, kinds, level, sync
from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.ledger import api as ledger

pytestmark = pytest.mark.django_db


def test_a_return_gives_units_and_cash_back_and_too_much_is_told():
    product, shift = a_shelf(stock=10), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 3))
    sync(product, shifts=[shift], sales=[sale])
    one = a_till_return(shift.id, sale, a_till_line(product, 1))
    three = a_till_return(shift.id, sale, a_till_line(product, 3))
    first, second = sync(product, returns=[one, three])

    assert first.conflicts == ()
    assert kinds(second) == [Kind.RETURNED_TOO_MUCH]
    assert (level(product).available, level(product).sold) == (11, 0)
    assert drawer(product) == (3 - 1 - 3) * PRICE
    assert sync(product, returns=[one])[0].repeated


def test_broken_goods_come_back_without_going_on_the_shelf():
    product, shift = a_shelf(stock=10), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 2))
    sync(product, shifts=[shift], sales=[sale])
    sync(product, returns=[a_till_return(shift.id, sale, a_till_line(product, 2), restock=False)])
    assert (level(product).available, level(product).sold, drawer(product)) == (8, 0, 0)


def test_a_return_of_a_sale_that_nobody_knows_is_taken_and_told():
    product, shift = a_shelf(stock=1), a_shift()
    unknown = a_sale(shift.id, a_till_line(product))
    answer = sync(product, shifts=[shift], returns=[a_till_return(shift.id, unknown, a_till_line(product))])[1]
    assert kinds(answer) == [Kind.UNKNOWN_SALE]
    assert (level(product).available, drawer(product)) == (2, -PRICE)


@pytest.mark.parametrize(("restock", "left"), [(True, 8), (False, 7)])
def test_a_return_told_with_its_own_sale_comes_from_what_was_sold_and_is_not_found(restock, left):
    product, shift = a_shelf(stock=10), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 3))
    back = a_till_return(shift.id, sale, a_till_line(product, 1), restock=restock)
    answers = sync(product, shifts=[shift], sales=[sale], returns=[back])

    assert [kinds(answer) for answer in answers[1:]] == [[], []]
    assert (level(product).available, level(product).sold, drawer(product)) == (left, 2, 2 * PRICE)
    assert codes(product) == [220, 221]
    assert sync(product, sales=[sale], returns=[back])[1].repeated
    assert codes(product) == [220, 221]


def test_what_the_till_sold_without_having_it_comes_back_from_what_was_sold():
    product, shift = a_shelf(stock=1), a_shift()
    sale = a_sale(shift.id, a_till_line(product, 3))
    back = a_till_return(shift.id, sale, a_till_line(product, 3))
    sync(product, shifts=[shift], sales=[sale], returns=[back])
    assert (level(product).available, level(product).sold, drawer(product)) == (3, 0, 0)
    assert codes(product) == [220, 221, 222]  # two were found when they were sold, none when they came back


def codes(product) -> list[int]:
    """Why units left or reached the account of what was sold, and what was found."""
    asset = commerce.unit_asset(product.variants[0].id)
    sold = ledger.account_id(product.business_id, asset, int(AccountCode.SOLD))
    rows = [row for row in ledger.transfers_between(0, 2**62) if row.asset == asset]
    return sorted(row.code for row in rows if sold in (row.debit, row.credit) or row.code == 222)
