"""What a QRIS payment costs the merchant (MDR): a table by the date it holds from. The payer never pays it."""

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
    fees = _fees(on)
    if criteria in _PUBLIC and segment is Segment.REGULAR:
        segment = Segment.PUBLIC_SERVICE
    if criteria is Criteria.MICRO and segment is Segment.REGULAR:
        rate = fees.micro if amount > fees.micro_free_up_to else Decimal(0)
    else:
        rate = fees.segments[segment]
    return apply_rate(amount, rate)


def _fees(on: date) -> Fees:
    held = [fees for fees in FEES if fees.valid_from <= on]
    if not held:
        raise ValueError(f"no QRIS fees for {on}: the table begins on {FEES[0].valid_from}")
    return held[-1]
