"""Money of other currencies as its payer sees it, on pages and over JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.money import Money
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.api import Abroad, Outcome
from kawasan.sandbox.bank import CannotPay
from kawasan.sandbox.scenarios import Pay
from kawasan.sandbox.server import Sandbox
from tests.builders.abroad import nothing_is_wrong, owed
from tests.builders.bank import a_message, connect, make_codes, post, tell
from tests.builders.exchange import some_rates
from tests.builders.payments import a_payment, money_for, posted
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_person

pytestmark = pytest.mark.django_db


ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def _rates(db: None) -> None:
    some_rates()
    some_rates(day=clock.business_day(clock.now()), at=clock.now())


@pytest.fixture
def bank() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        connect(running)
        yield running


def fresh_bill() -> tuple[Any, payments.Payment]:
    person = a_person(name="Lin Wei", language="zh-hans")
    payment = a_payment(payer=person.pk, at=clock.now(), is_coded=False)
    make_codes()
    return person, payments.payment(payment_id=payment.id)


def a_page_quote(client: Any, person: Any, payment: payments.Payment) -> str:
    """Press "show the price" and return the payment page."""
    client.force_login(person)
    page = client.get(f"/bayar/{payment.public_id}", **ENGLISH).content.decode()
    form = {"id": re.search(r'name="id" value="(quo_\w+)"', page)[1], "currency": "CNY"}
    for _ in range(2):
        answer = client.post(f"/bayar/{payment.public_id}/valas", form)
        assert answer.status_code == 302
    return client.get(f"/bayar/{payment.public_id}", **ENGLISH).content.decode()


def paid_abroad(bank: Sandbox, payment_id: UUID, how: Pay = Pay.SILENT) -> Any:
    code = models.Code.objects.filter(payment_id=payment_id).latest("pk")
    quote = exchange.newest_quote_for(purpose_id=payment_id)
    bill = bank.bank.bill_of_code(code.content)
    assert bill is not None
    told = {"value": f"{quote.source.amount:.2f}", "currency": "CNY", "quote": quote.public_id}
    told["ends"] = quote.expires_at.isoformat(timespec="seconds")
    return bank.bank.pay(bill, how, visit=str(ids.uuid7()), at=clock.now(), abroad=told)


def test_a_buyer_sees_the_price_in_yuan_and_pays_it_at_the_practice_wallet(client: Any, bank: Sandbox) -> None:
    person, payment = fresh_bill()
    page = a_page_quote(client, person, payment)
    assert "CN¥21.16" in page
    assert "CN¥1.00 = Rp2,362.95" in page
    assert "1.50%" in page
    assert re.search(r"mata_uang=CNY&(amp;)?nilai=21.16&(amp;)?kutipan=quo_", page)
    assert models.Receipt.objects.count() == 0
    (money,) = paid_abroad(bank, payment.id)
    assert tell(client, bank, money) == "2005200"
    after = client.get(f"/bayar/{payment.public_id}", **ENGLISH).content.decode()
    assert "Paid with CN¥21.16 at CN¥1.00 = Rp2,362.95." in after
    assert "CN¥21.16" in client.get(f"/bayar/{payment.public_id}/kuitansi", **ENGLISH).content.decode()
    nothing_is_wrong()


def test_a_notice_that_got_lost_is_found_by_asking(client: Any, bank: Sandbox) -> None:
    person, payment = fresh_bill()
    a_page_quote(client, person, payment)
    paid_abroad(bank, payment.id)
    tasks.ask_about(payment.id)
    assert payments.payment(payment_id=payment.id).is_paid
    assert posted(exchange.position("CNY")) == 21_16
    nothing_is_wrong()


def test_yuan_that_come_too_late_are_sent_back_by_the_provider_once_and_the_books_agree(
    client: Any, bank: Sandbox
) -> None:
    person, payment = fresh_bill()
    a_page_quote(client, person, payment)
    (money,) = paid_abroad(bank, payment.id, Pay.LATE)
    tell(client, bank, money)
    page = client.get(f"/bayar/{payment.public_id}", **ENGLISH).content.decode()
    assert "CN¥21.16 did not fit this bill. It goes back to your wallet abroad." in page
    for _ in range(2):
        tasks.send_back_money_abroad()
    assert owed(payment) == [(21_16, "late", "sent")]
    assert posted(exchange.abroad("CNY")) == 0
    back = [one for one in bank.bank.store.money_of(money.client_id) if one.kind == "refund"]
    assert [one.detail for one in back] == [{"value": "21.16", "currency": "CNY"}]
    payments.run_reconciliation(at=clock.now() + timedelta(minutes=5))
    assert payments.open_differences(actor=SYSTEM) == 0
    nothing_is_wrong()


def test_a_message_whose_original_amount_cannot_be_is_refused(client: Any, bank: Sandbox) -> None:
    person, payment = fresh_bill()
    a_page_quote(client, person, payment)
    (money,) = paid_abroad(bank, payment.id)
    for wrong in ({"value": "1.005", "currency": "CNY"}, {"value": "21.16", "currency": "XXX"},
                  {"value": "21.50", "currency": "JPY"}, {"value": "1.00", "currency": "IDR"}):  # fmt: skip
        info = {"paymentReferenceNo": money.id, "originalAmount": wrong}
        answer = post(client, *a_message(bank, money, body={"additionalInfo": info}))
        assert answer.json()["responseCode"] == "4005201", wrong
    assert models.Receipt.objects.count() == 0


def test_a_practice_wallet_does_not_pay_at_a_quote_that_is_over(client: Any, bank: Sandbox) -> None:
    person, payment = fresh_bill()
    a_page_quote(client, person, payment)
    code = models.Code.objects.get(payment_id=payment.id)
    bill = bank.bank.bill_of_code(code.content)
    told = {"value": "21.16", "currency": "CNY", "quote": "quo_x", "ends": "2026-01-01T00:00:00+07:00"}
    with pytest.raises(CannotPay):
        bank.bank.pay(bill, Pay.PAY, visit="x", at=clock.now(), abroad=told)


def test_somebody_elses_payment_is_not_quoted(client: Any, bank: Sandbox) -> None:
    _, payment = fresh_bill()
    client.force_login(a_person())
    answer = client.post(f"/bayar/{payment.public_id}/valas", {"currency": "CNY"})
    assert answer.status_code == 404
    assert exchange.newest_quote_for(purpose_id=payment.id) is None


def test_a_currency_without_a_rate_says_so_on_the_page(client: Any, bank: Sandbox) -> None:
    person, payment = fresh_bill()
    client.force_login(person)
    client.post(f"/bayar/{payment.public_id}/valas", {"currency": "THB"}, **ENGLISH)
    page = client.get(f"/bayar/{payment.public_id}", **ENGLISH).content.decode()
    assert "There is no rate for this currency yet" in page


def test_a_program_asks_what_a_payment_costs_in_yuan_and_its_wallet_pays_it(client: Any) -> None:
    person, at = a_person(), clock.now()
    payment = a_payment(payer=person.pk, at=at)
    client.force_login(person)
    url = f"/v1/payments/{payment.public_id}/quotes"

    def ask(key: str, currency: str = "CNY") -> Any:
        return client.post(url, {"currency": currency}, content_type="application/json", HTTP_IDEMPOTENCY_KEY=key)

    made, again = ask("yuan-please"), ask("yuan-please")
    assert (made.status_code, made.json()) == (201, again.json())
    quote = made.json()
    assert (quote["currency"], quote["target_amount_minor"]) == ("CNY", 50_000_00)
    assert (quote["qris"], quote["status"]) == (payment.qris, "open")
    assert ask("no-such-money", "XXX").status_code == 422
    told = replace(
        money_for(payment, happened_at=clock.now()),
        abroad=Abroad(Money(quote["amount_minor"], "CNY"), ids.parse("quo", quote["id"])),
    )
    assert payments.notify(notification=told, at=clock.now()).outcome is Outcome.PAID
    assert client.get(url).json()["quote"]["status"] == "used"
    client.force_login(a_person())
    assert (client.get(url).status_code, ask("somebody-else").status_code) == (404, 404)
    nothing_is_wrong()
