"""How movements of money are called on a page."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from kawasan.core.errors import msg
from kawasan.rooms.payments.api import Line, PaymentCode

register = template.Library()

_NAMES = {
    PaymentCode.TOP_UP: msg("Top-up by QRIS"),
    PaymentCode.PAY_WALLET: msg("Order paid from the wallet"),
    PaymentCode.PAY_QRIS: msg("Order paid by QRIS"),
    PaymentCode.REFUND: msg("Money back for an order"),
    PaymentCode.REFUND_FROM_SELLER: msg("Money back for a delivered order"),
    PaymentCode.RELEASE: msg("Order completed"),
    PaymentCode.FEE: msg("Fee of the zone"),
    PaymentCode.LATE_PAYMENT: msg("Payment that came too late or twice"),
    PaymentCode.PAYOUT: msg("Paid out to the bank"),
}


@register.filter
def movement(line: Line) -> str:
    """Return what a movement of money was, in the reader's language."""
    return gettext(_NAMES[line.code])
