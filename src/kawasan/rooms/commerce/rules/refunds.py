"""Refunds to the rupiah: discounts that lines share, and what some of a line's units are worth."""

from __future__ import annotations

from collections.abc import Sequence

from kawasan.core.money import Money, allocate

RUPIAH = 100  # minor units


def shared_discount(discount_minor: int, totals: Sequence[int]) -> list[int]:
    """
    Spread a discount of whole rupiah over lines by what they cost, in whole rupiah; not one rupiah is lost.

    The largest remainders get the rupiah that are over, and every line keeps at least Rp1 to be paid. Raises ValueError
    where the lines cannot bear it.
    """
    discount, prices = discount_minor // RUPIAH, [total // RUPIAH for total in totals]
    whole = sum(prices)
    if discount_minor % RUPIAH or not 0 <= discount <= whole - len(prices):
        raise ValueError("a discount is whole rupiah and leaves at least Rp1 of each line")
    shares = [discount * price // whole for price in prices]
    by_remainder = sorted(range(len(prices)), key=lambda line: (-(discount * prices[line] % whole), line))
    over = discount - sum(shares)
    while over:
        for line in by_remainder:
            if over and shares[line] < prices[line] - 1:
                shares[line], over = shares[line] + 1, over - 1
    return [share * RUPIAH for share in shares]


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
