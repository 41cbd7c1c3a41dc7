"""Asking for a payment, and closing one that was not paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic as savepoint

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions import merchants
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.actions.reach import lock_wallets
from kawasan.rooms.payments.actions.snap.means import want_code
from kawasan.rooms.payments.actions.wallets import check_top_up_limits
from kawasan.rooms.payments.facts import PaymentClosedUnpaid, PaymentRequested
from kawasan.rooms.payments.queries import payments as queries
from kawasan.rooms.payments.queries.providers import active_provider
from kawasan.rooms.payments.rules import deciding
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.types import (
    CodeKind,
    Merchant,
    Payment,
    PaymentClosed,
    PaymentIdReused,
    PaymentNotFound,
    PaymentStatus,
    Purpose,
    Split,
)

EXPIRE_LIMIT = 100


@requires_transaction
def request_payment(
    *,
    payment_id: UUID,
    payer_id: UUID,
    splits: Sequence[Split],
    expires_at: datetime,
    at: datetime,
    holds: Iterable[UUID] = (),
    purpose: Purpose = Purpose.ORDER,
) -> Payment:
    """
    Ask a person for one payment by QRIS that pays all ``splits`` and takes all ``holds`` (pending transfers).

    Its code is made by the provider right after the commit, so ``qris`` is empty for a moment. Repeating it with the
    same id and content returns the first one. Raises UnknownProvider, PaymentSplitsInvalid, PaymentAmountInvalid,
    PaymentTimeInvalid, PaymentIdReused.
    """
    held = tuple(dict.fromkeys(holds))
    if earlier := models.Payment.objects.filter(pk=payment_id).first():
        return _same_or_refuse(earlier, payer_id=payer_id, splits=splits, holds=held)
    amount = deciding.check_request(splits, holds=len(held), expires_at=expires_at, at=at)
    businesses = businesses_of(splits)
    ensure_accounts(business_ids=businesses, person_id=payer_id)
    row = new_row(
        payment_id, payer_id, purpose, amount, businesses, expires_at, at,
        provider=active_provider(), merchant=merchants.merchant_of(businesses),
    )  # fmt: skip
    row.holds = list(held)
    # Of two requests with one id the second waits here for the first, and then finds it.
    if not _insert(row):
        earlier = models.Payment.objects.get(pk=payment_id)
        return _same_or_refuse(earlier, payer_id=payer_id, splits=splits, holds=held)
    models.PaymentSplit.objects.bulk_create(split_rows(row, splits))
    code = want_code(row, CodeKind.QRIS, at=at)
    announce(PaymentRequested(payment_id=row.pk, code_id=code.pk), at=at)
    return queries.as_payment(row)


@requires_transaction
def top_up(*, payment_id: UUID, person_id: UUID, amount: Money, at: datetime) -> Payment:
    """
    Ask a person for money into their own wallet.

    Repeating it with the same id and amount returns the first one. Raises TopUpAmountInvalid, WalletFrozen,
    WalletLimit, PaymentIdReused.
    """
    deciding.check_top_up(amount)
    if not models.Payment.objects.filter(pk=payment_id).exists():
        lock_wallets([person_id])  # two top-ups at once may not both have the last of the room
        check_top_up_limits(person_id, amount, at)
    return request_payment(
        payment_id=payment_id,
        payer_id=person_id,
        splits=[Split(amount_minor=amount.minor)],
        expires_at=at + deciding.TOP_UP_LIFETIME,
        at=at,
        purpose=Purpose.TOP_UP,
    )


@requires_transaction
def cancel_payment(*, payment_id: UUID, at: datetime, actor: Actor | None = None) -> Payment:
    """
    Close a payment that shall not be paid any more; what it holds is free again. Repeating it changes nothing.

    Money that comes nevertheless goes to the payer's wallet. Raises PaymentNotFound (also for a payment that is not
    ``actor``'s) and PaymentClosed where it is paid or expired.
    """
    row = queries.lock_payment(payment_id=payment_id)
    if row is None or (actor is not None and not actor.is_system and row.payer_id != actor.person_id):
        raise PaymentNotFound
    if row.status == PaymentStatus.REQUESTED:
        close_unpaid(row, status=PaymentStatus.CANCELLED, at=at)
    elif row.status != PaymentStatus.CANCELLED:
        raise PaymentClosed(status=row.status)
    return queries.as_payment(row)


@requires_transaction
def expire_payments(*, at: datetime, limit: int = EXPIRE_LIMIT) -> int:
    """Close open payments whose time is over, oldest first, and return how many. Those in other hands are left."""
    due = models.Payment.objects.filter(status=PaymentStatus.REQUESTED.value, expires_at__lte=at)
    rows = list(due.order_by("expires_at", "pk").select_for_update(skip_locked=True, no_key=True)[:limit])
    for row in rows:
        close_unpaid(row, status=PaymentStatus.EXPIRED, at=at)
    return len(rows)


def close_unpaid(row: models.Payment, *, status: PaymentStatus, at: datetime) -> None:
    """Close a locked payment without money: release what it holds and tell whoever waits for it."""
    release_holds(row.holds, at=at)
    row.status, row.closed_at = status.value, at
    row.save(update_fields=["status", "closed_at"])
    orders = tuple(split.order_id for split in row.splits.all() if split.order_id)
    announce(PaymentClosedUnpaid(payment_id=row.pk, payer_id=row.payer_id, status=status, order_ids=orders), at=at)


def release_holds(holds: Iterable[UUID], *, at: datetime) -> None:
    """Void pending transfers, each on its own: one that is gone already does not keep the others."""
    ledger.post_many(
        ledger.Entry(
            id=ids.derived("payments.void-entry", hold),
            at=at,
            transfers=(
                ledger.NewTransfer(
                    id=ids.derived_in_time("payments.void", hold),
                    debit=None,
                    credit=None,
                    amount=0,
                    code=0,
                    kind=ledger.Kind.VOID,
                    pending_of=hold,
                ),
            ),
        )
        for hold in holds
    )


def businesses_of(splits: Iterable[Split]) -> tuple[UUID, ...]:
    """Return whom the parts of a payment are for, each once."""
    return tuple(dict.fromkeys(part.business_id for part in splits if part.business_id))


def split_rows(row: models.Payment, splits: Iterable[Split]) -> list[models.PaymentSplit]:
    """Return a payment's parts, to be inserted."""
    return [
        models.PaymentSplit(
            id=ids.uuid7(),
            payment=row,
            payer_id=row.payer_id,
            business_id=part.business_id,
            order_id=part.order_id,
            amount_minor=part.amount_minor,
        )
        for part in splits
    ]


