"""What the bank tells the zone: who says it is checked over the raw bytes, then it counts once."""

from __future__ import annotations

import hmac
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform import schemas
from kawasan.platform.db import transaction
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.sandbox.scenarios import Pay
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import (
    DOOR,
    QR,
    a_bill,
    a_message,
    connect,
    external_id,
    make_codes,
    our_name,
    pay_at,
    post,
    tell,
)
from tests.builders.payments import a_payment
from tests.builders.snap import SECRET, a_key
from tests.databases import SCHEMA


def test_the_bank_makes_the_code_after_the_commit_and_the_page_shows_what_its_app_will(sandbox: Sandbox) -> None:
    asked = a_payment(at=clock.now(), is_coded=False)
    assert asked.qris == ""
    make_codes()
    made = payments.payment(payment_id=asked.id)
    bill = sandbox.bank.bill_of_code(made.qris)
    assert (bill.reference, bill.amount_minor) == (made.reference, made.amount_minor)
    assert made.merchant_name in made.qris
    make_codes()
    assert models.Code.objects.get(payment_id=asked.id).attempts == 1


def test_money_that_is_told_and_asked_about_counts_once(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill(holds=1)
    (money,) = pay_at(sandbox, payment.id)
    assert tell(client, sandbox, money) == "2005200"
    assert payments.payment(payment_id=payment.id).is_paid
    for _ in range(2):
        tasks.check_payment(payment_id=str(payment.id))
        assert tell(client, sandbox, money) == "2005200"
    assert models.Receipt.objects.count() == 1
    assert payments.verify() == []


def test_a_lost_notification_is_found_by_asking_and_told_later_changes_nothing(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    tasks.check_payment(payment_id=str(payment.id))
    assert payments.payment(payment_id=payment.id).is_paid
    assert tell(client, sandbox, money) == "2005200"
    assert models.Receipt.objects.count() == 1


def test_a_message_repeated_gets_the_first_answer_and_other_content_under_its_id_409(
    client: Any, sandbox: Sandbox
) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    same = {"external_id": external_id()}
    assert [tell(client, sandbox, money, **same) for _ in range(3)] == ["2005200"] * 3
    other = {"body": {"amount": wire.amount_of(payment.amount_minor + 1)}}
    assert tell(client, sandbox, money, **same, **other) == "4095200"
    assert models.Receipt.objects.count() == 1
    assert payments.payment(payment_id=payment.id).is_paid
    (event,) = payments.staff_events(actor=SYSTEM, wanted=payments.EventFilter()).items
    assert event.outcome == "contradiction"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"X-SIGNATURE": ""}, "4005202"),
        ({"X-SIGNATURE": "AAAA"}, "4015200"),
        ({"X-SIGNATURE": "no base64 at all"}, "4015200"),
        ({"X-TIMESTAMP": ""}, "4005202"),
        ({"X-PARTNER-ID": "somebody-else"}, "4015200"),
        ({"X-PARTNER-ID": ""}, "4005202"),
        ({"X-EXTERNAL-ID": ""}, "4005202"),
        ({"X-EXTERNAL-ID": "letters"}, "4005201"),
    ],
)
def test_a_message_with_one_wrong_header_changes_nothing(
    client: Any, sandbox: Sandbox, changes: dict[str, str], expected: str
) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    url, headers, body = a_message(sandbox, money)
    answer = post(client, url, {name: value for name, value in (headers | changes).items() if value}, body)
    assert (answer.status_code, answer.json()["responseCode"]) == (int(expected[:3]), expected)
    assert payments.payment(payment_id=payment.id).is_open
    assert not models.ProviderEvent.objects.exists()


@pytest.mark.parametrize("minutes", [-6, 6, 600])
def test_a_message_from_another_time_is_refused_and_one_a_little_off_is_taken(
    client: Any, sandbox: Sandbox, minutes: int
) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    assert tell(client, sandbox, money, at=clock.now() + timedelta(minutes=minutes)) == "4015200"
    assert payments.payment(payment_id=payment.id).is_open
    assert tell(client, sandbox, money, at=clock.now() - timedelta(minutes=4)) == "2005200"


