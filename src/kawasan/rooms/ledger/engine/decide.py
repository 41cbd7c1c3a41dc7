"""Decide a batch and pack its rows in one pass: what is plain here, everything else by ``rules``."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import UUID

from kawasan.rooms.ledger import rules
from kawasan.rooms.ledger.engine import packing
from kawasan.rooms.ledger.engine.packing import NULL, Row
from kawasan.rooms.ledger.rules import AccountState, Book, Hold, Known, Movement
from kawasan.rooms.ledger.types import (
    AMOUNT_MAX,
    CODE_MAX,
    TRANSFERS_PER_ENTRY_MAX,
    Answer,
    Applied,
    Entry,
    EntryIdReused,
    Flag,
    Kind,
    NewTransfer,
    Refused,
)

_NO_OVERDRAW, _NO_OVERFILL, _FROZEN = int(Flag.NO_OVERDRAW), int(Flag.NO_OVERFILL), int(Flag.FROZEN)
_batches = count(1)


@dataclass(slots=True)
class Outcome:
    """What a batch came to: an answer for each entry, and the rows to write."""

    answers: list[Answer] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    opened: list[Row] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)
    touched: list[AccountState] = field(default_factory=list)  # with new balances and the version they were read from
    known: dict[int, Known] = field(default_factory=dict)  # the entries that applied


def decide_batch(batch: Sequence[Entry], book: Book, numbers: Sequence[int]) -> Outcome:
    """Decide entries in order on the book, number what applies with the first of ``numbers``, and pack it."""
    return _Batch(book, numbers).decide(batch)


class _Batch:
    def __init__(self, book: Book, numbers: Sequence[int]) -> None:
        self.book, self.numbers = book, numbers
        self.outcome = Outcome()
        self.number = next(_batches)
        self.moment: datetime | None = None
        self.moment_field = NULL

    def decide(self, batch: Sequence[Entry]) -> Outcome:
        known, answers = self.book.entries, self.outcome.answers
        for entry in batch:
            contents, digest = _content(entry)
            found = known.get(entry.id.int)
            if found is not None:
                answers.append(_repeated(entry, digest, found))
            elif contents and (plain := _plain(entry, self.book)):
                answers.append(self._take(entry, digest, self._plain_rows(entry, contents, plain)))
            else:
                answers.append(self._decide_slowly(entry, digest))
        return self.outcome

    def _take(self, entry: Entry, digest: bytes, rows: int) -> Answer:
        """Note an entry of which the last ``rows`` transfers are."""
        used = len(self.outcome.transfers)
        first, last = self.numbers[used - rows], self.numbers[used - 1]
        self.book.entries[entry.id.int] = self.outcome.known[entry.id.int] = Known(digest, last)
        self.outcome.entries.append(
            (
                packing.uuid_field(entry.id),
                packing.bytes_field(digest),
                self._at(entry),
                packing.int8_field(first),
                packing.int8_field(last),
            )
        )
        return Applied(entry.id, last, repeated=False)

    def _plain_rows(
        self, entry: Entry, contents: Sequence[Row], plain: Sequence[tuple[AccountState, AccountState]]
    ) -> int:
        rows, touched, numbers, mine = self.outcome.transfers, self.outcome.touched, self.numbers, self.number
        entry_field, at = packing.uuid_field(entry.id), self._at(entry)
        for transfer, content, (debit, credit) in zip(entry.transfers, contents, plain, strict=True):
            if debit.batch != mine:
                debit.batch = mine
                touched.append(debit)
            if credit.batch != mine:
                credit.batch = mine
                touched.append(credit)
            expires_at = NULL
            if transfer.kind is Kind.PENDING:
                expires_at = self._open(transfer, content)
            number = packing.int8_field(numbers[len(rows)])
            rows.append((*content, number, entry_field, debit.asset, expires_at, at))
        return len(contents)

    def _open(self, transfer: NewTransfer, content: Row) -> bytes:
        expires_at = packing.moment_field(transfer.expires_at)
        self.outcome.opened.append((content[0], expires_at))
        return expires_at

    def _decide_slowly(self, entry: Entry, digest: bytes) -> Answer:
        decided = rules.decide(entry, self.book)
        if isinstance(decided, Refused):
            return decided
        for movement in decided:
            self._move(entry, movement)
        return self._take(entry, digest, len(decided))

    def _move(self, entry: Entry, m: Movement) -> None:
        outcome, transfer = self.outcome, m.transfer
        for account in (m.debit, m.credit):
            if account.batch != self.number:
                account.batch = self.number
                outcome.touched.append(account)
        expires_at = packing.moment_field(transfer.expires_at)
        if m.opens_hold:
            outcome.opened.append((packing.uuid_field(transfer.id), expires_at))
        if m.hold is not None:
            outcome.closed.append(m.hold.id)
        content = (
            packing.uuid_field(transfer.id),
            m.debit.field,
            m.credit.field,
            packing.int8_field(m.amount),
            packing.int2_field(m.code),
            packing.KIND_FIELDS[transfer.kind],
            packing.uuid_field(transfer.pending_of),
            packing.uuid_field(m.reference),
        )
        number = packing.int8_field(self.numbers[len(outcome.transfers)])
        outcome.transfers.append(
            (*content, number, packing.uuid_field(entry.id), m.debit.asset, expires_at, self._at(entry))
        )

    def _at(self, entry: Entry) -> bytes:
        if entry.at is not self.moment:
            self.moment, self.moment_field = entry.at, packing.moment_field(entry.at)
        return self.moment_field


def _content(entry: Entry) -> tuple[list[Row], bytes]:
    try:
        contents = [packing.content_of(transfer) for transfer in entry.transfers]
    except struct.error:
        return [], packing.odd_digest_of(entry)
    return contents, packing.digest_of(contents)


def _repeated(entry: Entry, digest: bytes, known: Known) -> Answer:
    if packing.is_content(entry, digest, known.digest):
        return Applied(entry.id, known.last_sequence, repeated=True)
    return Refused(entry.id, 0, EntryIdReused(entry_id=str(entry.id)))


# Note [Plain entries]
# Nearly all entries post or reserve, and apply. This applies them without an object for each step; at the first doubt
# it takes everything back and leaves the entry to ``rules``, where every refusal and its place in the order is written.
# So it may doubt too often, never too seldom; tests/test_reference.py holds both to the same reference.
def _plain(entry: Entry, book: Book) -> list[tuple[AccountState, AccountState]] | None:
    """Apply an entry to the book and return its transfers' accounts, or None and nothing changed."""
    accounts, used = book.accounts, book.transfer_ids
    done: list[tuple[AccountState, AccountState]] = []
    if len(entry.transfers) > TRANSFERS_PER_ENTRY_MAX:
        return None
    for t in entry.transfers:
        amount, kind, key = t.amount, t.kind, t.id.int
        if t.debit is None or t.credit is None or t.pending_of is not None or key in used:
            break
        debit, credit = accounts.get(t.debit.int), accounts.get(t.credit.int)
        if debit is None or credit is None or debit is credit or debit.asset != credit.asset:
            break
        flags = debit.flags | credit.flags
        taken = debit.debits_posted + debit.debits_pending + amount
        given = credit.credits_posted + credit.credits_pending + amount
        if (
            flags & _FROZEN
            or not 0 < amount <= AMOUNT_MAX
            or not 0 < t.code <= CODE_MAX
            or taken > AMOUNT_MAX
            or given > AMOUNT_MAX
            or (debit.flags & _NO_OVERDRAW and taken > debit.credits_posted)
            or (credit.flags & _NO_OVERFILL and given > credit.debits_posted)
        ):
            break
        if kind is Kind.POSTED and t.expires_at is None:
            debit.debits_posted += amount
            credit.credits_posted += amount
        elif kind is Kind.PENDING and (t.expires_at is None or t.expires_at > entry.at) and t.id not in book.holds:
            debit.debits_pending += amount
            credit.credits_pending += amount
            book.holds[t.id] = Hold(t.id, t.debit, t.credit, amount, t.code, t.reference, t.expires_at)
        else:
            break
        used.add(key)
        done.append((debit, credit))
    else:
        return done
    _take_back(entry, book, done)
    return None


def _take_back(entry: Entry, book: Book, done: Sequence[tuple[AccountState, AccountState]]) -> None:
    for t, (debit, credit) in zip(entry.transfers, done, strict=False):
        if t.kind is Kind.PENDING:
            debit.debits_pending -= t.amount
            credit.credits_pending -= t.amount
            del book.holds[t.id]
        else:
            debit.debits_posted -= t.amount
            credit.credits_posted -= t.amount
        book.transfer_ids.discard(t.id.int)
