"""China's VAT for a Chinese buyer or seller: splitting a price that includes it, or adding it."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import NamedTuple

from kawasan.rooms.books.rules.ppn import cents


class Split(NamedTuple):
    """A price without VAT, and the VAT."""

    base: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        """What a Chinese buyer calls the price: with VAT."""
        return self.base + self.vat


def china_vat(amount: Decimal, *, rate: Decimal, included: bool) -> Split:
    """
    Return base and VAT of an amount; prices there include VAT, so base = price / (1 + rate), half up to the fen.

    The VAT of an included price is the rest, so that both add up. Source: VAT Law of the PRC, from 1 January 2026.
    """
    with localcontext(prec=50):
        if not included:
            return Split(cents(amount), cents(amount * rate))
        base = cents(amount / (1 + rate))
        return Split(base, cents(amount) - base)
