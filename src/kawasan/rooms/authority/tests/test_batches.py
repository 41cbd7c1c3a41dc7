"""The follower asks the database as often for two thousand transfers as for fifty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders.authority import NOON

from kawasan.core import ids
from kawasan.rooms.authority import api as authority
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments


@pytest.mark.django_db
def test_the_follower_needs_as_many_queries_for_many_transfers_as_for_few():
    businesses = [ids.uuid7() for _ in range(50)]
    for business_id in businesses:
        payments.ensure_business_accounts(business_id=business_id)
    first = _pay(businesses, 50)
    then = _pay(businesses, 2_000)

    assert 0 < _queries(*then) <= _queries(*first)


def _pay(businesses: list, count: int) -> tuple[int, int]:
    """Pay so many orders by QRIS; return the sequence before them and that of the last."""
    answers = ledger.post_many(
        ledger.Entry(
            ids.uuid7(),
            NOON + timedelta(milliseconds=number),
            (
                ledger.NewTransfer(
                    id=ids.uuid7(),
                    debit=payments.provider(),
                    credit=payments.escrow(businesses[number % len(businesses)]),
                    amount=1_00,
                    code=int(payments.PaymentCode.PAY_QRIS),
                    reference=ids.uuid7(),
                ),
            ),
        )
        for number in range(count)
    )
    return answers[0].last_sequence - 1, answers[-1].last_sequence


def _queries(after: int, upto: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        authority.follow_sales(after, upto)
    return len(captured)
