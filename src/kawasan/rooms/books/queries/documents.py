"""Open documents: those of entries by hand, and those of the rooms above that are named in the wiring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from kawasan.core.access import Actor
from kawasan.platform.wiring import wiring
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.desk import need_books
from kawasan.rooms.books.queries.sums import FIRST_DAY, LAST_DAY, net, sums
from kawasan.rooms.books.rules import ageing as rules
from kawasan.rooms.books.types.due import (
    OWN_SOURCE,
    AgedDocument,
    Ageing,
    DocumentNotFound,
    DocumentSource,
    OpenDocument,
    Side,
)


def sources() -> tuple[DocumentSource, ...]:
    """Return the rooms above that have documents of their own."""
    return tuple(wiring().OPEN_DOCUMENTS)


def ageing(*, actor: Actor, business_id: UUID, side: Side, day: date) -> Ageing:
    """Return what is owed on a day by age, document by document. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    return aged(business_id, side, day)


def open_document(*, actor: Actor, business_id: UUID, source: str, document_id: UUID, day: date) -> AgedDocument:
    """Return one open document. Raises Unauthenticated, NotFound (also where nothing of it is open), Forbidden."""
    need_books(actor, business_id)
    return find_open(business_id, source, document_id, day)


def find_open(business_id: UUID, source: str, document_id: UUID, day: date) -> AgedDocument:
    """Return one open document. Raises DocumentNotFound."""
    for side in Side:
        for item in aged(business_id, side, day).documents:
            if (item.document.source, item.document.id) == (source, document_id):
                return item
    raise DocumentNotFound


def aged(business_id: UUID, side: Side, day: date) -> Ageing:
    """Return the open documents of one side on a day."""
    found = [item for item in _all(business_id, day) if item.side is side]
    account = rules.ACCOUNTS[side]
    books_minor = abs_of(side, net(sums(business_id, FIRST_DAY, day)).get(account, 0))
    return rules.ageing(side, day, found, settled_by_document(business_id, until=day), books_minor)


def abs_of(side: Side, balance_minor: int) -> int:
    """Return an account's balance as its side counts it."""
    return balance_minor if side is Side.RECEIVABLE else -balance_minor


def settled_by_document(
    business_id: UUID, *, source: str | None = None, documents: Sequence[UUID] | None = None, until: date = LAST_DAY
) -> dict[rules.Key, int]:
    """Return how much entries that still stand have paid of each document."""
    rows = models.Settlement.objects.filter(business_id=business_id, day__lte=until)
    rows = rows.exclude(entry_id__in=_undone(business_id, until))
    if source is not None:
        rows = rows.filter(source=source)
    if documents is not None:
        rows = rows.filter(document_id__in=list(documents))
    summed = rows.values("source", "document_id").annotate(paid=Sum("amount_minor"))
    return {(row["source"], row["document_id"]): row["paid"] for row in summed}


def settled_minor(*, business_id: UUID, source: str, documents: Sequence[UUID]) -> dict[UUID, int]:
    """Return what the books have seen paid of a room's documents, for the room that they belong to."""
    found = settled_by_document(business_id, source=source, documents=documents)
    return {document_id: paid for (_, document_id), paid in found.items()}


def tell_source(business_id: UUID, source: str, document_id: UUID, at: datetime) -> None:
    """Tell the room that a document belongs to how much of it is paid now."""
    for room in sources():
        if room.name == source and room.settled:
            paid = settled_by_document(business_id, source=source, documents=[document_id])
            room.settled(business_id, document_id, paid.get((source, document_id), 0), at)


def _all(business_id: UUID, day: date) -> Iterable[OpenDocument]:
    yield from _own(business_id, day)
    for room in sources():
        yield from room.read(business_id, day)


def _own(business_id: UUID, day: date) -> Iterable[OpenDocument]:
    rows = models.Due.objects.filter(business_id=business_id, day__lte=day).exclude(
        entry_id__in=_undone(business_id, day)
    )
    for row in rows:
        side = Side(row.side)
        yield OpenDocument(
            source=OWN_SOURCE,
            id=row.entry_id,
            side=side,
            number=row.number,
            counterparty=row.counterparty,
            day=row.day,
            due=row.due,
            total_minor=row.amount_minor,
            account=rules.ACCOUNTS[side],
        )


def _undone(business_id: UUID, until: date) -> list[UUID]:
    rows = models.Entry.objects.filter(business_id=business_id, corrects__isnull=False, day__lte=until)
    return [undone for undone in rows.values_list("corrects", flat=True) if undone]
