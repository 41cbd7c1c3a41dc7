"""Summing up each seller's days from the ledger: the one writer of commerce_seller_day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection

from kawasan.core import clock, ids
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.types.codes import TransferCode
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

_COLUMNS = ("orders", "gross_minor", "refunded_minor", "released_minor", "fee_minor", "units")
_MONEY = {
    int(payments.PaymentCode.PAY_WALLET): "gross_minor",
    int(payments.PaymentCode.PAY_QRIS): "gross_minor",
    int(payments.PaymentCode.CASH_SALE): "gross_minor",
    int(payments.PaymentCode.QRIS_SHOP): "gross_minor",
    int(payments.PaymentCode.WALLET_COUNTER): "gross_minor",
    int(payments.PaymentCode.VOUCHER_PAID): "gross_minor",  # what the zone pays instead of the buyer
    int(payments.PaymentCode.VOUCHER_BACK): "refunded_minor",
    int(payments.PaymentCode.VOUCHER_BACK_FROM_SELLER): "refunded_minor",
    int(payments.PaymentCode.MDR): "fee_minor",
    int(payments.PaymentCode.CASH_BACK): "refunded_minor",
    int(payments.PaymentCode.REFUND): "refunded_minor",
    int(payments.PaymentCode.REFUND_FROM_SELLER): "refunded_minor",
    int(payments.PaymentCode.RELEASE): "released_minor",
    int(payments.PaymentCode.FEE): "fee_minor",
    int(payments.PaymentCode.FEE_BACK): "fee_minor",  # taken off again
}
# A posted hold of an order is a sale.
_SOLD = (int(TransferCode.SALE), int(TransferCode.HOLD), int(TransferCode.TILL_SALE))
_BACK = (int(TransferCode.BACK_TO_STOCK), int(TransferCode.TILL_RETURN))
_CODES = (*_MONEY, *_SOLD, *_BACK)
_MOVED = (ledger.Kind.POSTED, ledger.Kind.POST)

_ADD = """
insert into commerce_seller_day as d
  (id, business_id, day, orders, gross_minor, refunded_minor, released_minor, fee_minor, units)
select * from unnest(%s::uuid[], %s::uuid[], %s::date[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[],
                     %s::bigint[], %s::bigint[])
on conflict (business_id, day) do update set
  orders = d.orders + excluded.orders, gross_minor = d.gross_minor + excluded.gross_minor,
  refunded_minor = d.refunded_minor + excluded.refunded_minor,
  released_minor = d.released_minor + excluded.released_minor,
  fee_minor = d.fee_minor + excluded.fee_minor, units = d.units + excluded.units
"""


@requires_transaction
def add_to_seller_days(*, after: int, upto: int) -> None:
    """Add the transfers with ``after < sequence <= upto`` to their sellers' days; each once."""
    sums = sums_by_day(ledger.transfers_between(after, upto, _CODES))
    if not sums:
        return
    keys = sorted(sums)
    columns = [[sums[key][name] for key in keys] for name in _COLUMNS]
    row_ids = [ids.derived("commerce.seller-day", business, day) for business, day in keys]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [row_ids, [key[0] for key in keys], [key[1] for key in keys], *columns])


@requires_transaction
def forget_seller_days() -> None:
    """Empty the table before a rebuild."""
    models.SellerDay.objects.all().delete()


def sums_by_day(transfers: Iterable[ledger.TransferRow]) -> dict[tuple[UUID, date], dict[str, int]]:
    """Return what transfers add to each seller's days."""
    sums: dict[tuple[UUID, date], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COLUMNS, 0))
    for transfer in transfers:
        if transfer.kind not in _MOVED or transfer.reference is None:
            continue
        column = _MONEY.get(transfer.code)
        # Money comes into the seller's escrow, units into its sold ones (from the stock, or from a campaign's own).
        comes_in = column == "gross_minor" or transfer.code in (*_SOLD, payments.PaymentCode.FEE_BACK)
        business = transfer.credit_owner if comes_in else transfer.debit_owner
        day = sums[business, clock.business_day(transfer.at)]
        if column is None:
            day["units"] += -transfer.amount if transfer.code in _BACK else transfer.amount
            continue
        day[column] += -transfer.amount if transfer.code == payments.PaymentCode.FEE_BACK else transfer.amount
        if column == "gross_minor" and transfer.code != payments.PaymentCode.VOUCHER_PAID:
            day["orders"] += 1  # one transfer of a buyer's money for each order
    return dict(sums)
