"""What tests of campaigns compare: stock levels, units of offers, refusals, what verify finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import Refusal
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from tests.builders.campaigns import START, now_of
from tests.builders.orders import PRICE

SECOND = timedelta(seconds=1)
NOON = START + timedelta(hours=12)
CHEAP = PRICE * 4 // 5
STAFF = Actor(person_id=ids.uuid7(), zone_role=ZoneRole.STAFF)


def level(product: commerce.Product) -> commerce.StockLevel:
    variant = product.variants[0].id
    return commerce.stock_levels([(product.business_id, variant)])[variant]


@contextmanager
def refused(kind: type[Refusal]) -> Iterator[pytest.ExceptionInfo]:
    """Expect a refusal, and roll back what the edge would."""
    with pytest.raises(kind) as told, transaction.atomic():
        yield told


def faults() -> list:
    return [*commerce.verify_campaigns(), *commerce.verify_orders(), *ledger.verify()]


def units_of(offer: commerce.CampaignOffer) -> tuple[int, int, int, int]:
    found = now_of(offer)
    assert found.left + found.held + found.sold + found.returned == found.units
    return found.left, found.held, found.sold, found.returned
