"""The books in a browser and for programs: an owner's month from the first expense to the tax slip."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from django.utils.formats import date_format
from tests.builders.authority import a_completion, a_sale
from tests.builders.books import follow
from tests.builders.zone import a_business, a_member, a_person, owner_of

from kawasan.core import clock, ids
from kawasan.rooms.books.models import Entry

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}
JSON = {"content_type": "application/json"}


def last_month() -> datetime:
    day = clock.business_day(clock.now()).replace(day=1) - timedelta(days=10)
    return datetime(day.year, day.month, day.day, 5, 0, tzinfo=UTC)


@pytest.fixture
def shop(client: Any) -> Any:
    made = a_business()
    a_completion(a_sale(made.id, 900_000_00, at=last_month()), fee_minor=22_500_00, at=last_month())
    follow()
    client.force_login(owner_of(made))
    return made


def page(client: Any, shop: Any, path: str = "", **given: Any) -> str:
    answer = client.get(f"/jualan/{shop.slug}/buku{path}", given, **ENGLISH)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


def form_id(text: str) -> str:
    return re.search(r"jrn_[0-9a-z]{26}", text)[0]


def test_an_owners_month_from_expense_to_closed(client: Any, shop: Any) -> None:
    month = f"{last_month():%Y-%m}"
    home = page(client, shop, bulan=month)
    assert "Rp900,000" in home
    assert "Rp877,500" in home
    given = {"direction": "out", "amount": "120.000", "category": "6103", "money": "1101", "memo": "Listrik"}
    given |= {"id": form_id(page(client, shop, "/catat", arah="keluar")), "day": f"{last_month():%Y-%m-%d}"}
    for _ in range(2):  # sent twice, booked once
        assert client.post(f"/jualan/{shop.slug}/buku/catat", given).status_code == 302
    assert Entry.objects.count() == 1
    assert "Rp757,500" in page(client, shop, bulan=month)
    assert "Close the month" in page(client, shop, "/tutup", bulan=month)
    assert client.post(f"/jualan/{shop.slug}/buku/tutup", {"bulan": month}).status_code == 302
    assert "This month is closed" in page(client, shop, bulan=month)
    refused = client.post(f"/jualan/{shop.slug}/buku/catat", given | {"id": ids.public("jrn", ids.uuid7())}, **ENGLISH)
    assert refused.status_code == 422
    assert "The books are closed" in refused.content.decode()
    assert client.post(f"/jualan/{shop.slug}/buku/buka", {"bulan": month}, **ENGLISH).status_code == 422
    call = {"bulan": month, "reason": "Nota tertinggal"}
    assert client.post(f"/jualan/{shop.slug}/buku/buka", call).status_code == 302
    assert "Nota tertinggal" in page(client, shop, bulan=month)


def test_a_wrong_entry_is_undone_on_its_page(client: Any, shop: Any) -> None:
    given = {"direction": "in", "amount": "50.000", "category": "4101", "money": "1101", "memo": "<b>Pasar</b>"}
    given |= {"id": form_id(page(client, shop, "/catat", arah="masuk")), "day": f"{last_month():%Y-%m-%d}"}
    client.post(f"/jualan/{shop.slug}/buku/catat", given)
    assert "&lt;b&gt;Pasar" in page(client, shop, "/jurnal")
    assert "Undo this entry" in page(client, shop, f"/jurnal/{given['id']}")
    for _ in range(2):
        assert client.post(f"/jualan/{shop.slug}/buku/jurnal/{given['id']}/koreksi").status_code == 302
    assert Entry.objects.count() == 2
    assert "undone by" in page(client, shop, f"/jurnal/{given['id']}")


@pytest.mark.parametrize("report", ["laba-rugi", "posisi-keuangan", "arus-kas", "neraca-saldo"])
def test_each_statement_opens_and_comes_as_a_file(client: Any, shop: Any, report: str) -> None:
    span = {"dari": f"{last_month():%Y-%m}-01", "sampai": f"{clock.business_day(clock.now()):%Y-%m-%d}"}
    text = page(client, shop, f"/{report}", **span)
    links = re.findall(r'href="(/jualan/[^"]*/buku/akun[^"]*)"', text)
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200
    csv = b"".join(client.get(f"/jualan/{shop.slug}/buku/{report}.csv", span).streaming_content)
    assert b"877500.00" in csv
    assert client.get(f"/jualan/{shop.slug}/buku/{report}.xlsx", span).content.startswith(b"PK")
    assert client.get(f"/jualan/{shop.slug}/buku/{report}.docx", span).status_code == 404


def test_a_statement_as_pdf_and_as_text_for_other_programs(client: Any, shop: Any) -> None:
    assert client.get(f"/jualan/{shop.slug}/buku/laba-rugi.pdf").content.startswith(b"%PDF")
    text = b"".join(client.get(f"/jualan/{shop.slug}/buku/jurnal.beancount").streaming_content).decode()
    assert "Assets:A1110-Saldo-di-kawasan  877500.00 IDR" in text


@pytest.mark.parametrize(
    "file", ["laba-rugi.csv", "laba-rugi.pdf", "jurnal.beancount", "laporan-keuangan.xlsx", "laporan-keuangan.pdf"]
)
def test_a_file_of_a_period_that_cannot_be_is_refused(client: Any, shop: Any, file: str) -> None:
    for span in ({"dari": "2026-12-01", "sampai": "2026-11-01"}, {"dari": "x", "sampai": "2026-11-01"}):
        assert client.get(f"/jualan/{shop.slug}/buku/{file}", span).status_code == 422


def test_figures_of_a_day_and_of_a_period_say_which_they_are(client: Any, shop: Any) -> None:
    span = {"dari": "2026-01-01", "sampai": "2026-12-31"}
    for path, is_of_day in (("posisi-keuangan", True), ("laba-rugi", False)):
        head = re.findall(r'<th class="num">([^<]+)</th>', page(client, shop, f"/{path}", **span))
        assert head == (["31 Dec 2026", "31 Dec 2025"] if is_of_day else ["1 Jan – 31 Dec 2026", "1 Jan – 31 Dec 2025"])
    notes = page(client, shop, "/catatan", **span)
    heads = dict(re.findall(r'<caption class="small">\d+\. ([^<]+)</caption>.*?<th class="num">([^<]+)</th>', notes))
    assert heads["Cash and cash equivalents"] == "31 Dec 2026"
    assert heads["Revenue"] == "1 Jan – 31 Dec 2026"


def test_a_list_says_what_money_was_for_and_which_way_it_went(client: Any, shop: Any) -> None:
    today = f"{clock.business_day(clock.now()):%Y-%m-%d}"
    for direction, way, category in (("out", "keluar", "6103"), ("in", "masuk", "4101")):
        given = {"direction": direction, "amount": "120.000", "category": category, "money": "1102", "day": today}
        given |= {"id": form_id(page(client, shop, "/catat", arah=way))}
        assert client.post(f"/jualan/{shop.slug}/buku/catat", given).status_code == 302
    for wrong in re.findall(r'/jurnal/(jrn_[0-9a-z]+)"', page(client, shop, "/jurnal")):
        client.post(f"/jualan/{shop.slug}/buku/jurnal/{wrong}/koreksi")
    text = re.sub(r"<[^>]+>", " ", page(client, shop, "/jurnal"))
    assert len(re.findall(r"Utilities[^+]*?−Rp120,000", text)) == 1
    assert text.count("Current account") == 0
    assert (text.count("−Rp120,000"), text.count("+Rp120,000")) == (2, 2)


def test_tax_that_is_late_is_said_to_be_late(client: Any, shop: Any) -> None:
    sold = (clock.business_day(clock.now()).replace(day=1) - timedelta(days=40)).replace(day=20)
    a_completion(
        a_sale(shop.id, 700_000_00, at=datetime(sold.year, sold.month, sold.day, 5, tzinfo=UTC)),
        fee_minor=0,
        at=datetime(sold.year, sold.month, sold.day, 5, tzinfo=UTC),
    )
    follow()
    client.post(f"/jualan/{shop.slug}/buku/pajak", {"taxpayer": "cooperative", "registered_year": "2024"})
    if sold.year == clock.business_day(clock.now()).year:
        assert "of tax was due on" in page(client, shop)
    assert '<span class="status bad">Overdue</span>' in page(client, shop, "/pajak", tahun=str(sold.year))


def test_a_rate_and_a_law_are_written_in_the_readers_language(client: Any, shop: Any) -> None:
    client.post(f"/jualan/{shop.slug}/buku/pajak", {"taxpayer": "cooperative", "registered_year": "2024"})
    assert "PPh Final 0.5 %" in page(client, shop)
    there = client.get(f"/jualan/{shop.slug}/buku/pajak", headers={"accept-language": "id"}).content.decode()
    assert "0,5 % dari omzet" in there
    assert "menurut sumber kedua" in there
    assert "second hand" not in there


def test_stock_of_the_first_day_there_is_opens(client: Any, shop: Any) -> None:
    assert client.get(f"/jualan/{shop.slug}/buku/stok", {"tanggal": "0001-01-01"}).status_code == 200


def test_lines_of_an_account_lead_to_their_orders(client: Any, shop: Any) -> None:
    span = {"dari": "2026-01-01", "sampai": f"{clock.business_day(clock.now()):%Y-%m-%d}"}
    text = page(client, shop, "/akun", kode="4101", **span)
    assert "Order complete" in text
    assert re.search(rf'href="/jualan/{shop.slug}/pesanan/ord_', text)
    assert client.get(f"/jualan/{shop.slug}/buku/akun", {"kode": "9999"}).status_code == 404
    assert client.get(f"/jualan/{shop.slug}/buku/akun", {"kode": "4101", "after": "x"}).status_code == 422


def test_taxes_and_the_profile(client: Any, shop: Any) -> None:
    assert "We guessed this" in page(client, shop, "/pajak")
    said = {"taxpayer": "cooperative", "registered_year": "2024"}
    assert client.post(f"/jualan/{shop.slug}/buku/pajak", said).status_code == 302
    text = page(client, shop, "/pajak", tahun=str(last_month().year))
    assert "KAP 411128" in text
    assert text.count('<td class="num" data-label="Turnover">') == 1
    assert "Rp4,500" in text
    assert client.post(f"/jualan/{shop.slug}/buku/pajak", said | {"taxpayer": "x"}).status_code == 422


def test_opening_balances(client: Any, shop: Any) -> None:
    form = {
        "id": form_id(page(client, shop, "/saldo-awal")),
        "day": "2026-01-01",
        "a1101": "500.000",
        "a2101": "100.000",
    }
    assert client.post(f"/jualan/{shop.slug}/buku/saldo-awal", form).status_code == 302
    assert "Rp400,000" in page(client, shop, "/posisi-keuangan")
    nothing = {"id": ids.public("jrn", ids.uuid7()), "day": "2026-01-01"}
    assert client.post(f"/jualan/{shop.slug}/buku/saldo-awal", nothing).status_code == 422


PAGES = ("", "/catat", "/tutup", "/saldo-awal", "/jurnal", "/akun?kode=4101", "/pajak", "/laba-rugi", "/laba-rugi.csv")


def test_other_people_do_not_see_these_books(client: Any, shop: Any) -> None:
    client.force_login(a_member(shop, "accountant"))
    assert client.get(f"/jualan/{shop.slug}/buku").status_code == 200
    for person, status in ((a_member(shop, "staff"), 403), (a_person(), 404), (owner_of(a_business()), 404)):
        client.force_login(person)
        for path in PAGES:
            assert client.get(f"/jualan/{shop.slug}/buku{path}").status_code == status, path
        for path in ("/tutup", "/buka", "/pajak", "/catat"):
            answer = client.post(f"/jualan/{shop.slug}/buku{path}", {"bulan": "2026-01", "reason": "x"})
            assert answer.status_code == status, path
    client.logout()
    assert client.get(f"/jualan/{shop.slug}/buku").status_code == 302


def test_programs_read_write_and_close(client: Any, shop: Any) -> None:
    root, month = f"/v1/books/{shop.public_id}", f"{last_month():%Y-%m}"
    span = {"from": f"{month}-01", "to": f"{last_month():%Y-%m-%d}"}
    found = client.get(f"{root}/statements/laba-rugi", span).json()
    assert {row["name"]: row["amount_minor"] for row in found["rows"]}["Pendapatan usaha"] == 900_000_00
    trial = client.get(f"{root}/trial-balance", span).json()
    assert trial["debit_minor"] == trial["credit_minor"] == 900_000_00
    lines = client.get(f"{root}/ledger", span | {"accounts": "1110,6106"}).json()["items"]
    assert [(line["rule"], line["amount_minor"]) for line in lines] == [("RELEASE", 877_500_00), ("FEE", 22_500_00)]
    body = {"day": span["to"], "memo": "Sewa", "lines": [{"account": "6102", "amount_minor": 100}]}
    key = {"headers": {"idempotency-key": "sewa-november-1"}}
    assert client.post(f"{root}/entries", body, **JSON, **key).json()["code"] == "entry-empty"
    body["lines"].append({"account": "1101", "amount_minor": -100})
    first = client.post(f"{root}/entries", body, **JSON, **key)
    assert first.status_code == 201
    assert client.post(f"{root}/entries", body, **JSON, **key).json() == first.json()
    assert [item["id"] for item in client.get(f"{root}/entries").json()["items"]] == [first.json()["id"]]
    assert client.post(f"{root}/closings", {"month": month}, **JSON).status_code == 200
    late = client.post(f"{root}/entries", body, **JSON, headers={"idempotency-key": "sewa-november-2"})
    assert (late.status_code, late.json()["code"]) == (409, "period-closed")
    assert client.post(f"{root}/reopenings", {"month": month, "reason": ""}, **JSON).json()["code"] == "reason-missing"
    assert client.post(f"{root}/reopenings", {"month": month, "reason": "Cek"}, **JSON).status_code == 200
    assert client.get(f"{root}/taxes/{last_month().year}").json()["turnover_minor"] == 900_000_00
    assert client.get(f"{root}/taxes/1999").json()["code"] == "book-period-invalid"
    upside_down = {"from": "2026-02-01", "to": "2026-01-01"}
    assert client.get(f"{root}/trial-balance", upside_down).json()["code"] == "book-period-invalid"
    client.force_login(a_person())
    assert client.get(f"{root}/statements/laba-rugi", span).status_code == 404
    assert client.post(f"{root}/closings", {"month": month}, **JSON).status_code == 404


@pytest.mark.parametrize(("language", "name"), [("id", "Mei"), ("en", "May"), ("zh-hans", "五月")])
def test_no_text_of_ours_takes_the_place_of_a_months_name(language: str, name: str) -> None:
    with translation.override(language):
        assert date_format(date(2026, 5, 1), "F") == name
