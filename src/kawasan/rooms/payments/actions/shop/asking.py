"""Asking a provider what was paid to shops' codes: one code of the counter, or all of the last minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import client_of
from kawasan.rooms.payments.queries import providers
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.rules.snap.notices import NotTaken, qr_money, statement_line
from kawasan.rooms.payments.types import Notification, NotificationKind, StatementLine, UnknownProvider
from kawasan.rooms.payments.types.snap import CodeState

LOOKS_BACK = timedelta(minutes=30)  # how far "not there yet? ask the bank" reaches; reconciliation sees the rest


def ask_about_counter(*, counter_id: UUID, at: datetime) -> tuple[Notification, ...]:
    """Ask the provider whether one code of the counter was paid. Call it outside any transaction."""
    with transaction(SYSTEM):
        row = models.ShopCode.objects.filter(pk=counter_id, state=CodeState.MADE.value).first()
        if row is None:
            return ()
        settings = providers.provider_settings(name=row.provider)
        models.ShopCode.objects.filter(pk=counter_id).update(asked_at=at)
    client = client_of(settings)
    answer = calls.ask_qr(client, reference=row.reference, provider_reference=row.provider_reference)
    if answer.outcome is not SnapOutcome.SUCCESS or answer.status is None or answer.status.name != "success":
        return ()
    told = {"originalPartnerReferenceNo": row.reference} | dict(answer.body)
    try:
        found = qr_money(
            client.profile, told, provider=row.provider, event_id=f"query-{row.reference}", at=at,
            provider_reference=row.provider_reference,
        )  # fmt: skip
    except NotTaken as problem:
        log.warning("answer-not-understood", provider=row.provider, reference=row.reference, problem=str(problem))
        return ()
    return (found,) if found else ()


def ask_about_static(*, business_id: UUID, at: datetime) -> tuple[Notification, ...]:
    """
    Ask the provider for its movements of the last minutes, and return those into a shop's static code.

    The standard has no question about a static code: its list of movements is the only place where payments into one
    are told a second time. Call it outside any transaction.
    """
    with transaction(SYSTEM):
        rows = models.ShopCode.objects.filter(business_id=business_id, state=CodeState.MADE.value, kind="static")
        found = rows.first()
        try:
            settings = providers.provider_settings(name=found.provider) if found else None
        except UnknownProvider:
            settings = None
    if found is None or settings is None:
        return ()
    client = client_of(settings)
    lines, _ = calls.history(client, starts_at=at - LOOKS_BACK, ends_at=at + timedelta(seconds=1))
    read = [statement_line(client.profile, line) for line in lines]
    mine = [line for line in read if line and line.kind != "out" and line.reference == found.reference]
    return tuple(money_of_line(line, provider=settings.name) for line in mine)


def money_of_line(line: StatementLine, *, provider: str) -> Notification:
    """Return a movement of the provider's list as the message that its notification would have been."""
    return Notification(
        provider=provider,
        event_id=f"statement-{line.money_id}",
        kind=NotificationKind.PAID,
        reference=line.reference,
        money_id=line.money_id,
        amount_minor=line.amount_minor,
        happened_at=line.happened_at,
        abroad=line.abroad,
    )
