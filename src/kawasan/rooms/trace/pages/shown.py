"""What pages show of batches: addresses, codes, names, the map."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import segno
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from kawasan.core import ids
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone

QUIET = 4  # modules around a code that must stay white (ISO/IEC 18004)
_SCALE = 22  # of the map: units for each degree
_MARGIN = 3.0  # degrees around the journey


def passport_address(request: HttpRequest, batch: trace.Batch) -> str:
    """Return what a label's code holds: the batch's Digital Link here, or its own address."""
    link = trace.parse(batch.uri)
    path = link.canonical.removeprefix("https://id.gs1.org") if link else f"/asal/{ids.public('bch', batch.id)}"
    return request.build_absolute_uri(path)


def code_of(address: str) -> str:
    """Return a QR code as SVG."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=4, border=QUIET, light="#fff")
    return out.getvalue().decode()


def with_names(steps: Sequence[trace.JourneyStep]) -> list[tuple[trace.JourneyStep, str]]:
    """Return each step with the name of the business that tells it."""
    known = zone.businesses(ids={step.business_id for step in steps})
    return [(step, known[step.business_id].name if step.business_id in known else "") for step in steps]


@cache
def regions() -> tuple[str, ...]:
    """Return the names of all regencies and cities, for a form's list."""
    return tuple(f"{one.name}, {one.province_name}" for one in zone.regencies())


def journey_map(steps: Sequence[trace.JourneyStep]) -> SafeString:
    """Return the map of a journey as SVG: islands and capitals as ground, the way as a line with numbered stops."""
    stops = _stops(steps)
    if not stops:
        return mark_safe("")
    frame = west, east, south, north = _frame([point for point, _ in stops])
    width, height = (east - west) * _SCALE, (north - south) * _SCALE

    def place(point: tuple[float, float]) -> tuple[str, str]:
        return f"{(point[1] - west) * _SCALE:.1f}", f"{(north - point[0]) * _SCALE:.1f}"

    unit = max(width, height) / 100
    ground = [place(one) for one in trace.province_points() if south < one[0] < north and west < one[1] < east]
    land = [" ".join(",".join(place(point)) for point in one) for one in trace.coasts() if _meets(one, frame)]
    line = " ".join(",".join(place(point)) for point, _ in stops)
    marks = [(*place(point), f"{unit * 3:.1f}", numbers, f"{unit * 3:.1f}") for point, numbers in _at_points(stops)]
    return format_html(
        '<svg class="journey-map" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" style="--unit:{unit}">'
        '<g class="land">{land}</g><g class="ground">{ground}</g><polyline class="way" points="{line}"/>{marks}</svg>',
        w=f"{width:.0f}",
        h=f"{height:.0f}",
        label=gettext("Map of the journey; the list beside says the same"),
        unit=f"{unit:.2f}",
        land=format_html_join("", '<polygon points="{}"/>', ((one,) for one in land)),
        ground=format_html_join("", '<circle cx="{}" cy="{}" r="{}"/>', ((*one, f"{unit:.1f}") for one in ground)),
        line=line,
        marks=format_html_join(
            "",
            '<g class="stop"><circle cx="{0}" cy="{1}" r="{2}"/><text x="{0}" y="{1}" font-size="{4}">{3}</text></g>',
            marks,
        ),
    )


def _meets(outline: Sequence[tuple[float, float]], frame: tuple[float, float, float, float]) -> bool:
    """Return whether an island may be seen on a map of this frame."""
    west, east, south, north = frame
    up, along = [one[0] for one in outline], [one[1] for one in outline]
    return min(along) < east and max(along) > west and min(up) < north and max(up) > south


def _stops(steps: Sequence[trace.JourneyStep]) -> list[tuple[tuple[float, float], int]]:
    """Return where the goods were one after another, with the number of the first step told there."""
    found: list[tuple[tuple[float, float], int]] = []
    for number, step in enumerate(steps, start=1):
        if step.point is not None and (not found or found[-1][0] != step.point):
            found.append((step.point, number))
    return found


def _at_points(stops: Sequence[tuple[tuple[float, float], int]]) -> list[tuple[tuple[float, float], str]]:
    numbers: dict[tuple[float, float], int] = {}
    for point, number in stops:
        numbers.setdefault(point, number)
    return [(point, str(number)) for point, number in numbers.items()]


def _frame(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Return west, east, south and north of a map that shows all points and is never too narrow or too flat."""
    south, north = min(one[0] for one in points) - _MARGIN, max(one[0] for one in points) + _MARGIN
    west, east = min(one[1] for one in points) - _MARGIN, max(one[1] for one in points) + _MARGIN
    if (missing := (east - west) * 0.5 - (north - south)) > 0:
        south, north = south - missing / 2, north + missing / 2
    if (missing := (north - south) * 1.2 - (east - west)) > 0:
        west, east = west - missing / 2, east + missing / 2
    return west, east, south, north
