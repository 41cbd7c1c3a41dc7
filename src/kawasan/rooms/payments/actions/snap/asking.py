"""Single calls to a provider that move money or tell of it, for tools and tests of a connection. They call out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import client_of
from kawasan.rooms.payments.queries import providers as queries
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.types import BankAccount, Payment, ProviderSettings
from kawasan.rooms.payments.types.snap import CodeKind

REASON = "pengembalian dana"


def bank_balance(settings: ProviderSettings) -> int | None:
    """Return what the provider says that it holds for us, or None where it does not say."""
    return calls.balance_minor(client_of(settings))


def send_back(settings: ProviderSettings, *, payment: Payment, refund_no: str, amount_minor: int) -> Answer:
    """Let the provider send money of a payment by QRIS back to where it came from, once for each ``refund_no``."""
    with transaction(SYSTEM):
        codes = [one for one in queries.codes_of(payment_id=payment.id) if one.kind == CodeKind.QRIS]
    return calls.refund_qr(
        client_of(settings),
        reference=codes[-1].reference,
        provider_reference=codes[-1].provider_reference,
        refund_no=refund_no,
        amount_minor=amount_minor,
        reason=REASON,
        was_told=True,
    )


def send_transfer(
    settings: ProviderSettings, *, transfer_id: UUID, account: BankAccount, amount_minor: int, at: datetime
) -> Answer:
    """Let the provider send money to a bank account, once for each ``transfer_id``."""
    return calls.send_money(
        client_of(settings),
        reference=reference_of(transfer_id),
        amount_minor=amount_minor,
        account=account,
        own_bank=settings.own_bank,
        at=at,
        was_told=True,
    )
