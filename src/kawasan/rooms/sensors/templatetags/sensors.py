"""Tags of the room's pages: addresses of an owner's pages, values with units, the chart of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kawasan.platform import wording
from kawasan.rooms.sensors import api as sensors

register = template.Library()

WIDTH, HEIGHT = 720.0, 200.0
GAP = 4  # times the usual distance between points: nothing was told


@register.simple_tag(takes_context=True)
def desk_url(context: template.Context, name: str, *args: Any) -> str:
    """``{% desk_url "device" one.public_id %}``: a page of the owner whose page this is."""
    return str(context["owner"].url(name, *args))


@register.filter
def translated(text: str) -> str:
    """``{{ stream.property_name|translated }}``: a name of the catalogue in the reader's language."""
    return gettext(text) if text else ""


@register.filter
def measured(value: float | str | None, unit: str = "") -> str:
    """``{{ stream.last_value|measured:"°C" }}``: 4,2 °C; a known word in the reader's language; a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return gettext(sensors.MACHINE_STATES[value]) if value in sensors.MACHINE_STATES else value
    places = 0 if value == int(value) else 1 if abs(value) >= 1 else 3
    return f"{wording.written(round(value, places), places=places)} {unit}".strip()


@register.simple_tag
def reading_chart(
    figures: Sequence[sensors.Figure], since: datetime, until: datetime, label: str, unit: str = "",
    limits: Sequence[sensors.Rule] = (), alarms: Sequence[sensors.Alarm] = (),
) -> SafeString:  # fmt: skip
    """Return a stream over time: the mean as a line, lowest to highest as a band, limits, alarms as shaded times."""
    if not figures:
        return format_html('<p class="soft">{}</p>', gettext("Nothing was told in this time."))
    edges = [edge for rule in limits for edge in (rule.low, rule.high) if edge is not None]
    low = min([*(one.lowest for one in figures), *edges])
    high = max([*(one.highest for one in figures), *edges])
    room = (high - low) * 0.06 or 1.0
    scale = _Scale(since, until, low - room, high + room)
    parts = _pieces(figures)
    return format_html(
        '<figure class="line-chart reading-chart"><figcaption>{}</figcaption><div class="plot">'
        '<span class="plot-most" aria-hidden="true">{}</span><svg viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'role="img" aria-label="{}">{}{}{}{}</svg><span class="plot-least" aria-hidden="true">{}</span></div>'
        '<div class="plot-axis" aria-hidden="true"><span>{}</span><span>{}</span><span>{}</span></div></figure>',
        label, measured(high, unit), int(WIDTH), int(HEIGHT), _said(figures, unit),
        format_html_join("", '<rect class="alarm" x="{}" y="0" width="{}" height="{}"/>', _shades(alarms, scale)),
        format_html_join("", '<path class="band" d="{}"/>', ((_band(part, scale),) for part in parts)),
        format_html_join("", '<path class="line" d="{}"/>', ((_line(part, scale),) for part in parts)),
        format_html_join("", '<path class="limit" d="M0 {} H{}"/>', ((scale.y(e), int(WIDTH)) for e in edges)),
        measured(low, unit), wording.moment(since, "short"), wording.moment(since + (until - since) / 2, "short"),
        wording.moment(until, "short"),
    )  # fmt: skip


class _Scale:
    """Where a moment and a value lie in the drawing."""

    def __init__(self, since: datetime, until: datetime, low: float, high: float) -> None:
        self.since, self.span = since, max((until - since) / timedelta(seconds=1), 1.0)
        self.low, self.high = low, high

    def x(self, at: datetime) -> float:
        return round(min(max((at - self.since) / timedelta(seconds=1) / self.span, 0.0), 1.0) * WIDTH, 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - (value - self.low) / (self.high - self.low) * HEIGHT, 1)


def _pieces(figures: Sequence[sensors.Figure]) -> list[list[sensors.Figure]]:
    """Break the line where nothing was told."""
    steps = sorted(later.start - one.start for one, later in pairwise(figures))
    usual = steps[len(steps) // 2] if steps else timedelta(0)
    parts = [[figures[0]]]
    for one, later in pairwise(figures):
        if later.start - one.start > usual * GAP:
            parts.append([])
        parts[-1].append(later)
    return parts


def _line(part: Sequence[sensors.Figure], scale: _Scale) -> str:
    points = [f"{scale.x(one.start)} {scale.y(one.mean)}" for one in part]
    return "M" + " L".join(points if len(points) > 1 else points * 2)


def _band(part: Sequence[sensors.Figure], scale: _Scale) -> str:
    over = [f"{scale.x(one.start)} {scale.y(one.highest)}" for one in part]
    under = [f"{scale.x(one.start)} {scale.y(one.lowest)}" for one in reversed(part)]
    return "M" + " L".join(over + under) + "Z"


def _shades(alarms: Sequence[sensors.Alarm], scale: _Scale) -> list[tuple[float, float, int]]:
    found = []
    for alarm in alarms:
        start = scale.x(alarm.started_at)
        end = scale.x(alarm.ended_at) if alarm.ended_at else WIDTH
        if end > start:
            found.append((start, round(end - start, 1), int(HEIGHT)))
    return found


def _said(figures: Sequence[sensors.Figure], unit: str) -> str:
    return gettext("Newest {newest}, lowest {lowest}, highest {highest}").format(
        newest=measured(figures[-1].mean, unit),
        lowest=measured(min(one.lowest for one in figures), unit),
        highest=measured(max(one.highest for one in figures), unit),
    )


@register.filter
def kilograms(grams: int) -> str:
    """``{{ line.grams|kilograms }}``: 1.250 g as 1,25, and 2.000 g as 2."""
    whole, rest = divmod(grams, 1_000)
    return wording.written(round(grams / 1_000, 3) if rest else whole)


@register.simple_tag
def material(one: sensors.Material) -> str:
    """``{% material line.material %}``: what waste is made of, in the reader's language."""
    return gettext(sensors.MATERIALS[one])
