"""Decide a batch and pack its rows in one pass: what is plain here, everything else by ``rules``."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import cast
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
    Refused,
)

_NO_OVERDRAW, _NO_OVERFILL, _FROZEN = int(Flag.NO_OVERDRAW), int(Flag.NO_OVERFILL), int(Flag.FROZEN)
_NO_DEBIT = int(Flag.NO_DEBIT)
_GIVES_NOTHING = _FROZEN | _NO_DEBIT
_POSTED, _PENDING = Kind.POSTED, Kind.PENDING
# A whole row in one call. What varies in length is its middle: the kind, no transfer resolved, and the reference.
_BEFORE_MIDDLE = struct.calcsize(">i16s20s20siqih")
_MIDDLES = [len(packing.KIND_AND_NO_PENDING[kind]) + field for kind in (_POSTED, _PENDING) for field in (4, 20)]
_ROW_PACKS = {0: struct.Struct("").pack} | {
    length: struct.Struct(f">i16s20s20siqih{length}siq20s32si").pack for length in _MIDDLES
}
_ENTRY = struct.Struct(f">32si{packing.DIGEST_BYTES}siqiq").pack
_AMPLE = AMOUNT_MAX // 2  # a balance beyond this might overflow by what others add: it must be as it was decided on
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
    number: int = 0  # tells a batch from others of this process


def decide_batch(batch: Sequence[Entry], book: Book, numbers: Sequence[int]) -> Outcome:
    """Decide entries in order on the book, number what applies with the first of ``numbers``, and pack it."""
    return _Batch(book, numbers).decide(batch)


class _Batch:
    def __init__(self, book: Book, numbers: Sequence[int]) -> None:
        self.book, self.numbers = book, numbers
        self.number = next(_batches)
        self.outcome = Outcome(number=self.number)
        self.moment: datetime | None = None
        self.moment_field = NULL

    def decide(self, batch: Sequence[Entry]) -> Outcome:
        known, answers = self.book.entries, self.outcome.answers
        for entry in batch:
            found = known.get(entry.id.int)
            if found is not None:
                answers.append(_repeated(entry, found))
            elif (contents := self._plain(entry)) is not None:
                answers.append(self._take(entry, contents))
            else:
                answers.append(self._decide_slowly(entry))
        return self.outcome

    # Note [Plain entries]
    # Nearly all entries post or reserve, and apply. This applies them and packs their rows without an object for each
    # step; at the first doubt it takes everything back and leaves the entry to ``rules``, where every refusal and its
    # place in the order is written. So it may doubt too often, never too seldom; tests/test_reference.py holds both to
    # the same reference.
    def _plain(self, entry: Entry) -> list[bytes] | None:
        """Apply an entry and pack its rows, and return its transfers' contents; or None and nothing changed."""
        if not 0 < len(entry.transfers) <= TRANSFERS_PER_ENTRY_MAX:
            return None
        accounts, used, numbers, mine = self.book.accounts, self.book.transfer_ids, self.numbers, self.number
        rows, touched = self.outcome.transfers, self.outcome.touched
        rows_before, touched_before, contents = len(rows), len(touched), []
        shape, tail, has_pending = _NO_SHAPE, self._tail(entry), False
        for t in entry.transfers:
            amount, kind, key, code, debit_id, credit_id = t.amount, t.kind, t.id.int, t.code, t.debit, t.credit
            if debit_id is None or credit_id is None or t.pending_of is not None or key in used:
                break
            debit, credit = accounts.get(debit_id.int), accounts.get(credit_id.int)
            if debit is None or credit is None or debit is credit or debit.asset != credit.asset:
                break
            taken = debit.debits_posted + debit.debits_pending + amount
            given = credit.credits_posted + credit.credits_pending + amount
            gives, takes = debit.flags, credit.flags
            if (
                gives & _GIVES_NOTHING
                or takes & _FROZEN
                or not 0 < amount <= AMOUNT_MAX
                or not 0 < code <= CODE_MAX
                or taken > _AMPLE
                or given > _AMPLE
            ):
                break
            if gives & _NO_OVERDRAW:
                if taken > debit.credits_posted:
                    break
                debit.exact = self.number
            if takes & _NO_OVERFILL:
                if given > credit.debits_posted:
                    break
                credit.exact = self.number
            if kind is _POSTED and t.expires_at is None:
                debit.debits_posted += amount
                credit.credits_posted += amount
            elif kind is _PENDING and (t.expires_at is None or t.expires_at > entry.at) and t.id not in self.book.holds:
                debit.debits_pending += amount
                credit.credits_pending += amount
                self.book.holds[t.id] = Hold(t.id, debit_id, credit_id, amount, code, t.reference, t.expires_at)
                has_pending = True
            else:
                break
            if kind is not shape.kind or t.reference is not shape.reference:
                shape = _shape_of(kind, t.reference)
            row = shape.pack(
                16, key.to_bytes(16, "big"), debit.field, credit.field, 8, amount, 2, code, shape.middle,
                8, numbers[len(rows)], debit.asset, tail, -1,
            )  # fmt: skip
            rows.append(row)
            contents.append(row[: shape.content])
            used.add(key)
            if debit.batch != mine:
                debit.batch = mine
                touched.append(debit)
            if credit.batch != mine:
                credit.batch = mine
                touched.append(credit)
        else:
            if has_pending:
                self._open(entry)
            return contents
        self._take_back(entry, rows_before, touched_before)
        return None

    def _take_back(self, entry: Entry, rows_before: int, touched_before: int) -> None:
        book, rows, touched = self.book, self.outcome.transfers, self.outcome.touched
        for t in entry.transfers[: len(rows) - rows_before]:
            debit, credit = book.accounts[cast(UUID, t.debit).int], book.accounts[cast(UUID, t.credit).int]
            if t.kind is _PENDING:
                debit.debits_pending -= t.amount
                credit.credits_pending -= t.amount
                del book.holds[t.id]
            else:
                debit.debits_posted -= t.amount
                credit.credits_posted -= t.amount
            book.transfer_ids.discard(t.id.int)
        for account in touched[touched_before:]:
            account.batch = 0
        del rows[rows_before:], touched[touched_before:]

    def _open(self, entry: Entry) -> None:
        """Note the new pending transfers of an entry just applied, and give their rows the expiry."""
        rows, start = self.outcome.transfers, len(self.outcome.transfers) - len(entry.transfers)
        for index, transfer in enumerate(entry.transfers, start):
            if transfer.kind is _PENDING:
                expires_at = packing.moment_field(transfer.expires_at)
                rows[index] = rows[index][: -len(NULL)] + expires_at
                self.outcome.opened.append(packing.uuid_field(transfer.id) + expires_at)

    def _take(self, entry: Entry, contents: Sequence[bytes]) -> Answer:
        """Note an entry whose transfers are the last rows."""
        outcome, key, digest = self.outcome, entry.id.int, packing.digest_of(contents)
        used = len(outcome.transfers)
        first, last = self.numbers[used - len(contents)], self.numbers[used - 1]
        self.book.entries[key] = outcome.known[key] = Known(digest, last)
        outcome.entries.append(_ENTRY(self._tail(entry), packing.DIGEST_BYTES, digest, 8, first, 8, last))
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
            account.exact = self.number
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


class _Shape:
    """How the rows of a kind of transfer for one reference are packed."""

    __slots__ = ("content", "kind", "middle", "pack", "reference")

    def __init__(self, kind: Kind | None, reference: UUID | None) -> None:
        self.kind, self.reference = kind, reference
        self.middle = b"" if kind is None else packing.KIND_AND_NO_PENDING[kind] + packing.uuid_field(reference)
        self.content = _BEFORE_MIDDLE + len(self.middle)
        self.pack = _ROW_PACKS[len(self.middle)]


_NO_SHAPE = _Shape(None, None)
_WITHOUT_REFERENCE = {kind: _Shape(kind, None) for kind in (_POSTED, _PENDING)}


def _shape_of(kind: Kind, reference: UUID | None) -> _Shape:
    return _WITHOUT_REFERENCE[kind] if reference is None else _Shape(kind, reference)
