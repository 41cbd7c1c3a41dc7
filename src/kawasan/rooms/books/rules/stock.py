"""What goods cost: weighted average and first in, first out, over whatever happens to the units of a product."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date

from kawasan.rooms.books.types.stock import CardRow, Chosen, Move, Moved, StockMethod

# Of one day: what came in can be sold on it, and a count is made in the evening.
_ORDER = {kind: place for place, kind in enumerate((Moved.OPENING, Moved.BOUGHT, Moved.SOLD, Moved.RETURNED))}


def part(value: int, units: int, of: int) -> int:
    """Return what some of the units cost, half a sen upwards; the last ones take what is left."""
    return value if units == of else (2 * value * units + of) // (2 * of)


class Average:
    """Units that are all worth the same."""

    def __init__(self, quantity: int = 0, value: int = 0) -> None:
        self.quantity, self.value = quantity, value

    def put(self, quantity: int, value: int) -> None:
        """Take units in for what they cost altogether."""
        self.quantity, self.value = self.quantity + quantity, self.value + value

    def take(self, quantity: int) -> int:
        """Take units out, no more than there are; return what they cost."""
        cost = part(self.value, quantity, self.quantity)
        self.quantity, self.value = self.quantity - quantity, self.value - cost
        return cost


class FirstIn:
    """Units in the order in which they came: the oldest go first."""

    def __init__(self, quantity: int = 0, value: int = 0) -> None:
        self._layers: deque[list[int]] = deque([[quantity, value]] if quantity else [])

    @property
    def quantity(self) -> int:
        """How many units there are."""
        return sum(layer[0] for layer in self._layers)

    @property
    def value(self) -> int:
        """What they cost."""
        return sum(layer[1] for layer in self._layers)

    def put(self, quantity: int, value: int) -> None:
        """Take units in for what they cost altogether."""
        self._layers.append([quantity, value])

    def take(self, quantity: int) -> int:
        """Take units out, no more than there are; return what they cost."""
        cost = 0
        while quantity:
            layer = self._layers[0]
            units = min(quantity, layer[0])
            worth = part(layer[1], units, layer[0])
            layer[0], layer[1], quantity, cost = layer[0] - units, layer[1] - worth, quantity - units, cost + worth
            if not layer[0]:
                self._layers.popleft()
        return cost


def pool(method: StockMethod, quantity: int = 0, value: int = 0) -> Average | FirstIn:
    """Return the units of a product, valued by a method."""
    return (FirstIn if method is StockMethod.FIFO else Average)(quantity, value)


def card(moves: Iterable[Move], chosen: Sequence[Chosen]) -> list[CardRow]:
    """
    Return a product's card: what each movement changed, what of it is cost of goods sold, and what is left.

    What came in is always what went out and what is left, to the sen. Units that go out beyond those with a known cost
    are short: the next that come in make up for them, and their cost is counted then.
    """
    walk, rows = _Walk(chosen), []
    for move in sorted(moves, key=lambda move: (move.day, _ORDER.get(move.kind, len(_ORDER)))):
        walk.value_as_of(move.day)
        rows.append(walk.step(move))
    return rows


class _Walk:
    def __init__(self, methods: Sequence[Chosen]) -> None:
        self._ahead = deque(methods)
        self._pool = pool(self._ahead.popleft().method)
        self._short = 0
        self._last_out = self._last_in = (0, 1)  # cost of units, units: what one was worth when it last moved

    def value_as_of(self, day: date) -> None:
        """Go over to the method of a day with what is there at its value."""
        while self._ahead and self._ahead[0].since <= day:
            self._pool = pool(self._ahead.popleft().method, self._pool.quantity, self._pool.value)

    def step(self, move: Move) -> CardRow:
        there, worth = self._left, self._pool.value
        cost = {
            Moved.OPENING: self._come,
            Moved.BOUGHT: self._come,
            Moved.SOLD: self._sell,
            Moved.RETURNED: self._give_back,
            Moved.COUNTED: self._count,
        }[move.kind](move)
        return CardRow(
            day=move.day, kind=move.kind, quantity=self._left - there, value_minor=self._pool.value - worth,
            cost_minor=cost, left=self._left, left_minor=self._pool.value, source_id=move.source_id,
        )  # fmt: skip

    @property
    def _left(self) -> int:
        return self._pool.quantity - self._short

    def _come(self, move: Move) -> int:
        self._last_in = (move.cost_minor, move.quantity)
        return self._in(move.quantity, move.cost_minor)

    def _in(self, quantity: int, value: int) -> int:
        covered = min(quantity, self._short)
        late = part(value, covered, quantity)
        self._short -= covered
        if quantity > covered:
            self._pool.put(quantity - covered, value - late)
        return late

    def _sell(self, move: Move) -> int:
        return self._out(move.quantity)

    def _out(self, quantity: int) -> int:
        units = min(quantity, self._pool.quantity)
        cost = self._pool.take(units) if units else 0
        self._short += quantity - units
        if units:
            self._last_out = (cost, units)
        return cost

    def _give_back(self, move: Move) -> int:
        value = part(self._last_out[0] * move.quantity, 1, self._last_out[1])
        return self._in(move.quantity, value) - value

    def _count(self, move: Move) -> int:
        missing = self._left - move.quantity
        if missing >= 0:
            return self._out(missing)
        cost, units = (self._pool.value, self._pool.quantity) if self._pool.quantity else self._last_in
        value = part(cost * -missing, 1, units)
        return self._in(-missing, value) - value
