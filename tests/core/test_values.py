"""Values are frozen dataclasses like any other; only their making is quicker."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle

import pytest

from kawasan.core.values import value


@value
class Point:
    """A value with a default."""

    x: int
    y: int = 7


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    """What it must be like."""

    x: int
    y: int = 7


def test_a_value_is_made_like_a_frozen_dataclass():
    assert Point(1) == Point(x=1, y=7) != Point(1, 8)
    assert hash(Point(1)) == hash(Point(1, 7))
    assert repr(Point(1)).endswith("Point(x=1, y=7)")
    assert inspect.signature(Point).parameters.keys() == inspect.signature(Plain).parameters.keys()
    for wrong in ((), (1, 2, 3)):
        with pytest.raises(TypeError):
            Point(*wrong)


def test_nobody_changes_a_value():
    point = Point(1)
    for change in (lambda: setattr(point, "x", 2), lambda: setattr(point, "z", 2), lambda: delattr(point, "x")):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            change()
    assert point == Point(1)


def test_a_value_is_replaced_copied_and_pickled():
    point = Point(1)
    assert dataclasses.replace(point, y=2) == Point(1, 2)
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert dataclasses.asdict(point) == {"x": 1, "y": 7}


def test_a_value_with_a_factory_is_refused():
    with pytest.raises(TypeError, match="only plain fields"):

        @value
        class Wrong:
            items: list[int] = dataclasses.field(default_factory=list)
