"""How many buyers, items and sellers a market has, and who buys what; plain Python, for the baselines too."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

ACCOUNTS = 1_000_000
ITEMS = 10_000
SELLERS = 1_000


@dataclass(frozen=True, slots=True)
class Market:
    """How many there are of whom."""

    buyers: int
    items: int = ITEMS
    sellers: int = SELLERS

    @classmethod
    def of(cls, accounts: int) -> Market:
        """Return the market that has so many accounts in all."""
        items, sellers = min(ITEMS, accounts // 100), min(SELLERS, accounts // 1_000)
        return cls((accounts - 2 * items - 2 * sellers) // 2, items, sellers)

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return 2 * (self.buyers + self.items + self.sellers)

    def uniform(self, count: int) -> list[tuple[int, int]]:
        """Return (buyer, item) of so many orders: any buyer, any item, each as likely as another."""
        return [(random.randrange(self.buyers), random.randrange(self.items)) for _ in range(count)]

    def zipf(self, count: int) -> list[tuple[int, int]]:
        """The same with items as popular as their rank says: the k-th is bought 1/k as often as the first."""
        weights = list(itertools.accumulate(1 / rank for rank in range(1, self.items + 1)))
        chosen = random.choices(range(self.items), cum_weights=weights, k=count)
        return [(random.randrange(self.buyers), item) for item in chosen]

    def hot(self, count: int) -> list[tuple[int, int]]:
        """The same with everybody buying one item."""
        return [(random.randrange(self.buyers), 0) for _ in range(count)]
