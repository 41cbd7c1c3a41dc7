"""Receivables and payables by age: days since the due day, in the usual five classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.due import (
    COUNTERPARTY_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    Age,
    AgedDocument,
    Ageing,
    Counterparty,
    DueInvalid,
    NewDue,
    OpenDocument,
    Side,
)
from kawasan.rooms.books.types.entries import NewEntry

ACCOUNTS = {Side.RECEIVABLE: chart.RECEIVABLES, Side.PAYABLE: chart.PAYABLES}
_UPTO = ((0, Age.NOT_DUE), (30, Age.UP_TO_30), (60, Age.UP_TO_60), (90, Age.UP_TO_90))

Key = tuple[str, UUID]


def age_of(days: int) -> Age:
    """Return the class of a document that has been due for so many days (0 and below: not due yet)."""
    return next((age for upto, age in _UPTO if days <= upto), Age.OLDER)


def ageing(
    side: Side, day: date, documents: Iterable[OpenDocument], settled: Mapping[Key, int], books_minor: int
) -> Ageing:
    """Return what is open of documents after what was paid of them, oldest first, and by counterparty."""
    aged = [found for item in documents if (found := _aged(item, day, settled)).open_minor]
    aged.sort(key=lambda item: (item.document.due, item.document.counterparty, item.document.id))
    parties: dict[str, dict[Age, int]] = defaultdict(lambda: dict.fromkeys(Age, 0))
    totals = dict.fromkeys(Age, 0)
    for item in aged:
        parties[item.document.counterparty][item.age] += item.open_minor
        totals[item.age] += item.open_minor
    by_party = tuple(Counterparty(name, by_age) for name, by_age in sorted(parties.items()))
    return Ageing(side, day, tuple(aged), by_party, totals, books_minor)


def _aged(item: OpenDocument, day: date, settled: Mapping[Key, int]) -> AgedDocument:
    days = (day - item.due).days
    return AgedDocument(item, item.total_minor - settled.get((item.source, item.id), 0), days, age_of(days))


def owed_of(entry: NewEntry, due: NewDue) -> tuple[Side, int]:
    """Return the side and amount that an entry leaves open. Raises DueInvalid where it leaves nothing open."""
    owed = sum(line.amount_minor for line in entry.lines if line.account == chart.RECEIVABLES)
    owes = -sum(line.amount_minor for line in entry.lines if line.account == chart.PAYABLES)
    name = due.counterparty.strip()
    fits = 0 < len(name) <= COUNTERPARTY_LENGTH_MAX and len(due.number) <= NUMBER_LENGTH_MAX
    if not fits or due.due < entry.day or (owed > 0) == (owes > 0) or "\0" in name + due.number:
        raise DueInvalid(field="counterparty")
    return (Side.RECEIVABLE, owed) if owed > 0 else (Side.PAYABLE, owes)
