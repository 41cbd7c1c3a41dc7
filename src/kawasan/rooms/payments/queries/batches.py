"""Reads of payout batches, for the zone's staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.queries.payouts import as_payout
from kawasan.rooms.payments.rules.bank_files import batch_csv
from kawasan.rooms.payments.types import (
    BankAccount,
    Batch,
    BatchNotFound,
    BatchNotOpen,
    BatchStatus,
    Payout,
    PayoutStatus,
)
from kawasan.rooms.zone import api as zone

RETURNED_MAX = 200


def batches(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[Batch]:
    """Return payout batches, newest first, for zone roles. Raises Unauthenticated, Forbidden, BadCursor."""
    actor.need_zone()
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.PayoutBatch.objects.all()
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = page_of(list(rows.order_by("-pk")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(as_batches(found.items)), next_cursor=found.next_cursor)


def batch(*, actor: Actor, batch_id: UUID) -> Batch:
    """Return one batch with its payouts, for zone roles. Raises Unauthenticated, Forbidden, BatchNotFound."""
    actor.need_zone()
    return as_batch(_row(batch_id), with_payouts=True)


def batch_file(*, actor: Actor, batch_id: UUID) -> tuple[str, str]:
    """
    Return the name and the text of an approved batch's file for the bank, with whole account numbers.

    Staff and operators. Raises Unauthenticated, Forbidden, BatchNotFound, and BatchNotOpen before it is approved.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = _row(batch_id)
    if row.status not in (BatchStatus.SENT, BatchStatus.CLOSED):
        raise BatchNotOpen
    found = models.Payout.objects.filter(batch=batch_id).order_by("pk")
    rows = [
        (ids.public("out", one.pk), BankAccount(bank=one.bank, number=one.number, holder=one.holder), one.amount_minor)
        for one in found
    ]
    return f"{row.number}.csv", batch_csv(number=row.number, value_date=row.value_date, rows=rows)


def returned_payouts(*, actor: Actor) -> tuple[Payout, ...]:
    """Return the payouts that banks returned, newest first, for zone roles. Raises Unauthenticated, Forbidden."""
    actor.need_zone()
    rows = models.Payout.objects.filter(status=PayoutStatus.RETURNED.value).order_by("-settled_at", "-pk")
    return tuple(as_payout(row) for row in rows[:RETURNED_MAX])


def as_batch(row: models.PayoutBatch, *, with_payouts: bool = False) -> Batch:
    """Return a row as it crosses the door."""
    return next(as_batches([row], with_payouts=with_payouts))


def as_batches(rows: Iterable[models.PayoutBatch], *, with_payouts: bool = False) -> Iterator[Batch]:
    """Return rows as they cross the door, with names and how many payouts were answered."""
    rows = list(rows)
    payouts = list(models.Payout.objects.filter(batch__in=[row.pk for row in rows]).order_by("pk"))
    states = Counter((one.batch_id, one.status) for one in payouts)
    people = zone.person_names(ids={one for row in rows for one in (row.made_by, row.checked_by) if one})
    for row in rows:
        yield Batch(
            id=row.pk,
            number=row.number,
            status=BatchStatus(row.status),
            value_date=row.value_date,
            total_minor=row.total_minor,
            count=row.count,
            made_by=row.made_by,
            made_by_name=people.get(row.made_by, "") if row.made_by else "",
            made_at=row.made_at,
            checked_by=row.checked_by,
            checked_by_name=people.get(row.checked_by, "") if row.checked_by else "",
            checked_at=row.checked_at,
            closed_at=row.closed_at,
            note=row.note,
            paid_count=states[row.pk, PayoutStatus.PAID.value],
            returned_count=states[row.pk, PayoutStatus.RETURNED.value],
            payouts=tuple(as_payout(one) for one in payouts if one.batch_id == row.pk) if with_payouts else (),
        )


def _row(batch_id: UUID) -> models.PayoutBatch:
    row = models.PayoutBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise BatchNotFound
    return row
