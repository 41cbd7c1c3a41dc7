"""
Posting rules: from transfers of the ledger to journal lines, by two tables of the room's data.

``money_accounts.csv`` says which account of the books stands for which of a business's accounts in the ledger, so the
books' cash is the ledger's by construction. ``posting_rules.csv`` says for every transfer's code what stands on the
other side where that is not the business itself, and whether a deposit becomes a sale with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from uuid import UUID

from kawasan.core import clock
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.rules.lists import rows_of
from kawasan.rooms.ledger.rules import DERIVED_MAX, IDR, account_id
from kawasan.rooms.ledger.types import Kind, TransferRow

MOVES = frozenset({Kind.POSTED, Kind.POST})  # a reservation moves nothing


@dataclass(frozen=True, slots=True)
class Rule:
    """What a transfer's code means for a business that takes part in it."""

    code: int
    name: str
    other_side: str
    earns: bool
    document: str  # what the transfer's reference names: order, sale (at the till), payout, or nothing


@cache
def rules() -> dict[int, Rule]:
    """Return the posting rules by code."""
    rows = rows_of("posting_rules.csv")
    found = [Rule(int(r["code"]), r["name"], r["other_side"], r["earns"] == "yes", r["document"]) for r in rows]
    return {rule.code: rule for rule in found}


def rule_of(code: int) -> Rule:
    """Return the rule of a transfer's code; one that is not known here has no other side and names itself."""
    return rules().get(code) or Rule(code, str(code), "", earns=False, document="")


@cache
def money_accounts() -> dict[int, str]:
    """Return the books' account for each code of a business's account in the ledger."""
    return {int(row["ledger_code"]): row["account"] for row in rows_of("money_accounts.csv")}


class Booked(NamedTuple):
    """A journal line made from a transfer. A tuple, because a follower makes very many."""

    sequence: int
    place: int
    business_id: UUID
    day: date
    account: str
    amount_minor: int
    code: int
    transfer_id: UUID
    reference: UUID | None
    at: datetime


class Closing(NamedTuple):
    """From this number of the ledger on, nothing is booked on a day up to ``through``."""

    position: int
    through: date


Closings = Mapping[UUID, Sequence[Closing]]


def book(transfers: Iterable[TransferRow], closings: Closings) -> Iterator[Booked]:
    """Return the journal lines of transfers, in order; each business's lines of a transfer add up to nothing."""
    for row in transfers:
        if row.kind in MOVES and row.asset == IDR:
            yield from _book_one(row, closings)


def businesses_of(transfers: Iterable[TransferRow]) -> set[UUID]:
    """Return the owners whose books these transfers may touch."""
    return {owner for row in transfers for owner in (row.debit_owner, row.credit_owner)}


def _book_one(row: TransferRow, closings: Closings) -> Iterator[Booked]:
    own: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    if account := _accounts_of(row.debit_owner).get(row.debit):
        own[row.debit_owner].append((account, -row.amount))
    if account := _accounts_of(row.credit_owner).get(row.credit):
        own[row.credit_owner].append((account, row.amount))
    place = 0
    for business_id, lines in own.items():
        day = booking_day(row, closings.get(business_id, ()))
        for account, amount in _whole(row, lines):
            place += 1
            yield Booked(
                row.sequence, place, business_id, day, account, amount, row.code, row.id, row.reference, row.at
            )


def _whole(row: TransferRow, lines: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Add the other side, and the sale that a deposit becomes."""
    rule = rule_of(row.code)
    yield from lines
    if open_amount := sum(amount for _, amount in lines):
        # A code that a newer release brought and whose rule is missing here stays visible among the payables.
        yield rule.other_side or chart.OTHER_PAYABLES, -open_amount
    if rule.earns:
        yield chart.DEPOSITS, row.amount
        yield chart.SALES, -row.amount


def booking_day(row: TransferRow, closings: Sequence[Closing]) -> date:
    """
    Return the day on which a transfer is booked: its own in WIB, or the first open one where it was closed before.

    A closing counts for transfers with a number above the one at which it was made, so a rebuild books the same.
    """
    day = clock.business_day(row.at)
    index = bisect_left(closings, row.sequence, key=lambda closing: closing.position)
    through = closings[index - 1].through if index else None
    return day if through is None or day > through else through + timedelta(days=1)


@lru_cache(maxsize=DERIVED_MAX)
def _accounts_of(owner: UUID) -> dict[UUID, str]:
    return {account_id(owner, IDR, code): account for code, account in money_accounts().items()}
