"""The map of a journey: the islands that it crosses, and its stops on them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.pages.shown import journey_map


def _islands(*regions: str) -> int:
    steps: Any = [SimpleNamespace(point=trace.point_of(one)) for one in regions]
    return len(re.findall("<polygon", cast(str, journey_map(steps))))


def test_a_journey_shows_the_islands_around_it_and_no_others():
    every = len(trace.coasts())
    in_java = _islands("32.73", "32.76")
    assert 1 <= in_java < every / 2
    assert in_java < _islands("73.26", "73.71", "32.73") <= every
    assert _islands("11", "95", "94") == every


@pytest.mark.parametrize("region", ["31", "32.73", "33.75", "35", "12", "61", "73", "51", "91"])
def test_a_town_lies_on_its_island_or_at_its_coast(region):
    latitude, longitude = trace.point_of(region)
    near = min((latitude - up) ** 2 + (longitude - along) ** 2 for outline in trace.coasts() for up, along in outline)
    inside = any(_is_inside(latitude, longitude, outline) for outline in trace.coasts())
    assert inside or near < 0.3**2


def _is_inside(up: float, along: float, outline: Any) -> bool:
    crossed = False
    for (a, b), (c, d) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (a > up) != (c > up) and along < (d - b) * (up - a) / (c - a) + b:
            crossed = not crossed
    return crossed
