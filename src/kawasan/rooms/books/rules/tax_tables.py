"""
Rates, thresholds and terms of taxes as dated rows, each with its law: which one holds on a day.

The rows themselves are data that an operator extends (``rules/rates.py``); a new law is a new row, and nothing that
was counted under an older one changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from kawasan.rooms.books.types.tax import NoSuchRate, WithholdingRate


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=_Dated)


def on(rows: Sequence[Row], day: date, what: str) -> Row:
    """Return the row that holds on a day. Raises NoSuchRate for a day before the first one."""
    held = [row for row in rows if row.valid_from <= day]
    if not held:
        raise NoSuchRate(what=what, begins=rows[0].valid_from.isoformat() if rows else "–")
    return held[-1]


# Only a marketplace that was appointed withholds, and the start was put off (DDTC 2025-10-02): off until an operator
# names a day. Whether the zone itself withholds is a dated row of payments (its rule "withholding").
MARKETPLACE_TAX = WithholdingRate(
    "PMK 37/2025",
    Decimal("0.005"),
    None,
    frozenset({"courier", "ride", "phone_credit", "gold", "jewellery", "land", "building"}),
)

# China's VAT: rates that a price may include, and until when the small-scale rate is lowered to 1 %.
CHINA_VAT_RATES = (Decimal("0.13"), Decimal("0.09"), Decimal("0.06"), Decimal("0.03"), Decimal("0.01"))
CHINA_SMALL_SCALE_ONE_PERCENT_UNTIL = date(2027, 12, 31)
