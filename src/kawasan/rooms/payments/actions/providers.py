"""What is asked of the provider about bank accounts. It may call out for seconds: never inside a transaction."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

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
        return BankAnswer(sent=False, reference=answer.code, reason=answer.category)
    return None


def bank_tells_names() -> bool:
    """Return whether anybody can be asked whose bank account it is: so far the practice bank only."""
    return bool(settings.KAWASAN_SANDBOX)


def ask_bank_for_name(*, account: BankAccount) -> str | None:
    """
    Return the name that the bank has for an account, or None where there is no such account.

    The practice bank knows nobody behind an account that ends in 0000, and somebody else behind one that ends in 9999.
    A real one is asked by account inquiry (SNAP services 15 and 16), which our client does not speak yet.
    """
    if account.number.endswith("0000"):
        return None
    return "BUDI SANTOSO" if account.number.endswith("9999") else account.holder.upper()


def _client() -> SnapClient:
    with transaction(SYSTEM):
        found = provider_settings()
    return client_of(found)
