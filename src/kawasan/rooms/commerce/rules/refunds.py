"""Refunds to the rupiah: discounts that lines share, and what some of a line's units are worth."""

from __future__ import annotations

from collections.abc import Sequence

from kawasan.core.money import Money, allocate


def shared_discount(discount_minor: int, totals: Sequence[int]) -> list[int]:
    """Spread a discount on a whole order over its lines by what they cost; not one minor unit is lost."""
    return [share.minor for share in allocate(Money(discount_minor), totals)] if discount_minor else [0] * len(totals)


def value_of_units(*, net_minor: int, quantity: int, before: int, units: int) -> int:
    """
    Return what ``units`` more units of a line are worth, where ``before`` units were given back already.

    A line's net (its total less its share of a discount) falls on its units one after another, so that whoever gives
    back all of them, in any order and any portions, gets back exactly the net.
    """
    if not 0 <= before <= before + units <= quantity:
        raise ValueError("a line gives back at most its units")
    return net_minor * (before + units) // quantity - net_minor * before // quantity


def spread(amount_minor: int, left: Sequence[int]) -> list[int]:
    """Spread an amount over lines by what is left of each; no line gives more than it has. Raises ValueError."""
    if not 0 < amount_minor <= sum(left):
        raise ValueError("more than is left of the lines")
    return [share.minor for share in allocate(Money(amount_minor), left)]
