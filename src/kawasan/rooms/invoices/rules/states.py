"""In which state a document is: it follows from its moments and its sums."""

from __future__ import annotations

from datetime import date

from kawasan.rooms.invoices.types.documents import DocumentKind, State


def state_of(
    *,
    kind: DocumentKind,
    is_issued: bool,
    is_sent: bool,
    is_accepted: bool,
    is_declined: bool,
    is_billed: bool,
    due_on: date | None,
    total_minor: int,
    credited_minor: int,
    paid_minor: int,
    today: date,
) -> State:
    """Return the state on a day. An invoice that was credited whole is cancelled, whoever paid meanwhile."""
    if not is_issued:
        return State.DRAFT
    is_late = due_on is not None and today > due_on
    if kind is DocumentKind.QUOTATION:
        return _quotation(is_sent, is_accepted, is_declined, is_billed, is_late)
    if kind is DocumentKind.CREDIT:
        return State.SENT if is_sent else State.ISSUED
    if total_minor and credited_minor >= total_minor:
        return State.CANCELLED
    left = total_minor - credited_minor - paid_minor
    if left <= 0:
        return State.PAID
    if is_late:
        return State.OVERDUE
    if paid_minor > 0:
        return State.PARTLY_PAID
    return State.SENT if is_sent else State.ISSUED


def _quotation(is_sent: bool, is_accepted: bool, is_declined: bool, is_billed: bool, is_late: bool) -> State:
    if is_billed:
        return State.BILLED
    if is_declined:
        return State.DECLINED
    if is_accepted:
        return State.ACCEPTED
    if is_late:
        return State.EXPIRED
    return State.SENT if is_sent else State.ISSUED
