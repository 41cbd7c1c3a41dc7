"""What simulated buyers want: real baskets of another shop, mapped onto the sample zone's products."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from random import Random

from kawasan.demo.listings import Listing, baskets, listings

KINDS_MAX = 6  # of articles in a basket: that shop's buyers were often resellers with dozens
DEAR = 1_000_000  # rupiah: of such a thing, one is bought
BASKET_RUPIAH_MAX = 9_000_000  # QRIS carries at most ten million


@dataclass(frozen=True, slots=True)
class Item:
    """So many of a listing."""

    listing: Listing
    quantity: int


@cache
def product_of_code() -> dict[str, Listing]:
    """
    Return the listing that stands for each stock code: what sold often there stands for what sells often here.

    Codes by how many baskets hold them and listings by units sold are laid side by side; ties are broken by hash, so
    the answer is always the same. There are more codes than listings, so each listing is somebody's wish.
    """
    counts = Counter(code for basket in baskets() for code in basket)
    codes = sorted(counts, key=lambda code: (-counts[code], _hash(code)))
    shelf = sorted(listings(), key=lambda listing: (-listing.sold, listing.no))
    return {code: shelf[place * len(shelf) // len(codes)] for place, code in enumerate(codes)}


def basket(random: Random) -> list[Item]:
    """Return what somebody wants to buy: a real basket, each listing once, for less than a QRIS payment carries."""
    codes = random.choice(baskets())
    codes = codes if len(codes) <= KINDS_MAX else tuple(random.sample(codes, KINDS_MAX))
    wanted = {product_of_code()[code] for code in codes}
    chosen: list[Item] = []
    total = 0
    for listing in sorted(wanted, key=lambda item: item.no):
        quantity = 1 if listing.price >= DEAR else random.choices((1, 2, 3), (80, 15, 5))[0]
        total += listing.price * quantity
        if chosen and total > BASKET_RUPIAH_MAX:
            break
        chosen.append(Item(listing, quantity))
    return chosen


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
