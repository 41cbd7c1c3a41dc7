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
from kawasan.rooms.payments.actions.reach import lock_sellers
from kawasan.rooms.payments.actions.reserves import recovery
from kawasan.rooms.payments.actions.settlement import debts_of
from kawasan.rooms.payments.facts import PayoutSettled
from kawasan.rooms.payments.queries import payouts
from kawasan.rooms.payments.queries.money import seller_money
from kawasan.rooms.payments.rules import accounts, deciding
from kawasan.rooms.payments.rules.transfers import move
from kawasan.rooms.payments.types import (
    EventKind,
    NameCheck,
    Outcome,
    PaymentCode,
    Payout,
    PayoutAccountUnconfirmed,
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
    at: datetime,
) -> Payout:
    """
    Reserve money of a business's balance for its bank account; the bank is asked afterwards.

    It goes to the account that the business saved and that is confirmed as its own, and to no other: whoever gets hold
    of an owner's sign-in cannot send money elsewhere at once. Only an owner may. Repeating it with the same id and
    content returns the first one. Raises NotFound, Forbidden, PayoutAccountUnconfirmed, PayoutAmountInvalid,
    PayoutIdReused.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    ensure_business_accounts(business_id=business_id)
    lock_sellers([business_id])
    if earlier := models.Payout.objects.filter(pk=payout_id).first():
        return _same_or_refuse(earlier, business_id, amount)
    account = _confirmed_account(business_id)
    available = Money(seller_money(actor=actor, business_id=business_id).available_minor)
    deciding.check_payout(amount, available=available)
    ledger.post(
        ledger.Entry(
            ids.derived("payments.payout-entry", payout_id), at, (reserving(payout_id, business_id, amount.minor),)
        )
    )
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
    return _same_or_refuse(models.Payout.objects.get(pk=payout_id), business_id, amount)


@requires_transaction
def mark_payout_sent(*, payout_id: UUID, at: datetime) -> Payout:
    """
    Note that the bank is being told about a payout: its money leaves the balance and is in transit.

    Call it before the bank is told, so that a payout is never told about and still in the balance. A repeat changes
    nothing, and neither does it for a payout that a batch has taken in the meantime (``batch_id`` says so): that one
    goes to the bank with its batch. Raises PayoutNotFound.
    """
    row = lock_payout(payout_id)
    if row.status == PayoutStatus.REQUESTED and row.batch_id is None:
        ledger.post(ledger.Entry(ids.derived("payments.payout-sent-entry", row.pk), at, (sending(row.pk),)))
        mark(row, PayoutStatus.SENT, at)
    return payouts.as_payout(row)


@requires_transaction
def settle_payout(
    *,
    payout_id: UUID,
    sent: bool,
    bank_reference: str,
    at: datetime,
    reason: str = "",
    provider_name: str = "bank",
) -> Payout:
    """
    Note what the bank did with a payout: paid it (``sent``), or returned it to the business's balance with a reason.

    Banks return payouts that they have called paid: then the money comes back too. One that was returned stays so, what
    ever comes later. Staff is asked to look at returned ones. A repeat does nothing. Raises PayoutNotFound.
    """
    row = lock_payout(payout_id)
    if row.status in (PayoutStatus.RETURNED, PayoutStatus.CANCELLED) or (sent and row.status == PayoutStatus.PAID):
        return payouts.as_payout(row)
    lock_sellers([row.business_id])
    if sent:
        _pay(row, bank_reference, at)
    else:
        _return(row, bank_reference, reason, at)
        _flag(row, provider_name, at)
    fact = PayoutSettled(
        payout_id=row.pk, business_id=row.business_id, amount_minor=row.amount_minor, status=row.status
    )
    announce(fact, at=at)
    return payouts.as_payout(row)


def lock_payout(payout_id: UUID) -> models.Payout:
    """Return a payout's row, locked. Raises PayoutNotFound."""
    row = models.Payout.objects.select_for_update(no_key=True).filter(pk=payout_id).first()
    if row is None:
        raise PayoutNotFound
    return row


