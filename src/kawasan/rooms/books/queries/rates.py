"""Rates and thresholds of taxes: the rows that come with the release."""

from __future__ import annotations

from kawasan.rooms.books.rules import tax_tables
from kawasan.rooms.books.types.tax import PpnRate


def ppn_rates() -> tuple[PpnRate, ...]:
    """Return the rates of PPN, oldest first."""
    return tax_tables.PPN
