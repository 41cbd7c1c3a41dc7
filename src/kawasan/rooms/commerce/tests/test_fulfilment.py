"""Packing, shipping, delivery, cancelling, returns and reviews; what ends by itself; the seller's days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.builders.orders import (
    AT,
    PRICE,
    a_buyer,
    a_checkout,
    an_order,
    pay,
    seller_of,
    something_for_sale,
    wanted,
)
from tests.builders.payments import posted
from tests.builders.zone import a_business, an_actor

from kawasan.core import ids
from kawasan.core.access import SYSTEM, ZoneRole
from kawasan.core.errors import Forbidden
from kawasan.platform import followers
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import Order, ProductFigures, Review, SellerDay
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
State = commerce.OrderState
DAY = timedelta(days=1)


def buyer_of(order):
    return zone.actor_of_person(person_id=order.buyer_id)


def again(order) -> commerce.Order:
    return commerce.order(actor=SYSTEM, order_id=order.id)


def level(order) -> commerce.StockLevel:
    variant = order.lines[0].variant_id
    return commerce.stock_levels([(order.business_id, variant)])[variant]


def money(order) -> tuple[int, int, int]:
    """Return what is in the order's escrow, in its seller's balance and in its buyer's wallet."""
    accounts = (
        payments.escrow(order.business_id),
        payments.balance(order.business_id),
        payments.wallet(order.buyer_id),
    )
    return tuple(posted(account) for account in accounts)


def all_is_well() -> bool:
    return commerce.verify_orders() == ledger.verify() == []


def ask_back(order, quantity=1, *, at=AT, line=0):
    return commerce.request_return(
        actor=buyer_of(order),
        return_id=ids.uuid7(),
        order_id=order.id,
        lines=[commerce.ReturnedLine(order.lines[line].id, quantity)],
        reason="Warnanya luntur",
        at=at,
    )


def refused(refusal, act):
    """Expect a refusal that leaves no trace."""
    before = list(Order.objects.order_by("id").values()), ledger.verify()
    with pytest.raises(refusal) as caught, transaction.atomic():
        act()
    assert (list(Order.objects.order_by("id").values()), ledger.verify()) == before
    return caught.value


def test_a_confirmed_delivery_pays_the_seller_less_the_fee_once():
    order = an_order(quantity=2, state=State.SHIPPED)
    for _ in range(2):
        commerce.confirm_delivery(actor=buyer_of(order), order_id=order.id, at=AT)
    done = again(order)
    fee = 2 * PRICE // 100
    assert (done.state, done.fee_minor, done.delivered_at) == (State.COMPLETED, fee, AT)
    assert money(order)[:2] == (0, 2 * PRICE - fee)
    assert posted(payments.fee()) == fee
    assert all_is_well()


@pytest.mark.parametrize("who", ["buyer", "seller"])
@pytest.mark.parametrize("state", [State.PAID, State.PACKED, State.SHIPPED, State.COMPLETED])
def test_a_cancelled_order_gives_everything_back_or_is_refused(who, state):
    order = an_order(quantity=2, state=state)
    actor = buyer_of(order) if who == "buyer" else seller_of(order.business_id)
    wallet = money(order)[2]

    def cancel():
        return commerce.cancel_order(actor=actor, order_id=order.id, reason="Stok rusak", at=AT)

    if state is State.PAID or (state is State.PACKED and who == "seller"):
        assert cancel() == cancel()
        assert (again(order).cancelled_by, again(order).cancel_reason) == (who, "Stok rusak")
        assert (money(order)[0], money(order)[2] - wallet) == (0, 2 * PRICE)
        assert (level(order).available, level(order).sold) == (100, 0)
    else:
        kinds = {State.PACKED: commerce.AlreadyPacked, State.SHIPPED: commerce.AlreadyShipped}
        refused(kinds.get(state, commerce.OrderClosed), cancel)
    assert all_is_well()


def test_cancelling_an_unpaid_order_cancels_its_whole_checkout():
    buyer, products = a_buyer(wallet=0), [something_for_sale(stock=5) for _ in range(2)]
    group = a_checkout(buyer=buyer, lines=[wanted(p) for p in products], method=commerce.Method.QRIS)
    first = group.orders[0]
    refused(
        commerce.OrderNotPaid,
        lambda: commerce.cancel_order(
            actor=seller_of(first.business_id), order_id=first.id, reason="Stok rusak", at=AT
        ),
    )
    commerce.cancel_order(actor=buyer, order_id=first.id, reason="Salah pesan", at=AT)
    assert {order.state for order in commerce.group(actor=buyer, group_id=group.id).orders} == {State.CANCELLED}
    assert [level(order).available for order in group.orders] == [5, 5]
    assert payments.payment(payment_id=group.payment_id).status is payments.PaymentStatus.CANCELLED
    assert commerce.expire_unpaid(at=AT + DAY) == 0
    assert all_is_well()


