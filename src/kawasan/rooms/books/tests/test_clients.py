"""The accountant's desk, and the report with its notes that she hands in."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from tests.builders.books import an_expense, an_owner
from tests.builders.zone import a_business, a_member, a_person, owner_of

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.rooms.books import api as books
from kawasan.rooms.books.tests.test_bank import a_bank, taken_in

pytestmark = pytest.mark.django_db


def test_an_accountant_sees_each_client_with_what_waits():
    first, second, other = a_business().id, a_business().id, a_business().id
    now = clock.now()
    over = clock.business_day(now).replace(day=1) - timedelta(days=1)
    an_expense(first, 50_000_00, day=over, at=now)
    taken_in(first, a_bank(first))
    books.close_month(actor=an_owner(second), business_id=second, month=over, at=now)
    roles = {first: BusinessRole.ACCOUNTANT, second: BusinessRole.OWNER, other: BusinessRole.STAFF}
    found = books.clients(actor=Actor(person_id=ids.uuid7(), businesses=roles), at=now)
    assert [client.business_id for client in found] == [first, second]
    assert (found[0].is_closed, found[0].open_lines, found[0].negative, found[0].cash_minor) == (
        False, 3, ("1101",), -50_000_00,
    )  # fmt: skip
    assert (found[1].is_closed, found[1].waits) == (True, False)
    with pytest.raises(Unauthenticated):
        books.clients(actor=Actor(), at=now)


def test_the_desk_and_the_file_of_all_in_a_browser(client):
    shop, other = a_business(), a_business()
    accountant = a_member(shop, "accountant")
    an_expense(shop.id, 20_000_00)
    client.force_login(accountant)
    text = client.get("/akuntan", headers={"accept-language": "en"}).content.decode()
    assert shop.name in text
    assert f"/jualan/{shop.slug}/buku/tutup" in text
    assert f"/jualan/{other.slug}/" not in text
    with zipfile.ZipFile(io.BytesIO(client.get("/akuntan/pembukuan-2026.zip").content)) as archive:
        assert sorted(archive.namelist()) == [
            f"{shop.slug}/jurnal-2026.beancount",
            f"{shop.slug}/neraca-saldo-2026.csv",
        ]
        assert b"20000.00" in archive.read(f"{shop.slug}/neraca-saldo-2026.csv")
    assert client.get("/akuntan/pembukuan-1999.zip").status_code == 422
    client.force_login(a_person())
    assert "No books here yet" in client.get("/akuntan", headers={"accept-language": "en"}).content.decode()
    client.logout()
    assert client.get("/akuntan").status_code == 302


def test_each_note_is_the_line_of_its_statement_with_the_year_before():
    shop = a_business().id
    owner = {"actor": an_owner(shop), "business_id": shop}
    books.open_balances(
        **owner, entry_id=ids.uuid7(), day=date(2025, 1, 1), amounts={"1101": 90_000_00, "2101": 30_000_00}, memo="",
        at=clock.now(),
    )  # fmt: skip
    an_expense(shop, 20_000_00, day=date(2025, 6, 1))
    an_expense(shop, 7_000_00)
    found = books.financial_report(**owner, span=books.Span(date(2026, 1, 1), date(2026, 12, 31)))
    lines = {(row.name): (row.amount_minor, row.prior_minor) for row in (*found.position.rows, *found.profit.rows)}
    assert found.notes
    for note in found.notes:
        assert lines[note.line] == (note.amount_minor, note.prior_minor), note.line
    told = {note.line for note in found.notes}
    assert {row.name for row in (*found.position.rows, *found.profit.rows) if row.accounts and not row.is_total} <= told
    for actor, refusal in ((an_owner(a_business().id), NotFound), (an_owner(shop, BusinessRole.STAFF), Forbidden)):
        with pytest.raises(refusal):
            books.financial_report(actor=actor, business_id=shop, span=found.span)


def test_the_report_as_page_pdf_and_xlsx(client):
    shop = a_business()
    an_expense(shop.id, 20_000_00)
    client.force_login(owner_of(shop))
    root, year = f"/jualan/{shop.slug}/buku", {"dari": "2026-01-01", "sampai": "2026-12-31"}
    text = client.get(f"{root}/catatan", year, headers={"accept-language": "en"}).content.decode()
    assert "SAK EMKM" in text
    assert "kode=6103" in text
    assert shop.nib in text
    assert client.get(f"{root}/laporan-keuangan.pdf", year).content.startswith(b"%PDF")
    book = load_workbook(io.BytesIO(client.get(f"{root}/laporan-keuangan.xlsx", year).content))
    assert len(book.worksheets) == 3
    assert any(row[1] == -20_000 for row in book.worksheets[2].iter_rows(values_only=True))
    assert client.get(f"{root}/laporan-keuangan.docx", year).status_code == 404
    client.force_login(a_member(shop, "staff"))
    assert client.get(f"{root}/catatan").status_code == 403
