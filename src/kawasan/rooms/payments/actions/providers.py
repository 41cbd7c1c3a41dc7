"""What is asked of the provider about bank accounts. It may call out for seconds: never inside a transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.platform.db import transaction
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import SnapClient, client_of
from kawasan.rooms.payments.queries.providers import provider_settings
from kawasan.rooms.payments.rules.banks import checked_account
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import AccountOwner, BankAccount, BankAnswer, Payout, UnknownProvider

_NO_ACCOUNT = frozenset({"invalid_account", "inactive_account", "dormant_account"})  # 404..11, 403..18, 403..09


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


def ask_whose_account(*, actor: Actor, business_id: UUID, bank: str, number: str, holder: str) -> AccountOwner | None:
    """
    Ask the bank for an owner of a business whose an account is, before it is saved; None where the bank did not say.

    Raises NotFound, Forbidden, BankAccountInvalid.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    return ask_bank_for_name(account=checked_account(bank=bank, number=number, holder=holder))


def ask_bank_for_name(*, account: BankAccount) -> AccountOwner | None:
    """
    Ask the bank whose an account is (SNAP services 15 and 16); it moves nothing, so it may always be repeated.

    None: the bank did not say, because no provider is connected, it does not offer this, or it did not answer now.
    """
    try:
        client = _client()
    except UnknownProvider:
        return None
    answer = calls.ask_account(client, account=account, own_bank=client.settings.own_bank)
    name = " ".join(wire.text_at(dict(answer.body), "beneficiaryAccountName").split())
    if answer.outcome is SnapOutcome.SUCCESS and name:
        return AccountOwner(name=name)
    is_gone = answer.outcome is SnapOutcome.REFUSED and answer.category in _NO_ACCOUNT
    return AccountOwner(name=None) if is_gone else None


def _client() -> SnapClient:
    with transaction(SYSTEM):
        found = provider_settings()
    return client_of(found)
