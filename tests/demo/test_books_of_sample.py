"""The sample's books: an accountant with clients, a statement half matched, an asset, stock cards, taxes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.demo import command, state
from kawasan.demo.sample import books as sample
from kawasan.demo.sample import businesses, keys, people, plan, rates, seed, shelves
from kawasan.rooms.books import api as books
from kawasan.rooms.zone import api as zone


@pytest.mark.django_db
def test_the_accountant_has_clients_and_a_statement_is_half_matched() -> None:
    now, shops = clock.now(), plan.shops()[: sample.CLIENTS]
    accountant = people.VISITORS["accountant"]
    named = [(accountant.name, accountant.email), *((shop.owner, shop.email) for shop in shops)]
    known = people.add_people(named, at=now)
    businesses.join_all(shops, known, first_orders_at=now)
    sample.keep(shops, known, now=now)
    actor = zone.actor_of_person(person_id=known[accountant.email])
    found = books.clients(actor=actor, at=now)
    assert len(found) == sample.CLIENTS
    assert [client.open_lines for client in found if client.open_lines] == [4]
    (state,) = books.banks(actor=SYSTEM, business_id=shops[0].id)
    assert (state.open_count, state.unexplained_minor is not None) == (4, True)
    assert len(books.assets(actor=SYSTEM, business_id=shops[0].id, day=clock.business_day(now))) == 1


@pytest.mark.django_db
def test_one_tax_is_paid_the_next_is_due_goods_have_cards_and_a_rate_waits_for_a_second_person() -> None:
    now, shops = clock.now(), plan.shops()[:1]
    visitors = [(one.name, one.email) for one in people.VISITORS.values()]
    known = people.add_people(visitors, at=now)
    people.give_zone_roles(known, at=now)
    businesses.join_all(shops, known, first_orders_at=now)
    shelves.fill(shops, at=now)
    sample.keep(shops, known, now=now)
    who, today = {"actor": SYSTEM, "business_id": shops[0].id}, clock.business_day(now)
    last = books.month_of(today).prior.first
    years = {last.year, (last - timedelta(days=1)).year}
    told = [duty for year in sorted(years) for duty in books.tax_year(**who, year=year, at=now).duties]
    deposits = {duty.month: duty for duty in told if duty.kind is books.DutyKind.FINAL_DEPOSIT}
    assert [duty.is_done for _, duty in sorted(deposits.items())] == [True, False]
    assert deposits[last].amount_minor > 0
    report = books.stock_report(**who, day=today)
    assert len(report.items) == len(shops[0].listings)
    assert (report.short, report.unexplained_minor, report.value_minor) == ((), 0, report.books_minor)
    assert all(item.difference == 0 for item in report.items)
    staff = zone.actor_of_person(person_id=known[people.VISITORS["zone_staff"].email])
    rows = books.rows_for_staff(actor=staff, at=now)
    assert [row.kind for row in rows if row.state is books.RowState.PROPOSED] == [books.RateKind.PKP]


@pytest.mark.django_db
def test_a_zone_of_an_earlier_version_gets_the_accountant_and_the_books_once() -> None:
    now, shops = clock.now(), plan.shops()[: sample.CLIENTS]
    earlier = {role: one for role, one in people.VISITORS.items() if role != "accountant"}
    owners = [(shop.owner, shop.email) for shop in shops if not shop.is_rich]
    known = people.add_people([*((one.name, one.email) for one in earlier.values()), *owners], at=now)
    businesses.join_all(shops, known, first_orders_at=now)
    old = state.Keys(dict.fromkeys(earlier, "batik-kopi-1234"), dict.fromkeys(earlier, "kw_old"), {}, {})
    for _ in range(2):
        seed.complete(now=now)
        new = keys.add_missing(old, at=now)
    assert new.people["accountant"].startswith("kw_")
    assert {role: new.passwords[role] for role in earlier} == old.passwords
    assert {role: new.people[role] for role in earlier} == old.people
    accountant = zone.actor_of_person(person_id=people.ids_by_email()[people.VISITORS["accountant"].email])
    assert len(books.clients(actor=accountant, at=now)) == sample.CLIENTS
    assert len(books.bank_lines(actor=SYSTEM, business_id=shops[0].id, bank_id=sample.BANK_ID).items) == 7


@pytest.mark.django_db
def test_books_that_a_visitor_keeps_already_are_left_alone() -> None:
    now, shops = clock.now(), plan.shops()[: sample.CLIENTS]
    accountant = people.VISITORS["accountant"]
    known = people.add_people(
        [(accountant.name, accountant.email), *((shop.owner, shop.email) for shop in shops)], at=now
    )
    businesses.join_all(shops, known, first_orders_at=now)
    owner = Actor(person_id=known[shops[0].email], businesses={shops[0].id: BusinessRole.OWNER})
    who = {"actor": owner, "business_id": shops[0].id}
    own = books.add_bank(**who, bank_id=ids.uuid7(), name="BCA", number="123456789", at=now)
    sample.keep(shops, known, now=now)
    assert [found.bank.id for found in books.banks(**who)] == [own.id]
    assert books.entries(**who).items == ()


@pytest.mark.django_db
def test_a_zone_that_cannot_be_completed_says_so_in_both_languages(tmp_path, monkeypatch) -> None:
    def fails(**_: object) -> None:
        raise KeyError("akuntan@kawasan.example")

    monkeypatch.setattr(seed, "is_seeded", lambda: True)
    monkeypatch.setattr(seed, "complete", fails)
    monkeypatch.setattr(rates, "take_in", lambda **_: None)
    with pytest.raises(command.Refused, match=r"(?s)Mulai dengan.*--fresh.*Start with.*--fresh"):
        command.Demo(command.Options(data=str(tmp_path)))._fill(tmp_path)
    assert not list(tmp_path.iterdir())
