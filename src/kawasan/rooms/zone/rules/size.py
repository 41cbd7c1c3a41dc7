"""Size classes and licences: tables by the date they hold from, with the law that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kawasan.rooms.zone.types import InvalidSize, RiskLevel, SizeBasis, SizeClass

_BILLION = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """The most rupiah, limits included, that a micro, small and medium business has."""

    valid_from: date
    law: str
    capital: tuple[int, int, int]
    annual_sales: tuple[int, int, int]


# Newest last. Capital is without land and buildings of the place of business.
SIZE_LIMITS = (
    SizeLimits(
        valid_from=date(2021, 2, 2),
        law="PP 7/2021 art. 35",
        capital=(1 * _BILLION, 5 * _BILLION, 10 * _BILLION),
        annual_sales=(2 * _BILLION, 15 * _BILLION, 50 * _BILLION),
    ),
)


def size_class(basis: SizeBasis, rupiah: int, *, on: date | None = None) -> SizeClass:
    """
    Return the size class of a business by capital (at founding) or yearly sales (once running), in whole rupiah.

    ``on`` picks the limits of a day, None the newest. Raises InvalidSize below zero.
    QRIS merchant criteria (UMI, UKE, ...) look alike and are another field. Source: PP 7/2021 art. 35.
    """
    if rupiah < 0:
        raise InvalidSize(field="rupiah")
    limits = _limits(on)
    bounds = limits.capital if SizeBasis(basis) is SizeBasis.CAPITAL else limits.annual_sales
    for size, most in zip((SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM), bounds, strict=True):
        if rupiah <= most:
            return size
    return SizeClass.LARGE


def _limits(on: date | None) -> SizeLimits:
    held = [limits for limits in SIZE_LIMITS if on is None or limits.valid_from <= on]
    if not held:
        raise ValueError(f"no size limits for {on}: they begin on {SIZE_LIMITS[0].valid_from}")
    return held[-1]


_REQUIREMENTS = {
    RiskLevel.LOW: ("NIB",),
    RiskLevel.MEDIUM_LOW: ("NIB", "standard_certificate_self_declared"),
    RiskLevel.MEDIUM_HIGH: ("NIB", "standard_certificate_verified"),
    RiskLevel.HIGH: ("NIB", "licence"),
}


def risk_requirements(level: RiskLevel) -> tuple[str, ...]:
    """Return the papers a risk level asks for. Source: PP 5/2021, replaced by PP 28/2025 with the same four levels."""
    return _REQUIREMENTS[RiskLevel(level)]
