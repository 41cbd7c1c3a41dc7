"""The journal as text for other programs: beancount's format, which ``bean-check`` reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from kawasan.core.money import Money
from kawasan.rooms.books.types.accounts import Account, Kind

_ROOTS = {
    Kind.ASSET: "Assets",
    Kind.CONTRA_ASSET: "Assets",
    Kind.LIABILITY: "Liabilities",
    Kind.EQUITY: "Equity",
    Kind.CONTRA_EQUITY: "Equity",
    Kind.REVENUE: "Income",
    Kind.CONTRA_REVENUE: "Income",
    Kind.EXPENSE: "Expenses",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


class Posting(NamedTuple):
    """A line of the journal with what groups it: day, source, text."""

    day: date
    source: UUID
    memo: str
    account: str
    amount_minor: int


def account_name(account: Account) -> str:
    """Return an account as beancount names it: Assets:A1101-Kas."""
    return f"{_ROOTS[account.kind]}:A{account.code}-{_UNSAFE.sub('-', account.name_id).strip('-') or 'Akun'}"


def text_of(
    postings: Iterable[Posting],
    accounts: Mapping[str, Account],
    *,
    title: str,
    opening: Mapping[str, int],
    first: date,
    balances: Mapping[str, int],
    end: date,
) -> Iterator[str]:
    """
    Return the lines of a file: accounts, opening balances, entries, and what each account must hold at the end.

    Postings come grouped by source. ``end`` is the day after the last one: an assertion holds at a day's beginning.
    """
    yield f'option "title" "{_quoted(title)}"'
    yield 'option "operating_currency" "IDR"'
    for account in accounts.values():
        yield f"1970-01-01 open {account_name(account)} IDR"
    if any(opening.values()):
        yield f'\n{first.isoformat()} * "Saldo awal"'
        yield from (_line(accounts[code], amount) for code, amount in opening.items() if amount)
    source: UUID | None = None
    for posting in postings:
        if posting.source != source:
            source = posting.source
            yield f'\n{posting.day.isoformat()} * "{_quoted(posting.memo)}"'
            yield f'  id: "{posting.source}"'
        yield _line(accounts[posting.account], posting.amount_minor)
    yield ""
    for code, amount in balances.items():
        yield f"{end.isoformat()} balance {account_name(accounts[code])}  {_figure(amount)} IDR"


def _line(account: Account, amount_minor: int) -> str:
    return f"  {account_name(account)}  {_figure(amount_minor)} IDR"


def _figure(amount_minor: int) -> Decimal:
    return Money(amount_minor).amount


def _quoted(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())
