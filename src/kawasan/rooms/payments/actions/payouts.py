"""Sending a business's money to its bank account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.accounts import ensure_business_accounts
from kawasan.rooms.payments.facts import PayoutSettled
from kawasan.rooms.payments.queries import payouts
from kawasan.rooms.payments.queries.money import seller_money
from kawasan.rooms.payments.rules import accounts, deciding
from kawasan.rooms.payments.rules.banks import checked_account
from kawasan.rooms.payments.types import (
    BankAccount,
    EventKind,
    Outcome,
    PaymentCode,
    Payout,
    PayoutIdReused,
    PayoutNotFound,
    PayoutStatus,
)


@requires_transaction
def request_payout(
    *,
    actor: Actor,
    business_id: UUID,
    payout_id: UUID,
    amount: Money,
    bank: str,
    number: str,
    holder: str,
    at: datetime,
) -> Payout:
    """
    Reserve money of a business's balance for its bank account; the bank is asked afterwards.

    Only an owner may. Repeating it with the same id and content returns the first one. Raises NotFound, Forbidden,
    BankAccountInvalid, PayoutAmountInvalid, PayoutIdReused.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    account = checked_account(bank=bank, number=number, holder=holder)
    ensure_business_accounts(business_id=business_id)
    if earlier := models.Payout.objects.filter(pk=payout_id).first():
        return _same_or_refuse(earlier, business_id, amount, account)
    available = Money(seller_money(actor=actor, business_id=business_id).available_minor)
    deciding.check_payout(amount, available=available)
    _reserve(payout_id, business_id, amount, at)
    row = models.Payout(
        id=payout_id,
        business_id=business_id,
        requested_by=actor.person_id or business_id,
        amount_minor=amount.minor,
        status=PayoutStatus.REQUESTED.value,
        bank=account.bank,
        number=account.number,
        holder=account.holder,
        requested_at=at,
    )
    models.Payout.objects.bulk_create([row], ignore_conflicts=True)
    return _same_or_refuse(models.Payout.objects.get(pk=payout_id), business_id, amount, account)


@requires_transaction
def settle_payout(
    *, payout_id: UUID, sent: bool, bank_reference: str, at: datetime, provider_name: str = "bank"
) -> Payout:
    """
    Note what the bank did: sent, or returned to the business's balance; then staff is asked to look. A repeat does
    nothing.

    Raises PayoutNotFound.
    """
    row = models.Payout.objects.select_for_update(no_key=True).filter(pk=payout_id).first()
    if row is None:
        raise PayoutNotFound
    if row.status != PayoutStatus.REQUESTED:
        return payouts.as_payout(row)
    _resolve(row, ledger.Kind.POST if sent else ledger.Kind.VOID, at)
    row.status = (PayoutStatus.SENT if sent else PayoutStatus.RETURNED).value
    row.bank_reference, row.settled_at = bank_reference, at
    row.save(update_fields=["status", "bank_reference", "settled_at"])
    if not sent:
        _flag(row, provider_name, at)
    fact = PayoutSettled(
        payout_id=row.pk, business_id=row.business_id, amount_minor=row.amount_minor, status=row.status
    )
    announce(fact, at=at)
    return payouts.as_payout(row)


# Two requests with one id post the same entry: the second waits for the first and moves nothing.
def _reserve(payout_id: UUID, business_id: UUID, amount: Money, at: datetime) -> None:
    transfer = ledger.NewTransfer(
        id=ids.derived("payments.payout", payout_id),
        debit=accounts.balance(business_id),
        credit=accounts.bank(),
        amount=amount.minor,
        code=int(PaymentCode.PAYOUT),
        kind=ledger.Kind.PENDING,
        reference=payout_id,
    )
    ledger.post(ledger.Entry(id=ids.derived("payments.payout-entry", payout_id), at=at, transfers=(transfer,)))


def _resolve(row: models.Payout, kind: ledger.Kind, at: datetime) -> None:
    transfer = ledger.NewTransfer(
        id=ids.derived("payments.payout-settled", row.pk),
        debit=None,
        credit=None,
        amount=0,
        code=0,
        kind=kind,
        pending_of=ids.derived("payments.payout", row.pk),
    )
    ledger.post(ledger.Entry(id=ids.derived("payments.payout-settled-entry", row.pk), at=at, transfers=(transfer,)))


def _flag(row: models.Payout, provider_name: str, at: datetime) -> None:
    models.ProviderEvent(
        id=ids.uuid7(),
        provider=provider_name,
        event_id=f"payout-{row.pk}",
        kind=EventKind.PAYOUT.value,
        reference=ids.public("out", row.pk),
        money_id=row.bank_reference,
        amount_minor=row.amount_minor,
        body=b"",
        happened_at=at,
        received_at=at,
        outcome=Outcome.PAYOUT_RETURNED.value,
        needs_staff=True,
        payout_id=row.pk,
    ).save(force_insert=True)


def _same_or_refuse(row: models.Payout, business_id: UUID, amount: Money, account: BankAccount) -> Payout:
    stored = BankAccount(bank=row.bank, number=row.number, holder=row.holder)
    if row.business_id != business_id or row.amount_minor != amount.minor or stored != account:
        raise PayoutIdReused
    return payouts.as_payout(row)
