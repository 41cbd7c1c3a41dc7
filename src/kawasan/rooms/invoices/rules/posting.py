"""Journal lines of papers: what is owed, what was sold, and the PPN that is the state's."""

from __future__ import annotations

from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.entries import JournalLine
from kawasan.rooms.invoices.types.money import Method

RECEIVABLE, OUTPUT_TAX = "1201", "2201"
_MONEY = {Method.CASH: chart.CASH, Method.BANK: chart.BANK}


def of_invoice(base_minor: int, ppn_minor: int) -> tuple[JournalLine, ...]:
    """Return the lines of an issued invoice: receivable / sales, output PPN."""
    return _lines((RECEIVABLE, base_minor + ppn_minor), (chart.SALES, -base_minor), (OUTPUT_TAX, -ppn_minor))


def of_credit(base_minor: int, ppn_minor: int) -> tuple[JournalLine, ...]:
    """Return the lines of a credit note: returns, output PPN / receivable."""
    return _lines((chart.RETURNS, base_minor), (OUTPUT_TAX, ppn_minor), (RECEIVABLE, -base_minor - ppn_minor))


def of_payment(method: Method, amount_minor: int) -> tuple[JournalLine, ...]:
    """Return the lines of money that came by hand, or was given back (below zero)."""
    return _lines((_MONEY[method], amount_minor), (RECEIVABLE, -amount_minor))


def of_tax_within(ppn_minor: int) -> tuple[JournalLine, ...]:
    """Return the lines that take PPN out of sales that were booked with it: an order's, or a month's retail."""
    return _lines((chart.SALES, ppn_minor), (OUTPUT_TAX, -ppn_minor))


def _lines(*found: tuple[str, int]) -> tuple[JournalLine, ...]:
    return tuple(JournalLine(account, amount) for account, amount in found if amount)