def test_a_paid_payment_cannot_be_cancelled_although_the_order_has_not_heard_of_it_yet():
    from tests.builders.payments import money_for

    group = a_checkout(method=commerce.Method.QRIS)
    order = group.orders[0]
    payment = payments.payment(payment_id=group.payment_id)
    payments.notify(notification=money_for(payment), at=AT + timedelta(minutes=1))
    refused(
        payments.PaymentClosed,
        lambda: commerce.cancel_order(actor=buyer_of(order), order_id=order.id, reason="Salah pesan", at=AT),
    )
    assert commerce.mark_paid(group_id=group.id, at=AT) == 1
    assert again(order).state is State.PAID


def test_shipping_again_with_the_same_parcel_changes_nothing_and_with_another_is_refused():
    order = an_order(state=State.SHIPPED)
    seller = seller_of(order.business_id)

    def ship(**fields):
        given = {"courier": "JNE", "tracking": "JP1234567890", "at": AT + DAY}
        return commerce.ship_order(actor=seller, order_id=order.id, **(given | fields))

    assert ship().shipped_at == AT
    refused(commerce.AlreadyShipped, lambda: ship(tracking="OTHER"))
    for fields in ({"courier": " "}, {"tracking": ""}, {"tracking": "9" * 61}):
        refused(commerce.ShipmentIncomplete, lambda fields=fields: ship(**fields))


def test_packing_many_orders_is_all_or_nothing():
    product = something_for_sale()
    orders = [an_order(lines=[wanted(product)]) for _ in range(3)]
    unpaid = an_order(lines=[wanted(product)], state=State.AWAITING_PAYMENT)
    seller, keys = seller_of(product.business_id), [order.id for order in orders]

    def pack(order_ids):
        return commerce.pack_orders(actor=seller, business_id=product.business_id, order_ids=order_ids, at=AT)

    refused(commerce.OrderNotPaid, lambda: pack([*keys, unpaid.id]))
    refused(commerce.OrderNotFound, lambda: pack([*keys, an_order().id]))
    assert {order.state for order in pack(keys)} == {State.PACKED}
    assert [order.packed_at for order in pack(keys)] == [AT] * 3


def test_an_order_completes_by_itself_at_the_end_of_its_window_and_not_before():
    silent, arrived = an_order(state=State.SHIPPED), an_order(state=State.DELIVERED)
    second = timedelta(seconds=1)
    assert commerce.complete_due(at=AT + commerce.RETURN_WINDOW - second) == 0
    assert commerce.complete_due(at=AT + commerce.RETURN_WINDOW) == 1
    assert (again(arrived).state, again(silent).state) == (State.COMPLETED, State.SHIPPED)
    assert commerce.complete_due(at=AT + commerce.SILENCE_WINDOW) == 1
    assert commerce.complete_due(at=AT + 100 * DAY) == 0
    assert again(silent).state is State.COMPLETED
    assert all_is_well()


def test_a_partial_refund_comes_from_escrow_and_the_fee_is_taken_of_the_rest():
    order = an_order(quantity=3, state=State.DELIVERED)
    asked, seller = ask_back(order, 2), seller_of(order.business_id)
    assert (asked.asked_minor, again(order).open_return.id) == (2 * PRICE, asked.id)
    assert commerce.complete_due(at=AT + 100 * DAY) == 0  # it waits for the answer
    refused(commerce.ReturnOpen, lambda: ask_back(order))

    wallet = money(order)[2]
    for _ in range(2):  # a second click changes nothing
        commerce.approve_return(actor=seller, return_id=asked.id, amount_minor=PRICE, restock=True, at=AT)
    refused(
        commerce.ReturnAlreadyDecided,
        lambda: commerce.approve_return(actor=seller, return_id=asked.id, amount_minor=2 * PRICE, at=AT),
    )
    refused(
        commerce.ReturnAlreadyDecided,
        lambda: commerce.reject_return(actor=seller, return_id=asked.id, reason="Tidak jadi", at=AT),
    )
    assert money(order)[2] - wallet == PRICE
    assert (level(order).available, level(order).sold) == (99, 1)
    assert (again(order).lines[0].refunded_quantity, again(order).lines[0].refunded_minor) == (2, PRICE)
    commerce.complete_due(at=AT + commerce.RETURN_WINDOW)
    assert again(order).fee_minor == 2 * PRICE // 100
    assert money(order)[0] == 0
    assert all_is_well()


