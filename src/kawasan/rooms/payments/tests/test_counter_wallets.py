"""A buyer's wallet at the counter: one code, one sale, however often it is sent; and why it does not pay."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from tests.builders.payments import AT, a_funded_wallet, posted
from tests.builders.shops import an_actor_of
from tests.builders.zone import a_business, a_person, owner_of
from tests.databases import SCHEMA

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, NotFound, Refusal, Unauthenticated
from kawasan.core.money import rupiah
from kawasan.platform import schemas
from kawasan.platform.db import transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(seconds=30)
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def a_code(whole_rupiah: int = 100_000, *, at: Any = AT) -> tuple[UUID, payments.WalletCode]:
    """Return a person with money and the code that their wallet shows."""
    person = a_person(name="Sari Dewi")
    if whole_rupiah:
        a_funded_wallet(person.pk, whole_rupiah, at=AT - timedelta(minutes=5))
    return person.pk, payments.make_wallet_code(actor=Actor(person_id=person.pk), at=at)


def pay(shop: zone.Business, code: str, **changes: Any) -> payments.CounterWalletPayment:
    given = {
        "actor": an_actor_of(shop, "staff"),
        "business_id": shop.id,
        "payment_id": ids.uuid7(),
        "digits": code,
        "amount": rupiah(40_000),
        "at": SOON,
    }
    return payments.pay_counter_from_wallet(**(given | changes))


def test_the_wallet_pays_the_sale_once_however_often_it_is_sent() -> None:
    (person, code), shop, payment_id = a_code(), a_business(), ids.uuid7()
    first = pay(shop, code.grouped, payment_id=payment_id)
    late = AT + timedelta(hours=1)
    assert pay(shop, code.digits, payment_id=payment_id, at=late) == first
    assert (first.amount_minor, first.buyer) == (40_000_00, "S. D.")
    assert (posted(payments.wallet(person)), posted(payments.balance(shop.id))) == (60_000_00, 40_000_00)
    paid = {"business_id": shop.id, "payment_id": payment_id, "at": SOON}
    assert payments.is_paid_at_counter(**paid, amount_minor=40_000_00)
    assert not payments.is_paid_at_counter(**paid, amount_minor=40_001_00)
    assert payments.verify() == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"digits": "000000000000"}, payments.WalletCodeUnknown),
        ({"digits": ""}, payments.WalletCodeUnknown),
        ({"at": AT + timedelta(minutes=2)}, payments.WalletCodeOver),
        ({"amount": rupiah(100_001)}, payments.WalletCannotPay),
        ({"amount": rupiah(0)}, payments.CounterAmountInvalid),
        ({"amount": rupiah(20_000_001)}, payments.CounterAmountInvalid),
    ],
)
def test_what_does_not_pay_is_refused_and_moves_nothing(changes: dict[str, Any], refusal: type[Refusal]) -> None:
    (person, code), shop = a_code(), a_business()
    with pytest.raises(refusal) as refused:
        pay(shop, code.digits, **changes)
    assert "available" not in refused.value.data
    assert posted(payments.wallet(person)) == 100_000_00
    assert models.WalletCode.objects.get(pk=code.id).used_at is None


def test_an_empty_wallet_a_used_code_and_a_frozen_wallet_do_not_pay() -> None:
    shop = a_business()
    _, nothing = a_code(0)
    with pytest.raises(payments.WalletCannotPay):
        pay(shop, nothing.digits)
    _, used = a_code()
    pay(shop, used.digits)
    with pytest.raises(payments.WalletCodeOver):
        pay(shop, used.digits)
    person, cold = a_code()
    ledger.stop_debits(payments.wallet(person))
    with pytest.raises(payments.BuyersWalletFrozen):
        pay(shop, cold.digits)
    assert posted(payments.wallet(person)) == 100_000_00


def test_a_new_code_ends_the_earlier_one() -> None:
    (person, first), shop = a_code(), a_business()
    second = payments.make_wallet_code(actor=Actor(person_id=person), at=AT + timedelta(seconds=5))
    with pytest.raises(payments.WalletCodeOver):
        pay(shop, first.digits)
    pay(shop, second.digits)


def test_the_id_of_another_payment_is_refused_and_strangers_take_nothing() -> None:
    (_, code), (_, other), shop, payment_id = a_code(), a_code(), a_business(), ids.uuid7()
    pay(shop, code.digits, payment_id=payment_id)
    with pytest.raises(payments.CounterPaymentIdReused):
        pay(shop, other.digits, payment_id=payment_id, amount=rupiah(1_000))
    with pytest.raises(NotFound):
        pay(shop, other.digits, actor=an_actor_of(a_business()))
    with pytest.raises(Forbidden):
        pay(shop, other.digits, actor=an_actor_of(shop, "accountant"))
    with pytest.raises(Unauthenticated):
        payments.make_wallet_code(actor=Actor(), at=AT)


def test_the_digits_are_not_kept() -> None:
    _, code = a_code()
    row = models.WalletCode.objects.get(pk=code.id)
    assert code.digits not in " ".join(map(str, vars(row).values()))
    assert (len(code.digits), code.grouped.count(" ")) == (12, 2)


def test_the_buyers_page_shows_a_code_and_then_what_it_paid(client: Any) -> None:
    person, shop = a_person(), a_business()
    a_funded_wallet(person.pk, 50_000, at=clock.now() - timedelta(minutes=5))
    client.force_login(person)
    assert client.get("/dompet/kasir").status_code == 302
    page = client.post("/dompet/kasir", **ENGLISH).content.decode()
    digits = page.split("wallet-digits")[1].split(">")[1].split("<")[0]
    code = models.WalletCode.objects.get()
    here = f"/dompet/kasir/{ids.public('wlc', code.pk)}"
    assert client.get(here).status_code == 204
    pay(shop, digits, at=clock.now())
    told = client.get(here, **ENGLISH).content.decode()
    assert "Rp40,000" in told
    assert shop.name in told
    client.force_login(a_person())
    assert client.get(here).status_code == 404


def test_a_till_takes_it_over_json(client: Any) -> None:
    (_, code), shop = a_code(at=clock.now()), a_business()
    client.force_login(owner_of(shop))
    given = {"id": str(ids.uuid7()), "business_id": shop.public_id, "amount_minor": 25_000_00, "code": code.digits}
    first = client.post("/v1/counter-wallet-payments", given, content_type="application/json")
    again = client.post("/v1/counter-wallet-payments", given, content_type="application/json")
    assert (first.status_code, first.json()) == (201, again.json())
    wrong = given | {"id": str(ids.uuid7()), "code": "1234"}
    problem = client.post("/v1/counter-wallet-payments", wrong, content_type="application/json").json()
    assert problem["type"].endswith("wallet-code-unknown")
    client.force_login(a_person())
    assert client.post("/v1/counter-wallet-payments", given, content_type="application/json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_tills_at_the_same_moment_take_one_code_once() -> None:
    with schemas.in_zone(SCHEMA):
        with transaction(SYSTEM):
            (person, code), shop = a_code(), a_business()
            cashier = an_actor_of(shop, "staff")
        outcomes: list[str] = []

        def take() -> None:
            with schemas.in_zone(SCHEMA):
                try:
                    with transaction(cashier):
                        pay(shop, code.digits, actor=cashier)
                    outcomes.append("paid")
                except payments.WalletCodeOver:
                    outcomes.append("over")
                finally:
                    connection.close()

        threads = [threading.Thread(target=take) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["over", "over", "paid"]
        assert posted(payments.wallet(person)) == 60_000_00


def test_ten_wrong_codes_lock_a_shop_for_a_quarter_of_an_hour_and_no_other(client: Any) -> None:
    shop, other, (_, code) = a_business(), a_business(), a_code()
    client.force_login(owner_of(shop))

    def send(digits: str) -> Any:
        body = {
            "business_id": shop.public_id, "id": str(ids.uuid7()), "code": digits, "amount_minor": 1_000_00,
        }  # fmt: skip
        return client.post("/v1/counter-wallet-payments", body, content_type="application/json", **ENGLISH)

    wrong = [send("000000000000").json()["code"] for _ in range(11)]
    assert wrong == ["wallet-code-unknown"] * 10 + ["wallet-codes-locked"]
    locked = models.WalletCodeGuesses.objects.get(business_id=shop.id).locked_until
    with pytest.raises(payments.WalletCodesLocked):  # the right code, too
        pay(shop, code.digits, at=locked - timedelta(seconds=1))
    pay(other, code.digits)
    person, later = a_person(), payments.make_wallet_code
    a_funded_wallet(person.pk, 100_000)
    fresh = later(actor=Actor(person_id=person.pk), at=locked)
    assert pay(shop, fresh.digits, at=locked).amount_minor == 40_000_00


def test_wrong_codes_now_and_then_lock_nobody() -> None:
    shop = a_business()
    actor = an_actor_of(shop, "staff")
    for minute in range(0, 110, 11):
        payments.note_wrong_code(actor=actor, business_id=shop.id, at=AT + timedelta(minutes=minute))
    assert models.WalletCodeGuesses.objects.get(business_id=shop.id).locked_until is None
    with pytest.raises(NotFound):
        payments.note_wrong_code(actor=Actor(person_id=a_person().pk), business_id=shop.id, at=AT)
