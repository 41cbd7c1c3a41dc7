"""Where regions lie: a point for the map of a journey."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def _points() -> dict[str, tuple[float, float]]:
    text = (files("kawasan.rooms.trace") / "data" / "points.csv").read_text(encoding="utf-8")
    return {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(text.splitlines())}


@cache
def coasts() -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return the outlines of islands as latitudes and longitudes, as coarse as a map of a few fingers' width needs."""
    text = (files("kawasan.rooms.trace") / "data" / "coasts.csv").read_text(encoding="utf-8")
    islands: dict[str, list[tuple[float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        islands.setdefault(row["island"], []).append((float(row["latitude"]), float(row["longitude"])))
    return tuple(tuple(points) for points in islands.values())


def point_of(code: str) -> tuple[float, float] | None:
    """Return latitude and longitude of a regency's seat, else of its province's capital; None for an unknown code."""
    points = _points()
    return points.get(code) or points.get(code.split(".")[0])


def province_points() -> list[tuple[float, float]]:
    """Return the capitals of all provinces: the map's ground."""
    return [point for code, point in _points().items() if "." not in code]
