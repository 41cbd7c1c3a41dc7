"""The journal follows the ledger; people add to it; periods close; nothing is ever rewritten."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from tests.builders.authority import a_completion, a_refund, a_sale
from tests.builders.books import AT, NOVEMBER, an_expense, an_owner, balances, follow
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.platform import followers
from kawasan.rooms.books import api as books
from kawasan.rooms.books.models import Entry, Line
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.rules import cash

NOON = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def post(*transfers: ledger.NewTransfer, at: datetime = NOON) -> None:
    ledger.post(ledger.Entry(ids.uuid7(), at, transfers))


def test_an_order_becomes_a_deposit_then_a_sale():
    shop = a_business().id
    sale = a_sale(shop, 100_000_00, qris=True)
    follow()
    assert balances(shop) == {"1107": 100_000_00, "2103": -100_000_00}
    a_completion(sale, fee_minor=2_500_00)
    follow()
    assert balances(shop) == {"1110": 97_500_00, "4101": -100_000_00, "6106": 2_500_00}
    assert books.differences() == []


def test_money_back_before_and_after_the_sale_counted():
    shop = a_business().id
    a_refund(a_sale(shop, 40_000_00))
    follow()
    assert balances(shop) == {}
    sold = a_sale(shop, 60_000_00)
    a_completion(sold)
    a_refund(sold, 15_000_00, from_seller=True)
    follow()
    assert balances(shop) == {"1110": 45_000_00, "4101": -60_000_00, "4102": 15_000_00}


def test_the_till_and_a_payout():
    shop = a_business().id
    payments.ensure_business_accounts(business_id=shop)
    ledger.open_accounts(cash.new_cash_accounts(shop))
    post(payments.cash_sale(business_id=shop, amount_minor=30_000_00, sale_id=ids.uuid7()))
    post(payments.cash_back(business_id=shop, amount_minor=5_000_00, return_id=ids.uuid7()))
    post(payments.cash_counted(business_id=shop, difference_minor=-1_000_00, shift_id=ids.uuid7()))
    post(payments.cash_counted(business_id=shop, difference_minor=200_00, shift_id=ids.uuid7()))
    follow()
    assert balances(shop) == {
        "1101": 24_200_00, "4101": -30_000_00, "4102": 5_000_00, "4202": -200_00, "6108": 1_000_00,
    }  # fmt: skip
    assert books.differences() == []


def test_a_rebuild_gives_the_same_rows():
    shop = a_business().id
    for amount in (10_000_00, 25_000_00):
        a_completion(a_sale(shop, amount), fee_minor=100_00)
    follow()
    before = list(Line.objects.order_by("sequence", "place").values_list())
    followers.rebuild(books.FOLLOWER_NAME)
    assert list(Line.objects.order_by("sequence", "place").values_list()) == before
    assert len(before) == 2 * (2 + 4 + 4)


def test_verify_names_the_row_that_is_wrong():
    shop = a_business().id
    a_sale(shop, 10_000_00)
    follow()
    with connection.cursor() as cursor:
        cursor.execute(
            "update books_line set amount_minor = amount_minor + 1 where business_id = %s and place = 1", [shop]
        )
    assert {finding.code for finding in books.differences()} == {"books-entry-unbalanced", "books-day", "books-cash"}


def test_an_expense_is_booked_once():
    shop = a_business().id
    first = an_expense(shop, entry_id=(key := ids.uuid7()))
    assert an_expense(shop, entry_id=key) == first
    assert balances(shop) == {"1101": -150_000_00, "6103": 150_000_00}
    with pytest.raises(books.BookEntryIdReused):
        an_expense(shop, 1_00, entry_id=key)
    assert Entry.objects.filter(business_id=shop).count() == 1


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([("1101", 5), ("4101", -4)], books.EntryUnbalanced),
        ([("1101", 5)], books.EntryEmpty),
        ([("1101", 0), ("4101", 0)], books.EntryEmpty),
        ([("9999", 5), ("4101", -5)], books.UnknownAccount),
        ([("1110", 5), ("4101", -5)], books.KeptByZone),
        ([("1101", 10**18), ("4101", -(10**18))], books.EntryInvalid),
    ],
)
def test_an_entry_that_cannot_be_right_is_refused_and_nothing_is_written(lines, refusal):
    shop = a_business().id
    entry = books.NewEntry(NOVEMBER, "Coba", tuple(books.JournalLine(*line) for line in lines))
    with pytest.raises(refusal):
        books.add_entry(actor=an_owner(shop), business_id=shop, entry_id=ids.uuid7(), entry=entry, at=AT)
    assert not Entry.objects.exists()


def test_a_wrong_entry_is_undone_by_a_new_one_and_only_once():
    shop = a_business().id
    wrong = an_expense(shop)
    call = {"actor": an_owner(shop), "business_id": shop, "entry_id": wrong.id, "day": date(2026, 11, 30), "at": AT}
    undone = books.correct_entry(**call, correction_id=(key := ids.uuid7()), memo="Salah tulis")
    assert books.correct_entry(**call, correction_id=key, memo="Salah tulis") == undone
    assert balances(shop) == {}
    with pytest.raises(books.AlreadyCorrected):
        books.correct_entry(**call, correction_id=ids.uuid7(), memo="Lagi")
    with pytest.raises(books.AlreadyCorrected):
        books.correct_entry(**(call | {"entry_id": undone.id}), correction_id=ids.uuid7(), memo="Balik")
    assert books.entry(actor=an_owner(shop), business_id=shop, entry_id=wrong.id).corrected_by == undone.id


def test_a_closed_month_takes_nothing_more():
    shop = a_business().id
    an_expense(shop)
    call = {"actor": an_owner(shop), "business_id": shop, "month": NOVEMBER, "at": AT}
    assert books.close_month(**call) == date(2026, 11, 30)
    assert books.close_month(**call) == date(2026, 11, 30)
    with pytest.raises(books.PeriodClosed):
        an_expense(shop)
    an_expense(shop, day=date(2026, 12, 1))
    with pytest.raises(books.ReasonMissing):
        books.reopen_month(**call, reason=" ")
    assert books.reopen_month(**call, reason="Nota tertinggal") == date(2026, 10, 31)
    an_expense(shop, 70_000_00)
    with pytest.raises(books.PeriodNotClosed):
        books.reopen_month(**call, reason="Lagi")
    events = books.period_events(shop)
    assert [(event.through, event.reason) for event in events] == [
        (date(2026, 10, 31), "Nota tertinggal"), (date(2026, 11, 30), ""),
    ]  # fmt: skip


def test_a_month_that_is_not_over_or_not_booked_yet_cannot_be_closed():
    shop = a_business().id
    call = {"actor": an_owner(shop), "business_id": shop, "month": NOVEMBER}
    with pytest.raises(books.PeriodNotOver):
        books.close_month(**call, at=datetime(2026, 11, 30, 16, 59, tzinfo=UTC))  # 23.59 WIB
    a_sale(shop, 10_000_00)
    with pytest.raises(books.BooksBehind):
        books.close_month(**call, at=AT)
    follow()
    books.close_month(**call, at=AT)


def test_a_sale_that_the_ledger_learns_of_after_the_closing_is_booked_on_the_first_open_day():
    shop = a_business().id
    a_completion(a_sale(shop, 10_000_00))
    follow()
    books.close_month(actor=an_owner(shop), business_id=shop, month=NOVEMBER, at=AT)
    a_completion(a_sale(shop, 7_000_00))  # a till without a network tells of November
    follow()
    assert balances(shop, date(2026, 11, 30)) == {"1110": 10_000_00, "4101": -10_000_00}
    assert balances(shop, date(2026, 12, 1)) == {"1110": 17_000_00, "4101": -17_000_00}
    rows = list(Line.objects.order_by("sequence", "place").values_list())
    books.reopen_month(actor=an_owner(shop), business_id=shop, month=NOVEMBER, reason="Cek", at=AT)
    followers.rebuild(books.FOLLOWER_NAME)
    assert list(Line.objects.order_by("sequence", "place").values_list()) == rows
    a_sale(shop, 3_000_00)
    follow()
    assert balances(shop, date(2026, 11, 30))["1107"] == 3_000_00


def test_books_are_their_owners_and_accountants():
    shop, other = a_business().id, a_business().id
    an_expense(shop, actor=an_owner(shop, BusinessRole.ACCOUNTANT))
    span = books.month_of(NOVEMBER)
    for actor, refusal in (
        (Actor(), Unauthenticated),
        (an_owner(other), NotFound),
        (an_owner(shop, BusinessRole.STAFF), Forbidden),
    ):
        for call in (
            lambda actor=actor: books.statement(actor=actor, business_id=shop, report=books.Report.PROFIT, span=span),
            lambda actor=actor: books.trial_balance(actor=actor, business_id=shop, span=span),
            lambda actor=actor: books.tax_year(actor=actor, business_id=shop, year=2026, at=AT),
            lambda actor=actor: books.entries(actor=actor, business_id=shop),
            lambda actor=actor: books.journal(actor=actor, business_id=shop, span=span),
            lambda actor=actor: books.close_month(actor=actor, business_id=shop, month=NOVEMBER, at=AT),
            lambda actor=actor: an_expense(shop, actor=actor),
        ):
            with pytest.raises(refusal):
                call()
    assert Entry.objects.count() == 1
