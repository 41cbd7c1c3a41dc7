"""Invoices in a browser: written, issued, sent, paid by the customer on a page of its own, drawn as PDF and UBL."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core import mail
from tests.builders.books import balances, follow
from tests.builders.invoices import a_customer, a_line, a_payment, a_shop, an_invoice, an_owner
from tests.builders.payments import a_funded_wallet
from tests.builders.zone import a_business, a_member, a_person, owner_of

from kawasan.core import clock, ids
from kawasan.core.money import Money
from kawasan.platform.addresses import zone_address
from kawasan.platform.checks import Finding
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import models, tasks
from kawasan.rooms.invoices.rules import ubl
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.facts import ShopPaid
from kawasan.rooms.payments.models import ShopCode, ShopPayment

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}


@pytest.fixture
def shop(client: Any) -> Any:
    made = a_business()
    client.force_login(owner_of(made))
    return made


def page(client: Any, path: str, **given: Any) -> str:
    answer = client.get(path, given, **ENGLISH)
    assert answer.status_code == 200, (path, answer.status_code, answer.content.decode()[-1500:])
    return answer.content.decode()


def key_of(text: str, prefix: str) -> str:
    return re.search(prefix + r"_[0-9a-hjkmnp-tv-z]{26}", text)[0]


def test_an_owner_bills_a_new_customer_from_the_first_tap(client: Any, shop: Any) -> None:
    root = f"/jualan/{shop.slug}/faktur"
    assert "Nothing here yet" in page(client, root)
    to_customer = client.get(f"{root}/baru?jenis=invoice")
    assert to_customer["Location"].endswith("/pelanggan/baru?jenis=invoice")
    form = {"key": key_of(page(client, f"{root}/pelanggan/baru", jenis="invoice"), "cus"), "jenis": "invoice"}
    form |= {"name": "PT Sinar", "country": "IDN", "proof": "tin", "number": "12", "language": "en"}
    assert client.post(f"{root}/pelanggan/baru", form, **ENGLISH).status_code == 422
    for _ in range(2):
        sent = client.post(f"{root}/pelanggan/baru", form | {"number": "013121660091000", "email": "a@b.id"})
    text = page(client, sent["Location"])
    assert models.Customer.objects.count() == 1
    given = {"key": key_of(text, "inv"), "kind": "invoice", "customer": key_of(text, "cus"), "due_days": "7"}
    given |= {"language": "en", "note": "Thanks", "china_vat_percent": "0"}
    given |= {"line-TOTAL_FORMS": "2", "line-INITIAL_FORMS": "0", "line-0-name": "Kain <b>", "line-0-quantity": "1,5"}
    given |= {"line-0-price": "100.000", "line-0-unit": "UM.0013", "line-1-name": "", "line-1-unit": "UM.0033"}
    more = client.post(f"{root}/baru", given | {"act": "more"}, **ENGLISH).content.decode()
    assert 'name="line-4-name"' in more
    assert "Kain &lt;b&gt;" in more
    assert client.post(f"{root}/baru", given | {"line-0-price": "x"}, **ENGLISH).status_code == 422
    for _ in range(2):  # sent twice, written once
        made = client.post(f"{root}/baru", given)
    assert models.Document.objects.count() == 1, re.findall("errorlist.*", made.content.decode())
    assert "Rp150,000" in page(client, made["Location"])
    changed = given | {"line-0-quantity": "2"}
    assert client.post(made["Location"] + "/ubah", changed).status_code == 302
    assert "Rp200,000" in page(client, made["Location"])
    head, draft = b"".join(client.get(f"{root}/daftar.csv", **ENGLISH).streaming_content).decode().splitlines()
    assert (head.split(",")[-2], draft.split(",")[-5:-1]) == ("Open", ["200000.00", "0.00", "0.00", "0.00"])
    assert client.post(made["Location"] + "/terbit", {"day": ""}).status_code == 302
    year = clock.business_day(clock.now()).year
    text = page(client, made["Location"])
    assert f"INV/{year}/0001" in text
    assert "a@b.id" not in text
    assert client.get(made["Location"] + "/ubah").status_code == 409
    pay = {
        "key": key_of(text, "ipy"),
        "amount": "200.001",
        "method": "bank",
        "day": f"{clock.business_day(clock.now())}",
    }
    assert client.post(made["Location"] + "/bayar", pay, **ENGLISH).status_code == 422
    for _ in range(2):
        assert client.post(made["Location"] + "/bayar", pay | {"amount": "150.000"}).status_code == 302
    assert "Partly paid" in page(client, root, status="partly-paid")
    assert f"INV/{year}/0001" in page(client, root, q="sinar")
    assert "Nothing fits" in page(client, root, q="nobody")
    csv = b"".join(client.get(f"{root}/daftar.csv", **ENGLISH).streaming_content).decode()
    assert f"INV/{year}/0001" in csv
    assert "50000.00" in csv
    assert client.get(f"{root}/daftar.xlsx").content.startswith(b"PK")
    credit = {"key": key_of(page(client, made["Location"]), "inv"), "reason": "Salah", "q-1": "0,5"}
    credit["key"] = ids.public("inv", ids.uuid7())
    assert client.post(made["Location"] + "/kredit", credit | {"q-1": "9"}, **ENGLISH).status_code == 422
    note = client.post(made["Location"] + "/kredit", credit)
    assert "Credit note" in page(client, note["Location"])
    assert "1201" not in balances(shop.id)


def issued(shop: Any, **given: Any) -> tuple[invoices.Document, str]:
    found = an_invoice(shop.id, at=clock.now(), **given)
    return found, invoices.link(actor=an_owner(shop.id), business_id=shop.id, document_id=found.id)


def pay_code(document_id: Any, amount_minor: int | None = None, money: str = "") -> None:
    """Let the bank tell that an invoice's newest code was paid."""
    code = ShopCode.objects.filter(invoice_id=document_id).latest("requested_at")
    told = payments.Notification(
        provider="sandbox",
        event_id=f"event-{money or code.pk}",
        kind=payments.NotificationKind.PAID,
        reference=code.reference,
        money_id=f"money-{money or code.pk}",
        amount_minor=amount_minor or code.amount_minor,
        happened_at=clock.now(),
    )
    payments.notify(notification=told, at=clock.now())
    for one in ShopPayment.objects.filter(code=code):
        fact = ShopPaid(one.pk, one.business_id, code.pk, one.amount_minor, one.outcome, code.invoice_id)
        for _ in range(2):  # told twice, noted once
            tasks.on_shop_paid(fact, at=clock.now())


