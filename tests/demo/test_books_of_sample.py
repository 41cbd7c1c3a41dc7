"""The sample's books: an accountant with clients, a statement half matched, an asset and a receipt."""

from __future__ import annotations

import pytest

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.demo.sample import books as sample
from kawasan.demo.sample import businesses, people, plan
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
