"""Stock cards: what is bought, sold, returned and counted costs what it should, in the books too."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.books import an_owner, balances, follow
from tests.builders.orders import a_buyer, a_checkout, an_order, seller_of, something_for_sale, wanted
from tests.builders.till import a_sale as a_till_sale
from tests.builders.till import a_shift, a_till_line, a_till_return
from tests.builders.zone import a_business, owner_of

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.platform import followers
from kawasan.rooms.books import api as books
from kawasan.rooms.books import tasks
from kawasan.rooms.books.models import StockCount, StockLot, UnitDay, UnitOnTheWay
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone

DAY = date(2026, 11, 11)
AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
COMPLETED = commerce.OrderState.COMPLETED
pytestmark = pytest.mark.django_db


class Shop:
    """A shop with one product and its card."""

    def __init__(self, method: books.StockMethod = books.StockMethod.AVERAGE, units: int = 10, cost: int = 100_000_00):
        self.product = something_for_sale(business=a_business())
        self.id, self.variant = self.product.business_id, self.product.variants[0].id
        self.who = {"actor": an_owner(self.id), "business_id": self.id}
        books.begin_stock_cards(**self.who, method=method, lines=[self.line(units, cost)], at=AT)

    def line(self, units: int, cost: int) -> books.StockLine:
        return books.StockLine(self.variant, units, cost)

    def buy(self, units: int, cost: int, *, day: date = DAY, **given) -> books.Entry:
        values = {"entry_id": ids.uuid7(), "day": day, "lines": [self.line(units, cost)], "paid_from": "1101", "at": AT}
        return books.buy_stock(**self.who, **(values | given))

    def sell(self, units: int, state: commerce.OrderState = COMPLETED, at: datetime = AT) -> commerce.Order:
        order = an_order(lines=[wanted(self.product, units)], state=state, at=at)
        follow()
        return order

    def item(self, day: date = DAY) -> books.StockItem:
        return books.stock_report(**self.who, day=day).items[0]

    def book(self, day: date = DAY) -> int:
        return books.book_stock_cost(business_id=self.id, day=day, at=AT)


def test_beginning_books_what_the_books_did_not_hold():
    shop = Shop()
    assert balances(shop.id) == {"1301": 100_000_00, "3101": -100_000_00}
    assert (
        books.begin_stock_cards(**shop.who, method=books.StockMethod.AVERAGE, lines=[shop.line(10, 100_000_00)], at=AT)
        == DAY
    )
    assert StockLot.objects.count() == 1
    with pytest.raises(books.StockMethodInvalid):
        books.begin_stock_cards(**shop.who, method=books.StockMethod.FIFO, lines=[], at=AT)


def test_a_completed_order_takes_its_cost_once_and_a_paid_one_is_on_its_way():
    shop = Shop()
    shop.sell(3)
    shop.sell(2, commerce.OrderState.PAID)
    item = shop.item()
    assert (item.left, item.value_minor, item.on_the_way) == (7, 70_000_00, 2)
    assert (item.on_shelf, item.difference) == (95, 90)
    assert shop.book() == 30_000_00
    assert shop.book() == 0
    found = balances(shop.id)
    assert (found["5101"], found["1301"]) == (30_000_00, 70_000_00)


def test_a_cancelled_order_never_cost_anything_and_a_return_gives_its_cost_back():
    shop = Shop()
    order = shop.sell(4, commerce.OrderState.PAID)
    commerce.cancel_order(actor=seller_of(shop.id), order_id=order.id, reason="Habis", at=AT)
    follow()
    assert (shop.item().left, UnitOnTheWay.objects.count(), UnitDay.objects.count()) == (10, 0, 0)
    done = shop.sell(4)
    shop.book()
    buyer = zone.actor_of_person(person_id=done.buyer_id)
    back = commerce.request_return(
        actor=buyer, return_id=ids.uuid7(), order_id=done.id, reason="Rusak",
        lines=[commerce.ReturnedLine(done.lines[0].id, 1)], at=AT,
    )  # fmt: skip
    commerce.approve_return(actor=seller_of(shop.id), return_id=back.id, restock=True, at=AT)
    follow()
    assert (shop.item().left, shop.book()) == (7, -10_000_00)
    assert balances(shop.id)["5101"] == 30_000_00


@pytest.mark.parametrize("together", [False, True])
def test_the_till_sells_at_once_and_what_cannot_be_sold_again_stays_a_cost(together):
    shop, shift = Shop(), a_shift()
    sale = a_till_sale(shift.id, a_till_line(shop.product, 3))
    good = a_till_return(shift.id, sale, a_till_line(shop.product, 1), restock=True)
    bad = a_till_return(shift.id, sale, a_till_line(shop.product, 1), restock=False, number="K1-0001-S")
    call = {"actor": an_owner(shop.id), "business_id": shop.id, "at": AT}
    commerce.sync_till(**call, shifts=[shift], sales=[sale], returns=[good, bad] if together else [])
    commerce.sync_till(**call, returns=[good, bad])
    follow()
    assert (shop.item().left, shop.book()) == (8, 20_000_00)


def test_a_purchase_is_booked_with_its_units_and_undoing_it_takes_them_off():
    shop = Shop()
    made = shop.buy(10, 200_000_00, ppn_minor=22_000_00, entry_id=(key := ids.uuid7()), onto_shelf=True)
    assert shop.buy(10, 200_000_00, ppn_minor=22_000_00, entry_id=key, onto_shelf=True) == made
    item = shop.item()
    assert (item.left, item.value_minor, item.on_shelf) == (20, 300_000_00, 110)
    assert balances(shop.id) == {
        "1101": -222_000_00, "1301": 300_000_00, "1402": 22_000_00, "3101": -100_000_00,
    }  # fmt: skip
    books.correct_entry(**shop.who, entry_id=key, correction_id=ids.uuid7(), day=DAY, memo="Salah", at=AT)
    assert (shop.item().left, balances(shop.id)["1301"]) == (10, 100_000_00)


def test_selling_more_than_is_known_is_told_and_costs_what_comes_next():
    shop = Shop(units=2, cost=20_000_00)
    shop.sell(5)
    report = books.stock_report(**shop.who, day=DAY)
    assert [(item.left, item.value_minor) for item in report.short] == [(-3, 0)]
    assert shop.book() == 20_000_00
    shop.buy(3, 45_000_00, day=DAY + timedelta(days=1))
    assert shop.book(DAY + timedelta(days=1)) == 45_000_00
    assert shop.item(DAY + timedelta(days=1)).left == 0


def test_a_count_takes_what_is_missing_units_on_their_way_left_alone():
    shop = Shop(units=100, cost=1_000_000_00)
    shop.sell(2, commerce.OrderState.PAID)
    key, counted = ids.uuid7(), [(shop.variant, 95)]
    for _ in range(2):
        books.count_units(**shop.who, count_id=key, counted=counted, at=AT)
    assert StockCount.objects.count() == 1
    assert (shop.item().left, shop.book()) == (97, 30_000_00)


def test_a_purchase_told_later_changes_what_was_sold_before_by_the_difference():
    shop = Shop(books.StockMethod.FIFO, units=1, cost=10_000_00)
    shop.sell(2)
    assert shop.book() == 10_000_00
    shop.buy(5, 60_000_00)
    assert shop.book() == 12_000_00
    report = books.stock_report(**shop.who, day=DAY)
    assert (report.value_minor, report.open_minor, report.unexplained_minor) == (48_000_00, 0, 0)


def test_closing_a_month_books_what_is_missing_and_refuses_a_counted_value():
    shop = Shop()
    shop.sell(3)
    later = datetime(2026, 12, 5, 3, 0, tzinfo=UTC)
    with pytest.raises(books.StockKeptByCards):
        books.close_month(**shop.who, month=DAY.replace(day=1), stock_minor=5, at=later)
    books.close_month(**shop.who, month=DAY.replace(day=1), at=later)
    assert balances(shop.id, date(2026, 11, 30))["5101"] == 30_000_00
    assert shop.book() == 0  # a closed day is left alone
    shop.sell(1)  # told of a closed month: booked on the first open day
    assert shop.book(date(2026, 12, 1)) == 10_000_00


def test_the_nightly_job_books_yesterday():
    shop = Shop()
    tasks.book_stock_costs()
    assert "5101" not in balances(shop.id)
    shop.sell(3)
    tasks.book_stock_costs()
    assert balances(shop.id, date(2099, 1, 1)).get("5101") == 30_000_00


def test_the_method_changes_at_the_start_of_a_year_only():
    shop = Shop()
    change = {**shop.who, "method": books.StockMethod.FIFO, "at": AT}
    for day in (DAY, date(2026, 12, 1), date(2026, 1, 1)):
        with pytest.raises(books.StockMethodInvalid):
            books.change_stock_method(**change, since=day)
    assert books.change_stock_method(**change, since=date(2027, 1, 1)) == date(2027, 1, 1)
    assert books.change_stock_method(**change, since=date(2027, 1, 1)) == date(2027, 1, 1)
    report = books.stock_report(**shop.who, day=date(2027, 1, 1))
    assert report.method is books.StockMethod.FIFO
    assert [item.method for item in report.chosen] == [books.StockMethod.AVERAGE, books.StockMethod.FIFO]


def test_what_cannot_be_right_is_refused_and_nothing_is_written():
    shop, other = Shop(), something_for_sale(business=a_business())
    for lines in (
        [], [shop.line(0, 0)], [shop.line(1, -1)], [shop.line(1, 1), shop.line(2, 2)], [shop.line(10**10, 1)],
    ):  # fmt: skip
        with pytest.raises(books.StockLineInvalid):
            shop.buy(1, 1, lines=lines)
    with pytest.raises(books.StockLineInvalid):
        shop.buy(1, 1, day=DAY - timedelta(days=1))
    with pytest.raises(books.StockUnknown):
        shop.buy(1, 1, lines=[books.StockLine(other.variants[0].id, 1, 1)])
    with pytest.raises(books.StockNotKept):
        who = {"actor": an_owner(other.business_id), "business_id": other.business_id}
        books.count_units(**who, count_id=ids.uuid7(), counted=[], at=AT)
    assert (StockLot.objects.count(), StockCount.objects.count()) == (1, 0)


def test_stock_is_for_the_books_desk():
    shop, other = Shop(), a_business().id
    for actor, refusal in (
        (Actor(), Unauthenticated),
        (an_owner(other), NotFound),
        (an_owner(shop.id, BusinessRole.STAFF), Forbidden),
    ):
        who = {"actor": actor, "business_id": shop.id}
        for call in (
            lambda who=who: books.stock_report(**who, day=DAY),
            lambda who=who: books.stock_card(**who, variant_id=shop.variant, span=books.month_of(DAY)),
            lambda who=who: books.count_units(**who, count_id=ids.uuid7(), counted=[(shop.variant, 1)], at=AT),
            lambda who=who: books.begin_stock_cards(**who, method=books.StockMethod.FIFO, lines=[], at=AT),
            lambda who=who: books.change_stock_method(
                **who, method=books.StockMethod.FIFO, since=date(2027, 1, 1), at=AT
            ),
        ):
            with pytest.raises(refusal):
                call()
        shop_as_other = shop.who
        shop.who = who
        with pytest.raises(refusal):
            shop.buy(1, 1)
        shop.who = shop_as_other
    assert StockCount.objects.count() == 0


@pytest.mark.parametrize(
    ("table", "change"), [(UnitDay, {"sold": 5}), (UnitDay, {"returned": 1}), (UnitOnTheWay, {"quantity": 1})]
)
def test_verify_names_the_card_whose_units_are_not_the_ledgers(table, change):
    shop, shift = Shop(), a_shift()
    shop.sell(3)
    shop.sell(2, commerce.OrderState.PAID)
    sale = a_till_sale(shift.id, a_till_line(shop.product, 1))  # what is given back and lost stays gone
    lost = a_till_return(shift.id, sale, a_till_line(shop.product, 1), restock=False)
    commerce.sync_till(**shop.who, at=AT, shifts=[shift], sales=[sale], returns=[lost])
    follow()
    assert books.differences() == []
    assert table.objects.update(**change) == 1
    (found,) = books.differences()
    asset = commerce.unit_asset(shop.variant)
    assert (found.code, found.row, found.expected) == ("books-units", f"{shop.id} {asset}", "6")
    UnitDay.objects.all().delete()
    UnitOnTheWay.objects.all().delete()
    assert [(item.code, item.found) for item in books.differences()] == [("books-units", "0")]


ACTS = st.lists(
    st.tuples(st.sampled_from(["buy", "sell", "pay", "count", "book", "undo"]), st.integers(1, 6)), max_size=8
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=ACTS, method=st.sampled_from([books.StockMethod.AVERAGE, books.StockMethod.FIFO]))
def test_whatever_happens_the_books_hold_what_the_cards_say(acts, method):
    with transaction.atomic():
        shop, bought, buyer = Shop(method), [], a_buyer()
        for act, number in acts:
            if act == "buy":
                bought.append(shop.buy(number, number * 7_333_33).id)
            elif act == "undo" and bought:
                undo = {"entry_id": bought.pop(), "correction_id": ids.uuid7(), "day": DAY, "memo": "", "at": AT}
                books.correct_entry(**shop.who, **undo)
            elif act == "sell":
                shop.sell(number)
            elif act == "pay":
                a_checkout(buyer=buyer, lines=[wanted(shop.product, number)], at=AT)
            elif act == "count":
                books.count_units(**shop.who, count_id=ids.uuid7(), counted=[(shop.variant, number * 3)], at=AT)
            elif act == "book":
                shop.book()
        follow()
        shop.book()
        report = books.stock_report(**shop.who, day=DAY)
        assert (report.open_minor, report.unexplained_minor) == (0, 0)
        assert balances(shop.id).get("1301", 0) == report.value_minor
        assert books.differences() == []
        before = [list(table.objects.order_by("pk").values_list()) for table in (UnitDay, UnitOnTheWay)]
        followers.rebuild(books.FOLLOWER_NAME)
        assert [list(table.objects.order_by("pk").values_list()) for table in (UnitDay, UnitOnTheWay)] == before
        transaction.set_rollback(True)


def test_the_pages_from_beginning_to_card(client):
    shop = something_for_sale(business=a_business())
    variant, business = shop.variants[0].id, zone.business(business_id=shop.business_id)
    client.force_login(owner_of(business))
    here, english = f"/jualan/{business.slug}/buku/stok", {"headers": {"accept-language": "en"}}
    assert "Begin stock cards" in client.get(here, **english).content.decode()
    given = {"method": "average", f"q{variant.hex}": "10", f"c{variant.hex}": "1.000.000"}
    assert client.post(f"{here}/mulai", given).status_code == 302
    text = client.get(f"{here}/beli", **english).content.decode()
    bought = {
        "id": re.search(r"jrn_[0-9a-z]{26}", text)[0],
        "day": f"{clock.business_day(clock.now())}",
        "money": "1101",
    }
    bought |= {"p0": variant.hex, "q0": "10", "c0": "2.000.000", "onto_shelf": "on"}
    for _ in range(2):  # sent twice, booked once
        assert client.post(f"{here}/beli", bought).status_code == 302
    counted = {"id": re.search(r"jrn_[0-9a-z]{26}", client.get(f"{here}/hitung").content.decode())[0]}
    assert client.post(f"{here}/hitung", counted | {variant.hex: "18"}).status_code == 302
    listed = client.get(here, **english).content.decode()
    assert "Rp2,700,000" in listed
    assert "is booked tonight" in listed
    card = client.get(f"{here}/{variant}", **english).content.decode()
    assert card.count('data-label="What"') == 1 + 3
    for path in (f"{here}.csv", f"{here}/{variant}.csv"):
        assert b"2700000" in b"".join(client.get(path).streaming_content).replace(b".00", b"")
    for path in (f"{here}.xlsx", f"{here}/{variant}.xlsx"):
        assert client.get(path).status_code == 200
    year = clock.business_day(clock.now()).year + 1
    assert client.post(f"{here}/metode", {"method": "fifo", "since": f"{year}-01-01"}).status_code == 302
    assert "First in, first out" in client.get(here, **english).content.decode()
