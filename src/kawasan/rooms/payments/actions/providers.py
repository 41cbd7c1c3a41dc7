"""What is asked of the provider about bank accounts. It may call out for seconds: never inside a transaction."""

from __future__ import annotations

from datetime import datetime

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import SnapClient, client_of
from kawasan.rooms.payments.queries.providers import provider_settings
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import BankAccount, BankAnswer, Payout


def send_to_bank(*, payout: Payout, account: BankAccount, at: datetime) -> BankAnswer | None:
    """
    Let the provider send a payout; a repeat sends nothing more, since the provider is asked before it is told.

    None: what became of it is not known yet, so ask again later. Raises UnknownProvider.
    """
    client = _client()
    answer = calls.send_money(
        client,
        reference=reference_of(payout.id),
        amount_minor=payout.amount_minor,
        account=account,
        own_bank=client.settings.own_bank,
        at=at,
        was_told=True,
    )
    if answer.outcome is SnapOutcome.SUCCESS:
        body = dict(answer.body)
        own = wire.text_at(body, "referenceNo") or wire.text_at(body, "originalReferenceNo")
        return BankAnswer(sent=True, reference=own)
    if answer.outcome is SnapOutcome.REFUSED:
        return BankAnswer(sent=False, reference=answer.code)
    return None


def _client() -> SnapClient:
    with transaction(SYSTEM):
        settings = provider_settings()
    return client_of(settings)
