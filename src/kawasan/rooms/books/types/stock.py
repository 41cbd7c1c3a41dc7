"""Goods with units and costs: how they are valued, what moved, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

STOCK_LINES_MAX = 500  # of one purchase, one count, one beginning
UNITS_MAX = 1_000_000_000
COST_ENTRY = "stock-cost"  # the document of entries that book what goods cost


class StockMethod(StrEnum):
    """How the cost of what is sold is found. SAK EMKM allows the first two, not the last to come as the first to go."""

    AVERAGE = "average"
    FIFO = "fifo"
    COUNTED = "counted"  # no cards: the owner counts the value when a month is closed


VALUED = (StockMethod.AVERAGE, StockMethod.FIFO)


class Moved(StrEnum):
    """Why the units of a card changed."""

    OPENING = "opening"
    BOUGHT = "bought"
    SOLD = "sold"
    RETURNED = "returned"
    COUNTED = "counted"


class Chosen(NamedTuple):
    """From which day on which method holds."""

    since: date
    method: StockMethod


class Move(NamedTuple):
    """
    Units of one product that moved on a day.

    ``cost_minor`` is what units that came in cost altogether. Of a count, ``quantity`` is what was found.
    """

    day: date
    kind: Moved
    quantity: int
    cost_minor: int = 0
    source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """
    A line of a stock card.

    ``quantity`` and ``value_minor`` are what changed, ``cost_minor`` is what went to the cost of goods sold with it.
    ``left`` below zero: more went out than the books know a cost of.
    """

    day: date
    kind: Moved
    quantity: int
    value_minor: int
    cost_minor: int
    left: int
    left_minor: int
    source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StockLine:
    """Units of a variant with what they cost altogether."""

    variant_id: UUID
    quantity: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class StockItem:
    """A variant on a day: units and value by the books; on the shelf and on their way to buyers as they are now."""

    variant_id: UUID
    name: str
    sku: str
    left: int
    value_minor: int
    on_shelf: int
    on_the_way: int

    @property
    def is_short(self) -> bool:
        """More was sold than the books know a cost of."""
        return self.left < 0

    @property
    def difference(self) -> int:
        """Units there and on their way beyond those that the books have: bought without telling, found, or lost."""
        return self.on_shelf + self.on_the_way - self.left


@dataclass(frozen=True, slots=True)
class StockReport:
    """The stock of a business on a day."""

    day: date
    method: StockMethod
    since: date | None
    chosen: tuple[Chosen, ...]
    items: tuple[StockItem, ...]
    cost_minor: int  # what the cards say that went out has cost since they began
    booked_minor: int  # what of it is booked
    books_minor: int  # what the books' account of goods holds

    @property
    def value_minor(self) -> int:
        """The value of all goods by their cards."""
        return sum(item.value_minor for item in self.items)

    @property
    def open_minor(self) -> int:
        """What goods have cost and is not booked yet."""
        return self.cost_minor - self.booked_minor

    @property
    def unexplained_minor(self) -> int:
        """What the account holds beyond the cards: goods booked without units."""
        return self.books_minor - self.open_minor - self.value_minor

    @property
    def short(self) -> tuple[StockItem, ...]:
        """What was sold without a known cost."""
        return tuple(item for item in self.items if item.is_short)


@dataclass(frozen=True, slots=True)
class StockCard:
    """One variant's card of a period: what was there before, every change, what is left."""

    item: StockItem
    before: int
    before_minor: int
    rows: tuple[CardRow, ...]


class StockMethodInvalid(Conflict):
    """A change of the method in the middle of a year, or in the past."""

    code = "stock-method-day"
    title = msg("The method cannot change on that day")
    detail = msg(
        "Stock cards begin today. After that the method changes at the start of a year only: {day} is the next."
    )


class StockNotKept(Conflict):
    """No cards yet."""

    code = "stock-not-kept"
    title = msg("There are no stock cards yet")
    detail = msg("Choose first how your goods are valued: weighted average, or first in, first out.")


class StockKeptByCards(Conflict):
    """Cards say what the stock is worth."""

    code = "stock-kept-by-cards"
    title = msg("Your stock cards know the value")
    detail = msg("Count the units at the stock page. The value follows from what they cost.")


class EntryOfStockCards(Conflict):
    """An entry that stock cards wrote, or that they began with."""

    code = "entry-of-stock-cards"
    title = msg("Your stock cards rest on this entry")
    detail = msg(
        "Undone, your books would hold other goods than the cards. Count your goods on the stock page: what is missing"
        " or found is booked from there. A wrong purchase is undone at its own entry."
    )


class StockLineInvalid(Invalid):
    """Units and costs that could never be right."""

    code = "stock-line-invalid"
    title = msg("Please check the units and what they cost")
    detail = msg("Each line names a product once, with whole units and what they cost altogether.")


class StockUnknown(NotFound):
    """Not a product of this business."""

    code = "stock-product-unknown"
    title = msg("There is no such product")
    detail = msg("Your shop has no such product.")
