"""What the follower reads: transfers of money through the ledger's door, and the orders it already knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from kawasan.rooms.authority.rules.counting import Movement, OrderKey
from kawasan.rooms.authority.types import Counted, OrderState
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.api import PaymentCode

# What counts as what, and whether the business owns the account that is credited (paid into its escrow) or debited.
MEANING: Final[dict[int, Counted]] = {
    int(PaymentCode.PAY_WALLET): Counted.PAID,
    int(PaymentCode.PAY_QRIS): Counted.PAID,
    int(PaymentCode.REFUND): Counted.REFUNDED,
    int(PaymentCode.REFUND_FROM_SELLER): Counted.REFUNDED,
    int(PaymentCode.RELEASE): Counted.RELEASED,
    int(PaymentCode.FEE): Counted.FEE,
}
_QRIS = int(PaymentCode.PAY_QRIS)
_MOVES: Final = frozenset({ledger.Kind.POSTED, ledger.Kind.POST})  # a reservation moves nothing

_KNOWN = """
select business_id, order_id, gross_minor, refunded_minor, released_minor, fee_minor, first_sequence, paid_at,
       completed_at, cancelled_at
from authority_order where order_id = any(%s)
"""


def movements_between(after: int, upto: int) -> list[Movement]:
    """Return what the ledger's transfers with ``after < sequence <= upto`` mean for the figures, in order."""
    rows = ledger.transfers_between(after, upto, MEANING)
    return [movement_of(row) for row in rows if row.kind in _MOVES]


def movement_of(row: ledger.TransferRow) -> Movement:
    """Return what a transfer means; one that names no order is an order of its own."""
    kind = MEANING[row.code]
    return Movement(
        sequence=row.sequence,
        transfer_id=row.id,
        business_id=row.credit_owner if kind is Counted.PAID else row.debit_owner,
        order_id=row.reference or row.id,
        kind=kind,
        is_qris=row.code == _QRIS,
        amount_minor=row.amount,
        at=row.at,
    )


def orders_of(keys: Iterable[OrderKey]) -> dict[OrderKey, OrderState]:
    """Return those of the orders that the figures know already."""
    wanted: list[UUID] = list({order_id for _, order_id in keys})
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [wanted])
        return {(row[0], row[1]): OrderState(*row) for row in cursor.fetchall()}
