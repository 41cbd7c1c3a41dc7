"""Wallet rules: limits by level, freezing, appeals, and money between people; each once and to the rupiah."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.builders.payments import AT, a_funded_wallet, a_payment, money_for, verify
from tests.builders.zone import a_person, an_actor, zone_staff

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import Forbidden, Unauthenticated
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import see_as
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models

pytestmark = pytest.mark.django_db


def staff(role: str = "staff") -> Actor:
    return an_actor(zone_staff(role).pk)


def decide(person: Any, *, actor: Actor | None = None, **decision: Any) -> payments.WalletState:
    given = {"actor": actor or staff(), "person_id": person.pk, "step_id": ids.uuid7(), "reason": "Laporan", "at": AT}
    return payments.decide_wallet(**(given | decision))


def top_up(person: Any, amount: Money, at: Any = AT) -> payments.Payment:
    return payments.top_up(payment_id=ids.uuid7(), person_id=person.pk, amount=amount, at=at)


def a_sender(whole: int = 200_000) -> Any:
    person = a_person()
    verify(person.pk)
    a_funded_wallet(person.pk, whole)
    return person


def prepare(sender: Any, email: str, amount: Money = rupiah(50_000), **more: Any) -> payments.WalletTransfer:  # noqa: B008
    given = {
        "actor": an_actor(sender.pk),
        "transfer_id": ids.uuid7(),
        "email": email,
        "amount": amount,
        "note": "",
        "at": AT,
    }
    return payments.prepare_transfer(**(given | more))


def balance(person: Any) -> int:
    return payments.wallet_balance(person_id=person.pk)


@pytest.mark.parametrize(("is_verified", "most"), [(False, 2_000_000), (True, 20_000_000)])
def test_a_wallet_holds_at_most_what_its_level_allows_top_ups_under_way_counted(is_verified: bool, most: int):
    person = a_person()
    if is_verified:
        verify(person.pk)
        a_funded_wallet(person.pk, most - 1_000_000)
    else:
        a_funded_wallet(person.pk, 1_000_000)
    first = top_up(person, rupiah(900_000))
    with pytest.raises(payments.WalletLimit) as refusal:
        top_up(person, rupiah(100_001))
    assert refusal.value.data["left"] == rupiah(100_000)
    payments.notify(notification=money_for(first), at=AT + timedelta(minutes=1))
    top_up(person, rupiah(100_000))
    state = payments.wallet_state(person_id=person.pk, at=AT)
    assert (state.balance_max.amount_minor, bool(state.balance_max.authority)) == (rupiah(most).minor, True)


def test_a_limit_is_that_of_its_day():
    person = a_person()
    verify(person.pk)
    before, after = AT.replace(year=2022, month=6, day=30), AT.replace(year=2022, month=7, day=1)
    found = [payments.wallet_state(person_id=person.pk, at=at).balance_max.amount_minor for at in (before, after)]
    assert found == [10_000_000_00, 20_000_000_00]


def test_late_money_and_refunds_arrive_beyond_every_limit():
    person = a_person()
    a_funded_wallet(person.pk, 2_000_000)
    late = a_payment(payer=person.pk, amounts=(700_000_00,))
    payments.notify(notification=money_for(late, happened_at=AT + timedelta(hours=1)), at=AT + timedelta(hours=1))
    assert balance(person) == 2_700_000_00


def test_nothing_leaves_a_frozen_wallet_and_refunds_still_arrive():
    person = a_sender()
    decide(person, is_frozen=True)
    with pytest.raises(payments.WalletFrozen):
        top_up(person, rupiah(10_000))
    with pytest.raises(payments.WalletFrozen):
        prepare(person, a_person().email)
    pay = payments.pay_from_wallet(person_id=person.pk, business_id=ids.uuid7(), amount_minor=1, order_id=ids.uuid7())
    payments.ensure_business_accounts(business_id=ids.uuid7())
    with pytest.raises((ledger.AccountFrozen, ledger.UnknownAccount)):
        ledger.post(ledger.Entry(ids.uuid7(), AT, (pay,)))
    late = a_payment(payer=person.pk)
    payments.notify(notification=money_for(late, happened_at=AT + timedelta(hours=1)), at=AT + timedelta(hours=1))
    assert balance(person) == 250_000_00
    assert decide(person, is_frozen=False, at=AT + timedelta(minutes=1)).is_frozen is False
    prepare(person, a_person().email)


def test_staff_decides_with_a_reason_and_a_step_counts_once():
    person, step = a_person(), ids.uuid7()
    for _ in range(2):
        assert decide(person, step_id=step, is_frozen=True).is_frozen
    assert models.WalletStep.objects.count() == 1
    verified = decide(person, level=payments.Level.VERIFIED, at=AT + timedelta(minutes=1))
    assert (verified.is_frozen, verified.level) == (True, payments.Level.VERIFIED)
    with pytest.raises(payments.WalletReasonNeeded):
        decide(person, is_frozen=False, reason=" ")
    for actor, refusal in ((Actor(), Unauthenticated), (an_actor(person.pk), Forbidden), (staff("auditor"), Forbidden)):
        with pytest.raises(refusal):
            decide(person, actor=actor, is_frozen=False)
    with pytest.raises(Exception, match="permission denied"):
        models.WalletStep.objects.update(is_frozen=False)


def test_an_appeal_waits_for_somebody_else_and_is_answered_once():
    person, froze, other = a_person(), staff(), staff()
    appeal = {"actor": an_actor(person.pk), "appeal_id": ids.uuid7(), "text": "Bukan saya", "at": AT}
    with pytest.raises(payments.NoAppealPossible):
        payments.appeal(**appeal)
    decide(person, actor=froze, is_frozen=True)
    for _ in range(2):
        assert payments.appeal(**appeal).may_appeal is False
    with pytest.raises(payments.NoAppealPossible):
        payments.appeal(**(appeal | {"appeal_id": ids.uuid7()}))
    answer = {"appeal_id": appeal["appeal_id"], "is_granted": False, "answer": "Masih diperiksa", "at": AT}
    with pytest.raises(payments.MakerCannotCheck):
        payments.answer_appeal(actor=froze, **answer)
    for _ in range(2):
        assert payments.answer_appeal(actor=other, **answer).is_frozen
    with pytest.raises(payments.NoAppealPossible):
        payments.answer_appeal(actor=other, **(answer | {"answer": "Lain"}))
    again = ids.uuid7()
    payments.appeal(**(appeal | {"appeal_id": again}))
    granted = {"appeal_id": again, "is_granted": True, "answer": "Anda benar", "at": AT + timedelta(hours=1)}
    assert payments.answer_appeal(actor=other, **granted).is_frozen is False
    see_as(an_actor(a_person().pk))
    assert not models.Appeal.objects.exists()
    assert not models.WalletStep.objects.exists()


def test_money_moves_when_it_is_confirmed_and_once():
    sender, friend = a_sender(), a_person()
    made = prepare(sender, friend.email.upper())
    assert (balance(sender), balance(friend), made.sent_at) == (200_000_00, 0, None)
    assert friend.name not in made.masked_recipient
    for _ in range(2):
        done = payments.confirm_transfer(actor=an_actor(sender.pk), transfer_id=made.id, at=AT + timedelta(minutes=1))
        assert done.sent_at is not None
    assert (balance(sender), balance(friend)) == (150_000_00, 50_000_00)
    with pytest.raises(payments.SendNotFound):
        payments.confirm_transfer(actor=an_actor(friend.pk), transfer_id=made.id, at=AT)
    assert payments.verify() == ledger.verify() == []


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (Money(0), payments.SendAmountInvalid),
        (rupiah(999), payments.SendAmountInvalid),
        (Money(1_000_50), payments.SendAmountInvalid),
        (rupiah(200_001), payments.SendAmountInvalid),
    ],
)
def test_amounts_that_cannot_be_sent_are_refused(amount: Money, refusal: type[Exception]):
    with pytest.raises(refusal):
        prepare(a_sender(), a_person().email, amount)
    assert not models.WalletTransfer.objects.exists()


def test_who_may_send_to_whom():
    sender, friend = a_sender(6_000_000), a_person()
    unverified = a_person()
    a_funded_wallet(unverified.pk, 100_000)
    with pytest.raises(payments.SendingNeedsIdentity):
        prepare(unverified, friend.email)
    with pytest.raises(payments.RecipientIsSender):
        prepare(sender, sender.email)
    with pytest.raises(payments.RecipientNotFound):
        prepare(sender, "nobody@example.com")
    with pytest.raises(payments.WalletLimit):
        prepare(sender, friend.email, rupiah(5_000_001))
    with pytest.raises(payments.RecipientCannotTake):  # an unverified wallet holds two million
        prepare(sender, friend.email, rupiah(2_000_001))
    decide(friend, is_frozen=True)
    with pytest.raises(payments.RecipientCannotTake):
        prepare(sender, friend.email)
    with pytest.raises(Unauthenticated):
        payments.prepare_transfer(
            actor=Actor(), transfer_id=ids.uuid7(), email=friend.email, amount=rupiah(1_000), note="", at=AT
        )


def test_a_transfer_id_takes_one_content_and_waits_a_quarter_of_an_hour():
    sender, friend = a_sender(), a_person()
    made = prepare(sender, friend.email)
    assert prepare(sender, friend.email, transfer_id=made.id) == made
    with pytest.raises(payments.SendIdReused):
        prepare(sender, friend.email, rupiah(50_001), transfer_id=made.id)
    with pytest.raises(payments.SendTooLate):
        payments.confirm_transfer(actor=an_actor(sender.pk), transfer_id=made.id, at=AT + timedelta(minutes=16))
    assert balance(friend) == 0


def test_nobody_looks_up_names_all_day():
    sender, friend = a_sender(), a_person()
    for _ in range(30):
        prepare(sender, friend.email)
    with pytest.raises(payments.TooManySends):
        prepare(sender, friend.email)
    prepare(sender, friend.email, at=AT + timedelta(days=1, seconds=1))


def test_staff_finds_wallets_without_seeing_their_money():
    person = a_sender()
    (view,) = payments.wallets(actor=staff(), text=person.email, at=AT)
    assert (view.person_id, view.state.level) == (person.pk, payments.Level.VERIFIED)
    assert person.email not in view.masked_email
    assert not any(name for name in dir(view) if "balance" in name)
    assert payments.wallets(actor=staff(), at=AT) == ()
    decide(person, is_frozen=True)
    assert [one.person_id for one in payments.wallets(actor=staff(), at=AT)] == [person.pk]
    for actor in (an_actor(person.pk), staff("auditor")):
        with pytest.raises(Forbidden):
            payments.wallets(actor=actor, at=AT)
