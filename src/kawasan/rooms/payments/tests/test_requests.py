"""Asking for payments, repeating, cancelling, expiring; strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders.payments import AT, QUARTER, a_funded_wallet, a_held_thing, a_payment, money_for, posted
from tests.builders.zone import a_business, a_person, an_actor, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import see_as
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules.codes import read_bill
from kawasan.rooms.payments.rules.references import id_of
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db


def test_a_payment_has_a_code_that_names_the_business_and_the_exact_amount() -> None:
    business = a_business(name="Batik Bu Sri", regency_code="33.75")
    payment = a_payment(splits=[payments.Split(1_234_50, business.id, ids.uuid7())])
    bill = read_bill(payment.qris)
    assert (bill.merchant_name, bill.merchant_city, bill.amount_minor) == ("Batik Bu Sri", "Pekalongan", 1_234_50)
    assert bill.nmid == payment.nmid
    assert len(bill.nmid) == 15
    assert id_of(bill.reference) == payment.id


def test_a_payment_to_several_businesses_names_the_zone() -> None:
    payment = a_payment(amounts=(10_000_00, 20_000_00))
    assert payment.amount_minor == 30_000_00
    assert payment.merchant_name == "Kawasan Uji"


def test_repeating_a_request_returns_the_first_and_stores_nothing_more() -> None:
    person, split = a_person(), payments.Split(10_000_00, a_business().id, ids.uuid7())
    number = ids.uuid7()
    first = a_payment(payer=person.pk, payment_id=number, splits=[split])
    again = a_payment(payer=person.pk, payment_id=number, splits=[split], at=AT + timedelta(seconds=5))
    assert again == first
    assert models.PaymentSplit.objects.filter(payment=number).count() == 1


@pytest.mark.parametrize("change", ["payer", "amount", "holds"])
def test_an_id_used_for_something_else_is_refused(change: str) -> None:
    payment = a_payment()
    given = {"payer": payment.payer_id, "splits": payment.splits, "holds": ()}
    given |= {
        "payer": {"payer": a_person().pk},
        "amount": {"splits": [payments.Split(1_00, payment.splits[0].business_id, payment.splits[0].order_id)]},
        "holds": {"holds": [ids.uuid7()]},
    }[change]
    with pytest.raises(payments.PaymentIdReused):
        a_payment(payment_id=payment.id, **given)
    assert payments.payment(payment_id=payment.id) == payment


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amounts": (0,)}, payments.PaymentSplitsInvalid),
        ({"amounts": (-100,)}, payments.PaymentSplitsInvalid),
        ({"amounts": ()}, payments.PaymentSplitsInvalid),
        ({"amounts": (50,)}, payments.PaymentAmountInvalid),
        ({"amounts": (10_000_000_01,)}, payments.PaymentAmountInvalid),
        ({"amounts": (6_000_000_00, 6_000_000_00)}, payments.PaymentAmountInvalid),
        ({"expires_at": AT}, payments.PaymentTimeInvalid),
        ({"expires_at": AT - QUARTER}, payments.PaymentTimeInvalid),
        ({"expires_at": AT + timedelta(days=2)}, payments.PaymentTimeInvalid),
    ],
)
def test_requests_that_make_no_sense_are_refused_and_store_nothing(change: dict, refusal: type) -> None:
    with pytest.raises(refusal):
        a_payment(**change)
    assert not models.Payment.objects.exists()


def test_a_cancelled_payment_releases_what_it_held_and_cannot_be_cancelled_after_it_is_paid() -> None:
    hold = a_held_thing()
    payment = a_payment(holds=0)
    held = a_payment(payer=payment.payer_id, payment_id=ids.uuid7(), splits=payment.splits, holds=[hold])
    assert payments.cancel_payment(payment_id=held.id, at=AT).status is payments.PaymentStatus.CANCELLED
    assert ledger.pending_state(hold) is ledger.PendingState.VOIDED
    assert payments.cancel_payment(payment_id=held.id, at=AT).status is payments.PaymentStatus.CANCELLED

    payments.notify(notification=money_for(payment), at=AT)
    with pytest.raises(payments.PaymentClosed):
        payments.cancel_payment(payment_id=payment.id, at=AT)
    assert payments.payment(payment_id=payment.id).status is payments.PaymentStatus.PAID


def test_only_payments_whose_time_is_over_expire() -> None:
    hold = a_held_thing()
    short = a_payment(holds=[hold])
    long = a_payment(expires_at=AT + timedelta(hours=2))
    assert payments.expire_payments(at=AT + QUARTER - timedelta(microseconds=1)) == 0
    assert payments.expire_payments(at=AT + QUARTER) == 1
    assert payments.expire_payments(at=AT + QUARTER) == 0
    assert payments.payment(payment_id=short.id).status is payments.PaymentStatus.EXPIRED
    assert payments.payment(payment_id=long.id).is_open
    assert ledger.pending_state(hold) in (
        ledger.PendingState.VOIDED,
        ledger.PendingState.EXPIRED,
        ledger.PendingState.OPEN,
    )


def test_strangers_do_not_see_or_cancel_a_payment_and_row_security_agrees() -> None:
    payment = a_payment()
    business = payment.splits[0].business_id
    stranger = an_actor(a_person().pk)
    for actor in (stranger, Actor()):
        with pytest.raises(payments.PaymentNotFound):
            payments.payment(payment_id=payment.id, actor=actor)
        with pytest.raises(payments.PaymentNotFound):
            payments.cancel_payment(payment_id=payment.id, actor=actor, at=AT)
        see_as(actor)
        assert not models.Payment.objects.filter(pk=payment.id).exists()
        assert not models.PaymentSplit.objects.filter(payment=payment.id).exists()
        see_as(Actor(is_system=True))
    seller = an_actor(owner_of(zone.business(business_id=business)).pk)
    for actor in (an_actor(payment.payer_id), seller, an_actor(zone_staff().pk)):
        see_as(actor)
        assert payments.payment(payment_id=payment.id, actor=actor).id == payment.id
        see_as(Actor(is_system=True))


def test_a_top_up_puts_money_into_the_wallet_and_its_statement() -> None:
    person = a_person()
    assert payments.wallet_balance(person_id=person.pk) == 0
    assert payments.wallet_statement(person_id=person.pk).items == ()
    a_funded_wallet(person.pk, 150_000)
    assert payments.wallet_balance(person_id=person.pk) == 150_000_00
    (line,) = payments.wallet_statement(person_id=person.pk).items
    assert (line.code, line.change_minor, line.balance_minor) == (payments.PaymentCode.TOP_UP, 150_000_00, 150_000_00)
    assert posted(payments.provider()) == -150_000_00


@pytest.mark.parametrize("amount", [Money(0), Money(-1), rupiah(9_999), rupiah(10_000_001)])
def test_top_ups_outside_their_limits_are_refused(amount: Money) -> None:
    with pytest.raises(payments.TopUpAmountInvalid):
        payments.top_up(payment_id=ids.uuid7(), person_id=a_person().pk, amount=amount, at=AT)
    assert not models.Payment.objects.exists()


def _request(**changes: object) -> payments.PaymentRequest:
    given = {
        "payment_id": ids.uuid7(),
        "payer_id": a_person().pk,
        "splits": (payments.Split(50_000_00, a_business().id, ids.uuid7()),),
        "holds": (a_held_thing(),),
        "expires_at": AT + QUARTER,
        "at": AT,
    }
    return payments.PaymentRequest(**(given | changes))


def _written(payment_id: object) -> list[dict]:
    """Return all that a request has written, without the ids that are drawn for it."""
    drawn = {"id", "code_id", "payment_id", "reference"}
    rows = [
        *models.Payment.objects.filter(pk=payment_id).values(),
        *models.PaymentSplit.objects.filter(payment_id=payment_id).order_by("pk").values(),
        *models.Code.objects.filter(payment_id=payment_id).values(),
    ]
    return [{name: value for name, value in row.items() if name not in drawn} for row in rows]


def test_many_payments_are_asked_for_as_one_is() -> None:
    two = tuple(payments.Split(20_000_00, a_business().id, ids.uuid7()) for _ in range(2))
    wanted = [_request(), _request(splits=two), _request(holds=())]
    payments.request_payments(wanted)
    for one in wanted:
        alone = payments.request_payment(
            payment_id=ids.uuid7(), payer_id=one.payer_id, splits=one.splits, holds=one.holds,
            expires_at=one.expires_at, at=one.at,
        )  # fmt: skip
        assert _written(one.payment_id) == _written(alone.id)
        assert payments.payment(payment_id=one.payment_id).status is payments.PaymentStatus.REQUESTED


def test_many_payments_take_as_few_statements_as_two(django_assert_max_num_queries) -> None:
    few, many = [_request() for _ in range(2)], [_request() for _ in range(20)]
    with CaptureQueriesContext(connection) as taken:
        payments.request_payments(few)
    with django_assert_max_num_queries(len(taken)):
        payments.request_payments(many)


def test_repeating_many_requests_stores_nothing_more_and_a_changed_one_is_refused_with_all() -> None:
    first, other = _request(), _request()
    payments.request_payments([first])
    payments.request_payments([first, other])
    assert models.Payment.objects.filter(pk__in=[first.payment_id, other.payment_id]).count() == 2
    assert models.Code.objects.filter(payment_id=first.payment_id).count() == 1
    with pytest.raises(payments.PaymentIdReused):
        payments.request_payments([replace(first, payer_id=a_person().pk), new := _request()])
    assert not models.Payment.objects.filter(pk=new.payment_id).exists()
    with pytest.raises(payments.PaymentAmountInvalid):
        payments.request_payments([new, _request(splits=(payments.Split(50, a_business().id, ids.uuid7()),))])
    assert not models.Payment.objects.filter(pk=new.payment_id).exists()
