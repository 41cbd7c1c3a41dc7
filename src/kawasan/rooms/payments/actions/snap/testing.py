"""Trying a connection out: a token and the balance; at the bank to practise on, every service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from kawasan.core import ids
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import SnapClient
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap import requests, signing
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import Service, SnapOutcome
from kawasan.rooms.payments.rules.snap.profiles import SANDBOX
from kawasan.rooms.payments.types import BankAccount, ProviderSettings, ProviderSettingsInvalid

CUSTOMER = "990000000001"  # of the virtual account that is made and closed again


def try_provider(settings: ProviderSettings) -> tuple[bool, str]:
    """Return whether a provider knows us, and what it said. It calls out: never inside a transaction."""
    try:
        for key in settings.our_keys:
            signing.public_of(key)
        for key in settings.their_keys:
            signing.fingerprint(key)
    except signing.BadKey as error:
        return False, f"a {error} cannot be read"
    client = SnapClient(settings)
    try:
        answer = client.token_answer()
        if answer.outcome is not SnapOutcome.SUCCESS:
            return False, f"no token: {answer.code or 'no answer'} {answer.category}".rstrip()
        held = calls.balance_minor(client) if settings.account_no else None
    finally:
        client.close()
    return True, "token given" + (f", balance {held // 100:,} rupiah" if held is not None else "")


def call_every_service(settings: ProviderSettings, *, account: BankAccount, at: datetime) -> tuple[str, ...]:
    """
    Call each service of SNAP BI that we use once, as ``kawasan sandbox --selftest`` does; return what was answered.

    It makes and closes a code and a virtual account, and sends Rp10,000 twice: for a bank to practise on only. It calls
    out: never inside a transaction. Raises ProviderSettingsInvalid for a provider that is none.
    """
    if settings.profile != SANDBOX:
        raise ProviderSettingsInvalid(field="profile", problem="profile")
    client = SnapClient(settings)
    try:
        told = [("token", client.token_answer()), *_tour(client, account, at)]
    finally:
        client.close()
    return tuple(f"{name} {answer.code or answer.category}" for name, answer in told)


def _tour(client: SnapClient, account: BankAccount, at: datetime) -> Iterator[tuple[str, Answer]]:
    own = client.settings.own_bank
    number = reference_of(ids.uuid7())
    bill = calls.Wanted(number, 10_000_00, at + timedelta(minutes=15), name="Swauji", city="Bandung")
    yield "qr-generate", calls.make_qr(client, bill)
    yield "qr-query", calls.ask_qr(client, reference=number)
    yield "qr-cancel", calls.cancel_qr(client, reference=number, provider_reference="", reason="swauji")
    bill = replace(bill, reference=reference_of(ids.uuid7()), customer_no=CUSTOMER)
    yield "va-create", calls.make_va(client, bill)
    yield "va-status", calls.ask_va(client, customer_no=CUSTOMER, reference=bill.reference)
    yield "va-delete", calls.delete_va(client, customer_no=CUSTOMER, reference=bill.reference)
    for bank in (own, account.bank):
        to, where = replace(account, bank=bank), "own" if bank == own else "other"
        yield f"account-{where}", calls.ask_account(client, account=to, own_bank=own)
        number = reference_of(ids.uuid7())
        sent = calls.send_money(client, reference=number, amount_minor=10_000_00, account=to, own_bank=own, at=at)
        yield f"transfer-{where}", sent
        yield "transfer-status", calls.ask_transfer(client, reference=number, is_interbank=bank != own)
    yield "balance", client.call(Service.BALANCE, requests.balance(client.settings, reference=number))
    yield "history", calls.history(client, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(minutes=1))[1]
