"""Vouchers: what they take off, who pays it, what refunds undo, and that no budget is ever exceeded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders.orders import AT, PRICE, a_buyer, a_checkout, pay, seller_of, something_for_sale, wanted
from tests.builders.payments import posted
from tests.builders.zone import an_actor, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden, NotFound
from kawasan.core.money import rupiah
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.rules.refunds import shared_discount
from kawasan.rooms.commerce.rules.vouchers import given_back
from kawasan.rooms.commerce.tests.test_order_races import prepare, race
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

pytestmark = pytest.mark.django_db


def new(**fields: Any) -> commerce.NewVoucher:
    given = {
        "id": ids.uuid7(), "code": f"HEMAT{ids.uuid7().hex[-6:]}", "name": "Hemat", "percent_bp": 0,
        "amount_minor": 10_000_00, "most_minor": None, "least_minor": 20_000_00, "per_buyer": 2,
        "budget_minor": 1_000_000_00, "starts_at": AT - timedelta(days=1), "ends_at": AT + timedelta(days=30),
    }  # fmt: skip
    return commerce.NewVoucher(**(given | fields))


def of_shop(product: commerce.Product, **fields: Any) -> commerce.Voucher:
    business = product.business_id
    return commerce.make_voucher(actor=seller_of(business), voucher=new(business_id=business, **fields), at=AT)


def of_zone(*, earned: int = 5_000_000, **fields: Any) -> commerce.Voucher:
    """A voucher of the zone, which has earned so many rupiah."""
    ledger.open_accounts([payments.new_fee()])
    payments.ensure_business_accounts(business_id=something_for_sale().business_id)
    earning = ledger.NewTransfer(ids.uuid7(), payments.provider(), payments.fee(), earned * 100, 106)
    ledger.post(ledger.Entry(ids.uuid7(), AT, (earning,)))
    return commerce.make_voucher(actor=an_actor(zone_staff().pk), voucher=new(**fields), at=AT)


def left(voucher: commerce.Voucher) -> commerce.Voucher:
    return commerce.voucher(actor=SYSTEM, voucher_id=voucher.terms.id, at=AT)


def complete(order: commerce.Order, buyer: Any) -> None:
    seller = seller_of(order.business_id)
    commerce.ship_order(actor=seller, order_id=order.id, courier="JNE", tracking="JP1", at=AT)
    commerce.confirm_delivery(actor=buyer, order_id=order.id, at=AT)


def nothing_is_wrong() -> bool:
    return commerce.verify_orders() == [] and commerce.verify_vouchers() == [] and payments.verify() == []


@pytest.mark.parametrize("method", list(commerce.Method))
def test_a_shops_voucher_lowers_what_is_paid_and_what_the_shop_gets(method):
    product, buyer = something_for_sale(), a_buyer()
    voucher = of_shop(product)
    group = a_checkout(buyer=buyer, lines=[wanted(product, 2)], method=method, voucher=voucher.terms.code)
    if method is commerce.Method.QRIS:
        assert left(voucher).held_minor == 10_000_00
        pay(group.id)
    order = commerce.order(actor=buyer, order_id=group.orders[0].id)
    assert (order.gross_minor, order.discount_minor, order.total_minor) == (2 * PRICE, 10_000_00, 2 * PRICE - 10_000_00)
    assert (order.voucher, order.is_discount_paid) == (voucher.terms.code, False)
    assert posted(payments.escrow(product.business_id)) == order.total_minor
    assert (left(voucher).left_minor, left(voucher).given_minor, left(voucher).orders) == (990_000_00, 10_000_00, 1)
    assert nothing_is_wrong()


@pytest.mark.parametrize("method", list(commerce.Method))
def test_the_zones_voucher_is_paid_from_its_fees_to_every_seller(method):
    products = [something_for_sale(price=PRICE), something_for_sale(price=333_00)]
    buyer, voucher = a_buyer(), of_zone(percent_bp=1_000, amount_minor=0)
    earned = posted(payments.fee())
    lines = [wanted(product) for product in products]
    group = a_checkout(buyer=buyer, lines=lines, method=method, voucher=voucher.terms.code.lower())
    if method is commerce.Method.QRIS:
        pay(group.id)
    discounts = {order.business_id: order.discount_minor for order in group.orders}
    assert sum(discounts.values()) == 5_033_00  # 10 % of Rp50.333, in whole rupiah
    for product, price in zip(products, (PRICE, 333_00), strict=True):
        assert posted(payments.escrow(product.business_id)) == price
    assert posted(payments.voucher(voucher.terms.id)) == voucher.budget_minor - 5_033_00
    assert posted(payments.fee()) == earned
    assert nothing_is_wrong()


def test_a_repeat_is_answered_as_before_and_spends_once():
    product, buyer = something_for_sale(), a_buyer()
    voucher, number = of_shop(product), ids.uuid7()
    lines = [wanted(product)]
    first = a_checkout(buyer=buyer, lines=lines, group_id=number, voucher=voucher.terms.code)
    again = a_checkout(buyer=buyer, lines=lines, group_id=number, voucher=voucher.terms.code)
    assert again.repeated
    assert again.orders[0].total_minor == first.orders[0].total_minor
    assert left(voucher).given_minor == 10_000_00
    with pytest.raises(commerce.GroupIdReused):
        a_checkout(buyer=buyer, lines=lines, group_id=number)


def test_what_a_voucher_refuses_changes_nothing():
    product, other, buyer = something_for_sale(), something_for_sale(price=15_000_00), a_buyer()
    voucher, tight = of_shop(product, per_buyer=1), of_shop(product, budget_minor=15_000_00)
    before = posted(payments.wallet(buyer.person_id))

    def refused(code: str, *lines: commerce.Wanted, at: Any = AT) -> type[Exception]:
        with pytest.raises(Exception) as caught, transaction.atomic():
            a_checkout(buyer=buyer, lines=list(lines), voucher=code, at=at)
        return caught.type

    assert refused("TIDAKADA", wanted(product)) is commerce.VoucherUnknown
    assert refused(voucher.terms.code, wanted(other)) is commerce.VoucherElsewhere
    assert refused(voucher.terms.code, wanted(product), at=AT + timedelta(days=31)) is commerce.VoucherNotNow
    dear = of_shop(product, least_minor=PRICE + 100)
    assert refused(dear.terms.code, wanted(product)) is commerce.VoucherMinimum
    assert posted(payments.wallet(buyer.person_id)) == before

    a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code)
    assert refused(voucher.terms.code, wanted(product)) is commerce.VoucherLimitReached
    a_checkout(buyer=buyer, lines=[wanted(product)], voucher=tight.terms.code)
    assert refused(tight.terms.code, wanted(product)) is commerce.VoucherUsedUp
    assert left(tight).left_minor == 5_000_00
    assert nothing_is_wrong()


def test_an_unpaid_order_gives_budget_and_use_back():
    product, buyer = something_for_sale(), a_buyer()
    voucher = of_shop(product, per_buyer=1)
    lines = [wanted(product)]
    group = a_checkout(buyer=buyer, lines=lines, method=commerce.Method.QRIS, voucher=voucher.terms.code)
    with pytest.raises(commerce.VoucherLimitReached), transaction.atomic():
        a_checkout(buyer=buyer, lines=lines, voucher=voucher.terms.code)
    commerce.cancel_order(actor=buyer, order_id=group.orders[0].id, reason="Salah pesan", at=AT)
    assert (left(voucher).left_minor, left(voucher).held_minor) == (1_000_000_00, 0)
    a_checkout(buyer=buyer, lines=lines, voucher=voucher.terms.code)
    assert nothing_is_wrong()


def test_cancelling_gives_everything_back_to_where_it_came_from():
    product, buyer = something_for_sale(), a_buyer()
    for voucher in (of_shop(product, per_buyer=1), of_zone(per_buyer=1)):
        before = posted(payments.wallet(buyer.person_id))
        group = a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code)
        commerce.cancel_order(actor=buyer, order_id=group.orders[0].id, reason="Salah pesan", at=AT)
        assert posted(payments.wallet(buyer.person_id)) == before
        assert posted(payments.escrow(product.business_id)) == 0
        assert left(voucher).left_minor == voucher.budget_minor
        again = a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code)
        commerce.cancel_order(actor=buyer, order_id=again.orders[0].id, reason="Salah pesan", at=AT)
    assert nothing_is_wrong()


@pytest.mark.parametrize("is_released", [False, True])
@pytest.mark.parametrize("is_zone", [False, True])
def test_partial_refunds_undo_a_shared_discount_to_the_rupiah(is_zone, is_released):
    product, buyer = something_for_sale(price=33_333_00), a_buyer()
    terms = {"percent_bp": 700, "amount_minor": 0}
    voucher = of_zone(**terms) if is_zone else of_shop(product, **terms)
    before = posted(payments.wallet(buyer.person_id))
    order = a_checkout(buyer=buyer, lines=[wanted(product, 3)], voucher=voucher.terms.code).orders[0]
    seller = seller_of(order.business_id)
    commerce.ship_order(actor=seller, order_id=order.id, courier="JNE", tracking="JP1", at=AT)
    if is_released:
        commerce.confirm_delivery(actor=buyer, order_id=order.id, at=AT)
    paid, asked = order.total_minor, []
    for _ in range(3):
        lines, number = [commerce.ReturnedLine(order.lines[0].id, 1)], ids.uuid7()
        commerce.request_return(actor=buyer, return_id=number, order_id=order.id, lines=lines, reason="Robek", at=AT)
        asked.append(commerce.approve_return(actor=seller, return_id=number, at=AT).refunded_minor)
        assert nothing_is_wrong()
    assert sum(asked) == paid
    assert max(asked) - min(asked) <= 1
    after = commerce.order(actor=SYSTEM, order_id=order.id)
    assert (after.refunded_minor, after.discount_back_minor, after.fee_minor) == (paid, order.discount_minor, 0)
    assert posted(payments.wallet(buyer.person_id)) == before
    assert left(voucher).left_minor == voucher.budget_minor
    assert posted(payments.balance(order.business_id)) == posted(payments.escrow(order.business_id)) == 0


def test_the_fee_counts_what_the_zone_pays_and_not_what_the_shop_gave_away():
    product, buyer = something_for_sale(), a_buyer()
    released = []
    for voucher in (of_shop(product), of_zone()):
        order = a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code).orders[0]
        before = posted(payments.balance(product.business_id))
        complete(order, buyer)
        fee = commerce.order(actor=SYSTEM, order_id=order.id).fee_minor
        released.append((posted(payments.balance(product.business_id)) - before + fee, fee))
    (shops, shops_fee), (zones, zones_fee) = released
    assert (shops, zones) == (PRICE - 10_000_00, PRICE)
    assert 0 < shops_fee < zones_fee
    assert nothing_is_wrong()


def test_a_refund_after_the_payout_gives_the_zone_its_part_too():
    product, buyer, voucher = something_for_sale(), a_buyer(), of_zone()
    order = a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code).orders[0]
    complete(order, buyer)
    free = posted(payments.balance(product.business_id))
    gone = ledger.NewTransfer(ids.uuid7(), payments.balance(product.business_id), payments.bank(), free, 117)
    ledger.post(ledger.Entry(ids.uuid7(), AT, (gone,)))
    commerce.refund_order(
        actor=seller_of(product.business_id), order_id=order.id, refund_id=ids.uuid7(),
        amount_minor=order.total_minor, reason="Cacat", at=AT,
    )  # fmt: skip
    assert left(voucher).left_minor == voucher.budget_minor
    assert posted(payments.debt(product.business_id)) == -free  # the seller owes what was paid out
    assert commerce.verify_vouchers() == []
    assert commerce.verify_orders() == []


def test_closing_gives_the_zone_what_was_not_given_away_and_later_refunds_follow():
    product, buyer, voucher = something_for_sale(), a_buyer(), of_zone()
    order = a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code).orders[0]
    staff, earned = an_actor(zone_staff().pk), posted(payments.fee())
    closed = commerce.close_voucher(actor=staff, voucher_id=voucher.terms.id, at=AT)
    assert closed.state is commerce.VoucherState.OVER
    assert posted(payments.fee()) == earned + voucher.budget_minor - 10_000_00
    with pytest.raises(commerce.VoucherNotNow), transaction.atomic():
        a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code)
    commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=AT)
    assert commerce.settle_vouchers(at=AT) == 1
    assert commerce.settle_vouchers(at=AT) == 0
    assert posted(payments.fee()) == earned + voucher.budget_minor
    assert nothing_is_wrong()


def test_the_zone_sets_aside_only_what_it_has_earned():
    with pytest.raises(commerce.VoucherBudgetUncovered) as caught, transaction.atomic():
        of_zone(earned=999_999)
    assert caught.value.data["available"].minor == 999_999_00


def test_promotion_money_pays_a_voucher_of_the_zone_and_gets_back_what_is_left():
    product, buyer, staff = something_for_sale(), a_buyer(), an_actor(zone_staff().pk)
    with pytest.raises(commerce.VoucherPromotionUncovered) as caught, transaction.atomic():
        of_zone(is_promotion=True)
    assert caught.value.data["available"].minor == 0
    entry = payments.enter_promotion(
        actor=staff, entry_id=ids.uuid7(), way=payments.PromotionWay.IN, amount=rupiah(5_000_000), day=AT.date(),
        bank_reference="FT-1", note="", at=AT,
    )  # fmt: skip
    payments.decide_promotion(actor=an_actor(zone_staff().pk), entry_id=entry.id, is_approved=True, at=AT)
    voucher, earned = of_zone(is_promotion=True, code="SPONSOR"), posted(payments.fee())
    assert voucher.is_promotion
    assert posted(payments.promotion()) == 5_000_000_00 - voucher.budget_minor
    order = a_checkout(buyer=buyer, lines=[wanted(product)], voucher=voucher.terms.code).orders[0]
    commerce.close_voucher(actor=staff, voucher_id=voucher.terms.id, at=AT)
    assert posted(payments.promotion()) == 5_000_000_00 - 10_000_00
    commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=AT)
    assert commerce.settle_vouchers(at=AT) == 1
    assert (posted(payments.promotion()), posted(payments.fee())) == (5_000_000_00, earned)
    assert nothing_is_wrong()


def test_vouchers_that_cannot_work_and_strangers_are_refused():
    product, stranger = something_for_sale(), something_for_sale()
    owner, business = seller_of(product.business_id), product.business_id
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (commerce.VoucherCodeInvalid, {"code": "A-B"}),
        (commerce.VoucherWorthInvalid, {"percent_bp": 1_000}),
        (commerce.VoucherWorthInvalid, {"amount_minor": 0}),
        (commerce.VoucherWorthInvalid, {"amount_minor": 0, "percent_bp": 9_001}),
        (commerce.VoucherWorthInvalid, {"least_minor": 10_000_00}),
        (commerce.VoucherPeriodInvalid, {"ends_at": AT - timedelta(hours=1)}),
        (commerce.VoucherLimitsInvalid, {"per_buyer": 0}),
        (commerce.VoucherLimitsInvalid, {"budget_minor": 9_000_00}),
    ]
    for refusal, fields in wrong:
        with pytest.raises(refusal):
            commerce.make_voucher(actor=owner, voucher=new(business_id=business, **fields), at=AT)
    made = of_shop(product)
    with pytest.raises(commerce.VoucherCodeTaken):
        of_shop(stranger, code=made.terms.code)
    same = new(business_id=business, id=made.terms.id, code=made.terms.code)
    assert commerce.make_voucher(actor=owner, voucher=same, at=AT).terms.id == made.terms.id
    with pytest.raises(commerce.VoucherIdReused):
        commerce.make_voucher(actor=owner, voucher=replace(same, per_buyer=9), at=AT)
    with pytest.raises(commerce.VoucherNotFound):
        commerce.close_voucher(actor=seller_of(stranger.business_id), voucher_id=made.terms.id, at=AT)
    with pytest.raises((Forbidden, NotFound)):
        commerce.make_voucher(actor=a_buyer(), voucher=new(business_id=business), at=AT)
    with pytest.raises(Forbidden):
        commerce.make_voucher(actor=owner, voucher=new(), at=AT)


@given(
    prices=st.lists(st.integers(1, 10**7), min_size=1, max_size=50),
    percent=st.integers(0, 90),
    refunds=st.lists(st.integers(0, 10**9), max_size=9),
)
@settings(max_examples=200, deadline=None)
def test_a_discount_is_spread_and_undone_without_losing_a_rupiah(prices, percent, refunds):
    totals = [price * 100 for price in prices]
    most = sum(prices) - len(prices)
    discount = min(sum(prices) * percent // 100, most) * 100
    shares = shared_discount(discount, totals)
    assert sum(shares) == discount
    assert all(share % 100 == 0 for share in shares)
    assert all(0 <= share <= total - 100 for share, total in zip(shares, totals, strict=True))
    paid, refunded, undone = totals[0] - shares[0], 0, 0
    for wish in [*refunds, 10**12]:
        refunded = min(paid, refunded + wish)
        now = given_back(discount_minor=shares[0], paid_minor=paid, refunded_minor=refunded)
        assert undone <= now <= shares[0]
        undone = now
    assert (refunded, undone) == (paid, shares[0])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_buyers_at_once_never_exceed_a_budget_for_three():
    def build() -> tuple[commerce.Product, commerce.Voucher, list[Any]]:
        product = something_for_sale()
        return product, of_shop(product, budget_minor=30_000_00), [a_buyer() for _ in range(8)]

    product, voucher, buyers = prepare(build)
    methods = list(commerce.Method)
    answers = race(
        *[
            partial(a_checkout, buyer=buyer, lines=[wanted(product)], method=methods[n % 2], voucher=voucher.terms.code)
            for n, buyer in enumerate(buyers)
        ]
    )
    placed = [answer for answer in answers if isinstance(answer, commerce.OrderGroup)]
    assert len(placed) == 3
    assert {type(answer) for answer in answers if answer not in placed} == {commerce.VoucherUsedUp}
    assert prepare(lambda: (left(voucher).left_minor, nothing_is_wrong())) == (0, True)
