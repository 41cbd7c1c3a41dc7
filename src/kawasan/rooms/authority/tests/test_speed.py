"""The follower takes a batch faster than orders can come."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

import pytest
from django.db import connection
from tests.builders.authority import NOON

from kawasan.core import ids
from kawasan.rooms.authority import api as authority
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

TRANSFERS = 20_000
BATCH = 5_000
TRANSFERS_PER_SECOND_MIN = 2_500  # on a crowded machine; alone it takes eight times as many


@pytest.mark.slow
@pytest.mark.django_db
def test_the_follower_takes_thousands_of_transfers_a_second():
    businesses = [ids.uuid7() for _ in range(200)]
    for business_id in businesses:
        payments.ensure_business_accounts(business_id=business_id)
    pays = [
        ledger.Entry(
            ids.uuid7(),
            NOON + timedelta(milliseconds=number),
            (
                ledger.NewTransfer(
                    id=ids.uuid7(),
                    debit=payments.provider(),
                    credit=payments.escrow(businesses[number % 200]),
                    amount=1_00,
                    code=int(payments.PaymentCode.PAY_QRIS),
                    reference=ids.uuid7(),
                ),
            ),
        )
        for number in range(TRANSFERS)
    ]
    for start in range(0, TRANSFERS, BATCH):
        ledger.post_many(pays[start : start + BATCH])
    with connection.cursor() as cursor:
        cursor.execute("select min(sequence) - 1, max(sequence) from ledger_transfer where code = 102")
        first, last = cursor.fetchone()
    best = min(_seconds(after) for after in range(first, last, BATCH))  # other processes slow single batches

    assert BATCH / best > TRANSFERS_PER_SECOND_MIN


def _seconds(after: int) -> float:
    began = perf_counter()
    authority.follow_sales(after, after + BATCH)
    return perf_counter() - began
