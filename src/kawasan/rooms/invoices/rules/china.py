"""What a buyer in China wants to read: its own VAT on the goods, split as its books count it."""

from __future__ import annotations

from decimal import Decimal

from kawasan.rooms.books.rules.china import Split, china_vat
from kawasan.rooms.invoices.types.documents import Document


def china_split(found: Document) -> Split | None:
    """
    Return the price without and the VAT that a buyer in China pays on it at home; nothing where it is not shown.

    The invoice asks for the base alone: import VAT is paid to China's customs by the buyer. Source: VAT Law of the PRC.
    """
    if not found.terms.china_vat_percent or found.buyer is None or found.buyer.country != "CHN":
        return None
    rate = Decimal(found.terms.china_vat_percent) / 100
    return china_vat(Decimal(found.sums.total_minor) / 100, rate=rate, included=False)
