"""What became of money of other currencies."""

from __future__ import annotations

from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments


def nothing_is_wrong() -> None:
    for room in (ledger, exchange, payments):
        assert room.verify() == [], room.__name__


def owed(payment: payments.Payment) -> list[tuple[int, str, str]]:
    return [(one.amount.minor, one.reason, one.state) for one in exchange.owed_back_for(purpose_id=payment.id)]
