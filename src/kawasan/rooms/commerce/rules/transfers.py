"""The units of orders as ledger transfers; their money is payments' business."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.commerce.rules.units import unit_account
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.ledger.types import Entry, Kind, NewTransfer


def hold(*, business_id: UUID, variant_id: UUID, quantity: int, until: datetime, reference: UUID) -> NewTransfer:
    """Return the pending transfer stock -> sold that keeps units away from others for a while."""
    return NewTransfer(
        id=ids.uuid7(),
        debit=unit_account(business_id, variant_id, AccountCode.STOCK),
        credit=unit_account(business_id, variant_id, AccountCode.SOLD),
        amount=quantity,
        code=int(TransferCode.HOLD),
        kind=Kind.PENDING,
        expires_at=until,
        reference=reference,
    )


def sale(*, business_id: UUID, variant_id: UUID, quantity: int, order_id: UUID) -> NewTransfer:
    """Return the transfer stock -> sold of an order's line."""
    return NewTransfer(
        id=ids.uuid7(),
        debit=unit_account(business_id, variant_id, AccountCode.STOCK),
        credit=unit_account(business_id, variant_id, AccountCode.SOLD),
        amount=quantity,
        code=int(TransferCode.SALE),
        reference=order_id,
    )


def sale_of_hold(*, hold_id: UUID, order_id: UUID) -> NewTransfer:
    """Return the transfer that sells the units which a cart holds."""
    return NewTransfer(
        id=ids.uuid7(),
        debit=None,
        credit=None,
        amount=0,
        code=int(TransferCode.SALE),
        kind=Kind.POST,
        pending_of=hold_id,
        reference=order_id,
    )


def back_to_stock(*, business_id: UUID, variant_id: UUID, quantity: int, order_id: UUID, cause: UUID) -> NewTransfer:
    """Return the transfer sold -> stock of a cancelled or returned line; the same cause gives the same transfer."""
    return NewTransfer(
        id=ids.derived("commerce.back-to-stock", cause, variant_id),
        debit=unit_account(business_id, variant_id, AccountCode.SOLD),
        credit=unit_account(business_id, variant_id, AccountCode.STOCK),
        amount=quantity,
        code=int(TransferCode.BACK_TO_STOCK),
        reference=order_id,
    )


def void(hold_id: UUID) -> NewTransfer:
    """Return the transfer that gives held units back."""
    return NewTransfer(ids.uuid7(), None, None, 0, 0, kind=Kind.VOID, pending_of=hold_id)


def expiry(hold_id: UUID, at: datetime) -> Entry:
    """Return the entry that ends a hold whose time is over; it is refused where the ledger's sweep was faster."""
    end = NewTransfer(ids.uuid7(), None, None, 0, 0, kind=Kind.EXPIRE, pending_of=hold_id)
    return Entry(ids.uuid7(), at, (end,))