def test_a_message_signed_for_another_door_or_with_another_key_is_refused(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    _, headers, body = a_message(sandbox, money, url="/v1.0/qr/qr-mpm-notify")
    assert post(client, QR, headers, body).json()["responseCode"] == "4015200"
    assert tell(client, sandbox, money, key=a_key(7)) == "4015200"
    assert payments.payment(payment_id=payment.id).is_open


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_byte_changed_in_body_signature_or_time_is_refused(
    client: Any, sandbox: Sandbox, data: st.DataObject
) -> None:
    payment = models.Payment.objects.first()
    payment_id = payment.pk if payment else a_bill().id
    money = next(iter(sandbox.bank.store.money_of(our_name(sandbox))), None) or pay_at(sandbox, payment_id)[0]
    url, headers, body = a_message(sandbox, money)
    part = data.draw(st.sampled_from(["body", "X-SIGNATURE", "X-TIMESTAMP"]))
    whole = body if part == "body" else headers[part].encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(33, 126).filter(lambda one: one != whole[place]))
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    if part == "body":
        body = changed
    else:
        headers[part] = changed.decode()
    assert post(client, url, headers, body).json()["responseCode"] in ("4015200", "4005201")
    assert payments.payment(payment_id=payment_id).is_open


def test_signatures_of_calls_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, real = [], hmac.compare_digest

    def watching(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(signing.hmac, "compare_digest", watching)
    right = signing.sign_hmac(SECRET, "text")
    assert signing.is_hmac(SECRET, "text", right)
    assert not signing.is_hmac(SECRET, "text", "A" + right[1:])
    assert len(compared) == 2


def test_both_of_the_banks_keys_are_taken_while_it_changes_them(client: Any, sandbox: Sandbox) -> None:
    before = sandbox.bank.store.private_key
    payments.add_their_key(actor=SYSTEM, name="sandbox", public_pem=signing.public_of(a_key(8)), at=clock.now())
    for key in (before, a_key(8)):
        payment = a_bill()
        (money,) = pay_at(sandbox, payment.id)
        assert tell(client, sandbox, money, key=key) == "2005200"
    payments.drop_their_old_key(actor=SYSTEM, name="sandbox", at=clock.now())
    (money,) = pay_at(sandbox, a_bill().id)
    assert tell(client, sandbox, money, key=before) == "4015200"


def test_our_key_is_changed_without_a_moment_in_which_none_is_right(sandbox: Sandbox) -> None:
    first = payments.provider_settings()
    both = payments.add_our_key(actor=SYSTEM, name="sandbox", at=clock.now())
    assert both.our_keys[0] == first.our_keys[0]
    assert payments.add_our_key(actor=SYSTEM, name="sandbox", at=clock.now()).our_keys == both.our_keys
    keys = [signing.public_of(key) for key in both.our_keys]
    sandbox.bank.register({"clientId": first.client_id, "publicKeys": keys})
    assert payments.try_provider(both)[0]
    after = payments.use_new_key(actor=SYSTEM, name="sandbox", at=clock.now())
    assert after.our_keys == both.our_keys[1:]
    assert payments.try_provider(after)[0]
    sandbox.bank.register({"clientId": first.client_id, "publicKeys": keys[1:]})
    assert payments.try_provider(after)[0]
    assert not payments.try_provider(first)[0]


def test_money_that_names_nothing_of_ours_is_kept_for_staff(client: Any, sandbox: Sandbox) -> None:
    (money,) = pay_at(sandbox, a_bill().id)
    assert tell(client, sandbox, money, body={"originalPartnerReferenceNo": "NOBODY"}) == "4045201"
    (event,) = payments.staff_events(actor=SYSTEM, wanted=payments.EventFilter()).items
    assert (event.outcome, event.reference) == ("unknown_reference", "NOBODY")


@pytest.mark.parametrize("how", [Pay.LATE, Pay.OTHER_AMOUNT])
def test_money_that_does_not_fit_goes_to_the_buyers_wallet(client: Any, sandbox: Sandbox, how: Pay) -> None:
    payment = a_bill(holds=1)
    (money,) = pay_at(sandbox, payment.id, how)
    assert tell(client, sandbox, money) == "2005200"
    assert not payments.payment(payment_id=payment.id).is_paid
    assert payments.wallet_balance(person_id=payment.payer_id) == money.amount_minor
    assert payments.verify() == []


def test_paid_twice_told_in_any_order_the_second_goes_to_the_wallet(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    for money in reversed(pay_at(sandbox, payment.id, Pay.TWICE)):
        assert tell(client, sandbox, money) == "2005200"
    tasks.check_payment(payment_id=str(payment.id))
    assert payments.payment(payment_id=payment.id).is_paid
    assert payments.wallet_balance(person_id=payment.payer_id) == payment.amount_minor
    assert models.Receipt.objects.count() == 2


def test_a_refusal_told_after_the_payment_changes_nothing(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    refused, paid = pay_at(sandbox, payment.id, Pay.OUT_OF_ORDER)
    assert [tell(client, sandbox, money) for money in (paid, refused)] == ["2005200"] * 2
    stored = payments.payment(payment_id=payment.id)
    assert (stored.is_paid, stored.failed_attempts) == (True, 1)


def test_a_payment_under_way_is_acknowledged_and_moves_nothing(client: Any, sandbox: Sandbox) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    assert tell(client, sandbox, money, body={"latestTransactionStatus": "03"}) == "2005200"
    assert payments.payment(payment_id=payment.id).is_open


def test_what_is_missing_or_misshapen_in_a_signed_body_is_told(client: Any, sandbox: Sandbox) -> None:
    (money,) = pay_at(sandbox, a_bill().id)
    for body, expected in (
        ({"amount": {"value": "50000", "currency": "IDR"}}, "4005201"),
        ({"amount": {"value": "50000.00", "currency": "USD"}}, "4005201"),
        ({"amount": None}, "4005202"),
        ({"latestTransactionStatus": ""}, "4005202"),
        ({"originalPartnerReferenceNo": "x" * 200}, "4005201"),
        ({"paidTime": "yesterday"}, "4005201"),
    ):
        assert tell(client, sandbox, money, body=body) == expected, body
    assert not models.ProviderEvent.objects.exists()


def test_a_stranger_finds_no_door(client: Any, sandbox: Sandbox) -> None:
    (money,) = pay_at(sandbox, a_bill().id)
    _, headers, body = a_message(sandbox, money)
    for url, code in (
        (QR.replace("/sandbox/", "/nobody/"), "4045216"),
        (DOOR + "qr/qr-mpm-steal", "4040000"),
        (DOOR + "access-token/b2b", "4017300"),
    ):
        assert post(client, url, headers, body).json()["responseCode"] == code
    assert client.get(QR).status_code == 405
    assert post(client, QR, headers, b"x" * 70_000).status_code in (400, 401, 413)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_told_and_asked_about_at_the_same_moment_it_counts_once(bank: Sandbox, client: Any) -> None:
    with transaction(SYSTEM):
        connect(bank)
        asked = a_payment(at=clock.now(), is_coded=False, holds=1)
    make_codes()
    (money,) = pay_at(bank, asked.id)
    message = a_message(bank, money)
    ready = threading.Barrier(6)

    def run(number: int) -> None:
        with schemas.in_zone(SCHEMA):
            try:
                ready.wait()
                post(client, *message) if number % 2 else tasks.check_payment(payment_id=str(asked.id))
            finally:
                connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(SYSTEM):
        assert payments.payment(payment_id=asked.id).is_paid
        assert models.Receipt.objects.count() == 1
        assert payments.verify() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_bank_tells_us_over_real_http(bank: Sandbox, live_server: Any) -> None:
    with transaction(SYSTEM):
        connect(bank, notify_url=f"{live_server.url}/v1/payments/snap/sandbox")
        asked = a_payment(at=clock.now(), is_coded=False)
    make_codes()
    pay_at(bank, asked.id, Pay.REPEATED)
    deadline = clock.now() + timedelta(seconds=15)
    while bank.bank.sender.waiting and clock.now() < deadline:
        threading.Event().wait(0.05)
    mine = [one for one in bank.bank.sender.told if one.reference == asked.reference]
    assert [one.code for one in mine] == ["2005200"] * 3
    with transaction(SYSTEM):
        assert payments.payment(payment_id=asked.id).is_paid
        assert models.Receipt.objects.count() == 1
