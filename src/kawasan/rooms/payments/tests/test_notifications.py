"""Money that comes: in time, late, twice, wrong, unknown; told once, twice, in other words; at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.transaction import savepoint, savepoint_rollback
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders.payments import AT, QUARTER, a_held_thing, a_payment, money_for, posted
from tests.builders.zone import a_person

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.money import rupiah
from kawasan.platform.db import transaction
from kawasan.platform.models import Fact
from kawasan.platform.schemas import in_zone
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.api import Outcome

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(minutes=1)


def facts(name: str) -> list[dict]:
    return list(Fact.objects.filter(name=name).values_list("body", flat=True))


def test_money_in_time_takes_the_holds_and_fills_every_escrow_in_one_entry() -> None:
    payment = a_payment(amounts=(30_000_00, 20_000_00), holds=2)
    notified = payments.notify(notification=money_for(payment), at=SOON)
    assert (notified.outcome, notified.repeated) == (Outcome.PAID, False)
    stored = payments.payment(payment_id=payment.id)
    assert (stored.status, stored.paid_at) == (payments.PaymentStatus.PAID, SOON)
    for split in payment.splits:
        assert posted(payments.escrow(split.business_id)) == split.amount_minor
    row = models.Payment.objects.get(pk=payment.id)
    entries = {ledger.transfer(ids.derived_in_time("payments.take-hold", hold)).entry_id for hold in row.holds}
    entries |= {ledger.transfer(ids.derived_in_time("payments.part", part.pk)).entry_id for part in row.splits.all()}
    assert entries == {models.Receipt.objects.get().entry_id}
    assert [ledger.pending_state(hold) for hold in row.holds] == [ledger.PendingState.POSTED] * 2
    (fact,) = facts("PaymentSucceeded")
    assert fact["order_ids"] == [str(split.order_id) for split in payment.splits]
    assert payments.verify() == []


@pytest.mark.parametrize("same_event", [True, False])
def test_money_told_twice_is_taken_once(same_event: bool) -> None:
    payment = a_payment(holds=1)
    first = money_for(payment)
    second = first if same_event else replace(first, event_id="another-message")
    payments.notify(notification=first, at=SOON)
    assert payments.notify(notification=second, at=SOON).repeated
    assert posted(payments.provider()) == -payment.amount_minor
    assert len(facts("PaymentSucceeded")) == 1
    assert models.Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({}, AT + QUARTER),
        ({}, AT + timedelta(days=3)),
        ({"happened_at": AT + QUARTER}, SOON),
    ],
)
def test_late_money_goes_to_the_wallet_and_the_payment_is_over(change: dict, at: object) -> None:
    payment = a_payment(holds=1)
    assert payments.notify(notification=money_for(payment, **change), at=at).outcome is Outcome.LATE
    assert payments.wallet_balance(person_id=payment.payer_id) == payment.amount_minor
    assert posted(payments.escrow(payment.splits[0].business_id)) == 0
    stored = payments.payment(payment_id=payment.id)
    assert (stored.status, stored.returned_minor) == (payments.PaymentStatus.EXPIRED, payment.amount_minor)
    assert [fact["reason"] for fact in facts("PaymentReturnedToWallet")] == ["late"]
    assert len(facts("PaymentClosedUnpaid")) == 1
    assert not facts("PaymentSucceeded")
    assert payments.verify() == []


def test_money_for_what_is_no_longer_held_goes_to_the_wallet_and_frees_the_rest() -> None:
    gone, held = a_held_thing(), a_held_thing()
    payment = a_payment(holds=[gone, held])
    void = ledger.NewTransfer(ids.uuid7(), None, None, 0, 0, kind=ledger.Kind.VOID, pending_of=gone)
    ledger.post(ledger.Entry(ids.uuid7(), AT, (void,)))
    assert payments.notify(notification=money_for(payment), at=SOON).outcome is Outcome.LATE
    assert payments.wallet_balance(person_id=payment.payer_id) == payment.amount_minor
    assert ledger.pending_state(held) is ledger.PendingState.VOIDED


def test_a_second_payment_of_a_paid_code_goes_to_the_wallet() -> None:
    payment = a_payment()
    payments.notify(notification=money_for(payment), at=SOON)
    assert payments.notify(notification=money_for(payment), at=SOON).outcome is Outcome.AGAIN
    assert posted(payments.escrow(payment.splits[0].business_id)) == payment.amount_minor
    assert payments.wallet_balance(person_id=payment.payer_id) == payment.amount_minor
    assert payments.payment(payment_id=payment.id).returned_minor == payment.amount_minor
    assert payments.verify() == []


def test_another_amount_goes_to_the_wallet_and_staff_is_asked_to_look() -> None:
    payment = a_payment()
    odd = money_for(payment, amount_minor=payment.amount_minor - 1)
    assert payments.notify(notification=odd, at=SOON).outcome is Outcome.OTHER_AMOUNT
    assert payments.wallet_balance(person_id=payment.payer_id) == payment.amount_minor - 1
    assert payments.payment(payment_id=payment.id).is_open
    (event,) = payments.staff_events(actor=SYSTEM).items
    assert (event.outcome, event.payment_id) == (Outcome.OTHER_AMOUNT, payment.id)
    assert payments.notify(notification=money_for(payment), at=SOON).outcome is Outcome.PAID


def test_an_unknown_reference_moves_nothing_and_staff_is_asked_to_look() -> None:
    payment = a_payment()
    lost = money_for(payment, reference="NOBODYS")
    assert payments.notify(notification=lost, at=SOON).outcome is Outcome.UNKNOWN_REFERENCE
    assert posted(payments.provider()) == 0
    assert len(payments.staff_events(actor=SYSTEM).items) == 1


@pytest.mark.parametrize("change", [{"amount_minor": 1_00}, {"kind": payments.NotificationKind.FAILED}])
def test_a_message_that_contradicts_an_earlier_one_moves_nothing_and_is_kept_for_staff(change: dict) -> None:
    payment = a_payment()
    first = money_for(payment)
    payments.notify(notification=first, at=SOON)
    assert payments.notify(notification=replace(first, **change), at=SOON).outcome is Outcome.CONTRADICTION
    assert posted(payments.provider()) == -payment.amount_minor
    assert payments.payment(payment_id=payment.id).status is payments.PaymentStatus.PAID
    assert models.ProviderEvent.objects.filter(needs_staff=True).count() == 1


def test_the_same_money_told_with_another_amount_moves_nothing() -> None:
    payment = a_payment()
    first = money_for(payment)
    payments.notify(notification=first, at=SOON)
    odd = replace(first, event_id="other", amount_minor=1_00)
    assert payments.notify(notification=odd, at=SOON).outcome is Outcome.CONTRADICTION
    assert posted(payments.provider()) == -payment.amount_minor


def test_a_failed_attempt_leaves_the_payment_open() -> None:
    payment = a_payment(holds=1)
    failed = money_for(payment, kind=payments.NotificationKind.FAILED)
    assert payments.notify(notification=failed, at=SOON).outcome is Outcome.FAILED_ATTEMPT
    stored = payments.payment(payment_id=payment.id)
    assert (stored.is_open, stored.failed_attempts) == (True, 1)
    assert payments.notify(notification=money_for(payment), at=SOON).outcome is Outcome.PAID


def test_money_for_a_cancelled_payment_goes_to_the_wallet() -> None:
    payment = a_payment()
    payments.cancel_payment(payment_id=payment.id, at=AT)
    assert payments.notify(notification=money_for(payment), at=SOON).outcome is Outcome.LATE
    assert payments.wallet_balance(person_id=payment.payer_id) == payment.amount_minor
    assert payments.payment(payment_id=payment.id).status is payments.PaymentStatus.CANCELLED


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "again", "other_event", "less", "fail", "cancel", "expire", "late", "unknown"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_whatever_is_told_in_whatever_order_no_money_is_lost_or_made(steps: list[tuple[str, int]]) -> None:
    with everything_undone():
        asked = [a_payment(holds=1), a_payment(amounts=(10_000_00, 5_00)), a_top_up()]
        now, told, came = AT, {}, 0
        for step, which in steps:
            now += timedelta(minutes=1)
            payment = asked[which]
            if step == "cancel":
                if payments.payment(payment_id=payment.id).status in ("requested", "cancelled"):
                    payments.cancel_payment(payment_id=payment.id, at=now)
                continue
            if step == "expire":
                now += QUARTER
                payments.expire_payments(at=now)
                continue
            message = {
                "pay": money_for(payment),
                "again": told.get(which) or money_for(payment),
                "other_event": replace(told.get(which) or money_for(payment), event_id=f"e{ids.uuid7()}"),
                "less": money_for(payment, amount_minor=1_00),
                "fail": money_for(payment, kind=payments.NotificationKind.FAILED),
                "late": money_for(payment, happened_at=AT + timedelta(days=2)),
                "unknown": money_for(payment, reference="X"),
            }[step]
            fresh = not models.Receipt.objects.filter(money_id=message.money_id).exists()
            payments.notify(notification=message, at=now)
            if step not in ("fail", "unknown"):
                told[which] = message
                came += message.amount_minor if fresh else 0
        escrows = sum(posted(payments.escrow(s.business_id)) for p in asked for s in p.splits if s.business_id)
        wallets = sum(posted(payments.wallet(payer)) for payer in {payment.payer_id for payment in asked})
        assert -posted(payments.provider()) == came == escrows + wallets
        paid = [p for p in asked if payments.payment(payment_id=p.id).status is payments.PaymentStatus.PAID]
        assert escrows == sum(p.amount_minor for p in paid if p.purpose is payments.Purpose.ORDER)
        assert payments.verify() == []


def a_top_up() -> payments.Payment:
    return payments.top_up(payment_id=ids.uuid7(), person_id=a_person().pk, amount=rupiah(20_000), at=AT)


@contextmanager
def everything_undone() -> Iterator[None]:
    """Every example starts from nothing."""
    point = savepoint()
    yield
    savepoint_rollback(point)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_the_same_money_told_twice_while_the_payment_expires_is_counted_once(round_: int) -> None:
    with transaction(SYSTEM):
        payment = a_payment(holds=2)
    message = money_for(payment)
    start = threading.Barrier(3)

    def tell(event: str) -> None:
        start.wait()
        with transaction(SYSTEM):
            payments.notify(notification=replace(message, event_id=event), at=SOON)

    def expire() -> None:
        start.wait()
        with transaction(SYSTEM):
            payments.expire_payments(at=AT + QUARTER)

    run_together(lambda: tell("one"), lambda: tell("two" if round_ % 2 else "one"), expire)
    with transaction(SYSTEM):
        stored = payments.payment(payment_id=payment.id)
        escrow = posted(payments.escrow(payment.splits[0].business_id))
        wallet = payments.wallet_balance(person_id=payment.payer_id)
        assert escrow + wallet == payment.amount_minor == -posted(payments.provider())
        if stored.status is payments.PaymentStatus.PAID:
            assert escrow == payment.amount_minor
        else:
            assert (stored.status, wallet) == (payments.PaymentStatus.EXPIRED, payment.amount_minor)
        assert len(facts("PaymentSucceeded")) + len(facts("PaymentReturnedToWallet")) == 1
        assert payments.verify() == []


def run_together(*actions: Callable[[], object]) -> None:
    failed: list[BaseException] = []

    def guarded(action: Callable[[], object]) -> None:
        try:
            with in_zone("zone_test"):
                action()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed, failed
