"""Entries that a document of another room writes: once, opened from the figure, undone only by another document."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders.books import AT, an_owner, balances
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.rooms.books import api as books

pytestmark = pytest.mark.django_db


def a_document(shop: Any, **given: Any) -> books.Entry:
    lines = (books.JournalLine("1201", 111_000_00), books.JournalLine("4101", -111_000_00))
    values = {
        "business_id": shop,
        "entry_id": ids.derived("test.document", shop),
        "entry": books.NewEntry(date(2026, 11, 3), "INV/2026/0001", lines),
        "document": "invoice",
        "reference": ids.derived("test.invoice", shop),
        "made_by": None,
        "at": AT,
    }
    return books.book_document(**(values | given))


def test_a_document_is_booked_once_and_its_line_names_it():
    shop = a_business().id
    first = a_document(shop)
    assert a_document(shop) == first
    assert balances(shop) == {"1201": 111_000_00, "4101": -111_000_00}
    page = books.general_ledger(
        actor=an_owner(shop), business_id=shop, codes=("1201",), first=date(2026, 11, 1), last=date(2026, 11, 30)
    )
    assert [(line.document, line.reference) for line in page.items] == [("invoice", first.reference)]
    with pytest.raises(books.BookEntryIdReused):
        a_document(shop, reference=ids.uuid7())


def test_a_documents_entry_is_not_undone_by_hand():
    shop = a_business().id
    entry = a_document(shop)
    with pytest.raises(books.BookedByDocument):
        books.correct_entry(
            actor=an_owner(shop),
            business_id=shop,
            entry_id=entry.id,
            correction_id=ids.uuid7(),
            day=entry.day,
            memo="",
            at=AT,
        )
    assert balances(shop) == {"1201": 111_000_00, "4101": -111_000_00}


def test_a_document_of_a_closed_month_or_for_the_zones_accounts_is_refused():
    shop = a_business().id
    books.close_month(actor=an_owner(shop), business_id=shop, month=date(2026, 11, 1), at=AT)
    with pytest.raises(books.PeriodClosed):
        a_document(shop)
    lines = (books.JournalLine("1110", 1), books.JournalLine("4101", -1))
    with pytest.raises(books.KeptByZone):
        a_document(shop, entry=books.NewEntry(date(2026, 12, 3), "", lines))
    assert balances(shop) == {}
