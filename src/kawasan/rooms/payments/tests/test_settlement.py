"""Settlement: dated rules, reserve, debt, tax, refunds after the payout; to the rupiah, and once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.payments import AT, a_payment, an_account_of, money_for, posted
from tests.builders.zone import a_business, a_person, an_actor, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.platform.db import see_as
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules import money_rules, settling

pytestmark = pytest.mark.django_db
Kind = payments.RuleKind
TODAY = clock.business_day(AT)
MILLION = 1_000_000_00


def staff(role: str = "staff") -> Actor:
    return an_actor(zone_staff(role).pk)


def rule(kind: Kind, *, actor: Actor | None = None, at: Any = AT, **given: Any) -> payments.MoneyRule:
    new = payments.NewRule(**({"kind": kind, "since": clock.business_day(at)} | given))
    return payments.set_money_rule(actor=actor or staff(), rule_id=ids.uuid7(), rule=new, at=at)


class Sale:
    """An order paid by QRIS: business, buyer, and what is done with its money."""

    def __init__(self, amount: int = MILLION, business: Any = None, fee: int = 0) -> None:
        self.business, self.buyer, self.order = business or a_business(), a_person(), ids.uuid7()
        self.amount, self.fee = amount, fee
        asked = a_payment(payer=self.buyer.pk, splits=[payments.Split(amount, self.business.id, self.order)])
        payments.notify(notification=money_for(asked), at=AT + timedelta(minutes=1))

    def release(self, at: Any = AT) -> None:
        gross = payments.Released(self.order, self.business.id, self.amount, self.fee)
        moves = payments.settle_orders(orders=[gross], at=at)
        ledger.post(ledger.Entry(ids.uuid7(), at, moves[self.order]))

    def refund(self, amount: int, *, left: int = 0, fee_back: int = 0, is_released: bool = True, at: Any = AT) -> UUID:
        number = ids.uuid7()
        moves = payments.refund(
            refund_id=number, order_id=self.order, business_id=self.business.id, person_id=self.buyer.pk,
            amount_minor=amount, left_minor=left, fee_back_minor=fee_back, is_released=is_released, at=at,
        )  # fmt: skip
        ledger.post(ledger.Entry(number, at, moves))
        return number

    @property
    def money(self) -> payments.SellerMoney:
        return payments.seller_money(actor=SYSTEM, business_id=self.business.id)

    @property
    def in_wallet(self) -> int:
        return payments.wallet_balance(person_id=self.buyer.pk)


def pay_out(business: Any, amount: int) -> payments.Payout:
    actor = an_actor(owner_of(business).pk)
    an_account_of(business.id)
    asked = payments.request_payout(
        actor=actor, business_id=business.id, payout_id=ids.uuid7(), amount=payments.PAYOUT_MIN * (amount // 1_000_000),
        at=AT,
    )  # fmt: skip
    return payments.settle_payout(payout_id=asked.id, sent=True, bank_reference="B1", at=AT)


def test_the_business_own_rule_wins_over_the_zones_and_the_newest_wins():
    business = ids.uuid7()

    def made(permille: int, since: date, **given: Any) -> payments.MoneyRule:
        return payments.MoneyRule(ids.uuid7(), Kind.RESERVE, since, AT, permille=permille, **given)

    old, new = made(1, TODAY - timedelta(days=9)), made(2, TODAY)
    own = made(3, TODAY - timedelta(days=30), business_id=business)
    ended = made(4, TODAY, business_id=business, until=TODAY)
    found = [own, new, old, ended]
    assert money_rules.rule_on(found, Kind.RESERVE, TODAY) is new
    assert money_rules.rule_on(found, Kind.RESERVE, TODAY, business_id=business) is own
    assert money_rules.rule_on(found, Kind.RESERVE, TODAY - timedelta(days=5)) is old
    assert money_rules.rule_on(found, Kind.DEBT_CAP, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Kind.RESERVE, {"permille": 1001, "number": 7}),
        (Kind.RESERVE, {"permille": 100}),
        (Kind.RESERVE, {"permille": 100, "number": 181}),
        (Kind.RESERVE, {"permille": 100, "number": 7, "amount_minor": 5}),
        (Kind.DEBT_CAP, {"amount_minor": -1}),
        (Kind.CUT_OFF, {"number": 1440}),
        (Kind.BALANCE_MAX, {"amount_minor": 5}),
        (Kind.BALANCE_MAX, {"amount_minor": 5, "level": "vip"}),
        (Kind.DEBT_CAP, {"amount_minor": 5, "level": "verified"}),
        (Kind.WITHHOLDING, {"permille": 5, "amount_minor": 5, "business_id": ids.uuid7()}),
        (Kind.TURNOVER_STATEMENT, {}),
        (Kind.DEBT_CAP, {"amount_minor": 5, "note": "x" * 301}),
    ],
)
def test_rules_that_cannot_be_right_are_refused(kind: Kind, given: dict[str, Any]):
    before = models.MoneyRule.objects.count()
    with pytest.raises(payments.RuleInvalid):
        rule(kind, **given)
    assert models.MoneyRule.objects.count() == before


def test_rules_are_set_by_staff_for_today_or_later_and_never_rewritten():
    with pytest.raises(payments.RuleTooEarly):
        rule(Kind.DEBT_CAP, amount_minor=5, since=TODAY - timedelta(days=1))
    for actor, refusal in (
        (Actor(), Unauthenticated),
        (an_actor(a_person().pk), Forbidden),
        (staff("auditor"), Forbidden),
    ):
        with pytest.raises(refusal):
            rule(Kind.DEBT_CAP, actor=actor, amount_minor=5)
    made = rule(Kind.DEBT_CAP, amount_minor=5)
    new = payments.NewRule(kind=Kind.DEBT_CAP, since=TODAY, amount_minor=5)
    assert payments.set_money_rule(actor=staff(), rule_id=made.id, rule=new, at=AT).id == made.id
    with pytest.raises(payments.RuleIdReused):
        other = payments.NewRule(kind=Kind.DEBT_CAP, since=TODAY, amount_minor=6)
        payments.set_money_rule(actor=staff(), rule_id=made.id, rule=other, at=AT)
    with pytest.raises(Exception, match="permission denied"):
        models.MoneyRule.objects.update(amount_minor=7)


def test_a_reserve_is_held_back_becomes_free_once_and_is_told():
    rule(Kind.RESERVE, permille=200, number=7)
    sale = Sale(fee=10_000_00)
    sale.release()
    assert (sale.money.available_minor, sale.money.reserve_minor) == (792_000_00, 198_000_00)
    (held,) = payments.reserves_of(actor=an_actor(owner_of(sale.business).pk), business_id=sale.business.id)
    assert (held.order_id, held.left_minor, held.free_at) == (sale.order, 198_000_00, AT + timedelta(days=7))
    assert payments.verify() == []
    assert payments.free_reserves(at=AT + timedelta(days=6)) == 0
    assert payments.free_reserves(at=AT + timedelta(days=7)) == 1
    assert payments.free_reserves(at=AT + timedelta(days=8)) == 0
    assert (sale.money.available_minor, sale.money.reserve_minor) == (990_000_00, 0)
    assert payments.verify() == ledger.verify() == []


def test_a_businesss_own_reserve_holds_for_it_alone():
    risky = a_business()
    rule(Kind.RESERVE, business_id=risky.id, permille=1000, number=14)
    one, other = Sale(business=risky), Sale()
    for sale in (one, other):
        sale.release()
    assert (one.money.available_minor, one.money.reserve_minor) == (0, MILLION)
    assert (other.money.available_minor, other.money.reserve_minor) == (MILLION, 0)


def test_a_refund_after_the_payout_is_paid_by_balance_then_reserve_then_the_zone_and_never_by_the_buyer():
    rule(Kind.RESERVE, permille=100, number=7)
    sale = Sale()
    sale.release()
    pay_out(sale.business, 800_000_00)
    assert (sale.money.available_minor, sale.money.reserve_minor) == (100_000_00, 100_000_00)
    sale.refund(700_000_00, left=300_000_00)
    assert sale.in_wallet == 700_000_00
    assert (sale.money.available_minor, sale.money.reserve_minor, sale.money.debt_minor) == (0, 0, 500_000_00)
    (row,) = models.Refund.objects.all()
    assert (row.from_reserve_minor, row.advanced_minor) == (100_000_00, 500_000_00)
    assert payments.verify() == ledger.verify() == []


def test_a_debt_is_recovered_from_later_sales_and_shown_until_then():
    first = Sale()
    first.release()
    pay_out(first.business, MILLION)
    first.refund(MILLION)
    assert first.money.debt_minor == MILLION
    second = Sale(amount=400_000_00, business=first.business)
    second.release()
    assert (second.money.available_minor, second.money.debt_minor) == (0, 600_000_00)
    third = Sale(amount=900_000_00, business=first.business)
    third.release()
    assert (third.money.available_minor, third.money.debt_minor) == (300_000_00, 0)
    codes = [line.code for line in payments.business_statement(actor=SYSTEM, business_id=first.business.id).items]
    assert codes.count(payments.PaymentCode.RECOVERY) == 2
    assert payments.verify() == ledger.verify() == []


def test_several_orders_released_at_once_recover_a_debt_once():
    first = Sale()
    first.release()
    pay_out(first.business, MILLION)
    first.refund(MILLION)
    sales = [Sale(amount=700_000_00, business=first.business) for _ in range(2)]
    orders = [payments.Released(sale.order, sale.business.id, sale.amount, 0) for sale in sales]
    moves = payments.settle_orders(orders=orders, at=AT)
    ledger.post_many([ledger.Entry(ids.uuid7(), AT, moves[sale.order]) for sale in sales])
    assert (sales[0].money.available_minor, sales[0].money.debt_minor) == (400_000_00, 0)
    assert payments.verify() == []


def test_the_zone_lends_up_to_a_cap_and_not_a_rupiah_more():
    rule(Kind.DEBT_CAP, amount_minor=300_000_00)
    sale = Sale()
    sale.release()
    pay_out(sale.business, MILLION)
    with pytest.raises(payments.SellerDebtFull) as refusal:
        sale.refund(300_000_01, left=699_999_99)
    assert refusal.value.data["limit"].minor == 300_000_00
    assert sale.in_wallet == sale.money.debt_minor == models.Refund.objects.count() == 0
    sale.refund(300_000_00, left=700_000_00)
    with pytest.raises(payments.SellerDebtFull):
        sale.refund(1, left=699_999_99)
    assert (sale.in_wallet, sale.money.debt_minor) == (300_000_00, 300_000_00)


def test_a_refund_id_refunds_once():
    sale = Sale()
    number = sale.refund(100, left=MILLION - 100, is_released=False)
    with pytest.raises(payments.RefundIdReused):
        payments.refund(
            refund_id=number, order_id=sale.order, business_id=sale.business.id, person_id=sale.buyer.pk,
            amount_minor=100, left_minor=0, is_released=False, at=AT,
        )  # fmt: skip
    found = payments.find_refund(refund_id=number)
    assert found is not None
    assert (found.amount_minor, found.order_id) == (100, sale.order)
    assert sale.in_wallet == 100


def test_tax_is_not_withheld_until_it_is_switched_on():
    sale = Sale()
    sale.release()
    assert posted(payments.tax()) == 0
    rule(Kind.WITHHOLDING, permille=5, amount_minor=500_000_000_00, authority="PMK 37/2025")
    sale = Sale(fee=10_000_00)
    sale.release()
    assert posted(payments.tax()) == 5_000_00  # 0.5 % of the gross, before the fee
    assert sale.money.available_minor == 985_000_00
    assert payments.verify() == []


@pytest.mark.parametrize(
    ("gross", "tax"), [(100_00, 0), (199_99, 0), (200_00, 1_00), (399_99, 1_00), (12_345_678_90, 61_728_00)]
)
def test_withheld_tax_is_half_a_per_cent_in_whole_rupiah(gross: int, tax: int):
    assert settling.withheld_of(gross, 5) == tax


def test_the_tax_of_a_refund_is_given_back_within_its_month_only():
    rule(Kind.WITHHOLDING, permille=5, amount_minor=0)
    sale, late = Sale(), Sale()
    for one in (sale, late):
        one.release()
    sale.refund(400_000_00, left=600_000_00, at=AT + timedelta(days=1))
    assert posted(payments.tax()) == 10_000_00 - 2_000_00
    late.refund(400_000_00, left=600_000_00, at=AT + timedelta(days=30))
    assert posted(payments.tax()) == 8_000_00
    lines = payments.withheld_list(actor=staff("auditor"), year=2026, month=11)
    assert sorted(line.withheld_minor for line in lines) == [-2_000_00, 5_000_00, 5_000_00]
    assert sum(line.withheld_minor for line in lines) == posted(payments.tax())
    assert payments.withheld_list(actor=SYSTEM, year=2026, month=12) == ()
    with pytest.raises(Forbidden):
        payments.withheld_list(actor=an_actor(a_person().pk), year=2026, month=11)
    assert payments.verify() == []


def test_a_statement_of_low_turnover_frees_until_the_month_after_the_limit_is_passed():
    rule(Kind.WITHHOLDING, permille=5, amount_minor=MILLION)
    business = a_business()
    owner = an_actor(owner_of(business).pk)
    payments.state_turnover(actor=owner, business_id=business.id, rule_id=ids.uuid7(), is_below=True, at=AT)
    for _ in range(2):  # the second one passes the limit within the month
        Sale(business=business).release()
    assert posted(payments.tax()) == 0
    Sale(business=business).release(at=AT + timedelta(days=30))
    assert posted(payments.tax()) == 5_000_00
    payments.state_turnover(
        actor=owner, business_id=business.id, rule_id=ids.uuid7(), is_below=False, at=AT + timedelta(minutes=1)
    )
    Sale(business=business).release(at=AT + timedelta(minutes=2))
    assert posted(payments.tax()) == 10_000_00
    with pytest.raises(NotFound):
        payments.state_turnover(
            actor=an_actor(a_person().pk), business_id=business.id, rule_id=ids.uuid7(), is_below=True, at=AT
        )


def test_a_statement_opens_with_what_was_there_and_closes_with_what_is_there():
    sale = Sale(fee=10_000_00)
    sale.release(at=AT)
    later = Sale(business=sale.business, fee=5_000_00)
    later.release(at=AT + timedelta(days=1))
    later.refund(100_000_00, left=900_000_00, fee_back=1_000_00, at=AT + timedelta(days=2))
    owner = an_actor(owner_of(sale.business).pk)

    def told(start: int, end: int) -> payments.Statement:
        days = (TODAY + timedelta(days=start), TODAY + timedelta(days=end))
        return payments.balance_statement(actor=owner, business_id=sale.business.id, start=days[0], end=days[1])

    whole = told(-5, 5)
    assert (whole.opening_minor, whole.closing_minor) == (0, sale.money.available_minor)
    assert whole.closing_minor == whole.opening_minor + whole.came_minor - whole.left_minor
    settled = [row.order for row in whole.rows if row.order]
    assert [(one.gross_minor, one.fee_minor) for one in settled] == [(MILLION, 10_000_00), (MILLION, 5_000_00)]
    parts = [told(-5, 0), told(1, 1), told(2, 5)]
    assert [part.opening_minor for part in parts[1:]] == [part.closing_minor for part in parts[:-1]]
    assert parts[-1].closing_minor == whole.closing_minor
    assert [row.line for part in parts for row in part.rows] == [row.line for row in whole.rows]
    assert all(ledger.transfer(row.line.transfer_id).amount == abs(row.line.change_minor) for row in whole.rows)
    assert told(20, 25).opening_minor == told(20, 25).closing_minor == whole.closing_minor
    for start, end in ((0, -1), (0, 366)):
        with pytest.raises(payments.StatementPeriodInvalid):
            told(start, end)


def test_strangers_see_no_rows_of_settlement():
    rule(Kind.RESERVE, permille=200, number=7)
    sale = Sale()
    rule(Kind.RESERVE, business_id=sale.business.id, permille=300, number=7)
    sale.release()
    sale.refund(100, left=0)
    stranger = an_actor(a_person().pk)
    for ask in (payments.reserves_of, payments.bank_account_of):
        with pytest.raises(NotFound):
            ask(actor=stranger, business_id=sale.business.id)
    with pytest.raises(Forbidden):
        payments.money_rules(actor=stranger)
    see_as(stranger)
    assert not models.Settlement.objects.exists()
    assert not models.Refund.objects.exists()
    assert not models.Reserve.objects.exists()
    assert not models.MoneyRule.objects.filter(business__isnull=False).exists()
    see_as(an_actor(sale.buyer.pk))
    assert models.Refund.objects.count() == 1
    assert not models.Settlement.objects.exists()


@given(
    gross=st.integers(0, 10**13), share=st.fractions(0, 1), tax=st.integers(0, 20), debt=st.integers(0, 10**12),
    reserve=st.integers(0, 1000),
)  # fmt: skip
def test_the_parts_of_an_order_are_the_whole_and_none_is_negative(gross, share, tax, debt, reserve):
    parts = settling.parts_of(
        gross_minor=gross,
        fee_minor=int(gross * share),
        withheld_permille=tax,
        debt_minor=debt,
        reserve_permille=reserve,
    )
    assert parts.fee_minor + parts.withheld_minor + parts.released_minor == gross
    assert min(parts.withheld_minor, parts.released_minor, parts.recovered_minor, parts.reserved_minor) >= 0
    assert parts.recovered_minor + parts.reserved_minor <= parts.released_minor
    assert parts.recovered_minor <= debt


@given(
    amount=st.integers(1, 10**12), fee=st.integers(0, 10**6), available=st.integers(0, 10**12),
    reserve=st.integers(0, 10**12), cap=st.integers(0, 10**12),
)  # fmt: skip
def test_the_sources_of_a_refund_are_the_whole_or_it_is_refused(amount, fee, available, reserve, cap):
    fee = min(fee, amount)
    given = {"amount_minor": amount, "fee_back_minor": fee, "withheld_back_minor": 0, "available_minor": available}
    try:
        found = settling.sources_of(**given, reserve_minor=reserve, may_owe_minor=cap)
    except payments.SellerDebtFull:
        assert amount - fee > available + reserve + cap
        return
    assert fee + found.from_balance_minor + found.from_reserve_minor + found.advanced_minor == amount
    assert found.from_balance_minor <= available
    assert found.from_reserve_minor <= reserve
    assert found.advanced_minor == 0 or (found.from_balance_minor, found.from_reserve_minor) == (available, reserve)
