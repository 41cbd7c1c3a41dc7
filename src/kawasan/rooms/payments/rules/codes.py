"""QRIS codes of bills: made for a payment, and read as a bank's app reads them."""

from __future__ import annotations

from kawasan.core.money import Money
from kawasan.rooms.payments.rules import qris
from kawasan.rooms.payments.rules.qris_writing import dynamic_payload
from kawasan.rooms.payments.types import Bill, Merchant


def code_of_bill(*, merchant: Merchant, amount_minor: int, reference: str) -> str:
    """Return the dynamic QRIS payload that asks for one amount, with our reference in 62.05."""
    return dynamic_payload(merchant, amount=Money(amount_minor), reference=reference)


def read_bill(payload: str) -> Bill:
    """Return what a bank's app shows before paying. Raises InvalidQris for anything but a whole QRIS code."""
    try:
        code = qris.parse(payload)
        return Bill(
            payload=code.payload,
            merchant_name=code.merchant_name,
            merchant_city=code.merchant_city,
            nmid=code.nmid or "",
            amount_minor=code.money.minor if code.money else None,
            reference=code.additional.get("05", ""),
        )
    except qris.InvalidQris as refusal:
        raise qris.InvalidQris(field="payload", **refusal.data) from None