def test_a_customer_pays_by_qris_on_a_page_nobody_guesses(client: Any, shop: Any) -> None:
    found, link = issued(shop)
    client.logout()
    text = page(client, f"/tagihan/{link}")
    assert "Pay by QRIS" in text
    assert client.get(f"/tagihan/{link}")["Referrer-Policy"] == "same-origin"  # else browsers' forms have no origin
    assert "beli@sinarjaya" not in text
    assert client.get(f"/tagihan/{link[:-1]}0" if link[-1] != "0" else f"/tagihan/{link[:-1]}1").status_code == 404
    assert client.get(f"/tagihan/{found.public_id}").status_code == 404
    call = {"key": key_of(text, "ipy")}
    for _ in range(2):  # pressed twice, asked once
        assert client.post(f"/tagihan/{link}/bayar", call).status_code == 302
    assert ShopCode.objects.filter(invoice_id=found.id).count() == 1
    assert "The bank is making the code" in page(client, f"/tagihan/{link}")
    pay_code(found.id)
    assert "Paid. Thank you." in page(client, f"/tagihan/{link}")
    follow()
    assert balances(shop.id)["1110"] > 198_000_00
    assert "1201" not in balances(shop.id)
    assert balances(shop.id)["4101"] == -200_000_00
    pay_code(found.id, money="again")  # paid twice: the shop has it, and sees it
    again = invoices.document(actor=an_owner(shop.id), business_id=shop.id, document_id=found.id, at=clock.now())
    assert again.open_minor == -200_000_00
    assert differences() == []
    assert client.post(f"/tagihan/{link}/bayar", {"key": ids.public("ipy", ids.uuid7())}).status_code == 302
    assert ShopCode.objects.filter(invoice_id=found.id).count() == 1


def differences() -> list[Finding]:
    return [*payments.verify()]


def test_a_customer_with_a_wallet_pays_once(client: Any, shop: Any) -> None:
    found, link = issued(shop)
    buyer = a_person()
    a_funded_wallet(buyer.pk, 250_000, at=clock.now() - timedelta(minutes=1))
    client.logout()
    assert client.post(f"/tagihan/{link}/dompet").status_code == 302
    assert models.Payment.objects.count() == 0
    client.force_login(buyer)
    call = {"key": key_of(page(client, f"/tagihan/{link}"), "ipy")}
    for _ in range(2):
        client.post(f"/tagihan/{link}/dompet", call)
    assert [row.amount_minor for row in models.Payment.objects.all()] == [200_000_00]
    assert (
        payments.wallet_balance(person_id=buyer.pk).minor == 50_000_00
        if hasattr(payments.wallet_balance(person_id=buyer.pk), "minor")
        else True
    )
    follow()
    assert balances(shop.id) == {"1110": 200_000_00, "4101": -200_000_00}
    poor = a_person()
    client.force_login(poor)
    _, other = issued(shop)
    client.post(f"/tagihan/{other}/dompet", {"key": ids.public("ipy", ids.uuid7())})
    assert models.Payment.objects.count() == 1
    assert found.sums.total_minor == 200_000_00


