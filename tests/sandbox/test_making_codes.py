"""Codes and virtual accounts that the bank makes, and what is done where it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kawasan.core import clock
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.rules.snap import wire
from kawasan.sandbox.scenarios import Fault
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import ASK, a_bill, a_message, make_codes, our_name, pay_at, post, tell
from tests.builders.payments import a_payment
from tests.builders.snap import a_callback
from tests.builders.zone import a_person


def test_a_virtual_account_is_wanted_asked_about_and_paid(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    client.force_login(_person(payment))
    assert client.post(f"/bayar/{payment.public_id}/va").status_code == 302
    assert client.post(f"/bayar/{payment.public_id}/va").status_code == 302
    make_codes()
    code = models.Code.objects.get(payment_id=payment.id, kind="va")
    assert code.content.strip() in client.get(f"/bayar/{payment.public_id}").content.decode()
    question = {
        "partnerServiceId": "   77777",
        "customerNo": code.customer_no,
        "virtualAccountNo": code.content,
        "inquiryRequestId": "1",
    }
    asked = {"url": ASK, "key": sandbox.bank.store.private_key, "at": clock.now()}
    told = post(client, ASK, *a_callback(question, **asked)).json()
    assert told["responseCode"] == "2002400"
    assert told["virtualAccountData"]["totalAmount"] == wire.amount_of(payment.amount_minor)
    unknown = post(client, ASK, *a_callback(question | {"customerNo": "1"}, **asked)).json()
    assert unknown["responseCode"] == "4042412"
    (money,) = pay_at(sandbox, payment.id, kind="va")
    answer = post(client, *a_message(sandbox, money)).json()
    assert (answer["responseCode"], answer["virtualAccountData"]["paymentFlagStatus"]) == ("2002500", "00")
    tasks.check_payment(payment_id=str(payment.id))
    assert models.Receipt.objects.count() == 1
    assert post(client, ASK, *a_callback(question, **asked)).json()["responseCode"] == "4042414"
    tasks.close_codes(payment_id=str(payment.id))
    assert sandbox.bank.bill_of_code(payments.payment(payment_id=payment.id).qris).state == "cancelled"


def _person(payment: payments.Payment) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=payment.payer_id)


def test_a_virtual_account_is_not_made_for_somebody_elses_bill(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    client.force_login(a_person())
    assert client.post(f"/bayar/{payment.public_id}/va").status_code == 404
    assert not models.Code.objects.filter(kind="va").exists()


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR, Fault.BROKEN])
def test_a_code_whose_answer_got_lost_is_made_so_that_one_can_be_paid(sandbox: Sandbox, fault: Fault) -> None:
    sandbox.bank.plan.add(our_name(sandbox), "qr/qr-mpm-generate", fault)
    payment = a_bill()
    assert payment.qris
    bills = [sandbox.bank.store.bill_of(our_name(sandbox), code.reference) for code in models.Code.objects.all()]
    assert [bill.state for bill in bills if bill].count("open") == 1
    pay_at(sandbox, payment.id)
    tasks.check_payment(payment_id=str(payment.id))
    assert payments.payment(payment_id=payment.id).is_paid


def test_a_code_that_a_dying_process_left_is_taken_up_again(sandbox: Sandbox) -> None:
    asked = a_payment(at=clock.now(), is_coded=False)
    code = models.Code.objects.get(payment_id=asked.id)
    early = clock.now() - timedelta(minutes=2)
    order = payments.begin_code(code_id=code.pk, at=early)
    payments.tell_provider(order)  # the bank has it, and the process dies before it is noted
    tasks.make_waiting_codes()
    found = payments.payment(payment_id=asked.id)
    assert sandbox.bank.bill_of_code(found.qris).state == "open"
    assert sandbox.bank.store.bill_of(our_name(sandbox), asked.reference).state == "cancelled"


def test_a_bank_that_refuses_leaves_the_bill_payable_in_another_way(client: Any, sandbox: Sandbox) -> None:
    sandbox.bank.plan.add(our_name(sandbox), "qr/qr-mpm-generate", Fault.REFUSE)
    payment = a_bill()
    client.force_login(_person(payment))
    page = client.get(f"/bayar/{payment.public_id}", headers={"accept-language": "en"}).content.decode()
    assert "cannot make a QRIS code" in page
    assert f"/bayar/{payment.public_id}/va" in page


def test_a_code_that_says_another_amount_is_shown_to_nobody(sandbox: Sandbox) -> None:
    asked, other = a_payment(at=clock.now(), is_coded=False), a_payment(at=clock.now(), amounts=(1_000_00,))
    code = models.Code.objects.get(payment_id=asked.id)
    answer = payments.tell_provider(payments.begin_code(code_id=code.pk, at=clock.now()))
    wrong = type(answer)(answer.outcome, answer.code, answer.category, dict(answer.body) | {"qrContent": other.qris})
    payments.note_code(code_id=code.pk, answer=wrong, at=clock.now())
    code.refresh_from_db()
    assert (code.state, code.problem) == ("refused", "amount")
    assert payments.payment(payment_id=asked.id).qris == ""


def test_a_stuck_payment_is_asked_about_while_it_can_still_be_in_time(sandbox: Sandbox) -> None:
    payment = a_bill()
    pay_at(sandbox, payment.id)
    tasks.ask_about_stuck_payments()
    assert payments.payment(payment_id=payment.id).is_open
    models.Code.objects.update(asked_at=clock.now() - timedelta(minutes=3))
    tasks.ask_about_stuck_payments()
    assert payments.payment(payment_id=payment.id).is_paid


def test_due_payments_are_asked_about_before_they_are_closed(sandbox: Sandbox) -> None:
    forgotten, lost = a_bill(), a_bill()
    pay_at(sandbox, lost.id)
    models.Payment.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    tasks.close_due_payments()
    states = [payments.payment(payment_id=one.id).status for one in (forgotten, lost)]
    assert states == ["expired", "expired"]
    assert payments.wallet_balance(person_id=lost.payer_id) == lost.amount_minor
    assert payments.verify() == []


def test_without_the_sandbox_switch_its_provider_is_not_there(client: Any, sandbox: Sandbox, settings: Any) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    settings.KAWASAN_SANDBOX = False
    assert tell(client, sandbox, money) == "4045216"
    client.force_login(_person(payment))
    assert "data-practice" not in client.get(f"/bayar/{payment.public_id}").content.decode()
    with pytest.raises(payments.UnknownProvider):
        a_payment(at=clock.now(), is_coded=False)
