"""The seller's desk over HTTP."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook
from tests.builders.commerce import AT, a_product, a_variant
from tests.builders.zone import a_business, a_person

from kawasan.core import ids
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.tests.test_shop_pages import a_picture

pytestmark = pytest.mark.django_db


class Desk:
    """A seller's browser."""

    def __init__(self, client: Client) -> None:
        self.person = a_person()
        self.business = a_business(owner=self.person)
        self.client = client
        client.force_login(self.person)

    def address(self, path: str = "") -> str:
        return f"/jualan/{self.business.slug}/{path}"

    def get(self, path: str, **query: str) -> str:
        answer = self.client.get(self.address(path), query)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def post(self, path: str, data: dict[str, Any], status: int = 302) -> str:
        answer = self.client.post(self.address(path), data)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:3000])
        return answer.content.decode()


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def a_form(**changes: str) -> dict[str, str]:
    return {
        "request_id": str(ids.uuid7()),
        "name": "Kopi Gayo 250 g",
        "category": "makanan-minuman",
        "description": "Arabika.",
        "price": "65.000",
        "stock": "12",
        "sku": "KG-250",
        "variant": "",
        "weight_grams": "260",
        "gtin": "",
        "low_stock_at": "3",
        "publish": "on",
    } | changes


def test_a_new_product_is_made_once_however_often_the_form_is_sent(desk: Desk, client: Client) -> None:
    assert "name=" in desk.get("produk/baru")
    form = a_form()
    desk.post("produk/baru", form)
    desk.post("produk/baru", form)
    made = models.Product.objects.get()
    assert (made.name, made.status, made.price_from_minor) == ("Kopi Gayo 250 g", "published", 65_000_00)
    assert "Kopi Gayo 250 g" in client.get("/cari?q=kopi").content.decode()
    assert "Kopi Gayo 250 g" in desk.get("produk", q="KG-250")
    assert "Kopi Gayo 250 g" not in desk.get("produk", q="teh")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "-1"),
        ("price", "0"),
        ("price", "murah"),
        ("price", "1e9"),
        ("name", ""),
        ("name", "x" * 161),
        ("category", "tidak-ada"),
        ("sku", "dua kata"),
        ("stock", "-1"),
        ("gtin", "123"),
        ("weight_grams", "-5"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_is_stored(desk: Desk, field: str, value: str) -> None:
    page = desk.post("produk/baru", a_form(**{field: value}), status=422)
    assert f'id="id_{field}_error"' in page
    assert not models.Product.objects.exists()


def test_a_seller_edits_texts_variants_and_prices(desk: Desk, client: Client) -> None:
    product = a_product(desk.business.id)
    public, variant = ids.public("prd", product.id), ids.public("var", product.variants[0].id)
    desk.get(f"produk/{public}")
    texts = {"name": "Keripik Pedas", "category": "dapur", "description": "", "gtin": "", "low_stock_at": "1"}
    desk.post(f"produk/{public}", texts | {"request_id": str(ids.uuid7())})
    given = {"sku": "KP-1", "variant": "Kecil", "price": "12.500,50", "weight_grams": "90"}
    prefixed = {f"{variant}-{name}": value for name, value in (given | {"request_id": str(ids.uuid7())}).items()}
    desk.post(f"produk/{public}/varian/{variant}", prefixed)
    new = given | {"sku": "KP-2", "variant": "Besar", "stock": "4", "request_id": str(ids.uuid7())}
    desk.post(f"produk/{public}/varian", {f"new-{name}": value for name, value in new.items()})
    changed = commerce.product(product_id=product.id, at=AT)
    assert (changed.name, changed.category.slug, changed.low_stock_at) == ("Keripik Pedas", "dapur", 1)
    assert [(v.sku, v.price.amount_minor, v.stock.available) for v in changed.variants] == [
        ("KP-1", 12_500_50, 10),
        ("KP-2", 12_500_50, 4),
    ]
    taken = {f"new-{name}": value for name, value in (new | {"request_id": str(ids.uuid7())}).items()}
    assert "new-sku_error" in desk.post(f"produk/{public}/varian", taken, status=422)
    desk.post(f"produk/{public}/varian/{variant}", {"act": "stop"})
    assert commerce.product(product_id=product.id, at=AT).variants[-1].is_archived
    _, without_script = desk.client.get(desk.address(f"produk/{public}")).content.decode().split("<noscript>", 1)
    assert f'action="{desk.address(f"produk/{public}/status")}"' in without_script.split("</noscript>")[0]
    desk.post(f"produk/{public}/status", {"status": "archived"})
    assert models.Product.objects.get().status == "archived"
    desk.post(f"produk/{public}/status", {"status": "published"})
    assert models.Product.objects.get().status == "published"


def test_special_prices_are_added_and_ended(desk: Desk) -> None:
    product = a_product(desk.business.id)
    public, variant = ids.public("prd", product.id), ids.public("var", product.variants[0].id)
    form = {"variant": variant, "price": "20.000", "starts_at": "2020-01-01T08:00:00", "ends_at": ""}
    sent = {f"window-{name}": value for name, value in (form | {"request_id": str(ids.uuid7())}).items()}
    desk.post(f"produk/{public}/harga", sent)
    window = models.PriceWindow.objects.get()
    assert window.starts_at.isoformat() == "2020-01-01T01:00:00+00:00"  # written in WIB
    again = sent | {"window-request_id": str(ids.uuid7())}
    assert "window-starts_at_error" in desk.post(f"produk/{public}/harga", again, status=422)
    desk.post(f"produk/{public}/harga", {"window_id": ids.public("pwn", window.id)})
    window.refresh_from_db()
    assert window.ends_at is not None


def test_pictures_are_taken_ordered_and_removed(desk: Desk) -> None:
    product = a_product(desk.business.id)
    public = ids.public("prd", product.id)
    for colour in ("navy", "gold"):
        file = io.BytesIO(a_picture(colour))
        file.name = "kamera.png"
        desk.post(f"produk/{public}/gambar", {"picture": file})
    first, second = models.Picture.objects.order_by("position").values_list("id", flat=True)
    desk.post(f"produk/{public}/gambar", {"picture_id": ids.public("pic", second), "act": "first"})
    assert models.Picture.objects.order_by("position").first().id == second
    desk.post(f"produk/{public}/gambar", {"picture_id": ids.public("pic", first), "act": "remove"})
    assert models.Picture.objects.get().id == second


def test_a_text_that_calls_itself_a_picture_is_refused(desk: Desk) -> None:
    product = a_product(desk.business.id)
    file = io.BytesIO(b"<svg onload=alert(1)>" * 10)
    file.name = "foto.jpg"
    page = desk.post(f"produk/{ids.public('prd', product.id)}/gambar", {"picture": file}, status=422)
    assert "id_picture_error" in page
    assert not models.Picture.objects.exists()


def test_stock_is_changed_with_a_reason_and_never_below_zero(desk: Desk) -> None:
    product = a_product(desk.business.id)
    public = ids.public("var", product.variants[0].id)

    def send(reason: str, quantity: str, status: int = 302) -> str:
        form = {"request_id": str(ids.uuid7()), "reason": reason, "quantity": quantity, "note": "gudang"}
        return desk.post(f"stok/{public}", form, status=status)

    send("received", "5")
    send("damaged", "2")
    assert "id_quantity_error" in send("damaged", "99", status=422)
    assert "id_reason_error" in send("received", "-1", status=422)
    send("counted", "4")
    page = desk.get(f"stok/{public}")
    assert page.count("gudang") == 3
    assert [m.quantity for m in models.StockMovement.objects.order_by("id")] == [10, 5, -2, -9]
    assert product.name in desk.get("stok", menipis="1")
    assert product.name in desk.get("stok/riwayat")


def test_products_leave_as_csv_and_xlsx_and_come_back_unchanged(desk: Desk) -> None:
    a_product(
        desk.business.id, name="=Kopi", description="+62\n-1 'baris'", variants=(a_variant(name="@x"), a_variant())
    )
    for kind in ("csv", "xlsx"):
        answer = desk.client.get(desk.address(f"produk.{kind}"))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if kind == "csv":
            rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
            assert rows[0]["nama"] == "'=Kopi"
            assert not any(value[:1] in "=+-@" for row in rows for value in row.values() if value)
        else:
            cells = [cell for row in load_workbook(io.BytesIO(body)).active.iter_rows() for cell in row]
            assert all(cell.data_type != "f" for cell in cells)
        file = io.BytesIO(body)
        file.name = f"produk.{kind}"
        answer = desk.client.post(desk.address("impor"), {"request_id": str(ids.uuid7()), "file": file})
        report = models.Import.objects.order_by("-id").first().report
        assert (report["unchanged"], report["updates"], report["creates"], report["problems"]) == (2, 0, 0, [])


def test_a_file_is_checked_shown_applied_and_its_problems_downloaded(desk: Desk) -> None:
    text = "sku;nama;kategori;harga;stok\nA-1;Teh;Makanan & Minuman;10.000;5\nA-2;Teh;tidak ada;-1;x\n"
    file = io.BytesIO(text.encode())
    file.name = "produk.csv"
    desk.post("impor", {"request_id": str(ids.uuid7()), "file": file})
    public = ids.public("imp", models.Import.objects.get().id)
    page = desk.get(f"impor/{public}")
    assert page.count("<tr><td") == 3
    assert not models.Product.objects.exists()
    desk.post(f"impor/{public}", {})
    desk.post(f"impor/{public}", {})
    assert models.Product.objects.get().name == "Teh"
    answer = desk.client.get(desk.address(f"impor/{public}/masalah.csv"))
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [line[:3] for line in lines[1:]] == [
        ["3", "kategori", "unknown-category"],
        ["3", "harga", "price-invalid"],
        ["3", "stok", "import-value-unreadable"],
    ]


def test_our_example_file_is_taken_by_our_import(desk: Desk) -> None:
    for kind in ("csv", "xlsx"):
        answer = desk.client.get(desk.address(f"impor/contoh.{kind}"))
        file = io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        file.name = f"contoh.{kind}"
        desk.post("impor", {"request_id": str(ids.uuid7()), "file": file})
        assert models.Import.objects.order_by("-id").first().report["creates"] == 1


def test_a_file_that_is_no_table_is_refused_beside_the_field(desk: Desk) -> None:
    for content in (b"\xff\xfe\x00bad", b"PK\x03\x04broken", b"nama\nx\n", b""):
        file = io.BytesIO(content)
        file.name = "x.csv"
        page = desk.post("impor", {"request_id": str(ids.uuid7()), "file": file}, status=422)
        assert "errorlist" in page
    assert not models.Import.objects.exists()


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
@pytest.mark.parametrize("path", ["produk", "produk/baru", "stok", "stok/riwayat", "impor"])
def test_each_page_of_the_desk_opens_empty_in_every_language(desk: Desk, path: str, language: str) -> None:
    desk.client.cookies["kawasan_language"] = language
    assert "<h1" in desk.get(path)


def test_another_business_sees_nothing_of_it(desk: Desk) -> None:
    other = a_business()
    product = a_product(other.id)
    own = ids.public("prd", product.id), ids.public("var", product.variants[0].id)
    for path in ("produk", "produk.csv", "stok", f"produk/{own[0]}", f"stok/{own[1]}", "impor"):
        assert desk.client.get(f"/jualan/{other.slug}/{path}").status_code == 404
    for path in (f"produk/{own[0]}", f"stok/{own[1]}"):
        assert desk.client.get(desk.address(path)).status_code == 404
    assert desk.client.post(desk.address(f"produk/{own[0]}/status"), {"status": "archived"}).status_code == 404


def test_the_short_addresses_lead_to_the_own_business(desk: Desk) -> None:
    assert desk.client.get("/jualan/produk")["Location"] == desk.address("produk")
    assert desk.client.get("/jualan/stok")["Location"] == desk.address("stok")


def test_a_sheet_with_formulas_numbers_and_dates_is_read_by_value(desk: Desk) -> None:
    book = Workbook()
    book.active.append(["SKU", "Nama", "Kategori", "Harga", "Stok"])
    book.active.append([1001, "Sapu", "rumah-tangga", 15000.5, 3.0])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "x.xlsx"
    desk.post("impor", {"request_id": str(ids.uuid7()), "file": file})
    public = ids.public("imp", models.Import.objects.get().id)
    desk.post(f"impor/{public}", {})
    variant = models.Variant.objects.get()
    assert (variant.sku, variant.price_minor) == ("1001", 15_000_50)
