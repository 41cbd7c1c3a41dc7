"""Months of the ledger that are over: listed, taken out of the way, brought back."""

from __future__ import annotations

from datetime import date, datetime

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.server.wiring import MONTH_USERS

TIMEOUT_MS = 3_600_000  # moving a big month takes minutes; nobody waits for it


def months() -> list[ledger.Month]:
    """Return the months of the present zone."""
    with transaction(SYSTEM):
        return ledger.months()


def plan(month: date, *, at: datetime) -> ledger.MonthPlan:
    """Return what detaching a month would take away, and every reason against it: the ledger's and those of rooms."""
    with transaction(SYSTEM, statement_timeout_ms=TIMEOUT_MS):
        planned = ledger.plan_of(month, at=at)
        rooms = [reason for users in MONTH_USERS for reason in users(month)]
    return ledger.MonthPlan(planned.month, planned.upto, planned.transfers, (*planned.reasons, *rooms))


def detach(month: date, *, at: datetime) -> int:
    """Take a month out of the way; return how many transfers. Raises MonthNeeded and changes nothing then."""
    if reasons := plan(month, at=at).reasons:
        raise ledger.MonthNeeded(month=f"{month:%Y-%m}", reasons="; ".join(reasons))
    with as_owner(), transaction(SYSTEM, statement_timeout_ms=TIMEOUT_MS):
        return ledger.detach_month(month, at=at)


def attach(month: date) -> int:
    """Bring a month back; return how many transfers. Raises MonthNotAway."""
    with as_owner(), transaction(SYSTEM, statement_timeout_ms=TIMEOUT_MS):
        return ledger.attach_month(month)
