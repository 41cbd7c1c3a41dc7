"""Reads of payouts."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money import need_money
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.rules.banks import BANKS
from kawasan.rooms.payments.types import BankAccount, Payout, PayoutStatus


def payouts_of(*, actor: Actor, business_id: UUID, cursor: str | None = None, limit: int | None = None) -> Page[Payout]:
    """Return a business's payouts, newest first. Raises NotFound for people of other businesses and BadCursor."""
    need_money(actor, business_id)
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.Payout.objects.filter(business_id=business_id)
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = page_of(list(rows.order_by("-pk")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(as_payout(row) for row in found.items), next_cursor=found.next_cursor)


def open_payouts(*, limit: int) -> list[tuple[Payout, BankAccount]]:
    """Return payouts outside batches that the bank has not answered about, oldest first, with whole bank accounts."""
    states = (PayoutStatus.REQUESTED.value, PayoutStatus.SENT.value)
    rows = models.Payout.objects.filter(status__in=states, batch__isnull=True).order_by("pk")[:limit]
    return [(as_payout(row), BankAccount(bank=row.bank, number=row.number, holder=row.holder)) for row in rows]


def as_payout(row: models.Payout) -> Payout:
    """Return a row as it crosses the door: the account number masked."""
    return Payout(
        id=row.pk,
        business_id=row.business_id,
        amount_minor=row.amount_minor,
        status=PayoutStatus(row.status),
        bank=BANKS.get(row.bank, row.bank),
        masked_number=BankAccount(bank=row.bank, number=row.number, holder=row.holder).masked,
        holder=row.holder,
        requested_at=row.requested_at,
        settled_at=row.settled_at,
        bank_reference=row.bank_reference,
        reason=row.reason,
        batch_id=row.batch_id,
        sent_at=row.sent_at,
    )
