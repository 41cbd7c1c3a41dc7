"""The figures of lines and documents, to the sen, in the order in which the tax office counts them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext

from kawasan.rooms.books.rules.lists import rows_of, unit_codes
from kawasan.rooms.books.rules.ppn import ppn_line
from kawasan.rooms.books.types.tax import BaseMode, PpnRate
from kawasan.rooms.invoices.types.documents import (
    LINES_MAX,
    PRICE_MAX_MINOR,
    QUANTITY_MAX,
    Line,
    NewLine,
    Sums,
)
from kawasan.rooms.invoices.types.refusals import DiscountTooLarge, DocumentInvalid

NAME_LENGTH_MAX = 200
QUANTITY_STEP = Decimal("0.0001")
# Collectors (02, 03) pay the PPN to the state themselves; 07 and 08 are not collected or exempt.
NOT_COLLECTED = frozenset({"02", "03", "07", "08"})
TRX_CODES = ("04", "01", "02", "03", "06", "07", "08", "09", "10")
LUXURY = "01"
_CENT, _HUNDRED = Decimal("0.01"), Decimal(100)


def mode_of(trx_code: str, rate: PpnRate) -> BaseMode:
    """Return what PPN counts on: the full price for luxury goods, DPP nilai lain for everything else."""
    is_whole = rate.other_numerator == rate.other_denominator
    return BaseMode.FULL if trx_code == LUXURY or is_whole else BaseMode.OTHER


def check_lines(lines: Sequence[NewLine]) -> None:
    """Raise DocumentInvalid or DiscountTooLarge for lines that nobody can bill."""
    if not 1 <= len(lines) <= LINES_MAX:
        raise DocumentInvalid(field="lines")
    for line in lines:
        name = line.name.strip()
        if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable() or line.unit not in unit_codes():
            raise DocumentInvalid(field="lines")
        if not 0 < line.price_minor <= PRICE_MAX_MINOR or len(line.code) != 6 or not line.code.isdecimal():
            raise DocumentInvalid(field="lines")
        if not 0 < line.quantity <= QUANTITY_MAX or line.quantity != line.quantity.quantize(QUANTITY_STEP):
            raise DocumentInvalid(field="lines")
        if not 0 <= line.discount_minor <= whole_minor(line.price_minor, line.quantity):
            raise DiscountTooLarge(field="lines")


def whole_minor(price_minor: int, quantity: Decimal) -> int:
    """Return price times quantity in the minor unit, half up."""
    with localcontext(prec=50):
        return int((Decimal(price_minor) * quantity).to_integral_value(ROUND_HALF_UP))


def figures(lines: Sequence[NewLine], *, rate: PpnRate | None, trx_code: str, inclusive: bool) -> tuple[Line, ...]:
    """
    Return lines with their figures; ``rate`` None: the business is not PKP and shows no PPN.

    Source: DJP converter v1.6.1, PMK 131/2024: per line, two decimals, half up, PPN on the rounded DPP nilai lain.
    """
    return tuple(_line(place, line, rate, trx_code, inclusive) for place, line in enumerate(lines, start=1))


def sums_of(lines: Iterable[Line], *, trx_code: str) -> Sums:
    """Return what a document's lines add up to; PPN that is not collected is not part of what the customer pays."""
    found = list(lines)
    base, ppn = sum(line.base_minor for line in found), sum(line.ppn_minor for line in found)
    if ppn and trx_code in NOT_COLLECTED:
        return Sums(base, 0, base, ppn)
    return Sums(base, ppn, base + ppn)


def _line(place: int, line: NewLine, rate: PpnRate | None, trx_code: str, inclusive: bool) -> Line:
    price, discount = line.price_minor, line.discount_minor
    if rate is not None and inclusive:
        gross = whole_minor(price, line.quantity) - discount
        price, discount = _without_ppn(gross, line.quantity, rate, trx_code)
    base = whole_minor(price, line.quantity) - discount
    other, ppn = (base, 0) if rate is None else _ppn(base, rate, trx_code)
    return Line(
        place=place,
        name=line.name.strip(),
        quantity=line.quantity,
        unit=line.unit,
        is_service=line.is_service,
        code=line.code,
        typed_price_minor=line.price_minor,
        typed_discount_minor=line.discount_minor,
        price_minor=price,
        discount_minor=discount,
        base_minor=base,
        other_base_minor=other,
        ppn_minor=ppn,
        total_minor=base if trx_code in NOT_COLLECTED else base + ppn,
    )


def _ppn(base_minor: int, rate: PpnRate, trx_code: str) -> tuple[int, int]:
    found = ppn_line(
        price=Decimal(base_minor) * _CENT,
        quantity=Decimal(1),
        mode=mode_of(trx_code, rate),
        rate=rate.rate,
        part=(rate.other_numerator, rate.other_denominator),
    )
    return int(found.other_tax_base * _HUNDRED), int(found.vat * _HUNDRED)


# Note [A price that includes PPN]
# The tax office's file wants price x quantity - discount = base, all to two decimals, and the customer wants to pay
# exactly what the price said. So the base is the largest one whose PPN does not lead above the gross; the price without
# PPN is rounded up to the sen, and what that is too much, a few sen, stands as a discount.
def _without_ppn(gross_minor: int, quantity: Decimal, rate: PpnRate, trx_code: str) -> tuple[int, int]:
    """Return price and discount without PPN of a line whose gross is known."""
    with localcontext(prec=50):
        part = Decimal(rate.other_numerator) / rate.other_denominator
        effective = rate.rate * (part if mode_of(trx_code, rate) is BaseMode.OTHER else 1)
        base = int((Decimal(gross_minor) / (1 + effective)).to_integral_value(ROUND_HALF_UP)) + 1
        while base > 0 and base + _ppn(base, rate, trx_code)[1] > gross_minor:
            base -= 1
        price = int((Decimal(base) / quantity).to_integral_value(ROUND_CEILING))
    return price, whole_minor(price, quantity) - base


def unit_name(code: str, language: str) -> str:
    """Return the name of a unit in a language, the English one for others than ours."""
    column = {"id": "name_id", "zh": "name_zh"}.get(language[:2], "name_en")
    for row in rows_of("unit_codes.csv"):
        if row["code"] == code:
            return row[column]
    return code


def rate_on(rates: Sequence[PpnRate], day: date) -> PpnRate | None:
    """Return the rate that holds on a day, if any."""
    held = [rate for rate in rates if rate.valid_from <= day]
    return held[-1] if held else None