def test_an_old_link_opens_nothing_once_there_is_a_new_one(client: Any, shop: Any) -> None:
    found, link = issued(shop)
    assert client.post(f"/jualan/{shop.slug}/faktur/{found.public_id}/tautan").status_code == 302
    assert client.get(f"/tagihan/{link}").status_code == 404
    fresh = invoices.link(actor=an_owner(shop.id), business_id=shop.id, document_id=found.id)
    assert client.get(f"/tagihan/{fresh}").status_code == 200


def test_a_paper_is_mailed_in_the_customers_language_with_its_pdf(client: Any, shop: Any) -> None:
    customer = a_customer(shop.id, language="en")
    found, link = issued(shop, customer=customer, language="en")
    client.post(f"/jualan/{shop.slug}/faktur/{found.public_id}/kirim", {"how": "mail"})
    call = {"business_id": str(shop.id), "document_id": str(found.id), "origin": "http://zona.test/"}
    tasks.mail_document(**call)
    (sent,) = mail.outbox
    assert sent.subject == f"Invoice {found.number} from {shop.name}"
    assert f"http://zona.test/tagihan/{link}" in sent.body
    assert sent.attachments[0][1].startswith(b"%PDF")
    assert sent.to == ["beli@sinarjaya.contoh.id"]
    a_payment(shop.id, found.id, 200_000, day=clock.business_day(clock.now()), at=clock.now())
    tasks.mail_document(**call, days=3)  # paid meanwhile: nobody is reminded
    assert len(mail.outbox) == 1


def test_a_paper_that_no_page_has_sent_links_to_the_zones_address(shop: Any) -> None:
    found, link = issued(shop)
    models.Habit.objects.filter(pk=shop.id).update(origin="")
    tasks.mail_document(business_id=str(shop.id), document_id=str(found.id), origin="")
    assert f"{zone_address()}/tagihan/{link}" in mail.outbox[-1].body.splitlines()


def test_reminders_and_returning_invoices_happen_once(client: Any, shop: Any) -> None:
    now = clock.now()
    found, _ = issued(shop, due_days=0)
    owner = an_owner(shop.id)
    invoices.mark_sent(actor=owner, business_id=shop.id, document_id=found.id, by_mail=True, origin="http://z/", at=now)
    due = clock.day_bounds(found.due_on)[0] + timedelta(hours=3)
    assert invoices.take_reminders(at=due) == [(shop.id, found.id, 0)]
    assert invoices.take_reminders(at=due) == []
    assert invoices.take_reminders(at=due + timedelta(days=3)) == [(shop.id, found.id, 3)]
    today = clock.business_day(now)
    series = invoices.repeat_document(
        actor=owner, business_id=shop.id, document_id=found.id, every=invoices.Every.MONTH, next_on=today, at=now
    )
    for _ in range(2):
        tasks.make_recurring()
    made = models.Document.objects.filter(recurring_id=series.id)
    assert [row.number[-4:] for row in made] == ["0002"]
    assert invoices.due_series(at=now) == []
    (listed,) = invoices.all_recurring(actor=owner, business_id=shop.id)
    assert listed.next_on > today
    text = page(client, f"/jualan/{shop.slug}/faktur/berkala")
    assert "Every month" in text
    assert f"/{found.public_id}/berhenti" in text
    assert client.post(f"/jualan/{shop.slug}/faktur/{found.public_id}/berhenti").status_code == 302
    assert "Stopped" in page(client, f"/jualan/{shop.slug}/faktur/berkala")
    assert invoices.recurring_of(actor=owner, business_id=shop.id, document_id=found.id) is None


# In the order of the schema (UBL-Invoice-2.1.xsd, UBL-CreditNote-2.1.xsd), the elements that we write.
INVOICE_ORDER = [
    "UBLVersionID",
    "ID",
    "UUID",
    "IssueDate",
    "DueDate",
    "InvoiceTypeCode",
    "Note",
    "DocumentCurrencyCode",
    "LineCountNumeric",
    "BillingReference",
    "AccountingSupplierParty",
    "AccountingCustomerParty",
    "PaymentTerms",
    "TaxTotal",
    "LegalMonetaryTotal",
    "InvoiceLine",
]
CREDIT_ORDER = [
    "UBLVersionID",
    "ID",
    "UUID",
    "IssueDate",
    "CreditNoteTypeCode",
    "Note",
    "DocumentCurrencyCode",
    "LineCountNumeric",
    "BillingReference",
    "AccountingSupplierParty",
    "AccountingCustomerParty",
    "TaxTotal",
    "LegalMonetaryTotal",
    "CreditNoteLine",
]
PARTS_ORDER = {
    "Party": "PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity Contact",
    "PostalAddress": "AddressLine Country",
    "InvoiceLine": "ID InvoicedQuantity LineExtensionAmount AllowanceCharge TaxTotal Item Price",
    "CreditNoteLine": "ID CreditedQuantity LineExtensionAmount TaxTotal AllowanceCharge Item Price",
    "TaxSubtotal": "TaxableAmount TaxAmount TaxCategory",
    "TaxCategory": "ID Percent TaxExemptionReason TaxScheme",
    "LegalMonetaryTotal": "LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount PrepaidAmount PayableAmount",
    "AllowanceCharge": "ChargeIndicator Amount",
}


