"""
What a QRIS payment costs the merchant (MDR), and the most that one may carry: tables by the date they hold from.

The payer never pays the fee: whoever took the payment does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kawasan.core.money import Money, apply_rate, rupiah


class Segment(StrEnum):
    """What the merchant is, beside its size."""

    REGULAR = "regular"
    EDUCATION = "education"
    FUEL = "fuel"
    SOCIAL = "social"
    GOVERNMENT = "g2p_p2g"
    PUBLIC_SERVICE = "public_service"


class Criteria(StrEnum):
    """Size of the merchant as its code says it (field 03); not the size class of PP 7/2021."""

    MICRO = "UMI"
    SMALL = "UKE"
    MEDIUM = "UME"
    LARGE = "UBE"
    REGULAR = "URE"
    PUBLIC_OBLIGATION = "PSO"
    PUBLIC_BODY = "BLU"


@dataclass(frozen=True, slots=True)
class Fees:
    """The rates from a day on. A micro merchant pays nothing up to a limit, and its rate on the whole payment above."""

    valid_from: date
    law: str
    micro_free_up_to: Money
    micro: Decimal
    segments: dict[Segment, Decimal]


_LAW_2024 = "Bank Indonesia's QRIS MDR of 1 Dec 2024 (suara.com 2025-05-20, idxchannel, bisnis.com)"
_SEGMENTS_2024 = {
    Segment.REGULAR: Decimal("0.007"),
    Segment.EDUCATION: Decimal("0.006"),
    Segment.FUEL: Decimal("0.004"),
    Segment.SOCIAL: Decimal(0),
    Segment.GOVERNMENT: Decimal(0),
    Segment.PUBLIC_SERVICE: Decimal("0.004"),
}
# Newest last. That the 0.3 % counts on the whole payment above the limit is our reading (medium confidence); so is the
# zero for public service bodies from 14 Mar 2025 (low confidence: check with the acquirer).
FEES = (
    Fees(date(2024, 12, 1), _LAW_2024, rupiah(500_000), Decimal("0.003"), _SEGMENTS_2024),
    Fees(
        date(2025, 3, 14),
        "Bank Indonesia, MDR of public service bodies from 14 Mar 2025",
        rupiah(500_000),
        Decimal("0.003"),
        _SEGMENTS_2024 | {Segment.PUBLIC_SERVICE: Decimal(0)},
    ),
)
_PUBLIC = frozenset({Criteria.PUBLIC_BODY, Criteria.PUBLIC_OBLIGATION})


def merchant_fee(amount: Money, *, criteria: Criteria, segment: Segment, on: date) -> Money:
    """
    Return the fee on one payment, rounded half up to the minor unit.

    The merchant must not pass it on (PBI 23/6/PBI/2021 art. 52). Raises ValueError for a day before the table begins.
    """
    rate, free_up_to = fee_rate(criteria=criteria, segment=segment, on=on)
    return apply_rate(amount, rate if amount > free_up_to else Decimal(0))


def fee_rate(*, criteria: Criteria, segment: Segment, on: date) -> tuple[Decimal, Money]:
    """Return the rate of a merchant, and the amount up to which it pays nothing (nothing: from the first rupiah on)."""
    fees = _fees(on)
    if criteria is Criteria.MICRO and segment is Segment.REGULAR:
        return fees.micro, fees.micro_free_up_to
    return fees.segments[_segment(criteria, segment)], Money(0)


def _segment(criteria: Criteria, segment: Segment) -> Segment:
    return Segment.PUBLIC_SERVICE if criteria in _PUBLIC and segment is Segment.REGULAR else segment


def _fees(on: date) -> Fees:
    held = [fees for fees in FEES if fees.valid_from <= on]
    if not held:
        raise ValueError(f"no QRIS fees for {on}: the table begins on {FEES[0].valid_from}")
    return held[-1]


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that one QRIS payment may carry from a day on."""

    valid_from: date
    law: str
    largest: Money


# Newest last. The first and the last day are in the regulations and Bank Indonesia's own answer to "KA-01080" (5 to 10
# million from 1 Mar 2022); the day of the second step is from press reports (medium confidence).
LIMITS = (
    Limit(date(2020, 1, 1), "PADG 21/18/PADG/2019", rupiah(2_000_000)),
    Limit(date(2021, 5, 1), "PADG 23/8/PADG/2021", rupiah(5_000_000)),
    Limit(date(2022, 3, 1), "PADG 24/1/PADG/2022", rupiah(10_000_000)),
)


def largest_payment(on: date) -> Money:
    """Return the most that one QRIS payment may carry on a day. Raises ValueError for a day before there was QRIS."""
    held = [limit for limit in LIMITS if limit.valid_from <= on]
    if not held:
        raise ValueError(f"no QRIS limit for {on}: the table begins on {LIMITS[0].valid_from}")
    return held[-1].largest
