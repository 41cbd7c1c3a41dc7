"""Which batch an order's units come from: first expired, first out, derived from the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.trace import models

_SOLD = (int(commerce.TransferCode.SALE), int(commerce.TransferCode.HOLD), int(commerce.TransferCode.TILL_SALE))
_BACK = (int(commerce.TransferCode.BACK_TO_STOCK), int(commerce.TransferCode.TILL_RETURN))
_MOVED = (ledger.Kind.POSTED, ledger.Kind.POST)


@requires_transaction
def follow_sales(*, after: int, upto: int) -> None:
    """Take the units of sales with ``after < sequence <= upto`` from batches, and put returned ones back; each once."""
    assets = _assets()
    if not assets:
        return
    for transfer in ledger.transfers_between(after, upto, (*_SOLD, *_BACK)):
        product = assets.get(transfer.asset)
        if product is None or transfer.reference is None or transfer.kind not in _MOVED:
            continue
        if transfer.code in _BACK:
            _put_back(transfer, transfer.reference, product)
        else:
            _take(transfer, transfer.reference, product)


@requires_transaction
def forget_draws() -> None:
    """Empty the draws before a rebuild."""
    models.Draw.objects.all().delete()
    models.Batch.objects.filter(drawn__gt=0).update(drawn=0)


def _assets() -> dict[UUID, UUID]:
    """Return the product behind each asset of units, for products that have batches."""
    products = models.Batch.objects.values_list("product_id", flat=True).distinct()
    variants = commerce.products_of_variants(product_ids=list(products))
    return {commerce.unit_asset(variant): product for variant, product in variants.items()}


def _take(transfer: ledger.TransferRow, order_id: UUID, product_id: UUID) -> None:
    left = transfer.amount
    rows = models.Batch.objects.select_for_update().filter(
        product_id=product_id, created_at__lte=transfer.at, drawn__lt=F("quantity")
    )
    usable = [row for row in rows if row.recalled_at is None or row.recalled_at > transfer.at]
    for row in sorted(usable, key=lambda one: (one.expires_on is None, one.expires_on or one.made_on, one.id)):
        units = min(left, row.quantity - row.drawn)
        _draw(transfer, order_id, row, units)
        left -= units
        if not left:
            return


def _put_back(transfer: ledger.TransferRow, order_id: UUID, product_id: UUID) -> None:
    drawn: dict[UUID, int] = defaultdict(int)
    taken = models.Draw.objects.filter(order_id=order_id, batch__product_id=product_id)
    for batch_id, quantity in taken.values_list("batch_id", "quantity"):
        drawn[batch_id] += quantity
    left = transfer.amount
    for row in _locked(batch_id for batch_id, quantity in drawn.items() if quantity > 0):
        units = min(left, drawn[row.id])
        if units:
            _draw(transfer, order_id, row, -units)
            left -= units


def _locked(batch_ids: Iterable[UUID]) -> list[models.Batch]:
    return list(models.Batch.objects.select_for_update().filter(pk__in=list(batch_ids)).order_by("-id"))


def _draw(transfer: ledger.TransferRow, order_id: UUID, row: models.Batch, units: int) -> None:
    models.Draw.objects.create(
        id=ids.derived("trace.draw", transfer.id, row.id),
        batch=row,
        business_id=row.business_id,
        order_id=order_id,
        quantity=units,
        at=transfer.at,
    )
    row.drawn += units
    row.save(update_fields=["drawn"])
