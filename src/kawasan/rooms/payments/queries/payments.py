"""Reads of payments, and rows turned into what crosses the door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.platform.wiring import wiring
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules.references import id_of
from kawasan.rooms.payments.types import (
    Outcome,
    Payment,
    PaymentNotFound,
    PaymentStatus,
    Purpose,
    Split,
)


def payment(*, payment_id: UUID, actor: Actor | None = None) -> Payment:
    """
    Return a payment; with ``actor`` only to its payer, the paid businesses and the zone.

    Raises PaymentNotFound, also for somebody else's, so that ids cannot be probed.
    """
    row = _written(models.Payment.objects.filter(pk=payment_id).first, payment_id)
    if row is None or (actor is not None and not _may_see(actor, row)):
        raise PaymentNotFound
    return as_payment(row)


def payments_of(
    *, payer_id: UUID, purpose: Purpose | None = None, cursor: str | None = None, limit: int | None = None
) -> Page[Payment]:
    """Return a person's payments, newest first. Raises BadCursor."""
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.Payment.objects.filter(payer_id=payer_id)
    if purpose:
        rows = rows.filter(purpose=purpose.value)
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = page_of(list(rows.order_by("-pk")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(as_payment(row) for row in found.items), next_cursor=found.next_cursor)


def payment_of_order(*, order_id: UUID) -> Payment | None:
    """Return the newest payment that pays an order, if any."""
    split = models.PaymentSplit.objects.filter(order_id=order_id).order_by("-pk").select_related("payment").first()
    return as_payment(split.payment) if split else None


def transfer_of_order(*, order_id: UUID) -> UUID:
    """Return the id of the ledger transfer that paid a paid order: from the wallet, or as a part of a payment."""
    paid = models.PaymentSplit.objects.filter(order_id=order_id, payment__paid_at__isnull=False).order_by("-pk").first()
    what, of = ("payments.part", paid.pk) if paid else ("payments.pay-wallet", order_id)
    try:
        return ledger.transfer(ids.derived_in_time(what, of)).id
    except ledger.TransferNotFound:
        return ids.derived(what, of)  # paid before its id began with a time


def payment_of_reference(*, provider: str, reference: str) -> Payment | None:
    """Return the payment that a provider's code stands for, if it is ours."""
    found = models.Payment.objects.filter(provider=provider, reference=reference)
    row = _written(found.first, id_of(reference))
    return as_payment(row) if row else None


def due_payments(*, at: datetime, limit: int) -> list[Payment]:
    """Return open payments whose time is over, oldest first."""
    rows = models.Payment.objects.filter(status=PaymentStatus.REQUESTED.value, expires_at__lte=at)
    return [as_payment(row) for row in rows.order_by("expires_at")[:limit]]


def lock_payment(*, payment_id: UUID) -> models.Payment | None:
    """Return a payment locked until the transaction ends: whoever decides about it waits here."""
    rows = models.Payment.objects.select_for_update(no_key=True)
    return _written(rows.filter(pk=payment_id).first, payment_id)


# Note [Payments that are written late]
# An order taken by the intake asks for its payment when the worker writes it out, a moment later. Whoever asks for such
# a payment before that has it written first; who can do that, only the wiring knows.
def _written(read: Callable[[], models.Payment | None], payment_id: UUID | None) -> models.Payment | None:
    row = read()
    if row is None and payment_id is not None:
        wiring().write_payment(payment_id)
        row = read()
    return row


def as_payment(row: models.Payment) -> Payment:
    """Return a row as it crosses the door."""
    in_rupiah = row.receipts.exclude(outcome__in=[Outcome.PAID.value, Outcome.SENT_BACK.value])
    returned = in_rupiah.values_list("amount_minor", flat=True)
    return Payment(
        id=row.pk,
        payer_id=row.payer_id,
        purpose=Purpose(row.purpose),
        amount_minor=row.amount_minor,
        status=PaymentStatus(row.status),
        qris=row.qris,
        reference=row.reference,
        merchant_name=row.merchant_name,
        merchant_city=row.merchant_city,
        nmid=row.nmid,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        failed_attempts=row.failed_attempts,
        returned_minor=sum(returned),
        splits=as_splits(row.splits.order_by("pk")),
    )


def as_splits(rows: Iterable[models.PaymentSplit]) -> tuple[Split, ...]:
    """Return a payment's parts as they cross the door."""
    return tuple(Split(amount_minor=r.amount_minor, business_id=r.business_id, order_id=r.order_id) for r in rows)


def _may_see(actor: Actor, row: models.Payment) -> bool:
    return actor.sees_zone or row.payer_id == actor.person_id or any(b in actor.businesses for b in row.businesses)


def uuid_of_cursor(text: str) -> UUID:
    """Return the id inside a cursor. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None
