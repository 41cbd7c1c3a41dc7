"""The door to payments: asking for one, hearing that it was paid, letting it go."""

from kawasan.rooms.payments.actions.many_requests import (
    request_payments,
)
from kawasan.rooms.payments.actions.notifications import (
    notify,
)
from kawasan.rooms.payments.actions.requests import (
    cancel_payment,
    expire_payments,
    request_payment,
    top_up,
)
from kawasan.rooms.payments.queries.payments import (
    due_payments,
    payment,
    payment_of_order,
    payment_of_reference,
    payments_of,
    transfer_of_order,
)
from kawasan.rooms.payments.rules.deciding import (
    NOTE_LENGTH_MAX,
    PAYOUT_MIN,
    TOP_UP_MAX,
    TOP_UP_MIN,
)
from kawasan.rooms.payments.rules.qris import (
    InvalidQris,
)
from kawasan.rooms.payments.types import (
    Bill,
    Merchant,
    Payment,
    PaymentAmountInvalid,
    PaymentClosed,
    PaymentIdReused,
    PaymentNotFound,
    PaymentRequest,
    PaymentSplitsInvalid,
    PaymentStatus,
    PaymentTimeInvalid,
    Purpose,
    Split,
)

__all__ = [
    "NOTE_LENGTH_MAX",
    "PAYOUT_MIN",
    "TOP_UP_MAX",
    "TOP_UP_MIN",
    "Bill",
    "InvalidQris",
    "Merchant",
    "Payment",
    "PaymentAmountInvalid",
    "PaymentClosed",
    "PaymentIdReused",
    "PaymentNotFound",
    "PaymentRequest",
    "PaymentSplitsInvalid",
    "PaymentStatus",
    "PaymentTimeInvalid",
    "Purpose",
    "Split",
    "cancel_payment",
    "due_payments",
    "expire_payments",
    "notify",
    "payment",
    "payment_of_order",
    "payment_of_reference",
    "payments_of",
    "request_payment",
    "request_payments",
    "top_up",
    "transfer_of_order",
]
