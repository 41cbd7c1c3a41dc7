"""The file of a payout batch: rows that a bank's bulk upload takes, with control sums."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from kawasan.core.money import Money
from kawasan.rooms.payments.types import BankAccount

NAME_LENGTH_MAX = 35  # what every bank's form takes
_CONTROL_MODULO = 10**10

HEADER = ("P", "batch", "value_date", "count", "total", "control")
COLUMNS = ("D", "number", "bank_code", "account_number", "account_name", "amount", "currency", "reference")


def batch_csv(*, number: str, value_date: date, rows: Sequence[tuple[str, BankAccount, int]]) -> str:
    """
    Return the file of a batch: one line P for the whole, one line D for each payout (reference, account, amount).

    Comma-separated, CRLF, amounts with a point and two decimals, names in capital ASCII. P carries the number of
    payouts, their total, and the control sum: the sum of all account numbers and all amounts in rupiah, its last ten
    digits. A digit changed by hand changes the control sum or the total.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    total = Money(sum(amount for _, _, amount in rows))
    writer.writerow(["P", number, value_date.strftime("%Y%m%d"), len(rows), total.amount, control_sum(rows)])
    for count, (reference, account, amount) in enumerate(rows, start=1):
        name = _plain(account.holder)
        writer.writerow(["D", count, account.bank, account.number, name, Money(amount).amount, "IDR", reference])
    return buffer.getvalue()


def control_sum(rows: Sequence[tuple[str, BankAccount, int]]) -> str:
    """Return the ten digits of account numbers and amounts added up."""
    figure = sum(int(account.number) + amount // 100 for _, account, amount in rows)
    return f"{figure % _CONTROL_MODULO:010d}"


def _plain(name: str) -> str:
    letters = "".join(letter if letter.isascii() and (letter.isalnum() or letter in " .'-") else " " for letter in name)
    return " ".join(letters.upper().split())[:NAME_LENGTH_MAX]
