"""Pure arithmetic of settlement: what becomes of an order's money, and where a refund's money comes from."""

from __future__ import annotations

from decimal import Decimal, localcontext

from kawasan.core.money import Money, apply_rate, round_to_whole
from kawasan.rooms.payments.types import Parts, SellerDebtFull, Sources

UNIT = 100  # one rupiah in minor units


def withheld_of(gross_minor: int, permille: int) -> int:
    """
    Return the income tax that the zone withholds on a gross, rounded down to whole rupiah.

    Source: PMK 37/2025, 0.5 % of the gross without PPN and PPnBM. How to round it does not say: parts of a rupiah are
    dropped, as the tax office's forms do (own reading).
    """
    return gross_minor * permille // 1000 // UNIT * UNIT


def reserved_of(released_minor: int, permille: int) -> int:
    """Return the share of a released amount that is held back, rounded half up to whole rupiah, at most all of it."""
    rate = Decimal(permille) / 1000
    return min(released_minor, round_to_whole(apply_rate(Money(released_minor), rate)).minor)


def parts_of(
    *, gross_minor: int, fee_minor: int, withheld_permille: int, debt_minor: int, reserve_permille: int
) -> Parts:
    """
    Divide the gross of an order: fee and tax first, then the seller's debt, then the reserve; the rest is free.

    Raises ValueError where the fee is not between nothing and the whole.
    """
    if not 0 <= fee_minor <= gross_minor:
        raise ValueError("a fee is between nothing and the whole amount")
    withheld = min(withheld_of(gross_minor, withheld_permille), gross_minor - fee_minor)
    released = gross_minor - fee_minor - withheld
    recovered = min(debt_minor, released)
    return Parts(fee_minor, withheld, released, recovered, reserved_of(released - recovered, reserve_permille))


def withheld_after(*, gross_minor: int, withheld_minor: int, left_minor: int) -> int:
    """Return the tax on what is left of an order after refunds: the same share, rounded down, never more."""
    with localcontext(prec=60):
        share = int(Decimal(withheld_minor) * left_minor / gross_minor) if gross_minor else 0
    return min(withheld_minor, share // UNIT * UNIT)


def sources_of(
    *,
    amount_minor: int,
    fee_back_minor: int,
    withheld_back_minor: int,
    available_minor: int,
    reserve_minor: int,
    may_owe_minor: int,
) -> Sources:
    """
    Decide where the money of a refund after the release comes from.

    The zone gives back its fee and the tax of what is refunded; then the seller's free balance pays, then the reserve,
    then the zone, which the seller owes it from then on. Raises SellerDebtFull beyond ``may_owe_minor``.
    """
    needed = amount_minor - fee_back_minor - withheld_back_minor
    from_balance = min(available_minor, needed)
    from_reserve = min(reserve_minor, needed - from_balance)
    advanced = needed - from_balance - from_reserve
    if advanced > may_owe_minor:
        raise SellerDebtFull(
            needed=Money(needed), available=Money(available_minor + reserve_minor), limit=Money(may_owe_minor)
        )
    return Sources(fee_back_minor, withheld_back_minor, from_balance, from_reserve, advanced)
