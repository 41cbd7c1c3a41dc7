"""Entries by hand: expenses, income elsewhere, opening balances, corrections by new entries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.queries import desk, documents, periods
from kawasan.rooms.books.queries.entries import as_entries
from kawasan.rooms.books.queries.entries import entry as find_entry
from kawasan.rooms.books.queries.undoing import undo_refusal
from kawasan.rooms.books.rules import ageing, chart, journal
from kawasan.rooms.books.types.desk import (
    BookEntryIdReused,
    Entry,
    EntryKind,
    KeptByZone,
    PeriodClosed,
)
from kawasan.rooms.books.types.due import NewDue, Side
from kawasan.rooms.books.types.entries import JournalLine, NewEntry
from kawasan.rooms.commerce import api as commerce


class Source(NamedTuple):
    """The document that wrote an entry."""

    document: str
    reference: UUID | None


NO_SOURCE = Source("", None)


@requires_transaction
def add_entry(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    entry: NewEntry,
    kind: EntryKind = EntryKind.MANUAL,
    due: NewDue | None = None,
    at: datetime,
) -> Entry:
    """
    Write an entry into a business's books, once: a repeat returns the first one.

    ``due`` says who owes what the entry leaves open (its line on trade receivables or payables), and by when.
    Raises Unauthenticated, NotFound, Forbidden, EntryEmpty, EntryUnbalanced, UnknownAccount, KeptByZone, PeriodClosed,
    BookEntryIdReused, DueInvalid.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    check_by_hand(business_id, entry)
    owed = ageing.owed_of(entry, due) if due else None
    made = write(business_id, entry_id, entry, kind, made_by=actor.person_id, at=at, due=due)
    if due and owed:
        note_due(made, due, *owed)
    return made


def check_by_hand(business_id: UUID, entry: NewEntry) -> None:
    """Raise unless an entry's lines are right, and none is on an account that follows the ledger."""
    journal.check_lines(entry.lines, desk.accounts(business_id))
    for line in entry.lines:
        if line.account in chart.KEPT_BY_ZONE:
            raise KeptByZone(field="lines", account=line.account)


def note_due(made: Entry, due: NewDue, side: Side, amount_minor: int) -> None:
    row = models.Due(
        entry_id=made.id,
        business_id=made.business_id,
        side=side,
        counterparty=due.counterparty.strip(),
        number=due.number.strip(),
        day=made.day,
        due=due.due,
        amount_minor=amount_minor,
    )
    models.Due.objects.bulk_create([row], ignore_conflicts=True)  # a repeat


@requires_transaction
def add_expense(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    day: date,
    amount_minor: int,
    category: str,
    paid_from: str,
    memo: str,
    due: NewDue | None = None,
    picture: bytes | None = None,
    at: datetime,
) -> Entry:
    """
    Write what was paid for something: an account of the chart is debited, cash or bank credited.

    ``picture`` is a photo of the receipt. Raises as add_entry, and PictureInvalid, PictureTooLarge.
    """
    lines = (JournalLine(category, amount_minor), JournalLine(paid_from, -amount_minor))
    made = add_entry(
        actor=actor,
        business_id=business_id,
        entry_id=entry_id,
        entry=NewEntry(day, memo, lines),
        kind=EntryKind.EXPENSE,
        due=due,
        at=at,
    )
    if picture:
        keep_receipt(made, picture, at=at)
    return made


@requires_transaction
def attach_receipt(*, actor: Actor, business_id: UUID, entry_id: UUID, picture: bytes, at: datetime) -> None:
    """
    Keep a photo of the receipt with an entry; a later photo takes the place of an earlier one.

    Raises Unauthenticated, NotFound, Forbidden, EntryNotFound, PictureInvalid, PictureTooLarge.
    """
    keep_receipt(find_entry(actor=actor, business_id=business_id, entry_id=entry_id), picture, at=at)


def keep_receipt(made: Entry, picture: bytes, *, at: datetime) -> None:
    """Store a photo without the place and camera that it came with."""
    image = commerce.make_picture(picture)
    values = {"content": image.content, "small": image.small, "digest": image.digest, "at": at}
    values["business_id"] = made.business_id
    models.Receipt.objects.update_or_create(entry_id=made.id, defaults=values)


@requires_transaction
def add_income(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    day: date,
    amount_minor: int,
    category: str,
    paid_to: str,
    memo: str,
    due: NewDue | None = None,
    at: datetime,
) -> Entry:
    """Write what came in outside the zone: cash or bank is debited, an account of the chart credited. As add_entry."""
    lines = (JournalLine(paid_to, amount_minor), JournalLine(category, -amount_minor))
    return add_entry(
        actor=actor,
        business_id=business_id,
        entry_id=entry_id,
        entry=NewEntry(day, memo, lines),
        kind=EntryKind.INCOME,
        due=due,
        at=at,
    )


