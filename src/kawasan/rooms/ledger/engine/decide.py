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
from kawasan.rooms.ledger.engine.packing import NULL, UUID_LENGTH, Row
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
    Refused,
)

_NO_OVERDRAW, _NO_OVERFILL, _FROZEN = int(Flag.NO_OVERDRAW), int(Flag.NO_OVERFILL), int(Flag.FROZEN)
_NO_DEBIT = int(Flag.NO_DEBIT)
_INT8, _TWO_INT8 = struct.Struct(">iq").pack, struct.Struct(">iqiq").pack
_AMOUNT_AND_CODE = struct.Struct(">iqih").pack
_DIGEST_LENGTH = struct.pack(">i", packing.DIGEST_BYTES)
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
            found = known.get(entry.id.int)
            if found is not None:
                answers.append(_repeated(entry, found))
            elif (plain := _plain(entry, self.book)) is not None:
                answers.append(self._take_plain(entry, plain))
            else:
                answers.append(self._decide_slowly(entry))
        return self.outcome

    def _take_plain(self, entry: Entry, plain: _Plain) -> Answer:
        rows, touched, numbers, mine = self.outcome.transfers, self.outcome.touched, self.numbers, self.number
        tail = self._tail(entry)
        for content, debit, credit in zip(plain.contents, plain.debits, plain.credits, strict=True):
            if debit.batch != mine:
                debit.batch = mine
                touched.append(debit)
            if credit.batch != mine:
                credit.batch = mine
                touched.append(credit)
            rows.append(b"".join((content, _INT8(8, numbers[len(rows)]), debit.asset, tail, NULL)))
        if plain.has_pending:
            self._open(entry)
        return self._take(entry, plain.contents)

    def _open(self, entry: Entry) -> None:
        """Note the new pending transfers of an entry just taken, and give their rows the expiry."""
        rows, start = self.outcome.transfers, len(self.outcome.transfers) - len(entry.transfers)
        for index, transfer in enumerate(entry.transfers, start):
            if transfer.kind is Kind.PENDING:
                expires_at = packing.moment_field(transfer.expires_at)
                rows[index] = rows[index][: -len(NULL)] + expires_at
                self.outcome.opened.append(packing.uuid_field(transfer.id) + expires_at)

    def _take(self, entry: Entry, contents: Sequence[bytes]) -> Answer:
        """Note an entry whose transfers are the last rows."""
        outcome, key, digest = self.outcome, entry.id.int, packing.digest_of(contents)
        used = len(outcome.transfers)
        first, last = self.numbers[used - len(contents)], self.numbers[used - 1]
        self.book.entries[key] = outcome.known[key] = Known(digest, last)
        outcome.entries.append(b"".join((self._tail(entry), _DIGEST_LENGTH, digest, _TWO_INT8(8, first, 8, last))))
        return Applied(entry.id, last, repeated=False)

    def _decide_slowly(self, entry: Entry) -> Answer:
        decided = rules.decide(entry, self.book)
        if isinstance(decided, Refused):
            return decided
        for movement in decided:
            self._move(entry, movement)
        return self._take(entry, [packing.content_of(transfer) for transfer in entry.transfers])

    def _move(self, entry: Entry, m: Movement) -> None:
        outcome, transfer = self.outcome, m.transfer
        for account in (m.debit, m.credit):
            if account.batch != self.number:
                account.batch = self.number
                outcome.touched.append(account)
        expires_at = packing.moment_field(transfer.expires_at)
        if m.opens_hold:
            outcome.opened.append(packing.uuid_field(transfer.id) + expires_at)
        if m.hold is not None:
            outcome.closed.append(m.hold.id)
        row = (
            packing.uuid_field(transfer.id),
            m.debit.field,
            m.credit.field,
            packing.amount_and_code(m.amount, m.code),
            packing.KIND_FIELDS[transfer.kind],
            packing.uuid_field(transfer.pending_of),
            packing.uuid_field(m.reference),
            packing.int8_field(self.numbers[len(outcome.transfers)]),
            m.debit.asset,
            self._tail(entry),
            expires_at,
        )
        outcome.transfers.append(b"".join(row))

    def _tail(self, entry: Entry) -> bytes:
        """Return the entry's id and moment."""
        if entry.at is not self.moment:
            self.moment, self.moment_field = entry.at, packing.moment_field(entry.at)
        return packing.UUID_LENGTH + entry.id.int.to_bytes(16, "big") + self.moment_field


def _repeated(entry: Entry, known: Known) -> Answer:
    if packing.is_content(entry, known.digest):
        return Applied(entry.id, known.last_sequence, repeated=True)
    return Refused(entry.id, 0, EntryIdReused(entry_id=str(entry.id)))


class _Plain:
    """An entry applied to the book: its transfers' contents and accounts."""

    __slots__ = ("contents", "credits", "debits", "has_pending")

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self.debits: list[AccountState] = []
        self.credits: list[AccountState] = []
        self.has_pending = False


# Note [Plain entries]
# Nearly all entries post or reserve, and apply. This applies them without an object for each step; at the first doubt
# it takes everything back and leaves the entry to ``rules``, where every refusal and its place in the order is written.
# So it may doubt too often, never too seldom; tests/test_reference.py holds both to the same reference.
def _plain(entry: Entry, book: Book) -> _Plain | None:
    """Apply an entry to the book, or return None and nothing changed."""
    accounts, used, plain = book.accounts, book.transfer_ids, _Plain()
    contents, debits, credits_ = plain.contents, plain.debits, plain.credits
    reference, reference_field = None, NULL
    if not 0 < len(entry.transfers) <= TRANSFERS_PER_ENTRY_MAX:
        return None
    for t in entry.transfers:
        amount, kind, key, code = t.amount, t.kind, t.id.int, t.code
        if t.debit is None or t.credit is None or t.pending_of is not None or key in used:
            break
        debit, credit = accounts.get(t.debit.int), accounts.get(t.credit.int)
        if debit is None or credit is None or debit is credit or debit.asset != credit.asset:
            break
        taken = debit.debits_posted + debit.debits_pending + amount
        given = credit.credits_posted + credit.credits_pending + amount
        if (
            (debit.flags | credit.flags) & _FROZEN
            or debit.flags & _NO_DEBIT
            or not 0 < amount <= AMOUNT_MAX
            or not 0 < code <= CODE_MAX
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
            book.holds[t.id] = Hold(t.id, t.debit, t.credit, amount, code, t.reference, t.expires_at)
            plain.has_pending = True
        else:
            break
        if t.reference is not reference:
            reference, reference_field = t.reference, packing.uuid_field(t.reference)
        numbers, kinds = _AMOUNT_AND_CODE(8, amount, 2, code), packing.KIND_AND_NO_PENDING[kind]
        content = (UUID_LENGTH, key.to_bytes(16, "big"), debit.field, credit.field, numbers, kinds, reference_field)
        contents.append(b"".join(content))
        debits.append(debit)
        credits_.append(credit)
        used.add(key)
    else:
        return plain
    _take_back(entry, book, plain)
    return None


def _take_back(entry: Entry, book: Book, plain: _Plain) -> None:
    for t, debit, credit in zip(entry.transfers, plain.debits, plain.credits, strict=False):
        if t.kind is Kind.PENDING:
            debit.debits_pending -= t.amount
            credit.credits_pending -= t.amount
            del book.holds[t.id]
        else:
            debit.debits_posted -= t.amount
            credit.credits_posted -= t.amount
        book.transfer_ids.discard(t.id.int)
