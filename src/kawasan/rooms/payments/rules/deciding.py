"""Pure decisions about a payment: may it be asked for, and where does money go that came for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from kawasan.core.clock import business_day
from kawasan.core.money import Money, rupiah
from kawasan.rooms.payments.rules.qris_fees import largest_payment
from kawasan.rooms.payments.types import (
    EventNoteInvalid,
    Outcome,
    PaymentAmountInvalid,
    PaymentSplitsInvalid,
    PaymentStatus,
    PaymentTimeInvalid,
    PayoutAmountInvalid,
    Split,
    TopUpAmountInvalid,
)

SPLITS_MAX = 50
HOLDS_MAX = 500
LIFETIME_MAX = timedelta(hours=24)  # the longest that providers keep a dynamic code (AstraPay)
QRIS_MIN = rupiah(1)
TOP_UP_MIN = rupiah(10_000)
TOP_UP_MAX = rupiah(10_000_000)
TOP_UP_LIFETIME = timedelta(minutes=15)
PAYOUT_MIN = rupiah(10_000)
NOTE_LENGTH_MAX = 500
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def check_request(splits: Sequence[Split], *, holds: int, expires_at: datetime, at: datetime) -> Money:
    """Return the whole amount. Raises PaymentSplitsInvalid, PaymentAmountInvalid, PaymentTimeInvalid."""
    if not 1 <= len(splits) <= SPLITS_MAX or holds > HOLDS_MAX or any(part.amount_minor <= 0 for part in splits):
        raise PaymentSplitsInvalid(limit=SPLITS_MAX)
    if any((part.business_id is None) != (part.order_id is None) for part in splits):
        raise PaymentSplitsInvalid(limit=SPLITS_MAX)
    amount = Money(sum(part.amount_minor for part in splits))
    check_qris_amount(amount, at=at)
    if not at < expires_at <= at + LIFETIME_MAX:
        raise PaymentTimeInvalid(hours=LIFETIME_MAX // timedelta(hours=1))
    return amount


def check_qris_amount(amount: Money, *, at: datetime) -> None:
    """Raise PaymentAmountInvalid for what one QRIS payment may not carry on this day."""
    largest = largest_payment(business_day(at))
    if not QRIS_MIN <= amount <= largest:
        raise PaymentAmountInvalid(smallest=QRIS_MIN, largest=largest)


def check_top_up(amount: Money) -> None:
    """Raise TopUpAmountInvalid outside the limits of one top-up."""
    if not TOP_UP_MIN <= amount <= TOP_UP_MAX:
        raise TopUpAmountInvalid(field="amount", smallest=TOP_UP_MIN, largest=TOP_UP_MAX)


def check_payout(amount: Money, *, available: Money) -> None:
    """Raise PayoutAmountInvalid for less than the smallest payout or more than there is."""
    if not PAYOUT_MIN <= amount <= available:
        raise PayoutAmountInvalid(field="amount", smallest=PAYOUT_MIN, available=available)


def checked_note(text: str) -> str:
    """Return a note as it is kept. Raises EventNoteInvalid."""
    said = _UNPRINTABLE.sub("", text.replace("\r\n", "\n")).strip()
    if not 1 <= len(said) <= NOTE_LENGTH_MAX:
        raise EventNoteInvalid(field="text", limit=NOTE_LENGTH_MAX)
    return said


def outcome_of_money(
    *,
    status: PaymentStatus,
    asked_minor: int,
    came_minor: int,
    expires_at: datetime,
    happened_at: datetime,
    at: datetime,
) -> Outcome:
    """
    Decide what money is that came for a payment.

    In time means before the end by both clocks: the provider's (``happened_at``) and ours (``at``), since what was held
    is free again from our end on. Anything but PAID goes to the payer's wallet, so nothing is lost.
    """
    if status is PaymentStatus.PAID:
        return Outcome.AGAIN
    if came_minor != asked_minor:
        return Outcome.OTHER_AMOUNT
    if status is not PaymentStatus.REQUESTED or max(happened_at, at) >= expires_at:
        return Outcome.LATE
    return Outcome.PAID
