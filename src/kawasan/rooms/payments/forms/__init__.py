"""What people type about money, by subject."""

from kawasan.rooms.payments.forms.payments import (
    PAYLOAD_LENGTH_MAX,
    SUGGESTIONS,
    ClientMadeForm,
    EventNoteForm,
    PayoutForm,
    RupiahField,
    TopUpForm,
    payment_url,
    typed,
)

__all__ = [
    "PAYLOAD_LENGTH_MAX",
    "SUGGESTIONS",
    "ClientMadeForm",
    "EventNoteForm",
    "PayoutForm",
    "RupiahField",
    "TopUpForm",
    "payment_url",
    "typed",
]
