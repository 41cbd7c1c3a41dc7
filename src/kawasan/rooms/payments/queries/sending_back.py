"""Reads of refunds and where their money is."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kawasan.core.access import Actor
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import models
from kawasan.rooms.payments.types import BackState, CodeKind, MoneyBack, PaymentStatus, Purpose

OPEN = (BackState.WANTED.value, BackState.SENT.value)


def money_back_of(*, actor: Actor, order_id: UUID) -> tuple[MoneyBack, ...]:
    """Return the refunds of an order to its buyer, oldest first, and where their money is. Raises Unauthenticated."""
    refunds = list(models.Refund.objects.filter(order_id=order_id, person=actor.need_person()).order_by("at", "pk"))
    known = {row.refund_id: row for row in models.SendingBack.objects.filter(refund__in=refunds)}
    can_be_sent = bool(refunds) and code_paid(order_id) is not None
    return tuple(_as_money_back(row, known.get(row.pk), can_be_sent) for row in refunds)


def waiting_to_send_back(*, at: datetime, again_after: timedelta, limit: int) -> list[UUID]:
    """Return refunds that a provider is to be asked to send back, or to be asked about again. For the system."""
    rows = models.SendingBack.objects.filter(
        Q(state=BackState.WANTED.value) | Q(state=BackState.SENT.value, asked_at__lte=at - again_after)
    )
    return list(rows.order_by("asked_at").values_list("pk", flat=True)[:limit])


# Only money of a code that is surely the one paid, in rupiah, can be named to its provider: where a virtual account was
# made for the payment too, or a price in another currency was asked for, it may have come in that way.
def code_paid(order_id: UUID) -> models.Code | None:
    """Return the QRIS code that paid an order, if it was paid so."""
    split = models.PaymentSplit.objects.filter(
        order_id=order_id, payment__status=PaymentStatus.PAID.value, payment__purpose=Purpose.ORDER.value
    ).first()
    if split is None or exchange.newest_quote_for(purpose_id=split.payment_id) is not None:
        return None
    known = list(models.Code.objects.filter(payment=split.payment_id, attempts__gt=0).order_by("pk"))
    if not known or any(code.kind != CodeKind.QRIS for code in known):
        return None
    return known[-1] if known[-1].provider_reference else None


def uses_wallet(person_id: UUID) -> bool:
    """Return whether a person has put money into the wallet, or sent or got some there: then it is of use to them."""
    topped_up = models.Payment.objects.filter(
        payer=person_id, purpose=Purpose.TOP_UP.value, status=PaymentStatus.PAID.value
    )
    moved = models.WalletTransfer.objects.filter(Q(sender=person_id) | Q(recipient=person_id), sent_at__isnull=False)
    return topped_up.exists() or moved.exists()


def _as_money_back(refund: models.Refund, row: models.SendingBack | None, can_be_sent: bool) -> MoneyBack:
    return MoneyBack(
        refund_id=refund.pk,
        amount_minor=refund.amount_minor,
        at=refund.at,
        state=BackState(row.state) if row else BackState.WALLET,
        can_be_sent=can_be_sent and row is None,
        settled_at=row.settled_at if row else None,
    )
