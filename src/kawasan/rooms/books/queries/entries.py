"""Entries by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.desk import need_books
from kawasan.rooms.books.types.desk import Entry, EntryKind, EntryNotFound
from kawasan.rooms.books.types.entries import JournalLine


def entry(*, actor: Actor, business_id: UUID, entry_id: UUID) -> Entry:
    """Return an entry by hand. Raises Unauthenticated, NotFound, Forbidden, EntryNotFound."""
    need_books(actor, business_id)
    row = models.Entry.objects.filter(pk=entry_id, business_id=business_id).first()
    if row is None:
        raise EntryNotFound
    return as_entries([row])[0]


def entries(
    *,
    actor: Actor,
    business_id: UUID,
    kinds: Iterable[EntryKind] = tuple(EntryKind),
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Entry]:
    """Return entries by hand, newest day first. Raises Unauthenticated, NotFound, Forbidden, BadCursor."""
    need_books(actor, business_id)
    size, key = clamp_limit(limit), decode_cursor(cursor, str, str)
    rows = models.Entry.objects.filter(business_id=business_id, kind__in=[kind.value for kind in kinds])
    if key:
        day, entry_id = _key(key)
        rows = rows.filter(day__lte=day).exclude(day=day, id__gte=entry_id)
    found = as_entries(rows.order_by("-day", "-id")[: size + 1])
    return page_of(found, size, lambda item: (item.day.isoformat(), str(item.id)))


def as_entries(rows: Iterable[models.Entry]) -> list[Entry]:
    """Turn rows into entries with their lines, in two queries however many there are."""
    found = list(rows)
    keys = [row.id for row in found]
    lines: dict[UUID, list[JournalLine]] = defaultdict(list)
    for line in models.EntryLine.objects.filter(entry_id__in=keys).order_by("entry_id", "place"):
        lines[line.entry_id].append(JournalLine(line.account, line.amount_minor))
    undone = dict(models.Entry.objects.filter(corrects__in=keys).values_list("corrects", "id"))
    return [
        Entry(
            id=row.id,
            business_id=row.business_id,
            day=row.day,
            kind=EntryKind(row.kind),
            memo=row.memo,
            lines=tuple(lines[row.id]),
            made_by=row.made_by,
            made_at=row.made_at,
            corrects=row.corrects,
            corrected_by=undone.get(row.id),
            document=row.document,
            reference=row.reference,
        )
        for row in found
    ]


def _key(key: tuple[str, str]) -> tuple[date, UUID]:
    try:
        return date.fromisoformat(key[0]), UUID(key[1])
    except ValueError:
        raise EntryNotFound from None
