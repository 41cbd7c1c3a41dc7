"""
Statements from sums by account: trial balance, laba rugi, posisi keuangan, and the entry that closes a year.

A sum is debit minus credit in the minor unit. Every row names the accounts that it is the sum of, so that it can be
opened. Source of the lines: SAK EMKM (IAI, 2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.accounts import Account, Kind
from kawasan.rooms.books.types.entries import JournalLine, Position, ProfitAndLoss, StatementRow

PROFIT_LINES = ("Pendapatan usaha", "Pendapatan lain-lain", "Beban usaha", "Beban lain-lain")
BEFORE_TAX, TAX, AFTER_TAX = "Laba (rugi) sebelum pajak", "Beban pajak penghasilan", "Laba (rugi) setelah pajak"
_ASSETS = frozenset({Kind.ASSET, Kind.CONTRA_ASSET})
_EQUITY = frozenset({Kind.EQUITY, Kind.CONTRA_EQUITY})

Sums = Mapping[str, int]


def totals(entries: Iterable[Iterable[JournalLine]]) -> dict[str, int]:
    """Return debit minus credit of every account that entries touch."""
    sums: dict[str, int] = {}
    for lines in entries:
        for line in lines:
            sums[line.account] = sums.get(line.account, 0) + line.amount_minor
    return sums


def profit_and_loss(sums: Sums, accounts: Mapping[str, Account]) -> ProfitAndLoss:
    """Return laba rugi of a period, from what the period debited and credited."""
    rows = [_row(name, sums, accounts, wanted=None) for name in PROFIT_LINES]
    income = sum(row.amount_minor for row in rows[:2])
    before = income - sum(row.amount_minor for row in rows[2:])
    tax = _row(TAX, sums, accounts, wanted=None)
    after = before - tax.amount_minor
    shown = (*rows, StatementRow(BEFORE_TAX, before), tax, StatementRow(AFTER_TAX, after))
    return ProfitAndLoss(shown, before, tax.amount_minor, after)


def position(sums: Sums, accounts: Mapping[str, Account]) -> Position:
    """
    Return posisi keuangan, from everything up to a day.

    What was earned and not yet closed is shown within Saldo laba, so it balances at any day without a closing entry.
    """
    assets = _side(sums, accounts, _ASSETS)
    liabilities = _side(sums, accounts, frozenset({Kind.LIABILITY}))
    earned = -sum(amount for code, amount in sums.items() if not accounts[code].kind.is_of_position)
    equity = {row.name: row for row in _side(sums, accounts, _EQUITY)}
    name = accounts[chart.RETAINED].line
    kept = equity.get(name, StatementRow(name, 0))
    if earned or kept.amount_minor:
        used = tuple(code for code in sums if not accounts[code].kind.is_of_position and sums[code])
        equity[name] = StatementRow(name, kept.amount_minor + earned, (*kept.accounts, *used))
    return Position(tuple(assets), tuple(liabilities), tuple(equity.values()))


def closing_lines(sums: Sums, accounts: Mapping[str, Account]) -> list[JournalLine]:
    """Return the entry that closes income and expenses to Saldo laba; drawings stay where they are."""
    temporary = [
        JournalLine(code, -sums[code]) for code in sorted(sums) if sums[code] and not accounts[code].kind.is_of_position
    ]
    result = -sum(line.amount_minor for line in temporary)
    return [*temporary, JournalLine(chart.RETAINED, result)] if result else temporary


def _side(sums: Sums, accounts: Mapping[str, Account], kinds: frozenset[Kind]) -> list[StatementRow]:
    names = dict.fromkeys(accounts[code].line for code in sorted(sums) if accounts[code].kind in kinds)
    return [_row(name, sums, accounts, wanted=kinds) for name in names]


def _row(name: str, sums: Sums, accounts: Mapping[str, Account], *, wanted: frozenset[Kind] | None) -> StatementRow:
    codes = [code for code in sorted(sums) if accounts[code].line == name and _fits(accounts[code].kind, wanted)]
    sign = max((accounts[code].kind.sign for code in codes), default=1)
    return StatementRow(name, sign * sum(sums[code] for code in codes), tuple(codes))


def _fits(kind: Kind, wanted: frozenset[Kind] | None) -> bool:
    return not kind.is_of_position if wanted is None else kind in wanted