def mark(row: models.Payout, status: PayoutStatus, at: datetime, *, reference: str = "", reason: str = "") -> None:
    """Write how far a payout has come."""
    row.status = status.value
    row.bank_reference, row.reason = reference or row.bank_reference, reason or row.reason
    row.sent_at = at if status is PayoutStatus.SENT else row.sent_at
    row.settled_at = row.settled_at if status is PayoutStatus.SENT else at
    row.save(update_fields=["status", "bank_reference", "reason", "sent_at", "settled_at"])


# Two requests with one id post the same entry: the second waits for the first and moves nothing.
def reserving(payout_id: UUID, business_id: UUID, amount_minor: int) -> ledger.NewTransfer:
    """Return the pending transfer that keeps a payout's money in the balance until the bank is told."""
    return ledger.NewTransfer(
        id=ids.derived("payments.payout", payout_id),
        debit=accounts.balance(business_id),
        credit=accounts.transit(business_id),
        amount=amount_minor,
        code=int(PaymentCode.PAYOUT),
        kind=ledger.Kind.PENDING,
        reference=payout_id,
    )


def sending(payout_id: UUID) -> ledger.NewTransfer:
    """Return the transfer that puts a payout's money in transit."""
    return _resolving(payout_id, ledger.Kind.POST)


def cancelling(payout_id: UUID) -> ledger.NewTransfer:
    """Return the transfer that gives the reserved money of a payout back to the balance."""
    return _resolving(payout_id, ledger.Kind.VOID)


def _resolving(payout_id: UUID, kind: ledger.Kind) -> ledger.NewTransfer:
    return ledger.NewTransfer(
        id=ids.derived("payments.payout-settled", payout_id),
        debit=None,
        credit=None,
        amount=0,
        code=0,
        kind=kind,
        pending_of=ids.derived("payments.payout", payout_id),
    )


def _pay(row: models.Payout, bank_reference: str, at: datetime) -> None:
    steps = [sending(row.pk)] if row.status == PayoutStatus.REQUESTED else []
    if not _is_of_old_kind(row):
        paid = ids.derived("payments.payout-paid", row.pk)
        transit = accounts.transit(row.business_id)
        steps.append(move(paid, PaymentCode.PAYOUT_PAID, transit, accounts.bank(), row.amount_minor, row.pk))
    ledger.post(ledger.Entry(ids.derived("payments.payout-paid-entry", row.pk), at, tuple(steps)))
    row.sent_at = row.sent_at or at
    mark(row, PayoutStatus.PAID, at, reference=bank_reference)


def _return(row: models.Payout, bank_reference: str, reason: str, at: datetime) -> None:
    """Bring a payout's money back to the balance from wherever it is; what the seller owes is taken from it first."""
    status, business = PayoutStatus(row.status), row.business_id
    if status is PayoutStatus.REQUESTED:
        steps = [cancelling(row.pk)]
    else:
        is_at_bank = status is PayoutStatus.PAID or _is_of_old_kind(row)
        source = accounts.bank() if is_at_bank else accounts.transit(business)
        back = ids.derived("payments.payout-returned", row.pk)
        steps = [move(back, PaymentCode.PAYOUT_RETURNED, source, accounts.balance(business), row.amount_minor, row.pk)]
    if owed := min(debts_of([business])[business], row.amount_minor):
        steps.append(recovery(row.pk, business, owed, row.pk))
    ledger.post(ledger.Entry(ids.derived("payments.payout-returned-entry", row.pk), at, tuple(steps)))
    mark(row, PayoutStatus.RETURNED, at, reference=bank_reference, reason=reason)


# A payout that was requested before there was money in transit goes straight to the bank's account when it is posted.
def _is_of_old_kind(row: models.Payout) -> bool:
    return ledger.transfer(ids.derived("payments.payout", row.pk)).credit == accounts.bank()


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


def _confirmed_account(business_id: UUID) -> models.BankAccount:
    row = models.BankAccount.objects.filter(business=business_id, replaced_at=None).first()
    if row is None or row.name_check != NameCheck.MATCHED.value:
        raise PayoutAccountUnconfirmed
    return row


def _same_or_refuse(row: models.Payout, business_id: UUID, amount: Money) -> Payout:
    if row.business_id != business_id or row.amount_minor != amount.minor:
        raise PayoutIdReused
    return payouts.as_payout(row)
