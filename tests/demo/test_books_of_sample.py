"""The sample's books: an accountant with clients, a statement half matched, an asset and a receipt."""

from __future__ import annotations

import pytest

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.demo import command, state
from kawasan.demo.sample import books as sample
from kawasan.demo.sample import businesses, keys, people, plan, rates, seed
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
