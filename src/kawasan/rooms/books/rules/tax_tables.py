"""
Rates, thresholds and terms of Indonesian taxes as dated rows, each with its law.

A new law is a new row at the end; nothing that was counted under an older row changes. Functions that use these take
the day and look the row up with ``on``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from kawasan.rooms.books.types.tax import (
    DatedAmount,
    FinalTaxRate,
    FinalTaxTerms,
    NoSuchRate,
    PpnRate,
    Taxpayer,
    WithholdingRate,
)


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=_Dated)


def on(rows: Sequence[Row], day: date, what: str) -> Row:
    """Return the row that holds on a day. Raises NoSuchRate for a day before the first one."""
    held = [row for row in rows if row.valid_from <= day]
    if not held:
        raise NoSuchRate(what=what, begins=rows[0].valid_from.isoformat())
    return held[-1]


# PMK 131/2024: the law's 12 % counts on 11/12 of the price for everything but luxury goods, so 11 % in effect.
PPN: tuple[PpnRate, ...] = (
    PpnRate(date(2022, 4, 1), "UU 7/2021 (HPP) art. 7", Decimal("0.11"), 1, 1),
    PpnRate(date(2025, 1, 1), "PMK 131/2024", Decimal("0.12"), 11, 12),
)

# Above this turnover in a book year, a business has to register for PPN (PKP); below it, it must not show PPN.
PKP_THRESHOLD: tuple[DatedAmount, ...] = (DatedAmount(date(2014, 1, 1), "PMK 197/2013, PMK 164/2023", 4_800_000_000),)

FINAL_TAX: tuple[FinalTaxRate, ...] = (
    FinalTaxRate(date(2018, 7, 1), "PP 23/2018", Decimal("0.005"), 4_800_000_000, 0),
    FinalTaxRate(date(2022, 1, 1), "UU HPP; PP 55/2022 art. 56-60", Decimal("0.005"), 4_800_000_000, 500_000_000),
)

_TERMS_2022: dict[Taxpayer, int | None] = {
    Taxpayer.INDIVIDUAL: 7,
    Taxpayer.SOLE_COMPANY: 4,
    Taxpayer.COOPERATIVE: 4,
    Taxpayer.CV: 4,
    Taxpayer.FIRM: 4,
    Taxpayer.VILLAGE: 4,
    Taxpayer.COMPANY: 3,
}
# That PP 20/2026 holds from 22 April 2026 is known at second hand (DDTC 2026-01-22): check before relying on it.
FINAL_TAX_TERMS: tuple[FinalTaxTerms, ...] = (
    FinalTaxTerms(date(2022, 1, 1), "PP 55/2022 art. 59", _TERMS_2022, 2018),
    FinalTaxTerms(
        date(2026, 4, 22),
        "PP 20/2026",
        {**_TERMS_2022, Taxpayer.INDIVIDUAL: None, Taxpayer.SOLE_COMPANY: None},
        2018,
        frozenset({Taxpayer.COMPANY, Taxpayer.CV, Taxpayer.FIRM, Taxpayer.VILLAGE}),
    ),
)
# Cooperatives that were registered before PP 20/2026 may use it up to tax year 2029.
COOPERATIVE_LAST_YEAR = 2029

# Only a marketplace that was appointed withholds, and the start was put off (DDTC 2025-10-02): off until an operator
# names a day.
MARKETPLACE_TAX = WithholdingRate(
    "PMK 37/2025",
    Decimal("0.005"),
    None,
    frozenset({"courier", "ride", "phone_credit", "gold", "jewellery", "land", "building"}),
)

# China's VAT: rates that a price may include, and until when the small-scale rate is lowered to 1 %.
CHINA_VAT_RATES = (Decimal("0.13"), Decimal("0.09"), Decimal("0.06"), Decimal("0.03"), Decimal("0.01"))
CHINA_SMALL_SCALE_ONE_PERCENT_UNTIL = date(2027, 12, 31)
