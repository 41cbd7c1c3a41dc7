"""Sales in the ledger, made of payments' own transfers: paid, refunded and completed orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

NOON = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)  # 12.00 WIB


@dataclass(frozen=True)
class Sale:
    """An order paid into the escrow of a business."""

    order_id: UUID
    person_id: UUID
    business_id: UUID
    amount_minor: int


def a_sale(
    business_id: UUID, amount_minor: int, *, at: datetime = NOON, qris: bool = False, person_id: UUID | None = None
) -> Sale:
    """Pay an order: from a wallet that was topped up for it, or by QRIS."""
    sale = Sale(ids.uuid7(), person_id or ids.uuid7(), business_id, amount_minor)
    payments.ensure_business_accounts(business_id=business_id)
    payments.ensure_wallet(person_id=sale.person_id)
    if qris:
        _post(at, _from_provider(payments.escrow(business_id), sale, payments.PaymentCode.PAY_QRIS))
        return sale
    pay = payments.pay_from_wallet(
        person_id=sale.person_id, business_id=business_id, amount_minor=amount_minor, order_id=sale.order_id
    )
    _post(at, _from_provider(payments.wallet(sale.person_id), sale, payments.PaymentCode.TOP_UP), pay)
    return sale


def a_refund(sale: Sale, amount_minor: int | None = None, *, at: datetime = NOON, from_seller: bool = False) -> None:
    """Give money of an order back, all of it unless said otherwise."""
    build = payments.refund_from_seller if from_seller else payments.refund_to_wallet
    transfer = build(
        person_id=sale.person_id,
        business_id=sale.business_id,
        amount_minor=sale.amount_minor if amount_minor is None else amount_minor,
        order_id=sale.order_id,
        refund_id=ids.uuid7(),
    )
    _post(at, transfer)


def a_completion(sale: Sale, fee_minor: int = 0, *, amount_minor: int | None = None, at: datetime = NOON) -> None:
    """Release an order's money to its seller, less the fee."""
    gross = sale.amount_minor if amount_minor is None else amount_minor
    released = payments.release(
        business_id=sale.business_id, order_id=sale.order_id, gross_minor=gross, fee_minor=fee_minor
    )
    _post(at, *released)


def _from_provider(credit: UUID, sale: Sale, code: payments.PaymentCode) -> ledger.NewTransfer:
    return ledger.NewTransfer(
        id=ids.uuid7(),
        debit=payments.provider(),
        credit=credit,
        amount=sale.amount_minor,
        code=int(code),
        reference=sale.order_id,
    )


def _post(at: datetime, *transfers: ledger.NewTransfer) -> None:
    ledger.post(ledger.Entry(ids.uuid7(), at, transfers))
