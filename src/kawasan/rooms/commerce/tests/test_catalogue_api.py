"""The catalogue over JSON, as another program uses it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.builders.commerce import AT, a_product
from tests.builders.zone import a_business, a_person

from kawasan.core import ids
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models

pytestmark = pytest.mark.django_db


class Program:
    """A program that speaks for a seller."""

    def __init__(self, client: Client) -> None:
        self.client, self.person = client, a_person()
        self.business = a_business(owner=self.person)
        self.business_id = ids.public("biz", self.business.id)
        client.force_login(self.person)

    def send(self, method: str, path: str, body: dict[str, Any], status: int, key: str | None = None) -> dict[str, Any]:
        headers = {"Idempotency-Key": key or f"kunci-{ids.uuid7()}"}
        body = {"business_id": self.business_id} | body
        answer = getattr(self.client, method)(f"/v1/{path}", body, content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def program(client: Client) -> Program:
    return Program(client)


VARIANT = {"sku": "KG-1", "price_minor": 65_000_00, "stock": 7}
PRODUCT = {"name": "Kopi Gayo", "category": "makanan-minuman", "variants": [VARIANT], "status": "published"}


def test_a_program_makes_finds_changes_and_archives_a_product(program: Program, client: Client) -> None:
    made = program.send("post", "products", PRODUCT, 201)
    variant = made["variants"][0]["id"]
    found = client.get("/v1/products?q=kopi").json()
    assert (found["total"], found["items"][0]["price_minor"]) == (1, 65_000_00)
    assert client.get(f"/v1/products/{made['id']}").json()["name"] == "Kopi Gayo"
    program.send("patch", f"products/{made['id']}", {"name": "Kopi Gayo Wine"}, 200)
    program.send("patch", f"variants/{variant}", {"price_minor": 70_000_00}, 200)
    added = program.send("post", f"products/{made['id']}/variants", VARIANT | {"sku": "KG-2"}, 201)
    assert [item["price_minor"] for item in added["variants"]] == [70_000_00, 65_000_00]
    movement = {"quantity": -2, "reason": "damaged"}
    moved = program.send("post", f"variants/{variant}/stock-movements", movement, 201)
    assert moved["available"] == 5
    level = client.get(f"/v1/variants/{variant}/stock?business_id={program.business_id}").json()
    assert level["available"] == 5
    program.send("patch", f"products/{made['id']}", {"status": "archived"}, 200)
    assert client.get("/v1/products?q=kopi").json()["total"] == 0
    own = client.get(f"/v1/businesses/{program.business_id}/products").json()
    assert [item["status"] for item in own["items"]] == ["archived"]


def test_a_repeat_makes_nothing_new_and_a_used_key_serves_no_other_request(program: Program) -> None:
    first = program.send("post", "products", PRODUCT, 201, key="kunci-satu")
    assert program.send("post", "products", PRODUCT, 201, key="kunci-satu") == first
    problem = program.send("post", "products", PRODUCT | {"name": "Lain"}, 409, key="kunci-satu")
    assert problem["code"] == "idempotency-key-reused"
    assert models.Product.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"variants": [VARIANT | {"price_minor": -1}]}, "price-invalid"),
        ({"variants": [VARIANT | {"price_minor": 10**30}]}, "price-invalid"),
        ({"variants": [VARIANT | {"price_minor": "murah"}]}, "invalid-input"),
        ({"category": "tidak-ada"}, "unknown-category"),
        ({"name": "x" * 161}, "text-too-long"),
        ({"variants": [VARIANT | {"stock": -1}]}, "quantity-invalid"),
        ({"variants": [VARIANT, VARIANT]}, "sku-taken"),
        ({"business_id": "bukan"}, "not-found"),
    ],
)
def test_a_wrong_product_is_refused_with_its_code(program: Program, changes: dict, code: str) -> None:
    answer = program.client.post(
        "/v1/products",
        {"business_id": program.business_id} | PRODUCT | changes,
        content_type="application/json",
        headers={"Idempotency-Key": "kunci-salah"},
    )
    assert answer.json()["code"] == code
    assert answer.status_code in (404, 409, 422)
    assert not models.Product.objects.exists()


def test_stock_below_zero_is_refused_and_changes_nothing(program: Program) -> None:
    variant = program.send("post", "products", PRODUCT, 201)["variants"][0]["id"]
    movement = {"quantity": -8, "reason": "damaged"}
    problem = program.send("post", f"variants/{variant}/stock-movements", movement, 409)
    assert (problem["code"], problem["available"]) == ("stock-below-zero", 7)
    assert models.StockMovement.objects.count() == 1


def test_a_file_is_imported(program: Program, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(apply: str) -> Any:
        file = SimpleUploadedFile("a.csv", b"sku,nama,kategori,harga\nA,Teh,dapur,5000\nB,,dapur,5000\n")
        body = {"business_id": program.business_id, "file": file, "apply": apply}
        return client.post("/v1/imports", body, headers={"Idempotency-Key": "kunci-impor-" + apply})

    assert send("false").json()["creates"] == 1
    assert not models.Product.objects.exists()
    report = send("true").json()
    assert (report["creates"], [p["code"] for p in report["problems"]]) == (1, ["text-missing"])
    assert send("true").json() == report
    assert models.Product.objects.get().name == "Teh"
    read = client.get(f"/v1/imports/{report['id']}?business_id={program.business_id}").json()
    assert read["problems"] == report["problems"]


def test_a_body_that_announces_200_megabytes_is_refused_unread(program: Program) -> None:
    class Unread:
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    huge = {
        "CONTENT_LENGTH": str(200 * 1024 * 1024),
        "wsgi.input": Unread(),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    for path in (f"/jualan/{program.business.slug}/impor", "/v1/imports"):
        answer = program.client.request(PATH_INFO=path, REQUEST_METHOD="POST", **huge)
        assert answer.status_code == 413
    assert not models.Import.objects.exists()


def test_a_stranger_reads_what_is_for_sale_and_writes_nothing(client: Client) -> None:
    product = a_product(a_business().id)
    draft = a_product(a_business().id, status=commerce.ProductStatus.DRAFT)
    assert client.get(f"/v1/products/{ids.public('prd', product.id)}").status_code == 200
    assert client.get(f"/v1/products/{ids.public('prd', draft.id)}").status_code == 404
    assert len(client.get("/v1/categories").json()["items"]) == 29
    body = PRODUCT | {"business_id": ids.public("biz", product.business_id)}
    answer = client.post(
        "/v1/products", body, content_type="application/json", headers={"Idempotency-Key": "kunci-asing"}
    )
    assert answer.status_code == 401


def test_another_businesss_ids_are_not_found(program: Program) -> None:
    theirs = a_product(a_business().id)
    public = ids.public("prd", theirs.id), ids.public("var", theirs.variants[0].id)
    program.send("patch", f"products/{public[0]}", {"name": "X"}, 404)
    program.send("patch", f"variants/{public[1]}", {"price_minor": 1}, 404)
    program.send("post", f"variants/{public[1]}/stock-movements", {"quantity": 1, "reason": "received"}, 404)
    program.send("patch", f"products/{public[0]}", {"business_id": ids.public("biz", theirs.business_id)}, 404)
    assert commerce.product(product_id=theirs.id, at=AT) == theirs
