"""A shop's QRIS at the seller's desk and over JSON: code, placard, screen, list, files; and strangers before them."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from kawasan.core import clock, ids
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import connect, tell
from tests.builders.shops import Shop, a_counter_payment, a_shop_with_a_code, make_shop_codes, pay_shop
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_business, a_member, a_person, owner_of
from tests.shared_vectors import vectors

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(scope="module")
def bank() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(db: Any, bank: Sandbox) -> Sandbox:
    connect(bank)
    return bank


@pytest.fixture
def shop(client: Any, sandbox: Sandbox) -> Shop:
    made = a_shop_with_a_code()
    client.force_login(owner_of(made.business))
    return made


def desk(shop: Shop, path: str = "") -> str:
    return f"/jualan/{shop.business.slug}/qris{path}"


def paid(client: Any, sandbox: Sandbox, shop: Shop, *amounts: int) -> None:
    for amount in amounts:
        (money,) = pay_shop(sandbox, shop, amount)
        assert tell(client, sandbox, money) == "2005200"


def test_an_owner_gets_a_code_by_one_press_and_pressing_twice_is_one(client: Any, sandbox: Sandbox) -> None:
    business = a_business()
    client.force_login(owner_of(business))
    page = client.get(f"/jualan/{business.slug}/qris", **ENGLISH).content.decode()
    assert "Get my QRIS code" in page
    for _ in range(2):
        assert client.post(f"/jualan/{business.slug}/qris/buat").status_code == 302
    assert "The bank is making your code" in client.get(f"/jualan/{business.slug}/qris", **ENGLISH).content.decode()
    assert client.get(f"/jualan/{business.slug}/qris/status").status_code == 204
    make_shop_codes()
    assert client.get(f"/jualan/{business.slug}/qris/status")["HX-Refresh"] == "true"
    page = client.get(f"/jualan/{business.slug}/qris", **ENGLISH).content.decode()
    code = models.ShopCode.objects.get()
    assert f"NMID: {code.nmid}" in page
    assert "0.3 %" in page
    assert "up to Rp500,000 you pay nothing" in page


def test_staff_sees_the_code_and_does_not_ask_for_one(client: Any, sandbox: Sandbox) -> None:
    business = a_business()
    client.force_login(a_member(business, "staff"))
    assert (
        "An owner of the business asks for it"
        in client.get(f"/jualan/{business.slug}/qris", **ENGLISH).content.decode()
    )
    assert client.post(f"/jualan/{business.slug}/qris/buat").status_code == 403
    assert not models.ShopCode.objects.exists()


@pytest.mark.parametrize(("size", "millimetres"), [("a5", (148, 210)), ("a6", (105, 148))])
def test_the_placard_is_one_page_of_its_size(client: Any, shop: Shop, size: str, millimetres: tuple[int, int]) -> None:
    response = client.get(desk(shop, f"/plakat-{size}.pdf"))
    assert response["Content-Type"] == "application/pdf"
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", response.content, re.DOTALL)
    objects = b"".join(zlib.decompressobj().decompress(one) for one in streams if one.startswith(b"x"))
    (box,) = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", objects)
    assert tuple(round(float(side) / 72 * 25.4) for side in box) == millimetres


def test_the_placard_names_the_shop_its_nmid_and_the_hint_to_check(
    client: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Printed:
        def __init__(self, string: str) -> None:
            self.string = string

        def write_pdf(self) -> bytes:
            return self.string.encode()

    monkeypatch.setattr("weasyprint.HTML", Printed)
    text, code = client.get(desk(shop, "/plakat-a5.pdf")).content.decode(), models.ShopCode.objects.get()
    for words in (code.merchant_name, code.nmid, "SATU QRIS UNTUK SEMUA", "Cek nama sebelum membayar", "93600999"):
        assert words in text


def test_the_picture_is_large_enough_to_print(client: Any, shop: Shop) -> None:
    png = client.get(desk(shop, "/kode.png")).content
    width = int.from_bytes(png[16:20])
    assert png.startswith(b"\x89PNG")
    assert width >= 600
    assert b"<svg" in client.get(desk(shop, "/kode.svg")).content
    assert client.get(desk(shop, "/kode.gif")).status_code == 404
    assert client.get(desk(shop, "/plakat-a4.pdf")).status_code == 404


def test_the_screen_shows_a_payment_and_asks_only_for_what_is_newer(client: Any, sandbox: Sandbox, shop: Shop) -> None:
    assert "Nothing was paid yet" in client.get(desk(shop, "/layar"), **ENGLISH).content.decode()
    assert client.get(desk(shop, "/layar/terbaru?after=none")).status_code == 204
    paid(client, sandbox, shop, 27_500_00)
    fresh = client.get(desk(shop, "/layar/terbaru?after=none"), **ENGLISH).content.decode()
    assert "Rp27,500" in fresh
    assert 'data-whole="27500"' in fresh
    newest = re.search(r'data-newest="([^"]+)"', fresh)[1]
    assert client.get(desk(shop, f"/layar/terbaru?after={newest}")).status_code == 204
    assert "Rp27,500" in client.get(desk(shop, "/layar"), **ENGLISH).content.decode()
    assert client.post(desk(shop, "/layar/tanya")).status_code == 302


def test_the_list_is_searched_and_downloaded(client: Any, sandbox: Sandbox, shop: Shop) -> None:
    paid(client, sandbox, shop, 10_000_00, 650_000_00)
    page = client.get(desk(shop, "/pembayaran?q=650.000"), **ENGLISH).content.decode()
    assert "Rp650,000" in page
    assert "Rp1,950" in page
    assert "Rp10,000" not in page
    rows = list(csv.reader(io.StringIO(b"".join(client.get(desk(shop, "/pembayaran.csv"))).decode("utf-8-sig"))))
    assert [row[3:6] for row in rows[1:]] == [["650000.00", "1950.00", "648050.00"], ["10000.00", "0.00", "10000.00"]]
    book = load_workbook(io.BytesIO(client.get(desk(shop, "/pembayaran.xlsx?q=10000")).content))
    assert book.active.max_row == 2
    assert client.get(desk(shop, "/pembayaran.pdf")).status_code == 404


@pytest.mark.parametrize("query", ["q=banyak", "dari=besok", "dari=2026-11-20&sampai=2026-11-01", "jenis=lain"])
def test_a_search_that_cannot_be_is_told(client: Any, shop: Shop, query: str) -> None:
    response = client.get(desk(shop, f"/pembayaran?{query}"), **ENGLISH)
    assert response.status_code == 422
    assert "the first before the last" in response.content.decode()


def test_a_pasted_code_is_told_from_the_own_one(client: Any, shop: Shop) -> None:
    own = models.ShopCode.objects.get().content
    other = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S003")
    abroad = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S015")

    def told(code: str) -> str:
        return client.get(desk(shop, f"?kode={quote(code)}"), **ENGLISH).content.decode()

    assert "Yes, this is your code" in told(own)
    assert "Whoever pays this code does not pay you" in told(other)
    assert "Saifullah.id" in told(other)
    assert "country CN, currency CNY" in told(abroad)
    assert "This is not a usable QRIS code" in told("halo")


def test_a_payers_code_is_told_from_a_shops_and_nothing_is_charged(client: Any, shop: Shop) -> None:
    code = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S041")
    page = client.get(desk(shop, f"?kode={quote(code)}"), **ENGLISH).content.decode()
    assert "the code of a buyer's own app (QRIS CPM)" in page
    assert "does not offer yet: no money moved" in page
    assert (
        "This is not a usable QRIS code"
        in client.get(desk(shop, f"?kode={quote(code[:40])}"), **ENGLISH).content.decode()
    )


def test_programs_read_a_payers_code_without_its_number_or_name(client: Any, shop: Shop) -> None:
    here = f"/v1/businesses/{shop.business.public_id}/qris/payer-readings"
    code = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S041")
    read = client.post(here, {"code": code}, content_type="application/json")
    assert read.json() == {
        "issuer": "BCA", "masked_account": "••••••••0859", "scheme": "QRISCPM", "amount_minor": None,
        "currency": "IDR", "is_chargeable": False,
    }  # fmt: skip
    for broken, reason in (
        ("not base64!", "not_base64"),
        ("hQVDUFYwMg==", "not_a_consumer_code"),
        (code[:40], "truncated_tlv"),
    ):
        refused = client.post(here, {"code": broken}, content_type="application/json")
        assert (refused.status_code, refused.json()["type"].rsplit("#")[-1]) == (422, "invalid-qris")
        assert refused.json()["reason"] == reason
    client.force_login(a_person())
    assert client.post(here, {"code": code}, content_type="application/json").status_code == 404


PATHS = ("", "/status", "/layar", "/layar/terbaru", "/pembayaran", "/pembayaran.csv", "/plakat-a5.pdf", "/kode.png")


@pytest.mark.parametrize("path", PATHS)
def test_strangers_do_not_see_a_shops_qris(client: Any, shop: Shop, path: str) -> None:
    client.logout()
    assert client.get(desk(shop, path)).status_code == 302
    client.force_login(a_person())
    assert client.get(desk(shop, path)).status_code == 404


# JSON


def test_programs_read_the_code_the_payments_and_pages_of_them(client: Any, sandbox: Sandbox, shop: Shop) -> None:
    base = f"/v1/businesses/{shop.business.public_id}/qris"
    found = client.get(base).json()
    assert (found["state"], found["criteria"], found["fee_rate"]) == ("made", "UMI", "0.003")
    assert client.post(base, content_type="application/json").json()["id"] == found["id"]
    paid(client, sandbox, shop, 10_000_00, 20_000_00)
    page = client.get(f"{base}/payments?limit=1").json()
    assert [item["amount_minor"] for item in page["items"]] == [20_000_00]
    rest = client.get(f"{base}/payments?limit=1&cursor={page['next_cursor']}").json()
    assert [item["net_minor"] for item in rest["items"]] == [10_000_00]
    read = client.post(f"{base}/readings", {"payload": found["payload"]}, content_type="application/json").json()
    assert (read["is_own"], read["nmid"]) == (True, found["nmid"])


def test_the_counter_over_json_from_asking_to_paid(client: Any, sandbox: Sandbox, shop: Shop) -> None:
    given = {"id": str(ids.uuid7()), "business_id": shop.business.public_id, "amount_minor": 15_000_00}
    asked = client.post("/v1/counter-payments", given, content_type="application/json")
    assert asked.status_code == 201
    assert client.post("/v1/counter-payments", given, content_type="application/json").json() == asked.json()
    here = f"/v1/counter-payments/{asked.json()['id']}"
    assert client.get(f"{here}/code.svg").status_code == 404
    make_shop_codes()
    assert b"<svg" in client.get(f"{here}/code.svg").content
    counter = models.ShopCode.objects.get(kind="counter")
    tell(client, sandbox, *pay_shop(sandbox, shop, None, counter=counter.pk))
    assert client.get(here).json()["status"] == "paid"
    assert client.post(f"{here}/check").status_code == 202
    assert client.post(f"{here}/cancellation").json()["type"].endswith("counter-payment-closed")
    other = client.post("/v1/counter-payments", given | {"amount_minor": 1_00}, content_type="application/json")
    assert other.status_code == 409


def test_a_stranger_knows_nothing_of_a_counter(client: Any, shop: Shop) -> None:
    asked = a_counter_payment(shop, 15_000_00)
    client.force_login(a_person())
    here = f"/v1/counter-payments/{asked.public_id}"
    assert client.get(here).status_code == 404
    assert client.get(f"{here}/code.svg").status_code == 404
    assert client.post(f"{here}/cancellation").status_code == 404
    given = {"id": str(ids.uuid7()), "business_id": shop.business.public_id, "amount_minor": 15_000_00}
    assert client.post("/v1/counter-payments", given, content_type="application/json").status_code == 404
    assert client.get(f"/v1/businesses/{shop.business.public_id}/qris").status_code == 404
    still = payments.counter_payment(actor=shop.actor, counter_id=asked.id, at=clock.now())
    assert still.status is payments.CounterStatus.REQUESTED
