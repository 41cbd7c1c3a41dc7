"""Receivables and payables by age: by hand, from rooms above, paid in part, undone."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from tests.builders.books import AT, an_expense, an_owner, balances
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.rooms.books import api as books
from kawasan.rooms.books.models import Due, Settlement
from kawasan.rooms.books.queries import documents
from kawasan.rooms.books.rules.ageing import age_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 5)


def a_debt(shop, amount_minor: int = 100_000_00, *, due: date = DAY, name: str = "CV Maju", **given) -> books.Entry:
    """Sold on credit."""
    call = {
        "actor": an_owner(shop), "business_id": shop, "entry_id": ids.uuid7(), "day": date(2026, 8, 1),
        "amount_minor": amount_minor, "category": "4101", "paid_to": "1201", "memo": "Nota 7", "at": AT,
        "due": books.NewDue(name, due, "N-7"),
    }  # fmt: skip
    return books.add_income(**(call | given))


def owed(shop, side: books.Side = books.Side.RECEIVABLE, day: date = DAY) -> books.Ageing:
    return books.ageing(actor=an_owner(shop), business_id=shop, side=side, day=day)


def paid(shop, document: books.Entry, amount_minor: int, **given) -> books.Entry:
    call = {
        "actor": an_owner(shop), "business_id": shop, "entry_id": ids.uuid7(), "source": books.OWN_SOURCE,
        "document_id": document.id, "day": date(2026, 12, 1), "amount_minor": amount_minor, "money": "1102", "at": AT,
    }  # fmt: skip
    return books.settle_document(**(call | given))


@pytest.mark.parametrize(
    ("days", "age"),
    [(-5, "not-due"), (0, "not-due"), (1, "0-30"), (30, "0-30"), (31, "31-60"), (61, "61-90"),
     (90, "61-90"), (91, "90+")],
)  # fmt: skip
def test_the_classes_of_age(days, age):
    assert age_of(days) == age


def test_what_is_owed_stands_in_the_class_of_its_age_and_adds_up_to_the_books():
    shop = a_business().id
    for days in (0, 10, 45, 75, 120):
        a_debt(shop, (days + 1) * 1_000_00, due=DAY - timedelta(days=days))
    an_expense(shop, 70_000_00, category="1301", paid_from="2101", due=books.NewDue("Toko Bahan", DAY))
    found = owed(shop)
    assert [found.by_age[age] for age in books.Age] == [1_000_00, 11_000_00, 46_000_00, 76_000_00, 121_000_00]
    assert (found.total_minor, found.undocumented_minor) == (balances(shop)["1201"], 0)
    assert [party.total_minor for party in found.parties] == [255_000_00]
    owes = owed(shop, books.Side.PAYABLE)
    assert (owes.total_minor, owes.documents[0].document.counterparty) == (70_000_00, "Toko Bahan")
    assert owed(shop, day=date(2026, 7, 31)).documents == ()


def test_a_part_payment_leaves_the_rest_and_undoing_it_opens_it_again():
    shop = a_business().id
    debt = a_debt(shop)
    first = paid(shop, debt, 40_000_00, entry_id=(key := ids.uuid7()))
    assert paid(shop, debt, 40_000_00, entry_id=key) == first
    assert owed(shop).total_minor == 60_000_00 == balances(shop)["1201"]
    with pytest.raises(books.DocumentOverpaid):
        paid(shop, debt, 60_000_01)
    rest = paid(shop, debt, 60_000_00)
    assert owed(shop).documents == ()
    with pytest.raises(books.DocumentNotFound):
        paid(shop, debt, 1)
    assert Settlement.objects.count() == 2
    undo = {"actor": an_owner(shop), "business_id": shop, "day": date(2026, 12, 2), "memo": "Salah", "at": AT}
    books.correct_entry(**undo, entry_id=rest.id, correction_id=ids.uuid7())
    assert owed(shop).total_minor == 60_000_00
    assert owed(shop, day=date(2026, 12, 1)).total_minor == 0  # on that day nobody knew
    books.correct_entry(**undo, entry_id=first.id, correction_id=ids.uuid7())
    books.correct_entry(**undo, entry_id=debt.id, correction_id=ids.uuid7())
    assert (owed(shop).documents, balances(shop)) == ((), {})


def test_an_entry_that_leaves_nothing_open_has_no_due_day():
    shop = a_business().id
    for wrong in ({"paid_to": "1101"}, {"due": books.NewDue(" ", DAY)}, {"due": books.NewDue("A", date(2026, 7, 31))}):
        with pytest.raises(books.DueInvalid):
            a_debt(shop, **wrong) if "due" not in wrong else books.add_income(
                actor=an_owner(shop), business_id=shop, entry_id=ids.uuid7(), day=date(2026, 8, 1), amount_minor=5,
                category="4101", paid_to="1201", memo="", due=wrong["due"], at=AT,
            )  # fmt: skip
    assert not Due.objects.exists()


def test_documents_of_a_room_above_stand_beside_and_the_room_hears_what_is_paid(monkeypatch):
    shop, invoice, heard = a_business().id, ids.uuid7(), []

    def read(business_id, day):
        if business_id == shop:
            yield books.OpenDocument(
                "invoices", invoice, books.Side.RECEIVABLE, "INV-1", "PT Jaya", DAY, DAY, 55_000_00, "1201", "/x"
            )  # fmt: skip

    source = books.DocumentSource("invoices", read, lambda *told: heard.append(told[:3]))
    monkeypatch.setattr(documents, "wiring", lambda: SimpleNamespace(OPEN_DOCUMENTS=(source,)))
    assert owed(shop).total_minor == 55_000_00
    assert owed(shop).undocumented_minor == -55_000_00
    made = paid(shop, SimpleNamespace(id=invoice), 20_000_00, source="invoices")
    assert owed(shop).total_minor == 35_000_00
    assert books.settled_minor(business_id=shop, source="invoices", documents=[invoice]) == {invoice: 20_000_00}
    books.correct_entry(
        actor=an_owner(shop), business_id=shop, entry_id=made.id, correction_id=ids.uuid7(), day=DAY, memo="", at=AT
    )
    assert heard == [(shop, invoice, 20_000_00), (shop, invoice, 0)]


def test_other_people_see_and_pay_nothing():
    shop, other = a_business().id, a_business().id
    debt = a_debt(shop)
    for actor, refusal in (
        (Actor(), Unauthenticated), (an_owner(other), NotFound), (an_owner(shop, BusinessRole.STAFF), Forbidden)
    ):  # fmt: skip
        with pytest.raises(refusal):
            books.ageing(actor=actor, business_id=shop, side=books.Side.RECEIVABLE, day=DAY)
        with pytest.raises(refusal):
            paid(shop, debt, 1, actor=actor)
    with pytest.raises(books.DocumentNotFound):
        paid(other, debt, 1)
    assert not Settlement.objects.exists()


def test_sold_on_credit_and_paid_in_a_browser(client):
    shop = a_business()
    client.force_login(owner_of(shop))
    root, english = f"/jualan/{shop.slug}/buku", {"headers": {"accept-language": "en"}}
    given = {
        "id": ids.public("jrn", ids.uuid7()), "direction": "in", "amount": "250.000", "category": "4101",
        "money": "1201", "day": "2026-01-05", "counterparty": "<b>Warung Sari</b>", "due": "2026-01-20",
    }  # fmt: skip
    assert client.post(f"{root}/catat", given).status_code == 302
    text = client.get(f"{root}/piutang-usaha", **english).content.decode()
    assert "&lt;b&gt;Warung Sari" in text
    assert "Over 90 days" in text
    document = Due.objects.get().entry_id
    assert b"250000.00" in b"".join(client.get(f"{root}/piutang-usaha.csv").streaming_content)
    assert client.get(f"{root}/piutang-usaha.xlsx").content.startswith(b"PK")
    assert client.get(f"{root}/utang-usaha.pdf").content.startswith(b"%PDF")
    assert client.get(f"{root}/harta-usaha").status_code == 404
    pay = {"id": ids.public("jrn", ids.uuid7()), "amount": "300.000", "money": "1102", "day": "2026-02-01"}
    refused = client.post(f"{root}/lunas/entries/{document}", pay, **english)
    assert refused.status_code == 422
    assert "Rp250,000 are still open" in refused.content.decode()
    for _ in range(2):
        client.post(f"{root}/lunas/entries/{document}", pay | {"amount": "250.000"})
    assert "Nothing is open" in client.get(f"{root}/piutang-usaha", **english).content.decode()
    assert Settlement.objects.count() == 1
    client.force_login(a_member(shop, "staff"))
    assert client.get(f"{root}/piutang-usaha").status_code == 403
