"""Whatever happens to orders, refunds and payouts: sums close to zero, and nobody gets more than they paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.builders.orders import AT, PRICE, SHIP_TO, a_buyer, pay, seller_of, something_for_sale
from tests.builders.payments import posted
from tests.builders.zone import an_actor, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.core.money import rupiah
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import Order
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.models import Payout

WHICH = st.integers(0, 9)
PARTS = st.integers(1, 4)


class Money(RuleBasedStateMachine):
    """Two sellers, one buyer, rules that change, and a clock; every step is a door call on the real ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.sid = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.sid)

    @initialize()
    def begin(self) -> None:
        self.fund = 90_000_00
        self.at = AT
        self.products = [something_for_sale(stock=60, price=PRICE + n * 333) for n in range(2)]
        self.sellers = [product.business_id for product in self.products]
        self.buyer = a_buyer(wallet=2_000_000)
        self.start = posted(payments.wallet(self.buyer.person_id))
        self.staff = [an_actor(zone_staff().pk) for _ in range(2)]
        self.vouchers = self._vouchers()
        for seller in self.sellers:
            payments.save_bank_account(
                actor=seller_of(seller), business_id=seller, account_id=ids.uuid7(), bank="014", number="1234567890",
                holder="Sri Wahyuni", rhythm=payments.Rhythm.DAILY, smallest=rupiah(10_000), at=AT,
            )  # fmt: skip
        for waiting, account in payments.unchecked_accounts(limit=9):
            payments.note_name_at_bank(account_id=waiting, owner=payments.AccountOwner(account.holder), at=AT)

    def _vouchers(self) -> list[str]:
        """No voucher, one of the first shop, one of the zone; the money of the zone's comes from outside."""
        ledger.open_accounts([payments.new_fee()])
        earned = ledger.NewTransfer(ids.uuid7(), payments.provider(), payments.fee(), self.fund, 106)
        ledger.post(ledger.Entry(ids.uuid7(), AT, (earned,)))
        same = {
            "name": "Hemat", "most_minor": None, "least_minor": 20_000_00, "per_buyer": 100,
            "budget_minor": self.fund, "starts_at": AT, "ends_at": AT + timedelta(days=90),
        }  # fmt: skip
        shop = commerce.NewVoucher(
            id=ids.uuid7(), code="TOKO", percent_bp=0, amount_minor=7_777_00, business_id=self.sellers[0], **same
        )
        whole = commerce.NewVoucher(id=ids.uuid7(), code="KAWASAN", percent_bp=1_300, amount_minor=0, **same)
        commerce.make_voucher(actor=seller_of(self.sellers[0]), voucher=shop, at=AT)
        commerce.make_voucher(actor=self.staff[0], voucher=whole, at=AT)
        return ["", shop.code, whole.code]

    def attempt(self, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except Refusal:
            pass

    def order(self, which: int) -> commerce.Order | None:
        rows = list(Order.objects.filter(buyer_id=self.buyer.person_id).order_by("id").values_list("id", flat=True))
        return commerce.order(actor=SYSTEM, order_id=rows[which % len(rows)]) if rows else None

    @rule(which=WHICH, quantity=PARTS)
    def buy_from_the_wallet(self, which: int, quantity: int) -> None:
        self.attempt(lambda: self._buy(commerce.Method.WALLET, which, quantity))

    @rule(which=WHICH, quantity=PARTS)
    def buy_by_qris(self, which: int, quantity: int) -> None:
        def act() -> None:
            pay(self._buy(commerce.Method.QRIS, which, quantity).id, at=self.at)

        self.attempt(act)

    def _buy(self, method: commerce.Method, which: int, quantity: int) -> commerce.OrderGroup:
        lines = [commerce.Wanted(one.variants[0].id, quantity) for one in self.products[: 1 + which % 2]]
        return commerce.place_orders(
            actor=self.buyer, group_id=ids.uuid7(), lines=lines, method=method, ship_to=SHIP_TO, at=self.at,
            voucher=self.vouchers[which % 3],
        )  # fmt: skip

    @rule(which=WHICH)
    def deliver(self, which: int) -> None:
        if order := self.order(which):
            self.attempt(lambda: self._ship(order))
            self.attempt(lambda: commerce.confirm_delivery(actor=self.buyer, order_id=order.id, at=self.at))

    @rule(which=WHICH)
    def only_ship(self, which: int) -> None:
        if order := self.order(which):
            self.attempt(lambda: self._ship(order))

    def _ship(self, order: commerce.Order) -> None:
        seller = seller_of(order.business_id)
        commerce.ship_order(actor=seller, order_id=order.id, courier="JNE", tracking="1", at=self.at)

    @rule(which=WHICH, parts=PARTS)
    def refund(self, which: int, parts: int) -> None:
        order = self.order(which)
        if order and order.net_minor:
            amount = max(1, order.net_minor // parts)
            seller = seller_of(order.business_id)
            self.attempt(
                lambda: commerce.refund_order(
                    actor=seller,
                    order_id=order.id,
                    refund_id=ids.uuid7(),
                    amount_minor=amount,
                    reason="Cacat",
                    at=self.at,
                )
            )

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        if order := self.order(which):
            seller = seller_of(order.business_id)
            self.attempt(
                lambda: commerce.cancel_order(actor=seller, order_id=order.id, reason="Stok rusak", at=self.at)
            )

    @rule(which=WHICH, quantity=PARTS)
    def give_back(self, which: int, quantity: int) -> None:
        order = self.order(which)
        if not order:
            return
        lines, number, seller = (
            [commerce.ReturnedLine(order.lines[0].id, quantity)],
            ids.uuid7(),
            seller_of(order.business_id),
        )

        def act() -> None:
            commerce.request_return(
                actor=self.buyer, return_id=number, order_id=order.id, lines=lines, reason="Robek", at=self.at
            )
            commerce.approve_return(actor=seller, return_id=number, restock=bool(quantity % 2), at=self.at)

        self.attempt(act)

    @rule(parts=PARTS, which=WHICH)
    def ask_for_a_payout(self, parts: int, which: int) -> None:
        business = self.sellers[which % 2]
        amount = rupiah(10_000 * parts * parts)
        self.attempt(
            lambda: payments.request_payout(
                actor=seller_of(business), business_id=business, payout_id=ids.uuid7(), amount=amount, at=self.at,
            )
        )  # fmt: skip

    @rule(is_good=st.booleans())
    def make_a_batch(self, is_good: bool) -> None:
        def act() -> None:
            made = payments.make_batch(actor=self.staff[0], batch_id=ids.uuid7(), at=self.at)
            if is_good:
                payments.approve_batch(actor=self.staff[1], batch_id=made.id, at=self.at)
            else:
                payments.reject_batch(actor=self.staff[1], batch_id=made.id, note="Salah", at=self.at)

        self.attempt(act)

    @rule(which=WHICH, is_paid=st.booleans())
    def the_bank_answers(self, which: int, is_paid: bool) -> None:
        rows = list(Payout.objects.order_by("pk").values_list("pk", flat=True))
        if rows:
            number = rows[which % len(rows)]
            self.attempt(
                lambda: payments.settle_payout(
                    payout_id=number, sent=is_paid, bank_reference="B", reason="Ditutup", at=self.at
                )
            )

    @rule(permille=st.sampled_from([0, 100, 500]), tax=st.booleans(), cap=st.sampled_from([0, 60_000_00, 10**9]))
    def rules_change(self, permille: int, tax: bool, cap: int) -> None:
        day = clock.business_day(self.at)
        kind = payments.RuleKind
        for new in (
            payments.NewRule(kind.RESERVE, day, permille=permille, number=3),
            payments.NewRule(kind.WITHHOLDING, day, is_on=tax, permille=5, amount_minor=0),
            payments.NewRule(kind.DEBT_CAP, day, amount_minor=cap),
        ):
            payments.set_money_rule(actor=self.staff[0], rule_id=ids.uuid7(), rule=new, at=self.at)

    @rule(hours=st.sampled_from([1, 12, 30, 80]))
    def time_goes_by(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        self.attempt(lambda: commerce.expire_unpaid(at=self.at))
        self.attempt(lambda: commerce.complete_due(at=self.at))
        self.attempt(lambda: payments.free_reserves(at=self.at))

    @invariant()
    def sums_close_to_zero_and_nobody_gets_more_than_they_paid(self) -> None:
        if not hasattr(self, "staff"):
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "select sum(credits_posted) - sum(debits_posted) from ledger_account where asset = %s",
                [ledger.IDR],
            )
            assert cursor.fetchone()[0] == 0
        orders = [commerce.order(actor=SYSTEM, order_id=key) for key in Order.objects.values_list("id", flat=True)]
        paid = [order for order in orders if order.paid_at]
        assert all(0 <= order.refunded_minor <= order.total_minor for order in orders)
        assert all(
            0 <= order.fee_minor <= order.net_minor + order.subsidy_minor for order in orders if not order.cancelled_at
        )
        given = sum(order.total_minor for order in paid)
        back = sum(order.refunded_minor for order in paid)
        by_qris = sum(order.total_minor for order in paid if order.method is commerce.Method.QRIS)
        assert posted(payments.wallet(self.buyer.person_id)) == self.start + by_qris + back - given
        held = sum(posted(payments.escrow(one)) for one in self.sellers)
        owned = sum(
            posted(account(one))
            for one in self.sellers
            for account in (payments.balance, payments.reserve, payments.transit, payments.debt)
        )
        out, fee, tax = posted(payments.bank()), posted(payments.fee()), posted(payments.tax())
        promised = commerce.vouchers(actor=self.staff[0], business_id=None, at=self.at).items[0]
        money = posted(payments.voucher(promised.terms.id))
        assert money == self.fund - sum(order.subsidy_minor for order in paid)
        assert held + owned + out + fee + tax + money == given - back + self.fund
        for seller in self.sellers:
            assert posted(payments.balance(seller)) >= 0
            assert posted(payments.debt(seller)) <= 0

    @invariant()
    def everything_agrees_with_the_ledger(self) -> None:
        if hasattr(self, "staff"):
            assert payments.verify() == []
            assert commerce.verify_orders() == []
            assert commerce.verify_vouchers() == []


@pytest.mark.slow
@pytest.mark.django_db
def test_no_sequence_of_orders_refunds_and_payouts_makes_or_loses_money():
    with transaction.atomic():
        run_state_machine_as_test(
            Money,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        transaction.set_rollback(True)
