"""A movement on a statement leads to its order: the buyer's page for the buyer, the desk's for the seller."""

from __future__ import annotations

import re

import pytest
from tests.builders.orders import an_order, seller_of

from kawasan.core import ids
from kawasan.platform.followers import catch_up
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import Person

pytestmark = pytest.mark.django_db


def test_each_side_comes_from_its_statement_to_the_order(client):
    order = an_order(state=commerce.OrderState.COMPLETED)
    catch_up("ledger.lines")
    shop = zone.business(business_id=order.business_id)
    for person, statement in (
        (order.buyer_id, "/dompet"),
        (seller_of(shop.id).person_id, f"/jualan/{shop.slug}/saldo"),
    ):
        client.force_login(Person.objects.get(pk=person))
        page = client.get(statement).content.decode()
        links = set(re.findall(rf'href="(/[a-z/0-9-]*pesanan/{ids.public("ord", order.id)})"', page))
        assert len(links) == 1, statement
        assert client.get(links.pop()).status_code == 200