def new_row(
    payment_id: UUID,
    payer_id: UUID,
    purpose: Purpose,
    amount: Money,
    businesses: tuple[UUID, ...],
    expires_at: datetime,
    at: datetime,
    *,
    provider: str,
    merchant: Merchant,
) -> models.Payment:
    """Return a payment that nobody has a code of yet, to be inserted."""
    return models.Payment(
        id=payment_id,
        payer_id=payer_id,
        purpose=purpose.value,
        amount_minor=amount.minor,
        status=PaymentStatus.REQUESTED.value,
        provider=provider,
        reference=reference_of(payment_id),
        qris="",  # the provider makes it once this is committed: actions/snap/means.py
        merchant_name=merchant.name,
        merchant_city=merchant.city,
        nmid=merchant.nmid,
        businesses=list(businesses),
        requested_at=at,
        expires_at=expires_at,
    )


def _insert(row: models.Payment) -> bool:
    try:
        with savepoint():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _same_or_refuse(
    row: models.Payment, *, payer_id: UUID, splits: Sequence[Split], holds: tuple[UUID, ...]
) -> Payment:
    found = queries.as_payment(row)
    same_parts = sorted(map(repr, found.splits)) == sorted(map(repr, splits))
    if row.payer_id != payer_id or not same_parts or set(row.holds) != set(holds):
        raise PaymentIdReused
    return found
