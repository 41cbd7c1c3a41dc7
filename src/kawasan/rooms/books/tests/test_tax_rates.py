"""Rates and regimes as dated rows: proposed by one, confirmed by another, never over what was counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.builders.books import an_owner, follow
from tests.builders.invoices import an_invoice, register
from tests.builders.zone import a_business, a_person, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import Forbidden, Unauthenticated
from kawasan.rooms.books import api as books
from kawasan.rooms.books import models
from kawasan.rooms.books.rules import pph
from kawasan.rooms.books.rules.rates import starting_rows, tables_of
from kawasan.rooms.books.rules.tax_tables import on

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SOON = date(2027, 1, 1)
ENGLISH = {"headers": {"accept-language": "en"}}


def an_officer(role: ZoneRole = ZoneRole.STAFF) -> Actor:
    return Actor(person_id=ids.uuid7(), zone_role=role)


def ppn_row(day: date = SOON, rate: str = "0.13", **figures: str) -> books.NewTaxRow:
    given = {"rate": rate, "numerator": "11", "denominator": "13", **figures}
    return books.NewTaxRow(books.RateKind.PPN, day, "UU 1/2027", given)


def propose(row: books.NewTaxRow, by: Actor | None = None, row_id: UUID | None = None) -> books.TaxRow:
    return books.propose_tax_row(actor=by or an_officer(), row_id=row_id or ids.uuid7(), row=row, at=AT)


def confirm(row: books.TaxRow, by: Actor | None = None, **given: Any) -> books.TaxRow:
    return books.decide_tax_row(actor=by or an_officer(), row_id=row.id, is_confirmed=True, at=AT, **given)


def test_the_database_begins_with_the_rows_of_the_release():
    assert books.tax_tables() == tables_of(starting_rows())
    assert all(row.law for row in books.tax_rows(at=AT))


def test_a_row_holds_from_its_day_once_a_second_person_confirmed_it():
    before = books.ppn_rates()
    row = propose(ppn_row())
    assert books.ppn_rates() == before
    confirm(row, note="Compared with the gazette")
    assert books.ppn_rates()[:-1] == before
    assert (books.ppn_rates()[-1].rate, books.ppn_rates()[-1].law) == (Decimal("0.13"), "UU 1/2027")
    inside = {"rates": books.ppn_rates(), "luxury": True}
    assert books.ppn_on(Decimal(100_000), day=date(2026, 12, 31), **inside).vat == 12_000
    assert books.ppn_on(Decimal(100_000), day=SOON, **inside).vat == 13_000


def test_nobody_confirms_what_they_proposed_and_nothing_is_decided_twice():
    officer = an_officer()
    row = propose(ppn_row(), by=officer)
    with pytest.raises(books.TaxRowNeedsOther):
        confirm(row, by=officer)
    other = an_officer(ZoneRole.OPERATOR)
    assert confirm(row, by=other) == confirm(row, by=other)
    with pytest.raises(books.TaxRowDecided):
        books.decide_tax_row(actor=an_officer(), row_id=row.id, is_confirmed=False, at=AT)
    mine = propose(ppn_row(date(2028, 1, 1)), by=officer)
    books.decide_tax_row(actor=officer, row_id=mine.id, is_confirmed=False, note="A slip", at=AT)
    assert len(books.ppn_rates()) == 3
    with pytest.raises(books.TaxRowNotFound):
        books.decide_tax_row(actor=officer, row_id=ids.uuid7(), is_confirmed=True, at=AT)


def test_a_proposal_is_sent_twice_and_stands_once():
    officer, row_id = an_officer(), ids.uuid7()
    assert propose(ppn_row(), officer, row_id) == propose(ppn_row(), officer, row_id)
    with pytest.raises(books.TaxRowIdReused):
        propose(ppn_row(rate="0.14"), officer, row_id)
    assert models.TaxRow.objects.filter(proposed_by=officer.person_id).count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"rate": "12"}, "rate"), ({"rate": "-0.1"}, "rate"), ({"numerator": "14"}, "numerator"),
     ({"denominator": "0"}, "denominator"), ({"else": "1"}, "figures")],
)  # fmt: skip
def test_a_figure_that_is_none_is_refused(change, field):
    with pytest.raises(books.TaxRowInvalid) as refused:
        propose(ppn_row(**change))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [("terms", "individual", "0"), ("terms", "closed", "nobody"), ("calendar", "other_return", "02-30"),
     ("calendar", "deposit_day", "32"), ("slips", "final_account", "41112"), ("pkp", "amount", "")],
)  # fmt: skip
def test_every_kind_of_figure_is_checked(kind, name, text):
    held = next(row for row in books.tax_rows(at=AT) if row.kind.value == kind and row.holds)
    row = books.NewTaxRow(held.kind, SOON, "UU 1/2027", {**held.figures, name: text})
    with pytest.raises(books.TaxRowInvalid) as refused:
        propose(row)
    assert refused.value.field == name
    with pytest.raises(books.TaxRowInvalid):
        propose(books.NewTaxRow(held.kind, SOON, " ", held.figures))
    assert propose(books.NewTaxRow(held.kind, SOON, "UU 1/2027", held.figures)).state is books.RowState.PROPOSED


def test_no_row_begins_where_documents_were_counted_already():
    shop = a_business().id
    register(shop)
    made = an_invoice(shop, day=date(2026, 11, 22))
    with pytest.raises(books.TaxRowTooEarly) as refused:
        propose(ppn_row(date(2026, 11, 22)))
    assert refused.value.data["used"] == "2026-11-22"
    early = propose(ppn_row(date(2026, 11, 23)))
    with pytest.raises(books.TaxRowTooEarly):  # a row that comes before one that is confirmed
        confirm(propose(ppn_row(date(2027, 2, 1))))
        propose(ppn_row(date(2027, 1, 31)))
    assert early.state is books.RowState.PROPOSED
    assert made.sums.ppn_minor


def test_a_closed_month_keeps_the_rate_of_the_final_tax():
    shop = a_business().id
    held = next(row for row in books.tax_rows(at=AT) if row.kind is books.RateKind.FINAL and row.holds)
    new = books.NewTaxRow(held.kind, date(2026, 10, 1), "PP 1/2026", {**held.figures, "rate": "0.01"})
    waiting = propose(new)
    follow()
    books.close_month(actor=an_owner(shop), business_id=shop, month=date(2026, 10, 1), at=AT)
    with pytest.raises(books.TaxRowTooEarly):
        confirm(waiting)
    later = confirm(propose(books.NewTaxRow(held.kind, date(2026, 11, 1), "PP 1/2026", new.figures)))
    assert later.state is books.RowState.CONFIRMED
    turnovers = [600_000_000_00] + [0] * 9 + [100_000_000_00]
    found = books.final_tax_months(turnovers, tables=books.tax_tables(), year=2026, taxpayer=books.Taxpayer.INDIVIDUAL)
    assert [month.tax_minor for month in found if month.tax_minor] == [500_000_00, 1_000_000_00]


@pytest.mark.parametrize("actor", [Actor(), Actor(person_id=ids.uuid7()), an_officer(ZoneRole.AUDITOR)])
def test_only_the_zones_staff_propose_and_confirm(actor):
    row = propose(ppn_row())
    with pytest.raises((Forbidden, Unauthenticated)):
        propose(ppn_row(), by=actor)
    with pytest.raises((Forbidden, Unauthenticated)):
        confirm(row, by=actor)
    assert len(books.ppn_rates()) == 2


def test_a_row_is_added_on_the_page_by_two_people(client: Any) -> None:
    client.force_login(zone_staff())
    text = client.get("/kawasan/tarif-pajak/final/baru", **ENGLISH).content.decode()
    assert 'value="0.5"' in text
    given = {"rate": "0.25", "turnover_max": "4.800.000.000", "allowance": "500.000.000", "law": "PP 9/2027"}
    next_year = clock.business_day(clock.now()).year + 1
    given |= {"valid_from": f"{next_year}-01-01", "id": text.split('name="id" value="')[1].split('"')[0]}
    assert client.post("/kawasan/tarif-pajak/final/baru", given | {"law": ""}, **ENGLISH).status_code == 422
    assert client.post("/kawasan/tarif-pajak/final/baru", given, **ENGLISH).status_code == 302
    assert client.post("/kawasan/tarif-pajak/nope/baru", given, **ENGLISH).status_code == 404
    mine = client.get("/kawasan/tarif-pajak", **ENGLISH).content.decode()
    assert "Somebody else of the zone confirms it" in mine
    assert "I compared it with the law" not in mine
    where = f"/kawasan/tarif-pajak/{given['id']}/putuskan"
    answer = client.post(where, {"decision": "confirm"}, follow=True, **ENGLISH)
    assert "Somebody else confirms it" in answer.content.decode()
    client.force_login(zone_staff())
    assert "I compared it with the law" in client.get("/kawasan/tarif-pajak", **ENGLISH).content.decode()
    answer = client.post(where, {"decision": "confirm", "note": "Gazette 9"}, follow=True, **ENGLISH)
    assert "on: PP 9/2027" in " ".join(answer.content.decode().split())
    file = b"".join(client.get("/kawasan/tarif-pajak.csv", **ENGLISH)).decode()
    assert "PP 9/2027" in file
    assert "Gazette 9" in file
    assert client.get("/kawasan/tarif-pajak.xlsx", **ENGLISH).status_code == 200


def test_the_law_is_public_and_the_desk_is_not(client: Any) -> None:
    items = client.get("/v1/taxes/rates").json()["items"]
    holding = {item["kind"]: item for item in items if item["holds"]}
    assert holding["ppn"]["figures"] == {"rate": "0.12", "numerator": "11", "denominator": "12"}
    assert holding["ppn"]["law"] == "PMK 131/2024"
    propose(ppn_row())
    assert len(client.get("/v1/taxes/rates").json()["items"]) == len(items)
    client.force_login(a_person())
    assert client.get("/kawasan/tarif-pajak").status_code == 403
    assert client.get("/kawasan/tarif-pajak.csv").status_code == 403
    assert client.get("/kawasan/tarif-pajak/ppn/baru").status_code == 403


def test_what_a_marketplace_withholds_is_that_of_the_day():
    goods = {"kind": "goods", "has_statement": False}
    kept = books.tax_tables().marketplace
    assert pph.marketplace_tax(Decimal(1_000_000), day=date(2025, 7, 13), rates=kept, **goods) == 0
    assert pph.marketplace_tax(Decimal(1_000_000), day=date(2025, 7, 14), rates=kept, **goods) == 5_000
    figures = {"rate": "0.01", "free_kinds": "gold"}
    confirm(propose(books.NewTaxRow(books.RateKind.MARKETPLACE, SOON, "PMK 1/2027", figures)))
    kept = books.tax_tables().marketplace
    assert pph.marketplace_tax(Decimal(1_000_000), day=date(2026, 12, 31), rates=kept, **goods) == 5_000
    assert pph.marketplace_tax(Decimal(1_000_000), day=SOON, rates=kept, **goods) == 10_000
    assert pph.marketplace_tax(Decimal(1_000_000), day=SOON, rates=kept, kind="gold", has_statement=False) == 0
    assert pph.marketplace_tax(Decimal(1_000_000), day=SOON, rates=kept, kind="courier", has_statement=False) == 10_000


def test_the_rates_of_china_are_those_of_the_day():
    small = books.tax_tables().china_small
    rates = [on(small, day, "VAT").rate for day in (date(2027, 12, 31), date(2028, 1, 1))]
    assert rates == [Decimal("0.01"), Decimal("0.03")]
    assert books.china_percents(day=date(2019, 3, 31)) == ()
    figures = {"standard": "0.15", "reduced": "0.09", "services": "0.06"}
    confirm(propose(books.NewTaxRow(books.RateKind.CHINA_VAT, SOON, "An amendment", figures)))
    assert books.china_percents(day=date(2026, 12, 31)) == (13, 9, 6)
    assert books.china_percents(day=SOON) == (15, 9, 6)
    for wrong in ("0.135", "13", "-0.1"):
        with pytest.raises(books.TaxRowInvalid):
            propose(books.NewTaxRow(books.RateKind.CHINA_VAT, SOON, "A slip", figures | {"standard": wrong}))
