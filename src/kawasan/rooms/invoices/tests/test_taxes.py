"""A month of tax invoices: what goes into the file, what to mend and where, numbers, returns, retail; and programs."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.builders.authority import a_completion, a_sale
from tests.builders.books import balances, follow
from tests.builders.invoices import (
    AT,
    TODAY,
    a_customer,
    a_draft,
    a_line,
    a_shop,
    an_invoice,
    an_owner,
    register,
)
from tests.builders.orders import a_buyer, an_order
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.core.errors import Forbidden
from kawasan.rooms.books.rules import efaktur
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import models
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone.models import Person

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}
NOVEMBER = date(2026, 11, 1)
NSFP = "04002600000000017"


def month(shop: Any) -> invoices.TaxMonth:
    return invoices.tax_month(actor=an_owner(shop), business_id=shop, month=NOVEMBER)


def test_the_file_says_what_the_invoices_say():
    shop = a_shop(pkp=True)
    an_invoice(shop, a_line(quantity="10", price=12_000_000), a_line("Jasa jahit", "1", 100_000, is_service=True))
    person = a_customer(shop, proof=invoices.Proof.PASSPORT, number="E1234567", country="CHN", name="Li & Co")
    an_invoice(shop, customer=person, prices_include_ppn=True)
    found = month(shop)
    assert (found.waiting, found.mends, found.files) == (2, 0, 1)
    text = invoices.tax_file(actor=an_owner(shop), business_id=shop, month=NOVEMBER, part=1)
    root = ET.fromstring(text)
    first, second = root.findall(".//TaxInvoice")
    assert first.findtext("TaxInvoiceDate") == "2026-11-22"
    assert first.findtext("BuyerTin") == "0013121660091000"
    assert first.findtext("BuyerIDTKU") == "0013121660091000000000"
    assert first.findtext("SellerIDTKU") == root.findtext("TIN") + "000000"
    lines = first.findall(".//GoodService")
    assert [line.findtext("Opt") for line in lines] == ["A", "B"]
    assert [line.findtext("VAT") for line in lines] == ["13200000", "11000"]
    assert second.findtext("BuyerName") == "Li & Co"
    assert (second.findtext("BuyerTin"), second.findtext("BuyerDocument")) == ("0" * 16, "Passport")
    assert [element.tag for element in first][:3] == ["TaxInvoiceDate", "TaxInvoiceOpt", "TrxCode"]


def test_what_coretax_would_refuse_is_listed_and_mended_at_the_customer():
    shop = a_shop(pkp=True)
    customer = a_customer(shop, proof=invoices.Proof.OTHER, number="X1")
    made = an_invoice(shop, customer=customer, trx_code="07", add_info="TD.00501", facility_stamp="TD.01101")
    models.Document.objects.filter(pk=made.id).update(add_info="", facility_stamp="")  # issued before it was asked for
    owner = an_owner(shop)
    reasons = [item.reason for item in month(shop).rows[0].mends]
    assert reasons == ["facility_fields_missing_for_07", "facility_fields_missing_for_07"]
    with pytest.raises(invoices.FileNotReady):
        invoices.tax_file(actor=owner, business_id=shop, month=NOVEMBER, part=1)
    with pytest.raises(invoices.FileNotReady):
        invoices.mark_uploaded(actor=owner, business_id=shop, document_id=made.id, nsfp=NSFP, at=AT)
    assert not models.TaxMark.objects.exists()
    models.Document.objects.filter(pk=made.id).update(buyer="")
    assert "unknown_buyer_document" in {item.reason for item in month(shop).rows[0].mends}
    data = invoices.CustomerData("PT Baru", invoices.Proof.TIN, "0013121660091000")
    invoices.change_customer(actor=owner, business_id=shop, customer_id=customer.id, data=data)
    invoices.replace_tax_invoice(actor=owner, business_id=shop, document_id=made.id, at=AT)
    assert {item.field for item in month(shop).rows[0].mends} == {"AddInfo", "FacilityStamp"}


def test_an_uploaded_invoice_keeps_its_number_and_is_replaced_by_hand():
    shop = a_shop(pkp=True)
    made, other = an_invoice(shop), an_invoice(shop)
    call = {"actor": an_owner(shop), "business_id": shop, "document_id": made.id, "at": AT}
    with pytest.raises(invoices.TaxNumberInvalid):
        invoices.mark_uploaded(**call, nsfp="123")
    for _ in range(2):
        invoices.mark_uploaded(**call, nsfp="04.00-26-00000000017")
    with pytest.raises(invoices.TaxNumberTaken):
        invoices.mark_uploaded(**call | {"document_id": other.id}, nsfp=NSFP)
    assert [row.what for row in models.TaxMark.objects.all()] == ["uploaded"]
    assert [row.document.number for row in month(shop).rows if row.goes_into_file] == [other.number]
    invoices.replace_tax_invoice(**call)
    row = month(shop).rows[0]
    assert (row.is_replacement, row.document.nsfp, row.goes_into_file) == (True, NSFP, False)
    invoices.mark_uploaded(**call, nsfp=NSFP)
    assert month(shop).rows[0].is_uploaded


def test_a_return_names_the_tax_invoice_that_it_takes_back_from():
    shop = a_shop(pkp=True)
    made, gone = an_invoice(shop), an_invoice(shop)
    owner = an_owner(shop)
    invoices.mark_uploaded(actor=owner, business_id=shop, document_id=made.id, nsfp=NSFP, at=AT)
    for document_id, quantities in ((made.id, {1: Decimal(1)}), (gone.id, None)):
        invoices.credit(
            actor=owner, business_id=shop, document_id=document_id, credit_id=ids.uuid7(), quantities=quantities, at=AT
        )
    found = month(shop)
    assert [(row.origin_nsfp, row.document.sums.ppn_minor) for row in found.returns] == [(NSFP, 11_000_00)]
    assert [row.document.id for row in found.rows] == [made.id]  # the other was cancelled before anybody heard of it


def test_retail_is_one_sum_and_its_ppn_is_booked_once():
    shop = a_shop(pkp=True)
    noon = AT
    a_completion(a_sale(shop, 1_110_000_00, at=noon), at=noon)
    follow()
    an_invoice(shop, customer=a_customer(shop, proof=invoices.Proof.NONE, number=""))
    found = month(shop).retail
    assert (found.ledger_minor, found.invoices_minor) == (1_110_000_00, 222_000_00)
    assert (found.base_minor, found.ppn_minor) == (1_200_000_00, 132_000_00)
    call = {"actor": an_owner(shop), "business_id": shop, "month": NOVEMBER, "at": AT}
    assert invoices.book_retail(**call) == 110_000_00
    with pytest.raises(invoices.NothingOpen):
        invoices.book_retail(**call)
    assert balances(shop)["2201"] == -132_000_00
    assert balances(shop)["4101"] == -1_200_000_00


def test_a_thousand_invoices_a_file(monkeypatch):
    monkeypatch.setattr("kawasan.rooms.invoices.rules.taxes.INVOICES_PER_FILE_MAX", 2)
    monkeypatch.setattr(efaktur, "INVOICES_PER_FILE_MAX", 2)
    shop = a_shop(pkp=True)
    customer = a_customer(shop)
    numbers = [an_invoice(shop, customer=customer).number for _ in range(3)]
    assert month(shop).files == 2
    texts = [invoices.tax_file(actor=an_owner(shop), business_id=shop, month=NOVEMBER, part=part) for part in (1, 2)]
    assert [re.findall("<RefDesc>(.*?)<", text) for text in texts] == [numbers[:2], numbers[2:]]
    with pytest.raises(invoices.DocumentNotFound):
        invoices.tax_file(actor=an_owner(shop), business_id=shop, month=NOVEMBER, part=3)


def test_only_owner_and_accountant_of_a_pkp():
    shop = a_shop()
    with pytest.raises(invoices.NotPkp):
        month(shop)
    register(shop)
    with pytest.raises(Forbidden):
        invoices.tax_month(actor=an_owner(shop, BusinessRole.STAFF), business_id=shop, month=NOVEMBER)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"trx_code": "07"}, "add_info"),
        ({"trx_code": "08", "add_info": "TD.00501"}, "facility_stamp"),
        ({"trx_code": "08", "add_info": "TD.9", "facility_stamp": "TD.01101"}, "add_info"),
        ({"trx_code": "04", "facility_stamp": "TD.01101"}, "facility_stamp"),
    ],
)
def test_a_code_with_a_facility_is_issued_with_it_only(given, field):
    shop = a_shop(pkp=True)
    made = a_draft(shop, **given)
    with pytest.raises(invoices.FacilityMissing) as refused:
        invoices.issue(actor=an_owner(shop), business_id=shop, document_id=made.id, at=AT)
    assert refused.value.field == field
    row = models.Document.objects.get(pk=made.id)
    assert (row.issued_at, row.number) == (None, "")
    assert an_invoice(shop).number.endswith("0001")  # no number was taken


def test_a_month_on_its_page(client: Any) -> None:
    shop = a_business()
    client.force_login(owner_of(shop))
    root = f"/jualan/{shop.slug}/faktur/pajak"
    assert "is not PKP" in client.get(root, **ENGLISH).content.decode()
    register(shop.id)
    facility = {"trx_code": "07", "add_info": "TD.00501", "facility_stamp": "TD.01101"}
    wrong = an_invoice(shop.id, **facility, at=clock.now())
    models.Document.objects.filter(pk=wrong.id).update(add_info="", facility_stamp="")
    asked = {"bulan": f"{clock.business_day(clock.now()):%Y-%m}"}
    text = client.get(root, asked, **ENGLISH).content.decode()
    assert "Code 07 needs its additional information" in text
    assert "withholds no income tax" in text
    staff = Actor(person_id=ids.uuid7(), zone_role=ZoneRole.OPERATOR)
    rule = {"kind": payments.RuleKind.WITHHOLDING, "permille": 5, "amount_minor": 500_000_000_00}
    new = payments.NewRule(since=clock.business_day(clock.now()), authority="PMK 37/2025", **rule)
    payments.set_money_rule(actor=staff, rule_id=ids.uuid7(), rule=new, at=clock.now())
    assert "withholds 0.5 % income tax (PPh 22, PMK 37/2025)" in client.get(root, asked, **ENGLISH).content.decode()
    assert client.get(f"{root}/1.xml", asked).status_code == 409
    right = an_invoice(shop.id, at=clock.now())
    invoices.credit(
        actor=an_owner(shop.id), business_id=shop.id, document_id=wrong.id, credit_id=ids.uuid7(), at=clock.now()
    )
    file = client.get(f"{root}/1.xml", asked)
    assert file.content.startswith(b"<?xml")
    mark = f"/jualan/{shop.slug}/faktur/{right.public_id}/nomor-pajak"
    refused = client.post(mark, asked | {"nsfp": "1"}, **ENGLISH)
    assert refused.status_code == 422
    assert "16 or 17 digits" in refused.content.decode()
    assert client.post(mark, asked | {"nsfp": NSFP}).status_code == 302
    assert NSFP in client.get(root, asked).content.decode()
    assert client.post(f"/jualan/{shop.slug}/faktur/{right.public_id}/pengganti", asked).status_code == 302
    assert "Faktur Pengganti" in client.get(root, asked).content.decode()
    assert client.get(f"{root}/retur.csv", asked).status_code == 200
    assert client.post(f"{root}/eceran", asked).status_code == 422
    client.force_login(a_member(shop, "staff"))
    assert client.get(root).status_code == 403
    assert client.post(mark, asked | {"nsfp": NSFP}).status_code == 403


def test_programs_bill_and_collect(client: Any) -> None:
    shop = a_business()
    client.force_login(owner_of(shop))
    root, js = f"/v1/invoices/{shop.public_id}", {"content_type": "application/json"}

    def post(path: str, body: dict[str, Any], key: str = "") -> Any:
        return client.post(f"{root}/{path}", body, **js, headers={"idempotency-key": key or str(ids.uuid7())})

    customer = post("customers", {"name": "PT Api", "proof": "tin", "number": "0013121660091000"}).json()
    assert "31216600" not in customer["masked_number"]
    lines = [{"name": "Kain", "quantity": "2.5", "price_minor": 10_000_00}]
    body = {"customer": customer["id"], "lines": lines}
    key = str(ids.uuid7())
    draft = post("documents", body, key)
    assert draft.status_code == 201
    assert post("documents", body, key).json() == draft.json()
    path = f"documents/{draft.json()['id']}"
    assert post(f"{path}/payments", {"amount_minor": 1, "method": "cash", "day": str(TODAY)}).json()["code"] == (
        "document-not-issued"
    )
    issued = post(f"{path}/issue", {}).json()
    assert (issued["state"], issued["total_minor"]) == ("issued", 25_000_00)
    day = issued["issued_on"]
    assert post(f"{path}/payments", {"amount_minor": 5_000_00, "method": "cash", "day": day}).json()["open_minor"] == (
        20_000_00
    )
    assert post(f"{path}/payments", {"amount_minor": 5, "method": "qris", "day": day}).status_code == 422
    assert post(f"{path}/credits", {"quantities": {"1": "0.5"}}).json()["total_minor"] == 5_000_00
    assert client.get(f"{root}/documents", {"state": "partly-paid"}).json()["items"][0]["open_minor"] == 15_000_00
    assert b"<cbc:ID>" in client.get(f"{root}/{path}/ubl").content
    assert client.get(f"{root}/customers", {"q": "api"}).json()["items"] == [customer]
    client.force_login(owner_of(a_business()))
    assert client.get(f"{root}/{path}").status_code == 404
    assert post(f"{path}/credits", {}).status_code == 404


@pytest.mark.parametrize("pkp", [False, True])
def test_a_buyer_gets_the_invoice_of_an_order_once(client: Any, pkp: bool) -> None:
    order, buyer = a_completed_order()
    if pkp:
        register(order.business_id)
    follow()
    before = balances(order.business_id)
    client.force_login(Person.objects.get(pk=buyer.person_id))
    address = f"/pesanan/{ids.public('ord', order.id)}/faktur"
    key = re.search(r"cus_[0-9a-z]{26}", client.get(address).content.decode())[0]
    form = {"key": key, "name": "PT Pembeli", "proof": "tin", "number": "1", "country": "IDN", "language": "id"}
    assert client.post(address, form).status_code == 422
    made = client.post(address, form | {"number": "0013121660091000"})
    assert made["Location"].startswith("/tagihan/")
    assert client.get(address)["Location"] == made["Location"]
    (row,) = models.Document.objects.all()
    assert (row.business_id, row.total_minor, row.paid_minor) == (order.business_id, row.paid_minor, row.paid_minor)
    assert 0 <= order.total_minor - row.total_minor <= 2 * len(order.lines)
    after = balances(order.business_id)
    assert after.get("2201", 0) == -row.ppn_minor
    assert after["4101"] - before["4101"] == row.ppn_minor
    assert (row.ppn_minor > 0) is pkp
    assert "1201" not in after
    assert invoices.differences() == []
    client.force_login(owner_of(a_business()))
    assert client.get(address).status_code == 404


def a_completed_order() -> tuple[Any, Any]:
    buyer = a_buyer()
    order = an_order(buyer=buyer, state=commerce.OrderState.COMPLETED, at=clock.now())
    return order, buyer
