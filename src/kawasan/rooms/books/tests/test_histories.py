"""Whatever happens to a shop: statements balance, cash and units are the ledger's, a rebuild changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.builders.authority import Sale, a_completion, a_refund, a_sale
from tests.builders.books import an_expense, an_owner, follow
from tests.builders.orders import something_for_sale
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.platform import followers
from kawasan.rooms.books import api as books
from kawasan.rooms.books.models import Line, UnitDay, UnitOnTheWay
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.rules import cash

pytestmark = pytest.mark.django_db


def post(*moves: ledger.NewTransfer, at: datetime) -> None:
    ledger.post(ledger.Entry(ids.uuid7(), at, moves))


FOLLOWED = ["sell", "qris", "complete", "refund", "payout", "cash"]
BY_HAND = ["credit", "paid", "asset", "dispose", "bank", "match", "undo", "correct"]
GOODS = ["goods", "units", "back", "count", "cost"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["sell", "qris", "complete", "refund", "expense", "payout", "cash", "close", "reopen", *BY_HAND, *GOODS]
        ),
        st.integers(0, 5),
        st.integers(1, 900_000_00),
    ),
    max_size=20,
)


REFUSED = (
    books.PeriodClosed,
    books.PeriodNotClosed,
    books.AlreadyCorrected,
    books.EntryOfStockCards,
    books.DisposalStands,
    ledger.InsufficientBalance,
)


class History:
    """One shop with stock cards, and whatever happens to it from October to December."""

    def __init__(self) -> None:
        product = something_for_sale(business=a_business())
        self.shop, self.variant = product.business_id, product.variants[0].id
        payments.ensure_business_accounts(business_id=self.shop)
        ledger.open_accounts(cash.new_cash_accounts(self.shop))
        self.paid: list = []
        self.done: list = []
        self.at = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
        self.owner, self.has_corrected = {"actor": an_owner(self.shop), "business_id": self.shop}, False
        self.units: dict[UUID, int] = {}
        opening = {"entry_id": ids.uuid7(), "day": self.at.date() - timedelta(days=4), "memo": ""}
        there = {"1101": 400_000_00, "1301": 450_000_00}
        books.open_balances(**self.owner, **opening, amounts=there, at=self.at - timedelta(days=1))
        lines = [books.StockLine(self.variant, 12, 600_000_01)]
        books.begin_stock_cards(**self.owner, method=books.StockMethod.FIFO, lines=lines, at=self.at)
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
        elif act in GOODS:
            self.trade(act, which, amount)
        elif act in BY_HAND:
            self.write(act, which, amount // 100 * 100 + 100)

    def trade(self, act: str, which: int, amount: int) -> None:
        if act == "units":
            self.paid.append(sale := a_sale(self.shop, amount, at=self.at))
            post(*transfers.sale(self.goods(sale, which + 1), order_id=sale.order_id), at=self.at)
            self.units[sale.order_id] = which + 1
        elif act == "back":
            for sale in [*self.paid, *self.done]:
                if units := min(self.units.get(sale.order_id, 0), which):
                    back = self.goods(sale, units)
                    post(*transfers.back_to_stock(back, order_id=sale.order_id, cause=ids.uuid7()), at=self.at)
                    self.units[sale.order_id] -= units
        elif act == "goods":
            lines = [books.StockLine(self.variant, which + 1, amount)]
            given = {"entry_id": ids.uuid7(), "day": self.at.date(), "lines": lines, "paid_from": "1102", "at": self.at}
            books.buy_stock(**self.owner, **given)
        elif act == "count":
            follow()
            books.count_units(**self.owner, count_id=ids.uuid7(), counted=[(self.variant, which * 4)], at=self.at)
        else:
            follow()
            books.book_stock_cost(business_id=self.shop, day=self.at.date(), at=self.at)

    def goods(self, sale: Sale, quantity: int) -> transfers.Units:
        return transfers.Units(self.shop, self.variant, sale.person_id, quantity)

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


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=MOVES)
@example(moves=[("correct", 0, 1)])  # what the cards began with
@example(moves=[("correct", 1, 1)])  # what the books had before the cards
@example(moves=[("count", 1, 1), ("cost", 0, 1), ("correct", 0, 1)])
@example(moves=[("asset", 0, 900_000_00), ("dispose", 0, 1), ("correct", 1, 1)])
def test_whatever_happens_the_statements_balance_and_the_cash_is_the_ledgers(moves):
    with transaction.atomic():
        history = History()
        for move in moves:
            try:
                with transaction.atomic():
                    history.play(*move)
            except REFUSED:
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
    register = books.assets(**history.owner, day=far)
    assert found.get("1504", 0) == sum(item.cost_minor for item in register if not item.disposed_on)
    check_goods(history, far)
    before = [list(table.objects.order_by("pk").values_list()) for table in (Line, UnitDay, UnitOnTheWay)]
    followers.rebuild(books.FOLLOWER_NAME)
    assert [list(table.objects.order_by("pk").values_list()) for table in (Line, UnitDay, UnitOnTheWay)] == before


def check_goods(history: History, day: date) -> None:
    """Once the cost is booked, the books hold what the cards say; orders hold what they have and brought back not."""
    books.book_stock_cost(business_id=history.shop, day=day, at=history.at)
    report = books.stock_report(**history.owner, day=day)
    assert (report.open_minor, report.unexplained_minor) == (0, 0)
    waiting = sum(history.units.get(sale.order_id, 0) for sale in history.paid)
    assert report.items[0].on_the_way >= waiting  # an order whose money all went back holds its units, too
