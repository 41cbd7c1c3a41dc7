"""What makes an entry right, and the entries of sales that came another way than through the zone."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from decimal import Decimal

from kawasan.core.errors import Refusal
from kawasan.core.money import Money, round_to_whole
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.entries import (
    AMOUNT_MAX_MINOR,
    LINES_MAX,
    AmountTooFine,
    EntryEmpty,
    EntryInvalid,
    EntryUnbalanced,
    JournalLine,
    UnknownAccount,
)
from kawasan.rooms.payments.rules.qris_fees import Criteria, Segment, merchant_fee

_SEN = Decimal("0.01")


def check_lines(lines: tuple[JournalLine, ...], accounts: Container[str]) -> None:
    """Raise EntryEmpty, UnknownAccount, EntryInvalid or EntryUnbalanced unless these lines can be booked."""
    if len(lines) < 2 or any(line.amount_minor == 0 for line in lines):
        raise EntryEmpty(field="lines")
    for line in lines:
        if line.account not in accounts:
            raise UnknownAccount(field="lines", account=line.account[:20])
    if len(lines) > LINES_MAX or any(abs(line.amount_minor) > AMOUNT_MAX_MINOR for line in lines):
        raise EntryInvalid(field="lines", problem=f"{len(lines)}/{LINES_MAX}")
    if sum(line.amount_minor for line in lines):
        raise EntryUnbalanced(field="lines")


def line_of(account: str, debit: Decimal, credit: Decimal) -> JournalLine:
    """Return a line from a debit and a credit in rupiah. Raises AmountTooFine for parts of a sen."""
    amount = debit - credit
    if amount != amount.quantize(_SEN):
        raise AmountTooFine(field="lines")
    return JournalLine(account, int(amount.scaleb(2)))


def qris_sale(amount: Money, *, criteria: Criteria, on: date, segment: Segment = Segment.REGULAR) -> list[JournalLine]:
    """
    Return the lines of a sale paid by the business's own QRIS code: gross sales, the fee (MDR), the rest receivable.

    The fee is in whole rupiah, half up.
    """
    fee = round_to_whole(merchant_fee(amount, criteria=criteria, segment=segment, on=on))
    lines = [
        JournalLine(chart.QRIS_RECEIVABLE, amount.minor - fee.minor),
        JournalLine(chart.MDR, fee.minor),
        JournalLine(chart.SALES, -amount.minor),
    ]
    return [line for line in lines if line.amount_minor]


def problem_of(lines: tuple[JournalLine, ...], accounts: Container[str]) -> Refusal | None:
    """Return what is wrong with an entry, or nothing."""
    try:
        check_lines(lines, accounts)
    except Refusal as refusal:
        return refusal
    return None
