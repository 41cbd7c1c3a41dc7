"""Tables of payments, by subject."""

from kawasan.rooms.payments.models.money import (
    EventNote,
    Payment,
    PaymentSplit,
    Payout,
    ProviderEvent,
    Receipt,
)
from kawasan.rooms.payments.models.snap import (
    Code,
    Difference,
    Provider,
    Reconciliation,
)

__all__ = [
    "Code",
    "Difference",
    "EventNote",
    "Payment",
    "PaymentSplit",
    "Payout",
    "Provider",
    "ProviderEvent",
    "Receipt",
    "Reconciliation",
]
