"""The door to payments from abroad: a price in another currency, and sending back what fits nothing."""

from kawasan.rooms.payments.actions.abroad import (
    note_sent_back,
    quote_payment,
    send_back_abroad,
)
from kawasan.rooms.payments.types import (
    Abroad,
)

__all__ = [
    "Abroad",
    "note_sent_back",
    "quote_payment",
    "send_back_abroad",
]
