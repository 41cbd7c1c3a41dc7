"""Small pictures made by the server: icons, category motifs, product placeholders, charts and the map of provinces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from kawasan.platform import wording

# A category's own hue (OKLCH degrees): neighbours in a list look different, related things look related.
HUES = {
    "computers-and-laptops": 262, "toys-and-hobbies": 158, "food-and-drink": 62, "office-stationery": 238,
    "automotive": 28, "animal-care": 88, "body-care": 195, "party-supplies-and-craft": 345, "carpentry": 48,
    "other-products": 280, "sport": 142, "books": 18, "kitchen": 75, "electronics": 225,
    "kids-and-baby-fashion": 325, "muslim-fashion": 172, "mens-fashion": 250, "womens-fashion": 358,
    "movies-and-music": 300, "gaming": 290, "phones-and-tablets": 272, "mother-and-baby": 8, "camera": 212,
    "beauty": 335, "health": 165, "household": 110, "precious-metal": 92, "tour-and-travel": 205, "property": 128,
}  # fmt: skip
FALLBACK = "other-products"
# Batik geometry behind a placeholder: static/img/weaves/<name>.svg, tinted through a mask.
WEAVES = ("kawung", "parang", "truntum", "ceplok", "mega", "tumpal")
TONES = ("pale", "deep", "mid")


def category(slug: object) -> str:
    """Return the slug if it has a motif, else the motif for everything else."""
    return str(slug) if str(slug) in HUES else FALLBACK


@lru_cache(maxsize=64)
def motif_shapes(slug: str) -> SafeString:
    """Return the drawing of a category, without its outer <svg> and its own colours."""
    found = finders.find(f"img/motifs/{slug}.svg")
    if not isinstance(found, str):
        raise LookupError(f"no motif for {slug}")
    text = Path(found).read_text(encoding="utf-8")
    inner = re.sub(r"^.*?<svg[^>]*>|<style>.*?</style>|</svg>\s*$", "", text, flags=re.DOTALL)
    return mark_safe(inner)  # noqa: S308 - our own file


def motif(slug: object) -> SafeString:
    """Return a category's motif on its own hue."""
    name = category(slug)
    return format_html(
        '<span class="motif" style="--h:{}"><svg viewBox="0 0 64 64" aria-hidden="true">{}</svg></span>',
        HUES[name],
        motif_shapes(name),
    )


def product_picture(product_id: object, slug: object) -> SafeString:
    """
    Return an honest placeholder for a product without a picture: its category's motif over batik geometry.

    Hue, tone, geometry, size, tilt and place follow from the product's id, so a page of one category looks varied and
    a product always looks the same.
    """
    name = category(slug)
    dice = blake2b(str(product_id).encode(), digest_size=12).digest()
    hue = (HUES[name] + dice[0] % 41 - 20) % 360
    return format_html(
        '<span class="picture" data-weave="{}" data-tone="{}" style="--h:{};--tilt:{}deg;--scale:{};--x:{}%;--y:{}%;'
        '--turn:{}deg;--weave:{}px" aria-hidden="true"><svg viewBox="0 0 64 64">{}</svg></span>',
        WEAVES[dice[1] % len(WEAVES)],
        TONES[(0, 0, 0, 1, 0, 2)[dice[2] % 6]],
        hue,
        dice[3] % 25 - 12,
        f"{0.9 + dice[4] % 36 / 100:.2f}",
        dice[5] % 13 - 6,
        dice[6] % 13 - 6,
        (0, 30, 45, 90, 135)[dice[7] % 5],
        28 + dice[8] % 5 * 7,
        motif_shapes(name),
    )


def formatter(kind: str) -> Callable[[Any], str]:
    """Return how figures of a chart are written: ``number``, ``short``, ``rupiah``, ``rupiah_short``, ``percent``."""
    forms: dict[str, Callable[[Any], str]] = {
        "number": wording.written,
        "short": wording.shortened,
        "rupiah": wording.rupiah,
        "rupiah_short": wording.rupiah_shortened,
        "percent": wording.percentage,
    }
    return forms[kind]


def _heights(values: Sequence[float], height: float, *, from_zero: bool) -> list[float]:
    """Return y coordinates, top edge 0; a flat line lies in the middle."""
    low, high = (min(0.0, *values) if from_zero else min(values)), max(values)
    if high == low:
        return [height / 2] * len(values)
    return [round(height - (value - low) / (high - low) * height, 2) for value in values]


