"""How movements of money are called on a page."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from kawasan.core.errors import msg
from kawasan.rooms.payments.api import (
    Attention,
    DifferenceKind,
    EventKind,
    Line,
    Outcome,
    PaymentCode,
    Repair,
)

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

_OUTCOMES = {
    Outcome.LATE: msg("Came too late"),
    Outcome.AGAIN: msg("Paid a second time"),
    Outcome.OTHER_AMOUNT: msg("Another amount than asked"),
    Outcome.UNKNOWN_REFERENCE: msg("Names no payment of ours"),
    Outcome.CONTRADICTION: msg("Contradicts an earlier message"),
    Outcome.PAYOUT_RETURNED: msg("Payout came back"),
}
_TONES = {
    Outcome.LATE: "nila",
    Outcome.AGAIN: "nila",
    Outcome.OTHER_AMOUNT: "warm",
    Outcome.PAYOUT_RETURNED: "warm",
    Outcome.UNKNOWN_REFERENCE: "bad",
    Outcome.CONTRADICTION: "bad",
}
_KINDS = {
    EventKind.PAID: msg("Money came"),
    EventKind.FAILED: msg("Payment refused"),
    EventKind.PAYOUT: msg("Payout to a bank"),
}
_ATTENTIONS = {
    Attention.WAITING: msg("Waiting to be seen"),
    Attention.SEEN: msg("Already seen"),
    Attention.ALL: msg("All events"),
}


@register.filter
def outcome(value: Outcome) -> str:
    """Return what an event did, in the reader's language."""
    return gettext(_OUTCOMES[value]) if value in _OUTCOMES else str(value)


@register.filter
def outcome_tone(value: Outcome) -> str:
    """Return the colour of what an event did."""
    return _TONES.get(value, "")


@register.filter
def event_kind(value: EventKind) -> str:
    """Return what an event is about, in the reader's language."""
    return gettext(_KINDS[value])


@register.filter
def attention(value: Attention) -> str:
    """Return the name of a list of events, in the reader's language."""
    return gettext(_ATTENTIONS[value])


@register.filter
def movement(line: Line) -> str:
    """Return what a movement of money was, in the reader's language."""
    return gettext(_NAMES[line.code])


_DIFFERENCES = {
    DifferenceKind.MISSING_HERE: msg("The provider has money that we never counted"),
    DifferenceKind.MISSING_THERE: msg("We counted money that the provider does not list"),
    DifferenceKind.OTHER_AMOUNT: msg("The amounts differ"),
}
_REPAIRS = {
    Repair.TAKEN_OVER: msg("Taken over"),
    Repair.NOTED: msg("Settled outside"),
    Repair.AGREES: msg("Agrees by now"),
}


@register.filter
def difference_kind(value: DifferenceKind) -> str:
    """Return how two lists differ, in the reader's language."""
    return gettext(_DIFFERENCES[value])


@register.filter
def repair_name(value: Repair) -> str:
    """Return what was done about a difference, in the reader's language."""
    return gettext(_REPAIRS[value])
