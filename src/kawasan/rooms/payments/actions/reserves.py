"""Reserves whose time is over become free, and a debt is recovered from them first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.reach import lock_sellers
from kawasan.rooms.payments.actions.settlement import debts_of
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.transfers import move
from kawasan.rooms.payments.types import PaymentCode

DUE_MAX = 200


@requires_transaction
def free_reserves(*, at: datetime, limit: int = DUE_MAX) -> int:
    """Move reserves whose time is over into their sellers' balances, each once; return how many. For the system."""
    due = models.Reserve.objects.filter(free_at__lte=at, freed_at__isnull=True)
    sellers = list(due.order_by("free_at", "pk").values_list("business_id", flat=True)[:limit])
    lock_sellers(sellers)
    rows = list(due.filter(business__in=set(sellers)).select_for_update().order_by("free_at", "pk")[:limit])
    debts = debts_of({row.business_id for row in rows})
    entries = []
    for row in rows:
        row.freed_minor, row.freed_at = row.amount_minor - row.used_minor, at
        if row.freed_minor:
            entries.append(_entry(row, debts, at))
    for answer in ledger.post_many(entries):
        if isinstance(answer, ledger.Refused):
            raise answer.refusal
    models.Reserve.objects.bulk_update(rows, ["freed_minor", "freed_at"])
    return len(rows)


def recovery(cause: UUID, business_id: UUID, amount_minor: int, reference: UUID) -> ledger.NewTransfer:
    """Return the transfer that recovers a part of a seller's debt from the balance."""
    return move(
        ids.derived("payments.recovery", cause),
        PaymentCode.RECOVERY,
        accounts.balance(business_id),
        accounts.debt(business_id),
        amount_minor,
        reference,
    )


def _entry(row: models.Reserve, debts: dict[UUID, int], at: datetime) -> ledger.Entry:
    free = ids.derived("payments.reserve-freed", row.pk)
    reserve, balance = accounts.reserve(row.business_id), accounts.balance(row.business_id)
    moves = [move(free, PaymentCode.RESERVE_FREED, reserve, balance, row.freed_minor, row.pk)]
    if owed := min(debts[row.business_id], row.freed_minor):
        moves.append(recovery(free, row.business_id, owed, row.pk))
        debts[row.business_id] -= owed
    return ledger.Entry(ids.derived("payments.reserve-freed-entry", row.pk), at, tuple(moves))
