"""Paying documents: an entry that moves money against a receivable or payable, and says of which document."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import check_by_hand, lock_desk, write
from kawasan.rooms.books.queries import desk, documents
from kawasan.rooms.books.queries.entries import as_entries
from kawasan.rooms.books.types.desk import Entry, EntryKind
from kawasan.rooms.books.types.due import DocumentOverpaid, OpenDocument, Side
from kawasan.rooms.books.types.entries import JournalLine, NewEntry


@requires_transaction
def settle_document(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    source: str,
    document_id: UUID,
    day: date,
    amount_minor: int,
    money: str,
    memo: str = "",
    at: datetime,
) -> Entry:
    """
    Write that a document was paid, in whole or in part: ``money`` is the account of cash or bank.

    A repeat returns the first entry. Raises as add_entry, and DocumentNotFound, DocumentOverpaid.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    if earlier := models.Settlement.objects.filter(entry_id=entry_id, document_id=document_id).first():
        return _entry(earlier.entry_id)
    found = documents.find_open(business_id, source, document_id, max(day, clock.business_day(at)))
    if amount_minor > found.open_minor:
        raise DocumentOverpaid(field="amount", open=Money(found.open_minor))
    entry = NewEntry(day, memo or _memo(found.document), lines_of(found.document, amount_minor, money))
    check_by_hand(business_id, entry)
    made = write(business_id, entry_id, entry, EntryKind.SETTLED, made_by=actor.person_id, at=at)
    note(made, found.document, amount_minor, at=at)
    return made


def lines_of(document: OpenDocument, amount_minor: int, money: str) -> tuple[JournalLine, ...]:
    """Return the lines of a payment: money comes in for a receivable and goes out for a payable."""
    signed = amount_minor if document.side is Side.RECEIVABLE else -amount_minor
    return JournalLine(money, signed), JournalLine(document.account, -signed)


def note(made: Entry, document: OpenDocument, amount_minor: int, *, at: datetime) -> None:
    """Note that an entry paid a document, and tell the room that the document belongs to."""
    models.Settlement.objects.create(
        entry_id=made.id,
        business_id=made.business_id,
        source=document.source,
        document_id=document.id,
        amount_minor=amount_minor,
        day=made.day,
    )
    documents.tell_source(made.business_id, document.source, document.id, at)


def _entry(entry_id: UUID) -> Entry:
    """Return the entry that a repeat asks for."""
    return as_entries(models.Entry.objects.filter(pk=entry_id))[0]


def _memo(document: OpenDocument) -> str:
    return f"Pelunasan {document.number} {document.counterparty}".replace("  ", " ")
