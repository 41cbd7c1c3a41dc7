"""What checkouts and refunds do with vouchers: uses granted when first needed, discounts undone with the order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.rules.checkout import Draft
from kawasan.rooms.commerce.rules.vouchers import grant_uses, new_uses, unspend, use_back, wanted_uses
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments


@requires_transaction
def ensure_uses(drafts: Iterable[Draft], *, at: datetime) -> None:
    """Open and grant, once, how often these checkouts' buyers may use their vouchers."""
    wanted = wanted_uses(drafts)
    known = ledger.balances(list(wanted)) if wanted else {}
    missing = [item for account, item in wanted.items() if account not in known]
    if not missing:
        return
    ledger.open_accounts([new_uses(terms, buyer) for terms, buyer in missing])
    for answer in ledger.post_many([grant_uses(terms, buyer, at=at) for terms, buyer in missing]):
        if isinstance(answer, ledger.Refused):
            raise answer.refusal


def subsidy_left(row: models.Order) -> int:
    """Return what the zone pays the seller for an order, less what refunds have undone."""
    return row.discount_minor - row.discount_back_minor if row.is_discount_paid else 0


def voucher_back(row: models.Order, undone: int) -> payments.VoucherBack | None:
    """Return what goes back to the zone's voucher where so much of an order's discount is undone."""
    if row.voucher_id is None or not row.is_discount_paid or not undone:
        return None
    return payments.VoucherBack(row.voucher_id, undone)


def promise_back(row: models.Order, undone: int, *, cause: UUID) -> tuple[ledger.NewTransfer, ...]:
    """Return what goes back to the budget of a shop's own voucher."""
    if row.voucher_id is None or row.is_discount_paid or not undone:
        return ()
    return (unspend(voucher_id=row.voucher_id, order_id=row.pk, amount_minor=undone, cause=cause),)


def uses_back(row: models.Order) -> tuple[ledger.NewTransfer, ...]:
    """Return what lets a buyer use a voucher again: nothing of its checkout stands but the order that ends now."""
    if row.voucher_id is None:
        return ()
    with seeing_everything():  # the other orders may be other sellers'
        others = models.Order.objects.filter(group_id=row.group_id, discount_minor__gt=0, cancelled_at__isnull=True)
        if others.exclude(pk=row.pk).exists():
            return ()
    return (use_back(voucher_id=row.voucher_id, buyer_id=row.buyer_id, group_id=row.group_id),)
