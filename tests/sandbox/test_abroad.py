"""A buyer abroad pays in their own currency: exchanged in the payment's one entry, once, or sent back as it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.models import Fact
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.api import Abroad, Outcome
from tests.builders.abroad import nothing_is_wrong, owed
from tests.builders.exchange import some_rates
from tests.builders.payments import AT, a_payment, money_for, posted
from tests.builders.zone import an_actor

pytestmark = pytest.mark.django_db


SOON = AT + timedelta(seconds=30)


YUAN = Money(21_16, "CNY")  # Rp50.000 at Rp2.400 and 150 basis points: 21.1505... up


@pytest.fixture(autouse=True)
def _rates(db: None) -> None:
    some_rates()
    some_rates(day=clock.business_day(clock.now()), at=clock.now())


def a_bill(**changes: Any) -> tuple[payments.Payment, exchange.Quote]:
    """Ask for a payment and quote it to its payer."""
    actor = an_actor()
    payment = a_payment(payer=actor.person_id, **changes)
    return payment, quoted(payment, actor)


def quoted(payment: payments.Payment, actor: Actor | None = None, *, at: datetime = AT) -> exchange.Quote:
    return payments.quote_payment(
        actor=actor or an_actor(payment.payer_id), payment_id=payment.id, quote_id=ids.uuid7(), currency="CNY", at=at
    )


def yuan_for(payment: payments.Payment, quote: exchange.Quote | None, paid: Money = YUAN, **changes: Any) -> Any:
    told = money_for(payment, **({"happened_at": SOON} | changes))
    return replace(told, abroad=Abroad(paid, quote.id if quote else None))


def test_yuan_in_time_are_exchanged_take_the_holds_and_fill_every_escrow_in_one_entry() -> None:
    payment, quote = a_bill(amounts=(30_000_00, 20_000_00), holds=2)
    assert (quote.source, quote.target) == (YUAN, Money(50_000_00))
    notified = payments.notify(notification=yuan_for(payment, quote), at=SOON)
    assert notified.outcome is Outcome.PAID
    for split in payment.splits:
        assert posted(payments.escrow(split.business_id)) == split.amount_minor
    assert [posted(exchange.position(one)) for one in ("CNY", "IDR")] == [21_16, -50_784_00]
    assert (posted(exchange.income("IDR")), posted(payments.provider())) == (784_00, 0)
    row = models.Payment.objects.get(pk=payment.id)
    parts = [ids.derived_in_time("payments.take-hold", hold) for hold in row.holds]
    parts += [ids.derived_in_time("payments.part", part.pk) for part in row.splits.all()]
    parts += [ids.derived(f"exchange.{what}", quote.id) for what in ("given", "earned")]
    assert {ledger.transfer(one).entry_id for one in parts} == {models.Receipt.objects.get().entry_id}
    assert payments.payment(payment_id=payment.id).is_paid
    assert exchange.quote(quote_id=quote.id).used_at == SOON
    (fact,) = Fact.objects.filter(name="PaymentSucceeded").values_list("body", flat=True)
    assert fact["amount_minor"] == 50_000_00
    nothing_is_wrong()


@pytest.mark.parametrize("same_event", [True, False])
def test_yuan_told_twice_are_taken_once(same_event: bool) -> None:
    payment, quote = a_bill(holds=1)
    first = yuan_for(payment, quote)
    payments.notify(notification=first, at=SOON)
    second = payments.notify(notification=first if same_event else replace(first, event_id="again"), at=SOON)
    assert (second.outcome, second.repeated) == (Outcome.PAID if same_event else Outcome.REPEATED, True)
    assert posted(exchange.position("CNY")) == 21_16
    nothing_is_wrong()


@pytest.mark.parametrize("other", [Abroad(Money(1, "CNY"), None), None])
def test_the_same_money_in_another_currency_or_amount_contradicts(other: Abroad | None) -> None:
    payment, quote = a_bill()
    first = yuan_for(payment, quote)
    payments.notify(notification=first, at=SOON)
    found = payments.notify(notification=replace(first, event_id="other", abroad=other), at=SOON)
    assert found.outcome is Outcome.CONTRADICTION
    nothing_is_wrong()


def test_a_message_that_is_late_counts_when_the_payer_was_in_time() -> None:
    payment, quote = a_bill()
    told = yuan_for(payment, quote, happened_at=quote.expires_at - timedelta(seconds=1))
    found = payments.notify(notification=told, at=quote.expires_at + timedelta(minutes=4))
    assert found.outcome is Outcome.PAID


@pytest.mark.parametrize(
    ("why", "reason", "is_open"),
    [
        ("quote over", "quote_over", True),
        ("told much later", "quote_over", True),
        ("other amount", "other_amount", True),
        ("another bill's quote", "other_amount", True),
        ("no quote", "no_quote", True),
        ("unknown quote", "no_quote", True),
        ("bill over", "late", False),
        ("hold gone", "late", False),
        ("cancelled", "late", False),
        ("paid before", "again", False),
    ],
)
def test_what_does_not_fit_is_owed_in_yuan_and_nothing_is_exchanged(why: str, reason: str, is_open: bool) -> None:
    payment, quote = a_bill(holds=1)
    told, at = yuan_for(payment, quote), SOON
    if why == "quote over":
        told = yuan_for(payment, quote, happened_at=quote.expires_at)
    elif why == "told much later":
        at = quote.expires_at + timedelta(minutes=5)
    elif why == "other amount":
        told = yuan_for(payment, quote, Money(21_17, "CNY"))
    elif why == "another bill's quote":
        told = yuan_for(payment, a_bill()[1])
    elif why == "no quote":
        told = yuan_for(payment, None)
    elif why == "unknown quote":
        told = replace(told, abroad=Abroad(YUAN, ids.uuid7()))
    elif why == "bill over":
        at = payment.expires_at
    elif why == "hold gone":
        (hold,) = models.Payment.objects.get(pk=payment.id).holds
        void = ledger.NewTransfer(ids.uuid7(), None, None, 0, 0, ledger.Kind.VOID, hold)
        ledger.post(ledger.Entry(ids.uuid7(), AT, (void,)))
    elif why == "cancelled":
        payments.cancel_payment(payment_id=payment.id, at=AT)
    elif why == "paid before":
        payments.notify(notification=money_for(payment), at=SOON)
    paid = told.abroad.paid
    found = payments.notify(notification=told, at=at)
    assert found.outcome is Outcome.SENT_BACK
    assert owed(payment) == [(paid.minor, reason, "waiting")]
    assert posted(exchange.owed(payment.payer_id, "CNY")) == paid.minor
    assert (posted(exchange.position("CNY")), posted(payments.wallet(payment.payer_id))) == (0, 0)
    stored = payments.payment(payment_id=payment.id)
    assert (stored.is_open, stored.returned_minor) == (is_open, 0)
    assert exchange.quote(quote_id=quote.id).used_at is None
    (fact,) = Fact.objects.filter(name="PaymentSentBackAbroad").values_list("body", flat=True)
    assert (fact["currency"], fact["amount_minor"], fact["reason"]) == ("CNY", paid.minor, reason)
    assert payments.notify(notification=told, at=at).repeated
    assert len(owed(payment)) == 1
    nothing_is_wrong()


def test_a_bill_whose_quote_is_over_can_still_be_paid_with_a_new_one_or_in_rupiah() -> None:
    for how in ("new quote", "rupiah"):
        payment, quote = a_bill(holds=1)
        payments.notify(notification=yuan_for(payment, quote, happened_at=quote.expires_at), at=SOON)
        later = quote.expires_at + timedelta(seconds=5)
        told = money_for(payment, happened_at=later)
        if how == "new quote":
            told = yuan_for(payment, quoted(payment, at=later), happened_at=later)
        assert payments.notify(notification=told, at=later).outcome is Outcome.PAID
    nothing_is_wrong()


def test_a_refund_is_in_rupiah_and_never_worth_more_than_was_paid() -> None:
    payment, quote = a_bill()
    payments.notify(notification=yuan_for(payment, quote), at=SOON)
    (part,) = payment.splits
    given_ = {"person_id": payment.payer_id, "business_id": part.business_id, "order_id": part.order_id}
    back = payments.refund_to_wallet(**given_, amount_minor=part.amount_minor, refund_id=ids.uuid7())
    ledger.post(ledger.Entry(ids.uuid7(), SOON, (back,)))
    assert posted(payments.wallet(payment.payer_id)) == 50_000_00
    assert quote.middle >= Money(50_000_00)  # the yuan were worth at least that
    again = payments.refund_to_wallet(**given_, amount_minor=1, refund_id=ids.uuid7())
    with pytest.raises(ledger.InsufficientBalance):
        ledger.post(ledger.Entry(ids.uuid7(), SOON, (again,)))
    nothing_is_wrong()


def test_only_the_payer_of_an_open_order_gets_a_quote() -> None:
    payment, _ = a_bill()
    with pytest.raises(payments.PaymentNotFound):
        quoted(payment, an_actor())
    top_up = payments.top_up(payment_id=ids.uuid7(), person_id=payment.payer_id, amount=Money(50_000_00), at=AT)
    with pytest.raises(payments.PaymentClosed):
        quoted(top_up)
    with pytest.raises(payments.PaymentClosed):
        quoted(payment, at=payment.expires_at)
    last = quoted(payment, at=payment.expires_at - timedelta(seconds=10))
    assert last.expires_at == payment.expires_at  # a quote does not outlive its bill


steps = st.lists(st.sampled_from(["yuan", "rupiah", "old", "other", "again", "expire"]), max_size=6)


@given(steps)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_comes_in_whatever_order_every_unit_is_in_one_place(history: list[str]) -> None:
    point = connection.savepoint()
    try:
        payment, quote = a_bill(holds=1)
        came = {"IDR": 0, "CNY": 0}
        told = yuan_for(payment, quote)
        for step in history:
            if step == "expire":
                payments.expire_payments(at=payment.expires_at)
                continue
            if step != "again":
                told = money_for(payment, happened_at=SOON)
                if step != "rupiah":
                    told = yuan_for(payment, quote, YUAN if step != "other" else Money(5, "CNY"))
                if step == "old":
                    told = replace(told, happened_at=quote.expires_at)
            before = models.Receipt.objects.filter(payment_id=payment.id).count()
            payments.notify(notification=told, at=SOON)
            if models.Receipt.objects.filter(payment_id=payment.id).count() > before:
                currency = told.abroad.paid.currency if told.abroad else "IDR"
                came[currency] += told.abroad.paid.minor if told.abroad else told.amount_minor
        (part,) = payment.splits
        escrow, wallet = posted(payments.escrow(part.business_id)), posted(payments.wallet(payment.payer_id))
        yuan = posted(exchange.position("CNY"))
        assert came["CNY"] == posted(exchange.owed(payment.payer_id, "CNY")) + yuan
        assert came["IDR"] + (50_000_00 if yuan else 0) == escrow + wallet
        assert escrow in (0, 50_000_00)
        nothing_is_wrong()
    finally:
        connection.savepoint_rollback(point)
