"""Reads of refunds and where their money is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kawasan.core.access import Actor
from kawasan.core.paging import LIMIT_MAX, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.types import (
    BackState,
    BackStatement,
    CodeKind,
    MoneyBack,
    PaymentStatus,
    Purpose,
    StaffBack,
)
from kawasan.rooms.zone import api as zone

EXPORT_PAGES_MAX = 100

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


def staff_backs(
    *, actor: Actor, is_open: bool = True, cursor: str | None = None, limit: int | None = None
) -> Page[StaffBack]:
    """Return a page of the refunds that providers are to send back, those on their way unless told otherwise.

    The newest first, for zone roles. Raises Unauthenticated, Forbidden, BadCursor.
    """
    actor.need_zone()
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.SendingBack.objects.select_related("refund").order_by("-pk")
    if is_open:
        rows = rows.filter(state=BackState.SENT.value)
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = list(rows[: size + 1])
    told: dict[UUID, list[models.BackStatement]] = defaultdict(list)
    for one in models.BackStatement.objects.filter(refund__in=[row.pk for row in found]).order_by("pk"):
        told[one.refund_id].append(one)
    names = zone.person_names(ids={one.by_id for many in told.values() for one in many})
    return page_of([_as_staff(row, told[row.pk], names) for row in found], size, key=lambda one: [str(one.refund_id)])


def all_staff_backs(*, actor: Actor, is_open: bool) -> Iterator[StaffBack]:
    """Yield them for a file, at most EXPORT_PAGES_MAX pages. Raises as ``staff_backs``."""
    cursor = None
    for _ in range(EXPORT_PAGES_MAX):
        page = staff_backs(actor=actor, is_open=is_open, cursor=cursor, limit=LIMIT_MAX)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _as_staff(row: models.SendingBack, told: list[models.BackStatement], names: dict[UUID, str]) -> StaffBack:
    return StaffBack(
        refund_id=row.pk,
        order_id=row.refund.order_id,
        provider=row.provider,
        reference=row.reference,
        refund_no=row.refund_no,
        amount_minor=row.amount_minor,
        state=BackState(row.state),
        problem=row.problem,
        attempts=row.attempts,
        wanted_at=row.wanted_at,
        asked_at=row.asked_at,
        settled_at=row.settled_at,
        statements=tuple(
            BackStatement(BackState(one.outcome), names.get(one.by_id, ""), one.note, one.at) for one in told
        ),
    )


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
