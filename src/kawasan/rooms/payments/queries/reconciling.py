"""Reads of comparisons with providers and of what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import QuerySet

from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.types import Difference, DifferenceKind, DifferenceNotFound, Reconciliation, Repair
from kawasan.rooms.zone import api as zone

EXPORT_MAX = 10_000
RUNS_SHOWN = 10


def differences(
    *, actor: Actor, is_open: bool = True, cursor: str | None = None, limit: int | None = None
) -> Page[Difference]:
    """Return what differs, newest first; with ``is_open`` only what nobody has repaired. For zone roles."""
    actor.need_zone()
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = _rows(is_open)
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = page_of(list(rows.order_by("-pk")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(_named(found.items)), next_cursor=found.next_cursor)


def all_differences(*, actor: Actor, is_open: bool = True) -> Iterator[Difference]:
    """Yield what differs for a file, newest first, at most EXPORT_MAX. For zone roles."""
    actor.need_zone()
    yield from _named(_rows(is_open).order_by("-pk")[:EXPORT_MAX])


def difference(*, actor: Actor, difference_id: UUID) -> Difference:
    """Return one difference to zone roles. Raises DifferenceNotFound."""
    actor.need_zone()
    row = models.Difference.objects.filter(pk=difference_id).first()
    if row is None:
        raise DifferenceNotFound
    return next(iter(_named([row])))


def open_differences(*, actor: Actor) -> int:
    """Return how many differences wait for somebody. For zone roles."""
    actor.need_zone()
    return models.Difference.objects.filter(repair="").count()


def reconciliations(*, actor: Actor, limit: int = RUNS_SHOWN) -> list[Reconciliation]:
    """Return the latest comparisons, newest first. For zone roles."""
    actor.need_zone()
    return [as_reconciliation(row) for row in models.Reconciliation.objects.order_by("-ran_at")[:limit]]


def _rows(is_open: bool) -> QuerySet[models.Difference]:
    rows = models.Difference.objects.all()
    return rows.filter(repair="") if is_open else rows


def _named(rows: Iterable[models.Difference]) -> Iterator[Difference]:
    found = list(rows)
    names = zone.person_names(ids={row.repaired_by_id for row in found if row.repaired_by_id})
    for row in found:
        yield as_difference(row, names.get(row.repaired_by_id, "") if row.repaired_by_id else "")


def as_difference(row: models.Difference, name: str) -> Difference:
    """Return a row as it crosses the door."""
    return Difference(
        id=row.pk,
        provider=row.provider,
        kind=DifferenceKind(row.kind),
        money_id=row.money_id,
        reference=row.reference,
        theirs_minor=row.theirs_minor,
        ours_minor=row.ours_minor,
        payment_id=row.payment_id,
        happened_at=row.happened_at,
        found_at=row.found_at,
        repair=Repair(row.repair) if row.repair else None,
        repaired_at=row.repaired_at,
        repaired_by=name,
        note=row.note,
        abroad=Money(row.abroad_minor, row.abroad_currency) if row.abroad_minor is not None else None,
    )


def as_reconciliation(row: models.Reconciliation) -> Reconciliation:
    """Return a row as it crosses the door."""
    return Reconciliation(
        id=row.pk,
        provider=row.provider,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ran_at=row.ran_at,
        theirs_count=row.theirs_count,
        theirs_minor=row.theirs_minor,
        ours_count=row.ours_count,
        ours_minor=row.ours_minor,
        found=row.found,
        balance_minor=row.balance_minor,
        problem=row.problem,
    )