def test_an_order_that_is_refunded_whole_is_over():
    order = an_order(quantity=2, state=State.SHIPPED)
    asked = ask_back(order, 2)
    commerce.approve_return(actor=seller_of(order.business_id), return_id=asked.id, at=AT)
    assert (again(order).state, again(order).net_minor, again(order).fee_minor) == (State.COMPLETED, 0, 0)
    assert money(order)[:2] == (0, 0)
    refused(commerce.ReturnTooMuch, lambda: ask_back(order))
    assert all_is_well()


def test_a_return_after_completion_is_paid_by_the_sellers_balance_and_the_zone_gives_its_fee_back():
    order = an_order(quantity=2, state=State.COMPLETED)
    asked, seller = ask_back(order, 2, at=AT + DAY), seller_of(order.business_id)
    commerce.approve_return(actor=seller, return_id=asked.id, amount_minor=PRICE, at=AT + DAY)
    assert money(order)[:2] == (0, PRICE - PRICE // 100)
    assert again(order).fee_minor == PRICE // 100
    refused(commerce.ReturnWindowOver, lambda: ask_back(order, at=AT + commerce.RETURN_WINDOW))
    assert all_is_well()


def test_a_rejected_return_needs_a_reason_and_lets_the_order_go_on():
    order = an_order(state=State.DELIVERED)
    asked, seller = ask_back(order), seller_of(order.business_id)
    refused(commerce.ReasonNeeded, lambda: commerce.reject_return(actor=seller, return_id=asked.id, reason=" ", at=AT))
    rejected = commerce.reject_return(actor=seller, return_id=asked.id, reason="Sudah dipakai", at=AT)
    assert (rejected.state, rejected.answer) == (commerce.ReturnState.REJECTED, "Sudah dipakai")
    assert commerce.complete_due(at=AT + commerce.RETURN_WINDOW) == 1
    for amount in (0, -1, PRICE + 1):
        other = an_order(state=State.SHIPPED)
        again_asked, owner = ask_back(other), seller_of(other.business_id)
        refused(
            commerce.RefundInvalid,
            lambda amount=amount, key=again_asked.id, owner=owner: commerce.approve_return(
                actor=owner, return_id=key, amount_minor=amount, at=AT
            ),
        )


def test_strangers_move_nothing_of_an_order_behind_the_door():
    order = an_order(state=State.SHIPPED)
    asked = ask_back(order)
    stranger, accountant = (
        a_buyer(wallet=0),
        an_actor(business=zone.business(business_id=order.business_id), role="accountant"),
    )
    for actor, refusal in ((stranger, commerce.ReturnNotFound), (accountant, Forbidden)):
        refused(refusal, lambda a=actor: commerce.approve_return(actor=a, return_id=asked.id, at=AT))
        refused(refusal, lambda a=actor: commerce.reject_return(actor=a, return_id=asked.id, reason="Tidak", at=AT))
    for act in (
        lambda: commerce.order(actor=stranger, order_id=order.id),
        lambda: commerce.confirm_delivery(actor=stranger, order_id=order.id, at=AT),
        lambda: commerce.mark_delivered(actor=stranger, order_id=order.id, at=AT),
        lambda: commerce.cancel_order(actor=stranger, order_id=order.id, reason="Tidak", at=AT),
        lambda: commerce.ship_order(actor=stranger, order_id=order.id, courier="JNE", tracking="1", at=AT),
        lambda: commerce.confirm_delivery(actor=seller_of(order.business_id), order_id=order.id, at=AT),
        lambda: commerce.mark_delivered(actor=buyer_of(order), order_id=order.id, at=AT),
    ):
        refused(commerce.OrderNotFound, act)


def test_only_buyers_review_once_and_only_what_arrived():
    order = an_order(state=State.SHIPPED)
    buyer, product = buyer_of(order), order.lines[0].product_id

    def review(actor=buyer, rating=4, text="Bagus"):
        commerce.review_line(
            actor=actor, line_id=order.lines[0].id, author_name="Siti", rating=rating, text=text, at=AT
        )

    refused(commerce.NotDelivered, review)
    commerce.confirm_delivery(actor=buyer, order_id=order.id, at=AT)
    for rating in (0, 6):
        refused(commerce.ReviewInvalid, lambda rating=rating: review(rating=rating))
    refused(commerce.OrderNotFound, lambda: review(actor=a_buyer(wallet=0)))
    review()
    review()
    refused(commerce.ReviewedBefore, lambda: review(rating=1))
    figures = ProductFigures.objects.get(product_id=product)
    assert (figures.rating_count, figures.rating_sum, Review.objects.count()) == (1, 4, 1)


def test_the_seller_replies_and_the_zone_hides_with_a_reason():
    order = an_order(state=State.COMPLETED)
    commerce.review_line(
        actor=buyer_of(order), line_id=order.lines[0].id, author_name="Siti", rating=1, text="Nomor saya 0812", at=AT
    )
    review, seller, staff = Review.objects.get(), seller_of(order.business_id), an_actor(zone_role=ZoneRole.STAFF)
    refused(
        commerce.UnknownReview,
        lambda: commerce.reply_to_review(actor=a_buyer(wallet=0), review_id=review.id, text="Terima kasih", at=AT),
    )
    commerce.reply_to_review(actor=seller, review_id=review.id, text="Maaf ya", at=AT)
    refused(Forbidden, lambda: commerce.hide_review(actor=seller, review_id=review.id, reason="Jelek", at=AT))
    for _ in range(2):
        commerce.hide_review(actor=staff, review_id=review.id, reason="Data pribadi", at=AT)
    figures = ProductFigures.objects.get(product_id=order.lines[0].product_id)
    assert (figures.rating_count, figures.rating_sum) == (0, 0)
    assert commerce.reviews_of_business(actor=seller, business_id=order.business_id).items == ()
    (hidden,) = commerce.all_reviews(actor=staff).items
    assert (hidden.reply, hidden.hidden_reason) == ("Maaf ya", "Data pribadi")
    commerce.show_review(actor=staff, review_id=review.id)
    figures.refresh_from_db()
    assert (figures.rating_count, figures.rating_sum) == (1, 1)


def days():
    return list(
        SellerDay.objects.order_by("business_id", "day").values_list(
            "business_id", "day", "orders", "gross_minor", "refunded_minor", "released_minor", "fee_minor", "units"
        )
    )


def test_a_sellers_days_follow_the_ledger_and_rebuild_to_the_same():
    business = a_business()
    product = something_for_sale(business=business)
    late = AT.replace(hour=16, minute=59, second=59)  # the last second of the day in Jakarta
    first = an_order(lines=[wanted(product, 2)], state=State.COMPLETED, at=late)
    second = an_order(lines=[wanted(product)], at=late + timedelta(seconds=1))
    commerce.cancel_order(
        actor=buyer_of(second), order_id=second.id, reason="Salah pesan", at=late + timedelta(seconds=2)
    )
    group = a_checkout(lines=[wanted(product, 3)], method=commerce.Method.QRIS, at=late + DAY)
    pay(group.payment_id, at=late + DAY)
    followers.catch_up("commerce.seller_days")

    fee = first.total_minor // 100
    day = AT.date()
    expected = [
        (business.id, day, 1, 2 * PRICE, 0, 2 * PRICE - fee, fee, 2),
        (business.id, day + DAY, 2, 4 * PRICE, PRICE, 0, 0, 3),
    ]
    assert days() == expected
    followers.catch_up("commerce.seller_days")
    assert days() == expected
    followers.rebuild("commerce.seller_days")
    assert days() == expected

    home = commerce.seller_home(actor=seller_of(business.id), business_id=business.id, at=late + DAY)
    assert (home.today.orders, home.today.gross_minor, home.escrow_minor) == (2, 4 * PRICE, 3 * PRICE)
    assert (home.balance_minor, home.counts["to-pack"], len(home.days)) == (2 * PRICE - fee, 1, 14)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("update commerce_order set refunded_minor = 1 where id = %s", "order-refunded"),
        ("update commerce_order set fee_minor = 1 where id = %s", "order-fee"),
        ("update commerce_order set paid_at = null, method = 'qris' where id = %s", None),
        ("update commerce_order set paid_at = null, expired_at = placed_at where id = %s", "order-paid"),
        ("update commerce_order set completed_at = placed_at where id = %s", "order-escrow"),
        ("update commerce_order_line set quantity = 7 where order_id = %s", "order-units"),
        ("update commerce_order set total_minor = total_minor + 1 where id = %s", "order-total"),
    ],
)
def test_verify_names_the_order_that_somebody_changed_by_hand(sql, code):
    order = an_order()
    with connection.cursor() as cursor:
        cursor.execute(sql, [order.id])
    findings = commerce.verify_orders()
    assert (code in {finding.code for finding in findings}) if code else findings == []
    assert not code or order.number in {finding.row for finding in findings}
