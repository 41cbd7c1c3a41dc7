"""Transfers of money that the rooms above put into their entries, with ids that follow from what they are for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.ledger.types import Kind, NewTransfer
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.types import PaymentCode


def move(
    transfer_id: UUID, code: PaymentCode, debit: UUID, credit: UUID, amount_minor: int, reference: UUID
) -> NewTransfer:
    """Return a transfer of money that moves at once."""
    return NewTransfer(
        id=transfer_id, debit=debit, credit=credit, amount=amount_minor, code=int(code), reference=reference
    )


def pay_from_wallet(*, person_id: UUID, business_id: UUID, amount_minor: int, order_id: UUID) -> NewTransfer:
    """Return the transfer wallet -> escrow that pays an order; the same order always gives the same transfer."""
    return NewTransfer(
        id=ids.derived_in_time("payments.pay-wallet", order_id),
        debit=accounts.wallet(person_id),
        credit=accounts.escrow(business_id),
        amount=amount_minor,
        code=int(PaymentCode.PAY_WALLET),
        reference=order_id,
    )


def pay_from_voucher(
    *, voucher_id: UUID, business_id: UUID, amount_minor: int, order_id: UUID, until: datetime | None = None
) -> NewTransfer:
    """Return the transfer voucher -> escrow that pays the zone's part of an order; with ``until`` it is only held."""
    return NewTransfer(
        id=pay_from_voucher_id(order_id),
        debit=accounts.voucher(voucher_id),
        credit=accounts.escrow(business_id),
        amount=amount_minor,
        code=int(PaymentCode.VOUCHER_PAID),
        kind=Kind.POSTED if until is None else Kind.PENDING,
        expires_at=until,
        reference=order_id,
    )


def pay_from_voucher_id(order_id: UUID) -> UUID:
    """Return the id of that transfer."""
    return ids.derived("payments.pay-voucher", order_id)


def fund_voucher(*, voucher_id: UUID, amount_minor: int, is_promotion: bool = False) -> NewTransfer:
    """Return the transfer zone's fee (or promotion money) -> voucher that sets its budget aside."""
    transfer_id = ids.derived("payments.fund-voucher", voucher_id)
    code = PaymentCode.VOUCHER_PROMOTED if is_promotion else PaymentCode.VOUCHER_FUNDED
    return move(
        transfer_id, code, _voucher_source(is_promotion), accounts.voucher(voucher_id), amount_minor, voucher_id
    )


def close_voucher(*, voucher_id: UUID, amount_minor: int, is_promotion: bool = False) -> NewTransfer:
    """
    Return the transfer of what a voucher did not give away, back to where it came from.

    Money may come back to the voucher again later, so each such transfer has an id of its own.
    """
    code = PaymentCode.VOUCHER_UNSPENT if is_promotion else PaymentCode.VOUCHER_CLOSED
    return move(
        ids.uuid7(), code, accounts.voucher(voucher_id), _voucher_source(is_promotion), amount_minor, voucher_id
    )


def _voucher_source(is_promotion: bool) -> UUID:
    return accounts.promotion() if is_promotion else accounts.fee()


def promotion(*, entry_id: UUID, amount_minor: int, is_in: bool) -> NewTransfer:
    """Return the transfer bank -> promotion that pays promotion money in, or back out."""
    code = PaymentCode.PROMOTION_IN if is_in else PaymentCode.PROMOTION_OUT
    ends = (accounts.bank(), accounts.promotion()) if is_in else (accounts.promotion(), accounts.bank())
    return move(ids.derived("payments.promotion", entry_id), code, *ends, amount_minor, entry_id)


def refund_to_wallet(
    *, person_id: UUID, business_id: UUID, amount_minor: int, order_id: UUID, refund_id: UUID
) -> NewTransfer:
    """Return the transfer escrow -> wallet that gives money back before it was released to the seller."""
    return NewTransfer(
        id=ids.derived_in_time("payments.refund", refund_id),
        debit=accounts.escrow(business_id),
        credit=accounts.wallet(person_id),
        amount=amount_minor,
        code=int(PaymentCode.REFUND),
        reference=order_id,
    )


def refund_from_seller(
    *, person_id: UUID, business_id: UUID, amount_minor: int, order_id: UUID, refund_id: UUID
) -> NewTransfer:
    """Return the transfer seller's balance -> wallet that gives money back after the release."""
    return NewTransfer(
        id=ids.derived_in_time("payments.refund-from-seller", refund_id),
        debit=accounts.balance(business_id),
        credit=accounts.wallet(person_id),
        amount=amount_minor,
        code=int(PaymentCode.REFUND_FROM_SELLER),
        reference=order_id,
    )


def release(*, business_id: UUID, order_id: UUID, gross_minor: int, fee_minor: int) -> tuple[NewTransfer, ...]:
    """
    Return the transfers escrow -> seller's balance and escrow -> zone's fee that settle an order.

    Parts of nothing are left out. Raises ValueError where the fee is not between nothing and the whole.
    """
    if not 0 <= fee_minor <= gross_minor:
        raise ValueError("a fee is between nothing and the whole amount")
    parts = (
        (PaymentCode.RELEASE, accounts.balance(business_id), gross_minor - fee_minor),
        (PaymentCode.FEE, accounts.fee(), fee_minor),
    )
    return tuple(
        NewTransfer(
            id=ids.derived_in_time("payments.release", order_id, int(code)),
            debit=accounts.escrow(business_id),
            credit=credit,
            amount=amount,
            code=int(code),
            reference=order_id,
        )
        for code, credit, amount in parts
        if amount
    )