def _path(heights: Sequence[float], width: float) -> str:
    step = width / max(1, len(heights) - 1)
    points = heights if len(heights) > 1 else [heights[0]] * 2
    step = width if len(heights) == 1 else step
    return " ".join(f"{'M' if place == 0 else 'L'}{place * step:.2f} {y:g}" for place, y in enumerate(points))


def sparkline(values: Iterable[float | Decimal], label: str = "") -> SafeString:
    """Return a small line without axes; ``label`` says what it shows."""
    numbers = [float(value) for value in values]
    if not numbers:
        return format_html('<span class="spark soft small">{}</span>', gettext("No figures yet"))
    line = _path([y + 2 for y in _heights(numbers, 28, from_zero=False)], 100)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="area" d="{} L100 32 L0 32Z"/><path class="line" d="{}"/></svg>',
        label or _in_words(numbers),
        line,
        line,
    )


def _in_words(numbers: Sequence[float]) -> str:
    return gettext("From {first} to {last}, highest {highest}").format(
        first=wording.shortened(numbers[0]),
        last=wording.shortened(numbers[-1]),
        highest=wording.shortened(max(numbers)),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart."""

    label: str
    value: Any
    href: str = ""


def bar_of(row: Any) -> Bar:
    """Read a row given as (label, value[, href]), a mapping, or an object with these names."""
    if isinstance(row, Mapping):
        return Bar(str(row["label"]), row["value"], str(row.get("href", "")))
    if isinstance(row, (tuple, list)):
        return Bar(str(row[0]), row[1], str(row[2]) if len(row) > 2 else "")
    return Bar(str(row.label), row.value, str(getattr(row, "href", "")))


def bars(rows: Iterable[Any], kind: str = "number") -> SafeString:
    """Return a horizontal bar for each row; the figures are text, so the chart is its own table."""
    found = [bar_of(row) for row in rows]
    if not found:
        return format_html('<p class="soft">{}</p>', gettext("No figures yet"))
    most = max((float(bar.value) for bar in found), default=0) or 1
    shown = formatter(kind)
    items = format_html_join(
        "",
        '<li><span class="bar-label">{}</span><span class="bar-track" aria-hidden="true"><i style="--w:{}%"></i></span>'
        '<b class="bar-value">{}</b></li>',
        (
            (
                format_html('<a href="{}">{}</a>', bar.href, bar.label) if bar.href else bar.label,
                f"{max(0.0, float(bar.value) / most * 100):.1f}",
                shown(bar.value),
            )
            for bar in found
        ),
    )
    return format_html('<ul class="bars" role="list">{}</ul>', items)


def line_chart(points: Iterable[Any], label: str, kind: str = "number") -> SafeString:
    """Return a line over time with its axis, and the same figures as a table for whoever wants to read them."""
    found = [bar_of(point) for point in points]
    if not found:
        return format_html('<p class="soft">{}</p>', gettext("No figures yet"))
    numbers, shown = [float(point.value) for point in found], formatter(kind)
    line = _path([y + 4 for y in _heights(numbers, 92, from_zero=True)], 100)
    middle = found[len(found) // 2].label if len(found) > 2 else ""
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="num">{}</td></tr>',
        ((point.label, shown(point.value)) for point in found),
    )
    return format_html(
        '<figure class="line-chart"><figcaption>{label}</figcaption><div class="plot" aria-hidden="true">'
        '<span class="plot-most">{most}</span><svg viewBox="0 0 100 100" preserveAspectRatio="none">'
        '<path class="area" d="{line} L100 100 L0 100Z"/><path class="line" d="{line}"/></svg></div>'
        '<div class="plot-axis" aria-hidden="true"><span>{first}</span><span>{middle}</span><span>{last}</span></div>'
        '<details class="as-table"><summary>{as_table}</summary><div class="table-wrap" tabindex="0" role="region" '
        'aria-label="{label}"><table class="table compact"><tbody>{rows}</tbody></table></div></details></figure>',
        label=label,
        most=shown(max(found, key=lambda point: float(point.value)).value),
        line=line,
        first=found[0].label,
        middle=middle,
        last=found[-1].label,
        as_table=gettext("Show as a table"),
        rows=rows,
    )
