"""The pages of money: wallet, payment, practice bank, seller's balance, files; and strangers before them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.builders.bank import connect
from tests.builders.payments import (
    a_funded_wallet,
    a_payment,
    an_account_of,
    money_for,
    money_for_a_business,
    with_its_code,
)
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_business, a_member, a_person, owner_of

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def buyer(client: Any) -> Any:
    person = a_person(name="Sari Dewi")
    client.force_login(person)
    return person


def hidden(response: Any, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]+)"', response.content.decode())[1]


def fresh_payment(person: Any, **changes: Any) -> payments.Payment:
    return a_payment(payer=person.pk, at=clock.now(), **changes)


def jobs(name: str) -> list[dict]:
    found = ProcrastinateJob.objects.filter(task_name__endswith=name).order_by("id")
    return list(found.values_list("args", flat=True))


def test_the_wallet_shows_balance_and_movements_in_pages(client: Any, buyer: Any) -> None:
    for _ in range(21):
        a_funded_wallet(buyer.pk, 10_000)
    page = client.get("/dompet", **ENGLISH).content.decode()
    assert "Rp210,000" in page
    assert page.count("Top-up by QRIS") == 20
    older = re.search(r'rel="next" href="([^"#]+)', page)[1].replace("&amp;", "&")
    assert client.get("/dompet" + older, **ENGLISH).content.decode().count("Top-up by QRIS") == 1


def test_an_empty_wallet_says_what_to_do(client: Any, buyer: Any) -> None:
    assert "No movements yet" in client.get("/dompet", **ENGLISH).content.decode()


def test_a_top_up_sent_twice_is_one_payment_and_leads_to_its_page(client: Any, buyer: Any) -> None:
    form = {"id": hidden(client.get("/dompet"), "id"), "amount": "75.000"}
    answers = [client.post("/dompet/isi", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    (row,) = models.Payment.objects.all()
    assert (row.amount_minor, row.purpose, row.payer_id) == (75_000_00, "top_up", buyer.pk)
    waiting = client.get(answers[0]["Location"], **ENGLISH).content.decode()
    assert "The bank is making your code" in waiting
    with_its_code(payments.payment(payment_id=row.pk), at=clock.now())
    row.refresh_from_db()
    assert client.get(f"/bayar/{ids.public('pay', row.pk)}/status?shown=0")["HX-Refresh"] == "true"
    page = client.get(answers[0]["Location"], **ENGLISH).content.decode()
    assert "Top up your wallet" in page
    assert "<svg" in page
    assert row.qris in page
    assert row.nmid in page


@pytest.mark.parametrize("amount", ["", "abc", "1.5", "-50.000", "9.999", "10.000.001", "1e6", "0"])
def test_a_top_up_of_a_wrong_amount_is_told_beside_the_field(client: Any, buyer: Any, amount: str) -> None:
    form = {"id": hidden(client.get("/dompet"), "id"), "amount": amount}
    answer = client.post("/dompet/isi", form)
    assert client.get("/dompet/isi").headers["Location"] == "/dompet"
    assert answer.status_code == 422
    assert "amount-error" in answer.content.decode()
    assert not models.Payment.objects.exists()


def test_the_payment_page_goes_on_to_the_next_page_once_paid(client: Any, buyer: Any) -> None:
    payment = fresh_payment(buyer)
    url = f"/bayar/{payment.public_id}"
    open_page = client.get(f"{url}/status?next=/pesanan/1")
    assert "hx-get" in open_page.content.decode()
    assert "HX-Redirect" not in open_page
    payments.notify(notification=money_for(payment), at=clock.now())
    assert client.get(f"{url}/status?next=/pesanan/1")["HX-Redirect"] == "/pesanan/1"
    paid = client.get(f"{url}?next=/pesanan/1", **ENGLISH).content.decode()
    assert 'href="/pesanan/1"' in paid
    assert "Thank you" in paid
    assert "<svg" not in paid.split("<main")[1].split("qr-code")[0] or "qr-code" not in paid
    assert payment.merchant_name in client.get(f"{url}/kuitansi").content.decode()


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_payment_never_leads_away_from_here(client: Any, buyer: Any, wanted: str) -> None:
    payment = fresh_payment(buyer)
    payments.notify(notification=money_for(payment), at=clock.now())
    answer = client.get(f"/bayar/{payment.public_id}/status?next={quote(wanted)}")
    assert "evil" not in answer.headers.get("HX-Redirect", "")
    assert "javascript" not in answer.headers.get("HX-Redirect", "")


def test_an_unpaid_payment_has_no_receipt(client: Any, buyer: Any) -> None:
    assert client.get(f"/bayar/{fresh_payment(buyer).public_id}/kuitansi").status_code == 404


def test_cancelling_closes_the_payment(client: Any, buyer: Any) -> None:
    payment = fresh_payment(buyer, holds=1)
    assert client.post(f"/bayar/{payment.public_id}/batal").status_code == 302
    assert payments.payment(payment_id=payment.id).status is payments.PaymentStatus.CANCELLED
    assert client.get(f"/bayar/{payment.public_id}/status")["HX-Refresh"] == "true"


def test_somebody_elses_payment_is_not_found_and_not_cancelled(client: Any, buyer: Any) -> None:
    payment = fresh_payment(a_person())
    for path in ("", "/status", "/kuitansi"):
        assert client.get(f"/bayar/{payment.public_id}{path}").status_code == 404
    for path in ("/batal", "/periksa"):
        assert client.post(f"/bayar/{payment.public_id}{path}").status_code == 404
    assert payments.payment(payment_id=payment.id).is_open
    assert not jobs("check_payment")


def seller(client: Any, whole_rupiah: int = 100_000, number: str = "1234567890") -> Any:
    business = a_business()
    an_account_of(business.id, number=number)
    client.force_login(owner_of(business))
    if whole_rupiah:
        money_for_a_business(business.id, whole_rupiah, at=clock.now())
    return business


def a_payout_form() -> dict[str, str]:
    return {"id": ids.public("out", ids.uuid7()), "amount": "40.000"}


@pytest.fixture
def bank() -> Iterator[Any]:
    """A bank that answers, over real HTTP."""
    with a_sandbox() as running:
        connect(running)
        yield running


def test_the_seller_sees_the_balance_and_pays_out_once(client: Any, bank: Any) -> None:
    business = seller(client)
    page = client.get(f"/jualan/{business.slug}/saldo", **ENGLISH)
    assert "Rp100,000" in page.content.decode()
    form = {"id": hidden(page, "id"), "amount": "40.000"}
    for _ in range(2):
        assert client.post(f"/jualan/{business.slug}/saldo/tarik", form).status_code == 302
    page = client.get(f"/jualan/{business.slug}/saldo", **ENGLISH).content.decode()
    assert "BCA ••••••7890" in page
    assert "1234567890" not in page
    assert models.Payout.objects.count() == 1
    for _ in range(2):  # a round that runs again sends nothing more
        tasks.send_payouts()
    assert models.Payout.objects.get().status == "paid"
    assert [one.amount_minor for one in bank.bank.store.money_of(payments.provider_settings().client_id)] == [40_000_00]
    assert payments.seller_money(actor=SYSTEM, business_id=business.id).available_minor == 60_000_00


def test_a_payout_to_an_account_that_does_not_exist_comes_back(client: Any, bank: Any) -> None:
    business = seller(client, number="1234560000")
    form = a_payout_form()
    client.post(f"/jualan/{business.slug}/saldo/tarik", form)
    tasks.send_payouts()
    assert models.Payout.objects.get().status == "returned"
    assert payments.seller_money(actor=SYSTEM, business_id=business.id).available_minor == 100_000_00


@pytest.mark.parametrize("change", [{"amount": "1"}, {"amount": "100.001"}, {"id": "x"}])
def test_a_wrong_payout_form_is_told_and_moves_nothing(client: Any, change: dict) -> None:
    business = seller(client)
    form = a_payout_form()
    answer = client.post(f"/jualan/{business.slug}/saldo/tarik", form | change)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert payments.seller_money(actor=SYSTEM, business_id=business.id).available_minor == 100_000_00


def test_staff_sees_the_balance_but_gets_no_payout_form_and_others_see_nothing(client: Any) -> None:
    business = seller(client)
    client.force_login(a_member(business, "accountant"))
    assert "/tarik" not in client.get(f"/jualan/{business.slug}/saldo").content.decode()
    form = a_payout_form()
    assert client.post(f"/jualan/{business.slug}/saldo/tarik", form).status_code == 403
    client.force_login(a_person())
    assert client.get(f"/jualan/{business.slug}/saldo").status_code == 404
    assert client.get(f"/jualan/{business.slug}/saldo/mutasi.csv").status_code == 404
    assert client.post(f"/jualan/{business.slug}/saldo/tarik", form).status_code == 404
    assert not models.Payout.objects.exists()


def test_statements_as_files_add_up_to_the_balance(client: Any, buyer: Any) -> None:
    for whole in (10_000, 25_000):
        a_funded_wallet(buyer.pk, whole)
    text = b"".join(client.get("/dompet/mutasi.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = list(rows[0])
    assert [row[columns[4]] for row in rows] == ["35000.00", "10000.00"]
    book = load_workbook(io.BytesIO(client.get("/dompet/mutasi.xlsx").content)).active
    assert sum(row[3] for row in book.iter_rows(min_row=2, values_only=True)) == 35_000
    assert client.get("/dompet/mutasi.pdf").content.startswith(b"%PDF")
    assert client.get("/dompet/mutasi.exe").status_code == 404
