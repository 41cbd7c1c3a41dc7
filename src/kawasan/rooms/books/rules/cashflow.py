"""Cash flow, the indirect way: profit, what changed beside it, and cash before and after."""

from __future__ import annotations

from collections.abc import Mapping

from kawasan.rooms.books.rules import statements
from kawasan.rooms.books.types.accounts import Account
from kawasan.rooms.books.types.entries import StatementRow

CASH_LINE = "Kas dan setara kas"
_INVESTING = frozenset({"Aset tetap"})
_FINANCING = frozenset({"Utang bank", "Modal", "Saldo laba"})
PROFIT = statements.AFTER_TAX
CHANGE = "Perubahan {line}"
OPERATING, INVESTING, FINANCING = (
    "Arus kas dari kegiatan usaha",
    "Arus kas dari investasi",
    "Arus kas dari pendanaan",
)
INCREASE, BEFORE, AFTER = "Kenaikan (penurunan) kas", "Kas pada awal periode", "Kas pada akhir periode"
TOTALS = (OPERATING, INVESTING, FINANCING, INCREASE, AFTER)

Sums = Mapping[str, int]


def rows_of(before: Sums, moved: Sums, accounts: Mapping[str, Account]) -> tuple[list[StatementRow], bool]:
    """
    Return the rows, and whether cash before and what flowed are cash after.

    ``before`` is everything up to the day before the period, ``moved`` the period's own sums, debit minus credit.
    """
    cash = [code for code, account in accounts.items() if account.line == CASH_LINE]
    earned = {code: amount for code, amount in moved.items() if not accounts[code].kind.is_of_position}
    profit = StatementRow(PROFIT, -sum(earned.values()), tuple(code for code in earned if earned[code]))
    groups: dict[str, list[StatementRow]] = {OPERATING: [profit], INVESTING: [], FINANCING: []}
    for line in dict.fromkeys(accounts[code].line for code in sorted(moved) if _is_other(accounts[code])):
        codes = tuple(code for code in sorted(moved) if accounts[code].line == line and _is_other(accounts[code]))
        if amount := -sum(moved[code] for code in codes):
            groups[_group(line)].append(StatementRow(CHANGE.format(line=line), amount, codes))
    rows, flowed = [], 0
    for name, members in groups.items():
        total = sum(row.amount_minor for row in members)
        flowed += total
        rows += [*members, StatementRow(name, total)] if members else []
    start = sum(before.get(code, 0) for code in cash)
    end = start + sum(moved.get(code, 0) for code in cash)
    codes = tuple(code for code in cash if before.get(code) or moved.get(code))
    rows += [StatementRow(INCREASE, flowed), StatementRow(BEFORE, start), StatementRow(AFTER, end, codes)]
    return rows, start + flowed == end


def _is_other(account: Account) -> bool:
    return account.kind.is_of_position and account.line != CASH_LINE


def _group(line: str) -> str:
    if line in _INVESTING:
        return INVESTING
    return FINANCING if line in _FINANCING else OPERATING
