"""The pages of payouts, bank accounts, statements, wallets and rules: what each person sees and may do."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from tests.builders.payments import a_funded_wallet, money_for_a_business, verify
from tests.builders.zone import a_business, a_member, a_person, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}


def hidden(page: Any, name: str = "id") -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())[1]


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def business(client: Any) -> Any:
    made = a_business()
    money_for_a_business(made.id, 100_000, at=clock.now())
    client.force_login(owner_of(made))
    page = client.get(f"/jualan/{made.slug}/saldo/rekening", **ENGLISH)
    form = {"bank": "014", "number": "1234567890", "holder": "Sri Wahyuni", "rhythm": "daily"}
    form["id"] = re.search(r"bac_[0-9a-z]{26}", page.content.decode())[0]
    assert client.post(f"/jualan/{made.slug}/saldo/rekening", form | {"smallest": "10.000"}).status_code == 302
    payments.note_name_at_bank(
        account_id=models.BankAccount.objects.get().pk, owner=payments.AccountOwner("SRI WAHYUNI"), at=clock.now()
    )
    return made


def test_an_owner_saves_the_account_and_sees_what_the_bank_says(client: Any, business: Any) -> None:
    page = text(client.get(f"/jualan/{business.slug}/saldo/rekening", **ENGLISH))
    assert "Matches" in page
    assert "••••••7890" in page
    assert "1234567890" not in page
    assert '<option value="014" selected>' in page, "what is saved stands in the form, save for the number"
    wrong = {"id": ids.public("bac", ids.uuid7()), "bank": "014", "number": "x", "holder": "S", "rhythm": "daily"}
    answer = client.post(f"/jualan/{business.slug}/saldo/rekening", wrong | {"smallest": "1"})
    assert answer.status_code == 422
    assert "errorlist" in text(answer)
    client.force_login(a_member(business, "accountant"))
    assert "Change it" not in text(client.get(f"/jualan/{business.slug}/saldo/rekening", **ENGLISH))
    client.force_login(a_person())
    assert client.get(f"/jualan/{business.slug}/saldo/rekening").status_code == 404


def test_a_batch_is_made_checked_sent_and_answered_on_its_pages(client: Any, business: Any) -> None:
    maker, checker = zone_staff(), zone_staff()
    client.force_login(maker)
    number = hidden(client.get("/kawasan/pencairan", **ENGLISH))
    for _ in range(2):
        assert client.post("/kawasan/pencairan/baru", {"id": number}).status_code == 302
    assert models.PayoutBatch.objects.count() == 1
    url = f"/kawasan/pencairan/{number}"
    assert "somebody else approves" in text(client.get(url, **ENGLISH))
    client.post(f"{url}/setuju")
    assert models.PayoutBatch.objects.get().status == "draft"
    client.force_login(checker)
    assert "Approve" in text(client.get(url, **ENGLISH))
    client.post(f"{url}/setuju")
    file = text(client.get(f"{url}/berkas"))
    assert list(csv.reader(io.StringIO(file)))[1][3] == "1234567890"
    payout = models.Payout.objects.get()
    client.post(f"{url}/{ids.public('out', payout.pk)}/kembali", {"reason": "Rekening ditutup"})
    page = text(client.get(url, **ENGLISH))
    assert "Rekening ditutup" in page
    assert "1234567890" not in page
    assert "Rekening ditutup" in text(client.get("/kawasan/pencairan", **ENGLISH))
    client.force_login(owner_of(business))
    assert "Rekening ditutup" in text(client.get(f"/jualan/{business.slug}/saldo", **ENGLISH))
    client.force_login(a_person())
    for address in ("/kawasan/pencairan", url, f"{url}/berkas"):
        assert client.get(address).status_code == 403


def test_an_auditor_reads_batches_and_moves_nothing(client: Any, business: Any) -> None:
    client.force_login(zone_staff("auditor"))
    page = client.get("/kawasan/pencairan", **ENGLISH)
    assert "Make a batch" not in text(page)
    assert client.post("/kawasan/pencairan/baru", {"id": ids.public("bat", ids.uuid7())}).status_code == 403
    assert client.get("/kawasan/aturan-uang").status_code == 200
    assert client.get("/kawasan/dompet").status_code == 403


def test_the_statement_of_a_period_adds_up_on_screen_and_in_files(client: Any, business: Any) -> None:
    page = text(client.get(f"/jualan/{business.slug}/saldo/laporan", **ENGLISH))
    assert "Rp100,000" in page
    rows = list(csv.reader(io.StringIO(
        b"".join(client.get(f"/jualan/{business.slug}/saldo/laporan.csv").streaming_content).decode("utf-8-sig")
    )))  # fmt: skip
    assert (rows[1][4], rows[-1][4]) == ("0.00", "100000.00")
    assert sum(float(row[3] or 0) for row in rows[1:]) == 100_000
    for kind, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert client.get(f"/jualan/{business.slug}/saldo/laporan.{kind}").content.startswith(begins)
    assert client.get(f"/jualan/{business.slug}/saldo/laporan?start=2026-02-01&end=2026-01-01").status_code == 422
    assert client.get(f"/jualan/{business.slug}/saldo/laporan?start=x").status_code == 422
    client.force_login(a_person())
    for address in ("laporan", "laporan.csv", "laporan?start=x"):
        assert client.get(f"/jualan/{business.slug}/saldo/{address}").status_code == 404


def test_money_is_sent_after_the_masked_name_was_seen_and_once(client: Any) -> None:
    sender, friend = a_person(), a_person()
    verify(sender.pk, at=clock.now())
    a_funded_wallet(sender.pk, 100_000, at=clock.now())
    client.force_login(sender)
    form = {"id": hidden(client.get("/dompet/kirim")), "email": friend.email, "amount": "25.000", "note": "Makan siang"}
    answer = client.post("/dompet/kirim", form)
    assert payments.wallet_balance(person_id=friend.pk) == 0
    page = text(client.get(answer["Location"], **ENGLISH))
    assert friend.name not in page
    assert "••••" in page
    for _ in range(2):
        assert client.post(answer["Location"]).status_code == 302
    assert payments.wallet_balance(person_id=friend.pk) == 25_000_00
    assert payments.wallet_balance(person_id=sender.pk) == 75_000_00
    for person, change in ((sender, -25_000_00), (friend, 25_000_00)):
        assert payments.wallet_statement(person_id=person.pk).items[0].change_minor == change
    client.force_login(friend)
    assert client.get(answer["Location"]).status_code == 404
    assert client.post(answer["Location"]).status_code == 404


def test_a_frozen_wallet_tells_why_and_its_owner_appeals(client: Any) -> None:
    person, first, second = a_person(), zone_staff(), zone_staff()
    desk = f"/kawasan/dompet/{ids.public('per', person.pk)}"
    client.force_login(first)
    form = {"id": hidden(client.get(desk)), "step": "freeze", "reason": "Laporan penipuan"}
    for _ in range(2):
        assert client.post(desk, form).status_code == 302
    assert models.WalletStep.objects.count() == 1
    assert client.post(desk, form | {"id": ids.public("wst", ids.uuid7()), "reason": ""}).status_code == 422
    client.force_login(person)
    page = client.get("/dompet", **ENGLISH)
    assert "Laporan penipuan" in text(page)
    assert not {"/dompet/isi", "/dompet/kirim", "/dompet/kasir"} & set(
        re.findall(r'(?:action|href)="([^"]+)"', text(page))
    )
    appeal = re.search(r'name="id" value="(apl_[^"]+)"', text(page))[1]
    client.post("/dompet/keberatan", {"id": appeal, "text": "Bukan saya"})
    assert "Waits for an answer" in text(client.get("/dompet", **ENGLISH))
    client.force_login(first)
    answer = {"decision": "grant", "answer": "Anda benar"}
    client.post(f"/kawasan/dompet/keberatan/{appeal}", answer)  # who froze it does not answer
    assert payments.wallet_state(person_id=person.pk, at=clock.now()).is_frozen
    client.force_login(second)
    assert "Bukan saya" in text(client.get("/kawasan/dompet", **ENGLISH))
    assert client.post(f"/kawasan/dompet/keberatan/{appeal}", answer).status_code == 302
    assert not payments.wallet_state(person_id=person.pk, at=clock.now()).is_frozen
    again = {"id": hidden(client.get(desk)), "step": "freeze", "reason": "Laporan kedua"}
    assert client.post(desk, again).status_code == 302
    assert payments.wallet_state(person_id=person.pk, at=clock.now()).is_frozen


def test_staff_sets_a_rule_and_downloads_the_tax_list(client: Any) -> None:
    client.force_login(zone_staff())
    page = client.get("/kawasan/aturan-uang", **ENGLISH)
    today = clock.business_day(clock.now()).isoformat()
    form = {"id": hidden(page), "kind": "reserve", "since": today, "permille": "100", "number": "7", "is_on": "on"}
    for _ in range(2):
        assert client.post("/kawasan/aturan-uang", form).status_code == 302
    assert "10% · 7 days" in text(client.get("/kawasan/aturan-uang", **ENGLISH))
    wrong = form | {"id": ids.public("rul", ids.uuid7()), "since": "2020-01-01"}
    assert client.post("/kawasan/aturan-uang", wrong).status_code == 422
    assert client.get("/kawasan/aturan-uang/pph22.csv?month=2026-11").status_code == 200
    assert client.get("/kawasan/aturan-uang/pph22.xlsx?month=2026-11").content.startswith(b"PK")
    for address in ("pph22.csv", "pph22.csv?month=2026-13", "pph22.exe?month=2026-11"):
        assert client.get(f"/kawasan/aturan-uang/{address}").status_code == 404
    client.force_login(a_person())
    assert client.get("/kawasan/aturan-uang").status_code == 403
    assert client.get("/kawasan/komisi").status_code == 403


def test_staff_sees_what_a_commission_changes_before_it_is_set(client: Any) -> None:
    client.force_login(zone_staff())
    page = client.get("/kawasan/komisi", **ENGLISH)
    form = {"id": hidden(page), "percent": "2.5", "since": "2099-01-01", "authority": "SK 12/2026"}
    assert "Fee with it" in text(client.post("/kawasan/komisi", form | {"look": "1"}, **ENGLISH))
    assert "SK 12/2026" not in text(client.get("/kawasan/komisi", **ENGLISH))
    assert client.post("/kawasan/komisi", form | {"set": "1"}).status_code == 302
    assert "SK 12/2026" in text(client.get("/kawasan/komisi", **ENGLISH))
    for wrong in ({"since": "2020-01-01"}, {"percent": "31"}, {"business": "tidak-ada"}, {"product": "prd_x"}):
        assert (
            client.post(
                "/kawasan/komisi", form | {"id": ids.public("com", ids.uuid7()), "set": "1"} | wrong
            ).status_code
            == 422
        )


def send(client: Any, path: str, body: dict[str, Any], key: str) -> Any:
    return client.post(path, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_programs_save_the_account_read_the_statement_and_send_money_once(client: Any) -> None:
    made, friend = a_business(), a_person()
    owner, number = owner_of(made), ids.public("biz", made.id)
    money_for_a_business(made.id, 100_000, at=clock.now())
    client.force_login(owner)
    account = {"bank": "014", "number": "1234567890", "holder": "Sri Wahyuni", "rhythm": "daily"}
    assert client.get(f"/v1/businesses/{number}/bank-account").status_code == 204
    first, again = (send(client, f"/v1/businesses/{number}/bank-account", account, "account-one") for _ in range(2))
    assert first.json() == again.json()
    assert client.get(f"/v1/businesses/{number}/bank-account").json()["masked_number"] == "••••••7890"
    day = clock.business_day(clock.now()).isoformat()
    told = client.get(f"/v1/businesses/{number}/money/period?start={day}&end={day}").json()
    assert (
        told["opening_minor"] + sum(row["change_minor"] for row in told["rows"]) == told["closing_minor"] == 100_000_00
    )
    verify(owner.pk, at=clock.now())
    a_funded_wallet(owner.pk, 100_000, at=clock.now())
    assert client.get("/v1/wallet/limits").json()["level"] == "verified"
    wish = {"email": friend.email, "amount_minor": 40_000_00}
    prepared = [send(client, "/v1/wallet/transfers", wish, "transfer-one") for _ in range(2)]
    assert prepared[0].json() == prepared[1].json()
    assert payments.wallet_balance(person_id=friend.pk) == 0
    for _ in range(2):
        assert (
            send(client, f"/v1/wallet/transfers/{prepared[0].json()['id']}/confirmation", {}, "x" * 8).status_code
            == 200
        )
    assert payments.wallet_balance(person_id=friend.pk) == 40_000_00
    client.force_login(friend)
    assert client.get(f"/v1/businesses/{number}/bank-account").status_code == 404
    assert client.get(f"/v1/businesses/{number}/money/period?start={day}&end={day}").status_code == 404
    assert send(client, f"/v1/wallet/transfers/{prepared[0].json()['id']}/confirmation", {}, "y" * 8).status_code == 404