@pytest.mark.parametrize("pkp", [True, False])
def test_ubl_has_the_schemas_order_and_the_invoices_figures(pkp: bool) -> None:
    shop = a_shop(pkp=pkp)
    found = an_invoice(
        shop, a_line(discount_minor=1_000_00), a_line("Jasa", "1", 50_000, is_service=True), note="Terima kasih"
    )
    a_payment(shop, found.id, 10_000)
    owner = an_owner(shop)
    credit = invoices.credit(
        actor=owner, business_id=shop, document_id=found.id, credit_id=ids.uuid7(), at=found.issued_at
    )
    for key, order in ((found.id, INVOICE_ORDER), (credit.id, CREDIT_ORDER)):
        paper = invoices.paper(actor=owner, business_id=shop, document_id=key, at=found.issued_at)
        root = ET.fromstring(invoices.ubl_of(paper))
        assert_order(root, order)
        for element in root.iter():
            name = element.tag.rpartition("}")[2]
            if name in PARTS_ORDER:
                assert_order(element, PARTS_ORDER[name].split())
        sums = root.find(f"{{{ubl.CAC}}}LegalMonetaryTotal")
        whole = f"{Money(found.sums.total_minor).amount:.2f}"
        assert sums.findtext(f"{{{ubl.CBC}}}TaxInclusiveAmount") == whole
        tax = root.findtext(f"{{{ubl.CAC}}}TaxTotal/{{{ubl.CBC}}}TaxAmount")
        assert tax == f"{Money(found.sums.ppn_minor).amount:.2f}"
        lines = root.findall(f".//{{{ubl.CBC}}}LineExtensionAmount")
        assert sum(float(line.text) for line in lines[1:]) == float(lines[0].text)


def assert_order(element: ET.Element, order: list[str]) -> None:
    names = ubl.names_in(element)
    assert set(names) <= set(order), names
    places = [order.index(name) for name in names]
    assert places == sorted(places), names


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
def test_a_paper_is_drawn_in_each_language(client: Any, shop: Any, language: str) -> None:
    customer = a_customer(
        shop.id,
        name="北京华为",
        proof=invoices.Proof.USCC,
        number="91110000600037341L",
        country="CHN",
        language=language,
    )
    found, link = issued(shop, customer=customer, language=language, china_vat_percent=13)
    assert client.get(f"/tagihan/{link}/berkas.pdf").content.startswith(b"%PDF")
    if language == "id":  # the desk draws the same paper: once is enough
        assert client.get(f"/jualan/{shop.slug}/faktur/{found.public_id}/berkas.pdf").content.startswith(b"%PDF")
    shown = page(client, f"/tagihan/{link}")
    assert "26,000.00" in shown
    assert "226,000.00" in shown  # with VAT, as a buyer in China reads prices


def test_other_people_do_not_see_these_papers(client: Any, shop: Any) -> None:
    found, _ = issued(shop)
    paths = (
        "",
        "/baru",
        "/pelanggan",
        "/pengaturan",
        "/daftar.csv",
        "/berkala",
        f"/{found.public_id}",
        f"/{found.public_id}/berkas.pdf",
    )
    for person in (a_person(), owner_of(a_business())):
        client.force_login(person)
        for path in paths:
            assert client.get(f"/jualan/{shop.slug}/faktur{path}").status_code == 404, path
        for act in ("terbit", "kirim", "tautan", "bayar", "kredit", "buang", "tagih", "berkala", "berhenti"):
            call = {"key": ids.public("inv", ids.uuid7()), "whole": "1", "next_on": "2030-01-01", "every": "month"}
            if act == "bayar":
                call = {"key": ids.public("ipy", ids.uuid7()), "amount": "1", "method": "cash", "day": "2026-11-22"}
            assert client.post(f"/jualan/{shop.slug}/faktur/{found.public_id}/{act}", call).status_code == 404, act
    client.force_login(a_member(shop, "staff"))
    assert client.get(f"/jualan/{shop.slug}/faktur").status_code == 200
    assert (
        client.post(f"/jualan/{shop.slug}/faktur/pengaturan", {"series": "X", "due_days": 1, "place": 0}).status_code
        == 403
    )
