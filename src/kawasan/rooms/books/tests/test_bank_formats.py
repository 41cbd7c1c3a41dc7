"""One line of a bank by files of different formats: recognised, told, and taken in when somebody insists."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.builders.zone import a_business, owner_of

from kawasan.rooms.books.models import Bank, BankLine
from kawasan.rooms.books.tests.test_bank import a_bank, taken_in
from kawasan.rooms.books.tests.test_bank_files import CAMT, OFX1

pytestmark = pytest.mark.django_db


def test_a_line_that_another_format_brought_is_left_out_and_told_unless_somebody_insists():
    shop = a_business().id
    bank = a_bank(shop)
    mutasi = (
        "Tanggal,Keterangan,Jumlah\n2026-11-02,TRSF FAKTUR INV-1 PT JAYA,1500000.00 CR\n2026-11-03,PLN,250000.50 DB\n"
    )
    assert taken_in(shop, bank, mutasi).added == 2
    camt = taken_in(shop, bank, CAMT)
    assert (camt.added, camt.repeated, camt.elsewhere) == (0, 2, 1)  # "PLN" is there word for word
    assert taken_in(shop, bank, CAMT).elsewhere == 1
    assert (taken_in(shop, bank, OFX1).elsewhere, BankLine.objects.count()) == (2, 2)
    insisted = taken_in(shop, bank, CAMT, anyhow=True)
    assert (insisted.added, insisted.elsewhere, BankLine.objects.count()) == (1, 0, 3)
    assert (again := taken_in(shop, bank, CAMT)).repeated == 2
    assert again.elsewhere == 0


def test_another_day_amount_or_wording_is_another_line_and_twins_stay_two():
    shop = a_business().id
    bank = a_bank(shop)
    head, one = "Tanggal,Keterangan,Jumlah\n", "2026-11-02,Setoran tunai,1500000.00 CR\n"
    assert taken_in(shop, bank, head + one + one).added == 2
    assert taken_in(shop, bank, CAMT).elsewhere == 0  # other words for the same sum on the same day
    twins = CAMT.replace("PT JAYA", "Setoran").replace("Faktur INV-1", "Tunai")
    entry = twins[twins.index("<Ntry>") : twins.index("</Ntry>") + 7]
    three = CAMT[: CAMT.index("<Bal>")] + entry * 3 + CAMT[CAMT.index("</Stmt>") :]
    done = taken_in(shop, bank, three)
    assert (done.added, done.elsewhere) == (1, 2)  # the third is new


def test_a_line_that_is_there_word_for_word_stands_for_one_of_two_twins():
    shop = a_business().id
    bank = a_bank(shop)
    assert taken_in(shop, bank, "Tanggal,Keterangan,Jumlah\n2026-11-03,PLN,250000.50 DB\n").added == 1
    entry = CAMT[CAMT.index('<Ntry><Amt Ccy="IDR">250000.50') : CAMT.index('<Ntry><Amt Ccy="IDR">9.00')]
    done = taken_in(shop, bank, CAMT[: CAMT.index("<Bal>")] + entry * 2 + CAMT[CAMT.index("</Stmt>") :])
    assert (done.added, done.repeated, done.elsewhere) == (1, 1, 0)


def test_the_page_tells_what_was_left_out_and_a_tick_takes_it_in(client):
    shop = a_business()
    bank = a_bank(shop.id)
    client.force_login(owner_of(shop))
    here, english = f"/jualan/{shop.slug}/buku/bank/{bank.id}", {"headers": {"accept-language": "en"}}
    assert taken_in(shop.id, bank, OFX1).added == 2
    for ticked, told, lines in (({}, True, 2), ({"anyhow": "on"}, False, 4)):
        file = SimpleUploadedFile("mutasi.xml", CAMT.encode())
        text = client.post(here, {"file": file} | ticked, follow=True, **english).content.decode()
        assert ("2 lines were left out" in text) is told
        assert BankLine.objects.count() == lines


def test_the_tick_beside_a_csv_is_kept_while_its_columns_are_chosen(client):
    shop = a_business()
    bank = a_bank(shop.id)
    client.force_login(owner_of(shop))
    here = f"/jualan/{shop.slug}/buku/bank/{bank.id}"
    assert taken_in(shop.id, bank, CAMT).added == 2
    mutasi = b"Kolom;Satu;Dua\n02/11/2026;TRSF Faktur INV-1 PT JAYA;1500000\n"
    for ticked, lines in (({}, 2), ({"anyhow": "on"}, 3)):
        Bank.objects.filter(pk=bank.id).update(columns=None)  # as if the bank were new each time
        asked = client.post(here, {"file": SimpleUploadedFile("mutasi.csv", mutasi)} | ticked)
        page = client.get(asked["Location"]).content.decode()
        box = re.search(r'<input[^>]*name="anyhow"[^>]*>', page)[0]
        assert ("checked" in box) is bool(ticked)
        chosen = {"first": 2, "day": 0, "order": "dmy", "text": 1, "party": -1, "amount": 2, "debit": -1, "credit": -1}
        chosen |= {"balance": -1, "decimal": ",", "import": "1"} | ({"anyhow": "on"} if "checked" in box else {})
        assert client.post(f"{here}/kolom", chosen).status_code == 302
        assert BankLine.objects.count() == lines
