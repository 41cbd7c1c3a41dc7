"""Does what exchange stores agree with the ledger, to the minor unit?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias
from uuid import UUID

from kawasan.core.paging import LIMIT_MAX
from kawasan.platform.checks import Finding
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.queries.positions import held_of
from kawasan.rooms.exchange.rules import accounts
from kawasan.rooms.exchange.rules.quoting import HOME
from kawasan.rooms.exchange.types import OwedState, TradeState
from kawasan.rooms.ledger import api as ledger

Moves: TypeAlias = dict[UUID | None, dict[str, int]]  # by entry: what came into positions less what went out

FINDINGS_MAX = 100
BATCH = 5_000


def verify() -> list[Finding]:
    """
    Return every broken promise. Empty means all is well.

    Each exchange's two sides agree with its quote; each trade with its record; nothing else moves a position; positions
    are the sum of both; costs are what went out of the rupiah position; money owed back is in its accounts.
    """
    return list(_findings())[:FINDINGS_MAX]


def _findings() -> Iterator[Finding]:
    codes = [HOME, *models.Currency.objects.values_list("code", flat=True)]
    names = {accounts.position(code): code for code in codes}
    moved = _moved(names)
    expected = _expected()
    for entry in sorted(moved.keys() | expected.keys(), key=str):
        if moved.get(entry, {}) != expected.get(entry, {}):
            yield Finding("exchange-differs", f"ledger_entry {entry}", expected.get(entry, {}), moved.get(entry, {}))
    yield from _positions(codes, expected)
    yield from _owed()


def _expected() -> Moves:
    """Return what every entry should do to positions, by quotes that were used and trades that were approved."""
    found: Moves = defaultdict(lambda: defaultdict(int))
    used = models.Quote.objects.filter(used_at__isnull=False)
    for row in used.iterator(BATCH):
        home = HOME if row.source_currency == HOME else row.target_currency
        found[row.entry_id][row.source_currency] += row.source_minor
        found[row.entry_id][row.target_currency] -= row.target_minor
        found[row.entry_id][home] -= row.income_minor
    for trade in models.Trade.objects.filter(state=TradeState.APPROVED.value).iterator(BATCH):
        found[trade.entry_id][trade.given_currency] -= trade.given_minor
        found[trade.entry_id][trade.taken_currency] += trade.taken_minor
        found[trade.entry_id][HOME] -= trade.result_minor or 0
    return {entry: {code: amount for code, amount in by.items() if amount} for entry, by in found.items()}


def _moved(names: dict[UUID, str]) -> Moves:
    """Return what every entry did to positions, by their statements."""
    found: Moves = defaultdict(lambda: defaultdict(int))
    for account, code in names.items():
        for line in _lines(account):
            found[line.entry_id][code] += line.change
    return {entry: {code: change for code, change in by.items() if change} for entry, by in found.items()}


def _lines(account: UUID) -> Iterator[ledger.StatementLine]:
    cursor: str | None = None
    while True:
        try:
            page = ledger.statement(account, cursor, LIMIT_MAX)
        except ledger.UnknownAccount:  # nobody has exchanged this currency yet
            return
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _positions(codes: list[str], expected: Moves) -> Iterator[Finding]:
    totals: dict[str, int] = defaultdict(int)
    for by in expected.values():
        for code, amount in by.items():
            totals[code] += amount
    held = held_of(codes)
    for code in codes:
        if held[code].minor != totals[code]:
            yield Finding("position-differs", f"exchange_currency {code}", totals[code], held[code].minor)
    costs = sum(models.Currency.objects.values_list("cost_minor", flat=True))
    if costs != -held[HOME].minor:
        yield Finding("position-cost-differs", f"exchange_currency {HOME}", -held[HOME].minor, costs)


def _owed() -> Iterator[Finding]:
    waiting: dict[UUID, int] = defaultdict(int)
    for row in models.OwedBack.objects.iterator(BATCH):
        book = accounts.owed(row.person_id, row.currency)
        waiting[book] += 0 if row.state == OwedState.SENT else row.amount_minor
    balances = ledger.balances(list(waiting))
    for book, amount in waiting.items():
        found = balances.get(book, ledger.Balance()).posted
        if found != amount:
            yield Finding("owed-back-differs", f"ledger_account {book}", amount, found)
