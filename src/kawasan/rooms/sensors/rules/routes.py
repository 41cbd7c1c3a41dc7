"""The order of a round: always the nearest bin next, by the great circle."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

EARTH_METRES = 6_371_000

Key = TypeVar("Key")


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places, given as (longitude, latitude)."""
    (x1, y1), (x2, y2) = ((radians(a), radians(b)) for a, b in (one, other))
    part = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(part)))


def nearest_next(
    places: Sequence[tuple[Key, tuple[float, float]]], start: tuple[float, float] | None
) -> tuple[list[Key], int]:
    """Return the order in which to visit places, and the metres of the way; without a start, the first place begins."""
    left, order, way = list(places), [], 0.0
    here = start or (left[0][1] if left else None)
    while left and here is not None:
        far, near = min(((metres(here, one[1]), one) for one in left), key=lambda found: found[0])
        left.remove(near)
        way += far
        here = near[1]
        order.append(near[0])
    return order, round(way)
