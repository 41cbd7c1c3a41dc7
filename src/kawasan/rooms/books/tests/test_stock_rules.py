"""What goods cost, whatever happens to their units."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given as forall
from hypothesis import strategies as st

from kawasan.rooms.books.rules import stock
from kawasan.rooms.books.types.stock import Chosen, Move, Moved, StockMethod

FIRST = date(2026, 1, 1)
CHOSEN = {method: [Chosen(FIRST, method)] for method in (StockMethod.AVERAGE, StockMethod.FIFO)}
COMES = (Moved.OPENING, Moved.BOUGHT)


def move(day: int, kind: Moved, quantity: int, cost: int = 0) -> Move:
    return Move(FIRST + timedelta(days=day), kind, quantity, cost if kind in COMES else 0)


def test_oldest_first_and_average_differ_as_they_should():
    moves = [move(0, Moved.OPENING, 10, 1000), move(1, Moved.BOUGHT, 10, 2000), move(2, Moved.SOLD, 15)]
    rows = {method: stock.card(moves, chosen)[-1] for method, chosen in CHOSEN.items()}
    assert (rows[StockMethod.AVERAGE].cost_minor, rows[StockMethod.AVERAGE].left_minor) == (2250, 750)
    assert (rows[StockMethod.FIFO].cost_minor, rows[StockMethod.FIFO].left_minor) == (2000, 1000)


def test_what_comes_back_comes_back_at_what_it_went_out_for():
    moves = [move(0, Moved.OPENING, 4, 400), move(1, Moved.SOLD, 2), move(2, Moved.BOUGHT, 2, 900)]
    rows = stock.card([*moves, move(3, Moved.RETURNED, 1)], CHOSEN[StockMethod.AVERAGE])
    assert (rows[-1].cost_minor, rows[-1].value_minor, rows[-1].left) == (-100, 100, 5)


def test_units_sold_without_a_known_cost_are_told_and_cost_what_comes_next():
    moves = [move(0, Moved.BOUGHT, 2, 200), move(1, Moved.SOLD, 5), move(2, Moved.BOUGHT, 10, 1500)]
    rows = stock.card(moves, CHOSEN[StockMethod.FIFO])
    assert (rows[1].left, rows[1].left_minor, rows[1].cost_minor) == (-3, 0, 200)
    assert (rows[2].left, rows[2].left_minor, rows[2].cost_minor) == (7, 1050, 450)


def test_a_count_takes_what_is_missing_and_adds_what_was_found():
    moves = [move(0, Moved.BOUGHT, 10, 1000), move(0, Moved.COUNTED, 7), move(1, Moved.COUNTED, 9)]
    rows = stock.card(moves, CHOSEN[StockMethod.FIFO])
    assert [(row.quantity, row.cost_minor, row.left_minor) for row in rows] == [
        (10, 0, 1000), (-3, 300, 700), (2, -200, 900),
    ]  # fmt: skip


def test_another_method_begins_with_what_is_there_at_its_value():
    chosen = [Chosen(FIRST, StockMethod.FIFO), Chosen(FIRST + timedelta(days=365), StockMethod.AVERAGE)]
    moves = [move(0, Moved.BOUGHT, 2, 200), move(1, Moved.BOUGHT, 2, 600), move(2, Moved.SOLD, 1)]
    rows = stock.card([*moves, move(365, Moved.SOLD, 1)], chosen)
    assert rows[2].cost_minor == 100
    assert rows[3].cost_minor == 233  # (100 + 600) / 3


MOVES = st.lists(
    st.builds(move, st.integers(0, 800), st.sampled_from(list(Moved)), st.integers(1, 50), st.integers(0, 10**9)),
    max_size=30,
)
METHODS = st.lists(st.sampled_from(list(CHOSEN)), min_size=1, max_size=3)


@forall(MOVES, METHODS)
def test_whatever_happens_what_came_in_is_what_went_out_and_what_is_left(moves, methods):
    chosen = [Chosen(date(2026 + number, 1, 1), method) for number, method in enumerate(methods)]
    rows = stock.card(moves, chosen)
    paid = sum(item.cost_minor for item in moves)
    left, left_minor = 0, 0
    for row in rows:
        left, left_minor = left + row.quantity, left_minor + row.value_minor
        assert (row.left, row.left_minor) == (left, left_minor)
        assert row.left_minor >= 0
        assert row.left > 0 or row.left_minor == 0  # nothing that is not there has a value
    assert paid == sum(row.cost_minor for row in rows) + left_minor
