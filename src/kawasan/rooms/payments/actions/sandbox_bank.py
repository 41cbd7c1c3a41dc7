"""The sandbox bank: pays our codes as a payer's bank does, in time, late, twice, silently or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.providers import as_notification, need_sandbox, sandbox_secret
from kawasan.rooms.payments.rules import codes, sandbox
from kawasan.rooms.payments.rules.qris import InvalidQris
from kawasan.rooms.payments.types import Bill, NotificationKind, SandboxReceipt, Scenario

LATE_BY = timedelta(hours=25)  # longer than any code lives


def scan(*, payload: str) -> Bill:
    """Return what the bank's app shows before paying. Raises SandboxOff, InvalidQris."""
    need_sandbox()
    return codes.read_bill(payload)


@requires_transaction
def sandbox_pay(*, visit_id: UUID, payload: str, scenario: Scenario, at: datetime) -> SandboxReceipt:
    """
    Pay a code at the sandbox bank; the notifications of ``money_ids`` are sent after the commit.

    ``visit_id`` names one press of the button: repeating it moves no more money. Raises SandboxOff, InvalidQris.
    """
    bill = scan(payload=payload)
    if not bill.amount_minor or not bill.reference:
        raise InvalidQris(field="payload", reason="no_bill")
    kind = NotificationKind.FAILED if scenario is Scenario.FAIL else NotificationKind.PAID
    times = 2 if scenario is Scenario.TWICE else 1
    rows = [
        models.SandboxMoney(
            id=ids.derived("payments.sandbox", visit_id, number),
            reference=bill.reference,
            kind=kind.value,
            amount_minor=bill.amount_minor,
            happened_at=at + LATE_BY if scenario is Scenario.LATE else at,
        )
        for number in range(times)
    ]
    models.SandboxMoney.objects.bulk_create(rows, ignore_conflicts=True)
    return SandboxReceipt(bill=bill, scenario=scenario, money_ids=tuple(row.pk for row in rows))


def sandbox_message(*, money_id: UUID, at: datetime) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the signed notification about a movement of money. Raises SandboxOff."""
    need_sandbox()
    row = models.SandboxMoney.objects.get(pk=money_id)
    return sandbox.message(as_notification(row, event=f"event-{row.pk}"), secret=sandbox_secret(), at=at)