@requires_transaction
def open_balances(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    day: date,
    amounts: Mapping[str, int],
    memo: str,
    at: datetime,
) -> Entry:
    """
    Write what a business had and owed when its books began; what is left is the owner's capital.

    ``amounts`` are as a statement shows them, by account. As add_entry.
    """
    known = desk.accounts(business_id)
    lines = [JournalLine(code, known[code].kind.sign * amount) for code, amount in amounts.items() if amount]
    if capital := sum(line.amount_minor for line in lines):
        lines.append(JournalLine(chart.CAPITAL, -capital))
    entry = NewEntry(day, memo, tuple(lines))
    return add_entry(
        actor=actor, business_id=business_id, entry_id=entry_id, entry=entry, kind=EntryKind.OPENING, at=at
    )


@requires_transaction
def correct_entry(
    *, actor: Actor, business_id: UUID, entry_id: UUID, correction_id: UUID, day: date, memo: str, at: datetime
) -> Entry:
    """
    Undo an entry by a new one with its lines turned round; the first stays as it is.

    A repeat returns the first correction. Raises as add_entry, and EntryNotFound, AlreadyCorrected, BookedByDocument,
    EntryOfStockCards, DisposalStands.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    wrong = find_entry(actor=actor, business_id=business_id, entry_id=entry_id)
    refusal = undo_refusal(entry=wrong)
    if refusal and wrong.corrected_by != correction_id:
        raise refusal
    lines = tuple(JournalLine(line.account, -line.amount_minor) for line in wrong.lines)
    entry = NewEntry(day, memo, lines)
    # What closes a year is left out of statements; so is what undoes it.
    kind = EntryKind.YEAR_END if wrong.kind is EntryKind.YEAR_END else EntryKind.CORRECTION
    made = write(business_id, correction_id, entry, kind, made_by=actor.person_id, at=at, corrects=wrong.id)
    release(business_id, wrong.id, at=at)
    return made


def release(business_id: UUID, entry_id: UUID, *, at: datetime) -> None:
    """Let go of what an undone entry was for: a line of a bank's statement, a document (whose room hears of it)."""
    models.Match.objects.filter(business_id=business_id, source_id=entry_id, undone_at=None).update(undone_at=at)
    for row in models.Settlement.objects.filter(entry_id=entry_id):
        documents.tell_source(business_id, row.source, row.document_id, at)


@requires_transaction
def book_document(
    *,
    business_id: UUID,
    entry_id: UUID,
    entry: NewEntry,
    document: str,
    reference: UUID,
    made_by: UUID | None,
    at: datetime,
) -> Entry:
    """
    Write the entry of a document that another room keeps (an invoice, say), once: a repeat returns the first one.

    The room has checked who asks. The figure opens to the document; only another document undoes it. Raises EntryEmpty,
    EntryUnbalanced, UnknownAccount, KeptByZone, PeriodClosed, BookEntryIdReused.
    """
    lock_desk(business_id)
    check_by_hand(business_id, entry)
    source = Source(document, reference)
    return write(business_id, entry_id, entry, EntryKind.DOCUMENT, made_by=made_by, at=at, source=source)


def lock_desk(business_id: UUID) -> None:
    """Let one writer at a time into these books: an entry and a closing of its period never pass each other."""
    models.Desk.objects.bulk_create([models.Desk(business_id=business_id)], ignore_conflicts=True)
    models.Desk.objects.select_for_update().get(pk=business_id)


def write(
    business_id: UUID,
    entry_id: UUID,
    entry: NewEntry,
    kind: EntryKind,
    *,
    made_by: UUID | None,
    at: datetime,
    corrects: UUID | None = None,
    source: Source = NO_SOURCE,
    due: NewDue | None = None,
) -> Entry:
    """Store an entry whose lines were checked, under the desk's lock."""
    content = (business_id, entry, kind, corrects, *([source] if source.reference else []), *([due] if due else []))
    digest = hashlib.sha256(repr(content).encode()).digest()
    earlier = models.Entry.objects.filter(pk=entry_id).first()
    if earlier is not None:
        if bytes(earlier.content_hash) != digest:
            raise BookEntryIdReused
        return as_entries([earlier])[0]
    need_open(business_id, entry.day)
    row = models.Entry(
        id=entry_id,
        business_id=business_id,
        day=entry.day,
        kind=kind,
        memo=entry.memo,
        corrects=corrects,
        document=source.document,
        reference=source.reference,
        made_by=made_by,
        made_at=at,
        content_hash=digest,
    )
    row.save(force_insert=True)
    models.EntryLine.objects.bulk_create(
        models.EntryLine(
            entry_id=entry_id,
            place=place,
            business_id=business_id,
            day=entry.day,
            account=line.account,
            amount_minor=line.amount_minor,
        )
        for place, line in enumerate(entry.lines, start=1)
    )
    return as_entries([row])[0]


def need_open(business_id: UUID, day: date) -> None:
    """Raise PeriodClosed for a day in a closed period."""
    through = periods.closed_through(business_id)
    if through is not None and day <= through:
        raise PeriodClosed(field="day", through=through.isoformat())
