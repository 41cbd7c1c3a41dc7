"""The payment providers that are switched on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules import codes, sandbox
from kawasan.rooms.payments.types import (
    BankAccount,
    BankAnswer,
    Merchant,
    Notification,
    NotificationKind,
    Payout,
    Provider,
    SandboxOff,
    UnknownProvider,
)

QUERY_LIMIT = 20


class Sandbox:
    """The provider that moves no real money: it behaves as one, so that everything around it is real."""

    name = sandbox.NAME

    def create_code(self, *, merchant: Merchant, amount_minor: int, reference: str) -> str:
        """Return the QRIS payload; a real acquirer would make it and keep the private half."""
        return codes.code_of_bill(merchant=merchant, amount_minor=amount_minor, reference=reference)

    def verify(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Notification:
        """Return what a signed message says. Raises BadNotification."""
        return sandbox.read(headers, body, secret=sandbox_secret(), at=at)

    # The sandbox bank stands for a system outside of ours, so asking it is a visit of its own, like a call over HTTP.
    def query(self, *, reference: str) -> tuple[Notification, ...]:
        """Return the money that the sandbox bank moved for a code."""
        with transaction(SYSTEM):
            rows = models.SandboxMoney.objects.filter(reference=reference, kind=NotificationKind.PAID.value)
            return tuple(as_notification(row, event=f"query-{row.pk}") for row in rows.order_by("pk")[:QUERY_LIMIT])

    def transfer(self, *, payout_id: UUID, account: BankAccount, amount_minor: int) -> BankAnswer:
        """Return what the sandbox bank does: accounts that end in 0000 do not exist there."""
        del amount_minor
        sent = not account.number.endswith("0000")
        return BankAnswer(sent=sent, reference=f"SANDBOX-{payout_id.hex[-12:].upper()}")


def provider(name: str | None = None) -> Provider:
    """Return a provider by name, or the one that makes our codes. Raises UnknownProvider."""
    if name in (None, sandbox.NAME) and settings.KAWASAN_SANDBOX:
        return Sandbox()
    raise UnknownProvider


def ask_provider(*, provider_name: str = sandbox.NAME, reference: str) -> tuple[Notification, ...]:
    """Ask the provider which money came for a code. Call it outside any transaction. Raises UnknownProvider."""
    return provider(provider_name).query(reference=reference)


def send_to_bank(*, payout: Payout, account: BankAccount) -> BankAnswer:
    """Let the provider send a payout. Call it outside any transaction; a repeat sends nothing more."""
    return provider().transfer(payout_id=payout.id, account=account, amount_minor=payout.amount_minor)


def need_sandbox() -> None:
    """Raise SandboxOff where the sandbox is not switched on."""
    if not settings.KAWASAN_SANDBOX:
        raise SandboxOff


def sandbox_is_on() -> bool:
    """Return whether the sandbox bank can pay here."""
    return bool(settings.KAWASAN_SANDBOX)


def sandbox_secret() -> bytes:
    """Return the secret that the sandbox bank and we share, made from the deployment's own."""
    return hmac.new(settings.SECRET_KEY.encode(), b"kawasan sandbox bank", hashlib.sha256).digest()


def as_notification(row: models.SandboxMoney, *, event: str) -> Notification:
    """Return what the sandbox bank tells of a movement of money."""
    return Notification(
        provider=sandbox.NAME,
        event_id=event,
        kind=NotificationKind(row.kind),
        reference=row.reference,
        money_id=str(row.pk),
        amount_minor=row.amount_minor,
        happened_at=row.happened_at,
    )
