"""The money of an order lies in the month of its order, so that a month goes out of the way whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kawasan.core import ids
from kawasan.platform import followers
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.rules.transfers import pay_from_wallet, refund_to_wallet, release
from tests.builders.ledger import a_source, a_transfer, an_entry
from tests.builders.zone import a_business, a_person

JANUARY, LATER = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def in_january(number: int) -> UUID:
    return UUID(int=int(JANUARY.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number)


def rows(sql: str, *parameters: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def places_of(transfers: list[ledger.NewTransfer]) -> set[str]:
    told = rows("select tableoid::regclass::text from ledger_transfer where id = any(%s)", [t.id for t in transfers])
    assert len(told) == len(transfers)
    return {place for (place,) in told}


@pytest.fixture
def given() -> dict[str, UUID]:
    """A buyer with money and a seller, in January."""
    with as_owner():
        ledger.make_months(JANUARY)
    person, business = a_person().pk, a_business().id
    payments.ensure_wallet(person_id=person)
    payments.ensure_business_accounts(business_id=business)
    ledger.post(an_entry(a_transfer(a_source(), payments.wallet(person), 100, id=in_january(0)), at=JANUARY))
    return {"person_id": person, "business_id": business}


def the_money_of(order: UUID, given: dict[str, UUID]) -> list[ledger.NewTransfer]:
    paid = pay_from_wallet(**given, amount_minor=30, order_id=order)
    back = refund_to_wallet(**given, amount_minor=10, order_id=order, refund_id=in_january(9))
    parts = release(business_id=given["business_id"], order_id=order, gross_minor=20, fee_minor=2)
    return [paid, back, *parts]


def test_the_money_of_an_order_goes_away_with_its_month_and_nothing_stays_of_the_partition(given) -> None:
    moved = the_money_of(in_january(1), given)
    ledger.post(an_entry(*moved, at=JANUARY))
    ledger.post(an_entry(a_transfer(a_source(), payments.wallet(given["person_id"]), 1), at=LATER))
    assert places_of(moved) == {"ledger_transfer_2026_01"}
    followers.catch_up()
    with as_owner():
        assert ledger.detach_month(date(2026, 1, 1), at=LATER) == 5
    assert rows("select to_regclass('ledger_transfer_2026_01') is null") == [(True,)]
    assert payments.transfer_of_order(order_id=in_january(1)) == moved[0].id
    assert ledger.verify() == []


def test_an_order_paid_before_ids_began_with_a_time_is_found_and_goes_away_too(given) -> None:
    order = in_january(2)
    (paid, *_) = the_money_of(order, given)
    before = a_transfer(paid.debit, paid.credit, 30, id=ids.derived("payments.pay-wallet", order), reference=order)
    ledger.post(an_entry(before, at=JANUARY))
    ledger.post(an_entry(a_transfer(a_source(), payments.wallet(given["person_id"]), 1), at=LATER))
    assert places_of([before]) == {"ledger_transfer_default"}
    assert payments.transfer_of_order(order_id=order) == before.id
    followers.catch_up()
    with as_owner():
        assert ledger.detach_month(date(2026, 1, 1), at=LATER) == 2
    assert rows("select count(*) from ledger_transfer where id = %s", before.id) == [(0,)]
    assert payments.transfer_of_order(order_id=order) == before.id
    assert ledger.verify() == []
