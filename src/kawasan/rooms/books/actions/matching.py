"""Saying what a line of a statement is, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.documents import lines_of, note
from kawasan.rooms.books.actions.entries import check_by_hand, correct_entry, lock_desk, write
from kawasan.rooms.books.queries import bank as banks
from kawasan.rooms.books.queries import desk, documents, periods
from kawasan.rooms.books.types.bank import (
    AlreadyMatched,
    BankAccount,
    BankLine,
    BankNotFound,
    Choice,
    DoesNotMatch,
    MatchKind,
)
from kawasan.rooms.books.types.desk import Entry, EntryKind
from kawasan.rooms.books.types.due import DocumentOverpaid, Side
from kawasan.rooms.books.types.entries import JournalLine, NewEntry

CORRECTION = "Dibatalkan: {memo}"


@requires_transaction
def confirm_line(*, actor: Actor, business_id: UUID, line_id: UUID, choice: Choice, at: datetime) -> BankLine:
    """
    Say what a line of a statement is.

    An account or a document gets an entry on the line's day; what the books have already is only matched. Saying the
    same again returns the match. Raises Unauthenticated, NotFound, Forbidden, BankNotFound, AlreadyMatched,
    DoesNotMatch, DocumentNotFound, and what add_entry raises.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    row = models.BankLine.objects.filter(pk=line_id, business_id=business_id).first()
    if row is None:
        raise BankNotFound
    line, bank = banks.as_lines([row])[0], banks.find_bank(business_id, row.bank_id)
    if line.match is not None:
        if choice.kind == "line" and choice.id == line.source_id:
            return line
        raise AlreadyMatched
    if choice.kind == "line":
        source, kind = _in_the_books(bank, line, choice), MatchKind.FOUND
    else:
        source, kind = _booked(actor, bank, line, choice, at).id, MatchKind.BOOKED
    models.Match.objects.create(
        id=ids.uuid7(),
        business_id=business_id,
        line_id=line.id,
        bank_id=bank.id,
        kind=kind,
        source_id=source,
        made_by=actor.person_id,
        at=at,
    )
    return banks.as_lines([row])[0]


@requires_transaction
def confirm_lines(*, actor: Actor, business_id: UUID, choices: Sequence[tuple[UUID, Choice]], at: datetime) -> int:
    """
    Say what several lines are, all or none of them; return how many were still open.

    A line that is matched already is left alone, so that a repeat changes nothing. Raises as ``confirm_line``.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    matched = models.Match.objects.filter(line_id__in=[line_id for line_id, _ in choices], undone_at=None)
    done = set(matched.values_list("line_id", flat=True))
    wanted = [(line_id, choice) for line_id, choice in dict(choices).items() if line_id not in done]
    for line_id, choice in wanted:
        confirm_line(actor=actor, business_id=business_id, line_id=line_id, choice=choice, at=at)
    return len(wanted)


@requires_transaction
def undo_match(*, actor: Actor, business_id: UUID, line_id: UUID, at: datetime) -> BankLine:
    """
    Take back what a line was said to be; an entry that was written for it is undone by a new one.

    Undoing it again changes nothing. Raises Unauthenticated, NotFound, Forbidden, BankNotFound, PeriodClosed,
    EntryOfStockCards.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    row = models.BankLine.objects.filter(pk=line_id, business_id=business_id).first()
    if row is None:
        raise BankNotFound
    match = models.Match.objects.filter(line_id=line_id, undone_at=None).first()
    if match is not None and match.kind == MatchKind.BOOKED:
        _undo(actor, business_id, match, row, at)  # releases the match, too
    elif match is not None:
        models.Match.objects.filter(pk=match.pk).update(undone_at=at)
    return banks.as_lines([row])[0]


def _in_the_books(bank: BankAccount, line: BankLine, choice: Choice) -> UUID:
    found = [row for row in banks.alone(bank) if row[0] == choice.id and row[2] == line.amount_minor]
    if not found:
        raise DoesNotMatch
    return found[0][0]


def _booked(actor: Actor, bank: BankAccount, line: BankLine, choice: Choice, at: datetime) -> Entry:
    if choice.kind == "document" and choice.id is not None:
        return _paid(actor, bank, line, choice.source, choice.id, at)
    lines = (JournalLine(bank.account, line.amount_minor), JournalLine(choice.account, -line.amount_minor))
    if choice.account == bank.account:
        raise DoesNotMatch
    entry = NewEntry(line.day, _memo(line), lines)
    check_by_hand(bank.business_id, entry)
    return write(bank.business_id, ids.uuid7(), entry, EntryKind.BANK, made_by=actor.person_id, at=at)


def _paid(actor: Actor, bank: BankAccount, line: BankLine, source: str, document_id: UUID, at: datetime) -> Entry:
    found = documents.find_open(bank.business_id, source, document_id, max(line.day, clock.business_day(at)))
    amount, document = abs(line.amount_minor), found.document
    if (document.side is Side.RECEIVABLE) != (line.amount_minor > 0):
        raise DoesNotMatch
    if amount > found.open_minor:
        raise DocumentOverpaid(open=Money(found.open_minor))
    entry = NewEntry(line.day, _memo(line), lines_of(document, amount, bank.account))
    check_by_hand(bank.business_id, entry)
    made = write(bank.business_id, ids.uuid7(), entry, EntryKind.BANK, made_by=actor.person_id, at=at)
    note(made, document, amount, at=at)
    return made


def _undo(actor: Actor, business_id: UUID, match: models.Match, row: models.BankLine, at: datetime) -> None:
    closed = periods.closed_through(business_id)
    correct_entry(
        actor=actor,
        business_id=business_id,
        entry_id=match.source_id,
        correction_id=ids.derived("books.unmatched", match.id),
        day=row.day if closed is None or row.day > closed else clock.business_day(at),
        memo=CORRECTION.format(memo=row.text)[:200],
        at=at,
    )


def _memo(line: BankLine) -> str:
    return " · ".join(part for part in (line.party, line.text) if part)[:200]
