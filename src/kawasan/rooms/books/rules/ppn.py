"""PPN (VAT) to the cent, as DJP's converter counts it; and the watch over the threshold of registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from kawasan.rooms.books.rules.tax_tables import on
from kawasan.rooms.books.types.tax import BaseMode, DatedAmount, PpnLine, PpnRate

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
_WARN_FROM = Decimal("0.8")  # of the threshold: time to prepare


def rate_on(rates: Sequence[PpnRate], day: date) -> PpnRate:
    """Return the rate of a day. Raises NoSuchRate."""
    return on(rates, day, "PPN")


def ppn_line(
    *,
    price: Decimal,
    quantity: Decimal,
    discount: Decimal = Decimal(0),
    mode: BaseMode,
    rate: Decimal,
    luxury_rate: Decimal = Decimal(0),
    part: tuple[int, int],
) -> PpnLine:
    """
    Return base, DPP nilai lain, PPN and luxury tax of a line; rates as fractions (12 % is 0.12).

    Each is rounded half up to two decimals, and PPN counts on the *rounded* DPP nilai lain: multiplying the price by
    11 % differs by Rp0,01 in rare cases. Source: DJP converter v1.6.1; PMK 131/2024.
    """
    with localcontext(prec=50):
        base = cents(price * quantity - discount)
        other = base if mode is BaseMode.FULL else cents(base * part[0] / part[1])
        return PpnLine(base, other, cents(other * rate), cents(other * luxury_rate))


def ppn_on(
    price: Decimal, *, rates: Sequence[PpnRate], day: date, quantity: Decimal = Decimal(1), luxury: bool = False
) -> PpnLine:
    """Return the figures of a line sold on a day, by the rates of that day. Raises NoSuchRate."""
    rate = rate_on(rates, day)
    mode = BaseMode.FULL if luxury or rate.other_numerator == rate.other_denominator else BaseMode.OTHER
    part = (rate.other_numerator, rate.other_denominator)
    return ppn_line(price=price, quantity=quantity, mode=mode, rate=rate.rate, part=part)


def ppn_inside(price_with_ppn: Decimal, *, rates: Sequence[PpnRate], day: date) -> PpnLine:
    """
    Return the figures of a price that already includes PPN: the base is price / (1 + effective rate).

    Raises NoSuchRate.
    """
    rate = rate_on(rates, day)
    with localcontext(prec=50):
        effective = rate.rate * rate.other_numerator / rate.other_denominator
        return ppn_on(cents(price_with_ppn / (1 + effective)), rates=rates, day=day)


def must_register(turnover: Decimal, *, thresholds: Sequence[DatedAmount], day: date) -> bool:
    """Return whether this turnover of a book year, in rupiah, obliges to register as PKP."""
    return turnover > on(thresholds, day, "PKP").amount


def nears_registration(turnover: Decimal, *, thresholds: Sequence[DatedAmount], day: date) -> bool:
    """Return whether the turnover is above four fifths of the threshold: time to prepare."""
    return turnover > on(thresholds, day, "PKP").amount * _WARN_FROM


def cents(amount: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
