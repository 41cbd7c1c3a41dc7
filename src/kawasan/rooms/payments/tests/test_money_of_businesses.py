"""Escrow, release, refunds, payouts, statements, and what verify finds."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.builders.payments import (
    AT,
    a_funded_wallet,
    a_payment,
    an_account_of,
    money_for,
    money_for_a_business,
    posted,
)
from tests.builders.zone import a_business, a_member, a_person, an_actor, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import see_as, transaction
from kawasan.platform.roles import as_owner
from kawasan.platform.schemas import in_zone
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models

pytestmark = pytest.mark.django_db


def ask_payout(business: Any, actor: Actor, amount: Money, **changes: Any) -> payments.Payout:
    given = {"actor": actor, "business_id": business.id, "payout_id": ids.uuid7(), "amount": amount, "at": AT}
    return payments.request_payout(**(given | changes))


def test_an_order_paid_from_the_wallet_is_released_to_the_seller_less_the_fee() -> None:
    buyer, business, order = a_person(), a_business(), ids.uuid7()
    a_funded_wallet(buyer.pk, 100_000)
    payments.ensure_business_accounts(business_id=business.id)
    pay = payments.pay_from_wallet(person_id=buyer.pk, business_id=business.id, amount_minor=60_000_00, order_id=order)
    ledger.post(ledger.Entry(ids.uuid7(), AT, (pay,)))
    money = payments.seller_money(actor=an_actor(owner_of(business).pk), business_id=business.id)
    assert (money.available_minor, money.escrow_minor) == (0, 60_000_00)
    parts = payments.release(business_id=business.id, order_id=order, gross_minor=60_000_00, fee_minor=600_00)
    ledger.post(ledger.Entry(ids.uuid7(), AT, parts))
    back = payments.refund_from_seller(
        person_id=buyer.pk, business_id=business.id, amount_minor=9_400_00, order_id=order, refund_id=ids.uuid7()
    )
    ledger.post(ledger.Entry(ids.uuid7(), AT, (back,)))
    assert posted(payments.balance(business.id)) == 50_000_00
    assert posted(payments.fee()) == 600_00
    assert payments.wallet_balance(person_id=buyer.pk) == 49_400_00
    lines = payments.business_statement(actor=SYSTEM, business_id=business.id).items
    assert [(line.code, line.change_minor, line.balance_minor) for line in lines] == [
        (payments.PaymentCode.REFUND_FROM_SELLER, -9_400_00, 50_000_00),
        (payments.PaymentCode.RELEASE, 59_400_00, 59_400_00),
    ]
    assert payments.verify() == []


def test_a_release_leaves_out_parts_of_nothing_and_refuses_a_fee_above_the_whole() -> None:
    business, order = a_business(), ids.uuid7()
    given = {"business_id": business.id, "order_id": order, "gross_minor": 100}
    assert [part.amount for part in payments.release(**given, fee_minor=0)] == [100]
    assert [part.amount for part in payments.release(**given, fee_minor=100)] == [100]
    with pytest.raises(ValueError, match="fee"):
        payments.release(**given, fee_minor=101)


def test_more_than_the_escrow_holds_cannot_be_refunded() -> None:
    payment = a_payment()
    payments.notify(notification=money_for(payment), at=AT)
    split = payment.splits[0]
    back = payments.refund_to_wallet(
        person_id=payment.payer_id,
        business_id=split.business_id,
        amount_minor=split.amount_minor + 1,
        order_id=split.order_id,
        refund_id=ids.uuid7(),
    )
    with pytest.raises(ledger.InsufficientBalance):
        ledger.post(ledger.Entry(ids.uuid7(), AT, (back,)))
    assert posted(payments.escrow(split.business_id)) == split.amount_minor


@pytest.mark.parametrize(("sent", "left", "status"), [(True, 60_000_00, "paid"), (False, 100_000_00, "returned")])
def test_a_payout_reserves_the_money_until_the_bank_answers_once(sent: bool, left: int, status: str) -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    an_account_of(business.id)
    payout = ask_payout(business, an_actor(owner_of(business).pk), rupiah(40_000))
    assert (payout.masked_number, payout.bank) == ("••••••7890", "BCA")
    money = payments.seller_money(actor=SYSTEM, business_id=business.id)
    assert (money.available_minor, money.on_its_way_minor) == (60_000_00, 40_000_00)
    assert payments.verify() == []
    for _ in range(2):  # told again, nothing changes
        settled = payments.settle_payout(payout_id=payout.id, sent=sent, bank_reference="B1", at=AT)
        assert settled.status == status
    money = payments.seller_money(actor=SYSTEM, business_id=business.id)
    assert (money.available_minor, money.on_its_way_minor) == (left, 0)
    assert payments.verify() == []


def test_the_bank_account_is_encrypted_in_the_database() -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    an_account_of(business.id)
    ask_payout(business, an_actor(owner_of(business).pk), rupiah(40_000))
    with connection.cursor() as cursor:
        cursor.execute("select number, holder from payments_payout")
        stored = "".join(cursor.fetchone())
    assert "1234567890" not in stored
    assert "Sri" not in stored


@pytest.mark.parametrize("amount", [Money(0), Money(-1), rupiah(9_999), rupiah(100_001)])
def test_payouts_of_too_little_or_more_than_there_is_are_refused(amount: Money) -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    an_account_of(business.id)
    with pytest.raises(payments.PayoutAmountInvalid):
        ask_payout(business, an_actor(owner_of(business).pk), amount)
    assert not models.Payout.objects.exists()


def test_a_payout_goes_to_the_confirmed_account_and_to_no_other() -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    owner = an_actor(owner_of(business).pk)
    with pytest.raises(payments.PayoutAccountUnconfirmed):
        ask_payout(business, owner, rupiah(50_000))
    saved = {"business_id": business.id, "account_id": ids.uuid7(), "bank": "014", "number": "1234567890"}
    more = {"holder": "Sri Wahyuni", "rhythm": payments.Rhythm.MANUAL, "smallest": rupiah(10_000), "at": AT}
    account = payments.save_bank_account(actor=owner, **saved, **more)
    with pytest.raises(payments.PayoutAccountUnconfirmed):
        ask_payout(business, owner, rupiah(50_000))
    assert posted(payments.balance(business.id)) == 100_000_00
    first, second = (an_actor(zone_staff().pk) for _ in range(2))
    confirm = payments.confirm_account
    assert not confirm(actor=first, account_id=account.id, note="Buku tabungan dilihat", at=AT).is_confirmed
    with pytest.raises(payments.MakerCannotCheck):
        confirm(actor=first, account_id=account.id, note="Sekali lagi", at=AT)
    with pytest.raises(payments.EventNoteInvalid):
        confirm(actor=second, account_id=account.id, note=" ", at=AT)
    with pytest.raises(Forbidden):
        confirm(actor=owner, account_id=account.id, note="Milik saya", at=AT)
    (waiting,) = payments.waiting_accounts(actor=second).items
    assert (waiting.whole_number, [one.note for one in waiting.confirmed]) == ("1234567890", ["Buku tabungan dilihat"])
    assert confirm(actor=second, account_id=account.id, note="Rekening koran", at=AT).is_confirmed
    assert payments.waiting_accounts(actor=second).items == ()
    assert ask_payout(business, owner, rupiah(50_000)).masked_number == "••••••7890"
    with pytest.raises(payments.AccountNotWaiting):
        confirm(actor=second, account_id=account.id, note="Lagi", at=AT)


def test_a_payout_repeated_is_the_first_and_its_id_takes_no_other_content() -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    an_account_of(business.id)
    actor, number = an_actor(owner_of(business).pk), ids.uuid7()
    first = ask_payout(business, actor, rupiah(40_000), payout_id=number)
    assert ask_payout(business, actor, rupiah(40_000), payout_id=number) == first
    with pytest.raises(payments.PayoutIdReused):
        ask_payout(business, actor, rupiah(41_000), payout_id=number)
    assert payments.seller_money(actor=SYSTEM, business_id=business.id).on_its_way_minor == 40_000_00


def test_only_owners_pay_out_and_only_the_team_and_the_zone_see_the_money() -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    an_account_of(business.id)
    staff = an_actor(a_member(business, "staff").pk)
    with pytest.raises(Forbidden):
        ask_payout(business, staff, rupiah(40_000))
    payments.seller_money(actor=staff, business_id=business.id)
    payments.seller_money(actor=an_actor(zone_staff().pk), business_id=business.id)
    for actor, refusal in ((an_actor(a_person().pk), NotFound), (Actor(), Unauthenticated)):
        with pytest.raises(refusal):
            ask_payout(business, actor, rupiah(40_000))
        with pytest.raises(refusal):
            payments.business_statement(actor=actor, business_id=business.id)
        with pytest.raises(refusal):
            payments.payouts_of(actor=actor, business_id=business.id)
    see_as(an_actor(a_person().pk))
    assert not models.Payout.objects.exists()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("update payments_payment set status = 'expired', paid_at = null", "receipt-of-unpaid"),
        ("update payments_split set amount_minor = amount_minor + 1", "splits-differ"),
        ("update payments_receipt set amount_minor = amount_minor + 1", "receipt-without-entry"),
        ("delete from payments_receipt", "entry-without-receipt"),
        ("update payments_payout set status = 'sent'", "payout-differs"),
    ],
)
def test_verify_names_what_was_changed_by_hand(damage: str, code: str) -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    an_account_of(business.id)
    ask_payout(business, an_actor(owner_of(business).pk), rupiah(40_000))
    assert payments.verify() == []
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(damage)
    assert code in {finding.code for finding in payments.verify()}


def test_the_application_cannot_rewrite_a_receipt() -> None:
    payments.notify(notification=money_for(a_payment()), at=AT)
    with pytest.raises(Exception, match="permission denied"):
        models.Receipt.objects.update(amount_minor=1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_payouts_of_everything_at_the_same_moment_leave_one() -> None:
    with transaction(SYSTEM):
        business = a_business()
        money_for_a_business(business.id, 100_000)
        an_account_of(business.id)
        actor = an_actor(owner_of(business).pk)
    start, answers = threading.Barrier(2), []

    def take() -> None:
        with in_zone("zone_test"):
            start.wait()
            try:
                with transaction(actor):
                    answers.append(ask_payout(business, actor, rupiah(100_000)))
            except (payments.PayoutAmountInvalid, ledger.InsufficientBalance) as refusal:
                answers.append(refusal)
            finally:
                connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(isinstance(answer, payments.Payout) for answer in answers) == [False, True]
    assert payments.seller_money(actor=SYSTEM, business_id=business.id).available_minor == 0


def test_statements_come_in_pages_that_fit_together() -> None:
    person = a_person()
    for minute in range(5):
        a_funded_wallet(person.pk, 10_000 + minute, at=AT + timedelta(minutes=minute))
    lines = list(
        payments.all_lines(lambda cursor, _: payments.wallet_statement(person_id=person.pk, cursor=cursor, limit=2))
    )
    assert [line.balance_minor for line in lines] == [50_010_00, 40_006_00, 30_003_00, 20_001_00, 10_000_00]
