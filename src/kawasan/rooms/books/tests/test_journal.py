"""The journal follows the ledger; people add to it; periods close; nothing is ever rewritten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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


FOLLOWED = ["sell", "qris", "complete", "refund", "payout", "cash"]
BY_HAND = ["credit", "paid", "asset", "dispose", "bank", "match", "undo", "correct"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["sell", "qris", "complete", "refund", "expense", "payout", "cash", "close", "reopen", *BY_HAND]
        ),
        st.integers(0, 5),
        st.integers(1, 900_000_00),
    ),
    max_size=20,
)


class History:
    """One shop, and whatever happens to it from October to December."""

    def __init__(self) -> None:
        self.shop = a_business().id
        payments.ensure_business_accounts(business_id=self.shop)
        ledger.open_accounts(cash.new_cash_accounts(self.shop))
        self.paid: list = []
        self.done: list = []
        self.at = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
        self.owner, self.has_corrected = {"actor": an_owner(self.shop), "business_id": self.shop}, False
        self.bank = books.add_bank(**self.owner, bank_id=ids.uuid7(), name="BCA", number="1234", at=self.at)

    def play(self, act: str, which: int, amount: int) -> None:
        self.at += timedelta(days=which)
        if act in ("sell", "qris"):
            self.paid.append(a_sale(self.shop, amount, qris=act == "qris", at=self.at))
        elif act == "complete" and self.paid:
            sale = self.paid.pop()
            a_completion(sale, fee_minor=sale.amount_minor // 40, at=self.at)
            self.done.append(sale)
        elif act == "refund" and which % 2 and self.paid:
            a_refund(self.paid.pop(), at=self.at)
        elif act == "refund" and self.done:
            a_refund(sale := self.done.pop(), sale.amount_minor // 2 or None, at=self.at, from_seller=True)
        elif act == "payout":
            self.pay_out(amount)
        elif act == "cash":
            post(payments.cash_sale(business_id=self.shop, amount_minor=amount, sale_id=ids.uuid7()), at=self.at)
        elif act == "expense":
            an_expense(self.shop, amount, day=self.at.date())
        elif act in ("close", "reopen"):
            self.turn(act)
        elif act in BY_HAND:
            self.write(act, which, amount // 100 * 100 + 100)

    def write(self, act: str, which: int, amount: int) -> None:
        day, key = self.at.date(), ids.uuid7()
        new = {**self.owner, "entry_id": key, "day": day, "at": self.at}
        if act == "credit":
            due = books.NewDue("Toko", day)
            books.add_income(**new, amount_minor=amount, category="4101", paid_to="1201", memo="", due=due)
        elif act == "paid":
            for item in self.open_documents()[:1]:
                paid = {"source": item.document.source, "document_id": item.document.id, "money": "1102"}
                books.settle_document(**new, **paid, amount_minor=min(amount, item.open_minor))
        elif act == "asset":
            asset = books.NewAsset("Mesin", "1504", "non_building_1", amount, day)
            books.acquire_asset(**new, asset=asset, paid_from="1102")
        elif act == "dispose":
            for item in [asset for asset in books.assets(**self.owner, day=day) if not asset.disposed_on][:1]:
                books.dispose_asset(**new, asset_id=item.id, proceeds_minor=amount, money="1101")
        elif act == "bank":
            figure = (-amount if which % 2 else amount) // 100
            content = f"Tanggal;Keterangan;Jumlah\n{day:%d/%m/%Y};Baris {which};{figure}\n"
            books.import_statement(
                **self.owner, bank_id=self.bank.id, statement_id=key, name="x", content=content.encode(), at=self.at
            )
        elif act == "correct":
            self.has_corrected = True
            for item in books.entries(**self.owner, limit=which + 1).items[which:]:
                undo = {"correction_id": key, "day": day, "memo": "", "at": self.at}
                books.correct_entry(**self.owner, entry_id=item.id, **undo)
        else:
            self.match(act)

    def match(self, act: str) -> None:
        lines = books.bank_lines(**self.owner, bank_id=self.bank.id).items
        likely = books.suggestions(**self.owner, bank_id=self.bank.id, lines=lines, today=self.at.date())
        for line in [line for line in lines if (line.match is None) == (act == "match")][:1]:
            if act == "match":
                choice = likely[line.id].choice if line.id in likely else books.Choice("account", account="6199")
                books.confirm_line(**self.owner, line_id=line.id, choice=choice, at=self.at)
            else:
                books.undo_match(**self.owner, line_id=line.id, at=self.at)

    def open_documents(self) -> tuple[books.AgedDocument, ...]:
        return books.ageing(**self.owner, side=books.Side.RECEIVABLE, day=self.at.date()).documents

    def pay_out(self, amount: int) -> None:
        there, bank = payments.balance(self.shop), payments.bank()
        if there_minor := min(amount, ledger.balance(there).available):
            code = int(payments.PaymentCode.PAYOUT)
            post(
                ledger.NewTransfer(id=ids.uuid7(), debit=there, credit=bank, amount=there_minor, code=code), at=self.at
            )

    def turn(self, act: str) -> None:
        follow()
        call = {"actor": an_owner(self.shop), "business_id": self.shop, "month": self.at.date().replace(day=1)}
        if act == "close":
            call["month"] = (call["month"] - timedelta(days=1)).replace(day=1)
            books.close_month(**call, at=self.at)
        else:
            books.reopen_month(**call, reason="Cek", at=self.at)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_happens_the_statements_balance_and_the_cash_is_the_ledgers(moves):
    with transaction.atomic():
        history = History()
        for move in moves:
            try:
                with transaction.atomic():
                    history.play(*move)
            except (books.PeriodClosed, books.PeriodNotClosed, books.AlreadyCorrected, ledger.InsufficientBalance):
                continue
        follow()
        check(history)
        transaction.set_rollback(True)


def check(history: History) -> None:
    shop, owner = history.shop, an_owner(history.shop)
    assert books.differences() == []
    year = books.Span(date(2026, 1, 1), date(2026, 12, 31))
    for report in (books.Report.POSITION, books.Report.CASH):
        for span in (year, *(books.month_of(date(2026, month, 1)) for month in (10, 11, 12))):
            assert books.statement(actor=owner, business_id=shop, report=report, span=span).balances
    trial = books.trial_balance(actor=owner, business_id=shop, span=books.Span(year.first, date(2027, 12, 31)))
    assert trial.debit_minor == trial.credit_minor
    found = {row.account.code: row.balance_minor for row in trial.rows}
    held = {"1107": payments.escrow(shop), "1110": payments.balance(shop)}
    far = history.at.date() + timedelta(days=400)
    receivables = books.ageing(**history.owner, side=books.Side.RECEIVABLE, day=far)
    if not history.has_corrected:  # a payment of what was undone afterwards stays without a document
        assert receivables.undocumented_minor == 0
    state = books.bank_state(**history.owner, bank_id=history.bank.id)
    if state.statement_minor is not None:
        assert state.unexplained_minor is not None
    matched = [line for line in books.bank_lines(**history.owner, bank_id=history.bank.id).items if line.match]
    assert len({line.source_id for line in matched}) == len(matched)
    for code, account in held.items():
        balance = ledger.balance(account)
        assert found.get(code, 0) == balance.credits_posted - balance.debits_posted
    before = list(Line.objects.order_by("sequence", "place").values_list())
    followers.rebuild(books.FOLLOWER_NAME)
    assert list(Line.objects.order_by("sequence", "place").values_list()) == before
