"""Issued papers and agreed quotations in the log: one leaf each time, proved by files that work alone, to the bit."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from tests.builders.invoices import AT, a_customer, a_line, a_shop, an_invoice, an_owner
from tests.builders.zone import owner_of

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import models
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.flipping import every_bit_counts
from kawasan.rooms.log.tests.verifying import holds, published, verifier
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return a_shop(pkp=True)


def link_to(shop, found) -> str:
    return invoices.link(actor=an_owner(shop), business_id=shop, document_id=found.id)


def a_quotation(shop) -> invoices.Document:
    return an_invoice(shop, kind=invoices.DocumentKind.QUOTATION)


def leaves(found) -> invoices.PaperLeaves:
    see_as(SYSTEM)
    return invoices.leaves_of_paper(document_id=found.id)


def is_proved(leaf) -> bool:
    return holds(log.as_json(log.proof_of(leaf)), log.keys()[0].vkey)


def said(leaf) -> dict:
    return json.loads(log.proof_of(leaf).content.body)


def test_an_accepted_quotation_is_an_agreement_in_the_log_once(shop):
    found = a_quotation(shop)
    assert leaves(found).agreed is None
    for _ in range(2):
        invoices.answer_quotation(link=link_to(shop, found), accepted=True, at=AT)
    published()
    see_as(SYSTEM)
    (leaf,) = log.leaves_of(kind=invoices.AGREED_KIND, subject=str(found.id))
    assert leaf == leaves(found).agreed
    assert is_proved(leaf)
    told = said(leaf)
    assert (told["number"], told["accepted_at"]) == (found.number, AT.isoformat())
    assert told["lines"] == said(leaves(found).issued)["lines"]


def test_a_declined_quotation_is_no_agreement(shop):
    found = a_quotation(shop)
    invoices.answer_quotation(link=link_to(shop, found), accepted=False, at=AT)
    assert leaves(found).agreed is None


def test_who_has_the_link_of_a_paper_gets_files_that_prove_it_and_its_agreement(client, shop):
    found = a_quotation(shop)
    link = link_to(shop, found)
    invoices.answer_quotation(link=link, accepted=True, at=AT)
    published()
    key = log.keys()[0].vkey
    client.force_login(owner_of(zone.business(business_id=shop)))
    own = client.get(f"/jualan/{zone.business(business_id=shop).slug}/faktur/{found.public_id}").content.decode()
    client.logout()
    page = client.get(f"/tagihan/{link}").content.decode()
    addresses = re.findall(r'href="(/log/bukti/lef_[^"]+)"', page)
    assert len(addresses) == len(re.findall(r"/log/bukti/lef_", own)) == 2
    for address in addresses:
        data = client.get(f"{address}.json").json()
        assert holds(data, key)
        text = client.get(f"{address}.tlog-proof").content.decode()
        assert verifier.check_tlog_proof(text, verifier.from_base64(data["entry"]), [verifier.Key(key)])
        assert found.number in client.get(f"{address}.html").content.decode()


def test_a_replaced_tax_invoice_is_another_leaf_and_the_first_goes_on_proving_what_was_said_first(shop):
    customer = a_customer(shop, name="PT Lama")
    found = an_invoice(shop, customer=customer)
    first = leaves(found).issued
    data = invoices.CustomerData("PT Baru", invoices.Proof.TIN, "0013121660091000")
    owner = an_owner(shop)
    invoices.change_customer(actor=owner, business_id=shop, customer_id=customer.id, data=data)
    invoices.replace_tax_invoice(actor=owner, business_id=shop, document_id=found.id, at=AT)
    published()
    second = leaves(found).issued
    assert second != first
    assert is_proved(first)
    assert is_proved(second)
    assert ("PT Lama" in said(first)["buyer"], "PT Baru" in said(second)["buyer"]) == (True, True)
    assert log.verify() == []


def test_a_credit_note_is_a_leaf_too_and_leaves_the_invoice_as_it_was(shop):
    found = an_invoice(shop)
    made = invoices.credit(
        actor=an_owner(shop), business_id=shop, document_id=found.id, credit_id=found.customer_id,
        quantities={1: Decimal(1)}, at=AT,
    )  # fmt: skip
    published()
    assert is_proved(leaves(found).issued)
    assert is_proved(leaves(made).issued)
    assert log.verify() == []


def test_any_bit_of_a_stored_invoice_is_seen_by_the_verifier(shop):
    found = an_invoice(shop, a_line("Kain batik tulis"))
    published()
    columns = ["number", "kind", "issued_on", "total_minor", "ppn_minor", "seller", "buyer"]
    every_bit_counts(leaves(found).issued, models.Document, {"id": found.id}, columns)


def test_any_bit_of_a_stored_line_is_seen_by_the_verifier(shop):
    found = an_invoice(shop, a_line("Kain batik tulis"))
    published()
    where = {"document_id": found.id, "place": 1}
    every_bit_counts(leaves(found).issued, models.Line, where, ["name", "price_minor", "discount_minor"], examples=20)


def test_any_bit_of_when_a_quotation_was_accepted_is_seen_by_the_verifier(shop):
    found = a_quotation(shop)
    invoices.answer_quotation(link=link_to(shop, found), accepted=True, at=AT)
    published()
    every_bit_counts(leaves(found).agreed, models.Document, {"id": found.id}, ["accepted_at", "buyer"], examples=15)
