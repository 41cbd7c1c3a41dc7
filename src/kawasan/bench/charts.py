"""Charts of figures as SVG written by hand: bars with their numbers, readable in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

WIDTH: Final = 720
LABEL_WIDTH: Final = 250
NUMBER_WIDTH: Final = 90
ROW_HEIGHT: Final = 28
BAR_HEIGHT: Final = 18
HEAD_HEIGHT: Final = 64

_STYLE: Final = """
  text { font: 13px system-ui, sans-serif; fill: #1d2433; }
  .title { font-weight: 600; font-size: 16px; }
  .note { fill: #5b6577; font-size: 12px; }
  .number { font-variant-numeric: tabular-nums; }
  .paper { fill: #ffffff; }
  .ours { fill: #2f4b9b; }
  .other { fill: #b9c0cf; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8ebf2; }
    .note { fill: #a3acbd; }
    .paper { fill: #12161f; }
    .ours { fill: #8fa8f5; }
    .other { fill: #4a5366; }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure: how it is called on the chart, and whether it is ours or a yardstick."""

    figure: str
    label: str
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """Some figures of one bench side by side."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


CHARTS: Final[Mapping[str, Chart]] = {
    "engine": Chart(
        "The ledger's engine",
        "orders a second, three linked transfers each, durable; TPC-B in transactions a second",
        (
            Bar("uniform_orders_per_second", "batches of 1,000, any item"),
            Bar("zipf_orders_per_second", "batches of 1,000, Zipf"),
            Bar("hot_orders_per_second", "batches of 1,000, one hot item"),
            Bar("wallet_batch_100_orders_per_second", "batches of 100"),
            Bar("pending_orders_per_second", "reserved, then posted"),
            Bar("tpcb_tps", "pgbench TPC-B", is_ours=False),
            Bar("psycopg_orders_per_second", "psycopg, an order a transaction", is_ours=False),
            Bar("django_orders_per_second", "naive Django checkout", is_ours=False),
            Bar("django_hot_orders_per_second", "naive Django, one hot item", is_ours=False),
        ),
    ),
    "orders": Chart(
        "Orders over HTTP",
        "orders a second, one a request, durable, load generator on the same cores",
        (
            Bar("http_orders_per_second", "any product, 256 connections"),
            Bar("http_64_orders_per_second", "any product, 64 connections"),
            Bar("http_hot_orders_per_second", "one hot product, 256 connections"),
            Bar("http_pending_orders_per_second", "to be paid by QRIS"),
            Bar("http_batch_100_orders_per_second", "a hundred in a request"),
            Bar("tpcb_tps", "pgbench TPC-B", is_ours=False),
            Bar("psycopg_orders_per_second", "psycopg, an order a transaction", is_ours=False),
            Bar("django_hot_orders_per_second", "naive Django, hot, no HTTP", is_ours=False),
            Bar("django_http_hot_orders_per_second", "naive Django, hot, over HTTP", is_ours=False),
        ),
    ),
    "overload": Chart(
        "Three times more orders than fit",
        "orders a second",
        (
            Bar("overload_peak_orders_per_second", "taken at the peak"),
            Bar("overload_orders_per_second", "taken under overload"),
            Bar("overload_offered_per_second", "offered", is_ours=False),
        ),
    ),
    "pages": Chart(
        "The storefront",
        "pages a second at full speed, load generator on the same cores",
        (
            Bar("home_pages_per_second", "home"),
            Bar("search_pages_per_second", "search and categories"),
            Bar("product_pages_per_second", "product"),
            Bar("pages_per_second", "mix of them"),
        ),
    ),
}


def draw(answer: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the chart of one bench's answer into a folder; return the files written (none where there is no chart)."""
    chart = CHARTS.get(answer["bench"])
    if chart is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{answer['bench']}.svg"
    file.write_text(svg(chart, answer["figures"], _note(answer)), encoding="utf-8")
    return [file]


def svg(chart: Chart, figures: Mapping[str, float], note: str) -> str:
    """Return the chart as an SVG document; bars without a figure are left out."""
    bars = [bar for bar in chart.bars if bar.figure in figures]
    largest = max((figures[bar.figure] for bar in bars), default=0) or 1
    height = HEAD_HEIGHT + ROW_HEIGHT * len(bars) + 30
    spoken = ", ".join(f"{bar.label} {_number(figures[bar.figure])}" for bar in bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" aria-label="{_attribute(f"{chart.title}: {spoken}")}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
        f'<text class="title" x="16" y="28">{escape(chart.title)}</text>',
        f'<text class="note" x="16" y="48">{escape(chart.unit)}</text>',
        *_rows(bars, figures, largest),
        f'<text class="note" x="16" y="{height - 12}">{escape(note)}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rows(bars: Sequence[Bar], figures: Mapping[str, float], largest: float) -> list[str]:
    room = WIDTH - LABEL_WIDTH - NUMBER_WIDTH - 32
    parts = []
    for row, bar in enumerate(bars):
        value, top = figures[bar.figure], HEAD_HEIGHT + ROW_HEIGHT * row
        width, middle = max(1.0, room * value / largest), top + BAR_HEIGHT - 4
        kind = "ours" if bar.is_ours else "other"
        parts += [
            f'<text x="16" y="{middle}">{escape(bar.label)}</text>',
            f'<rect class="{kind}" x="{LABEL_WIDTH}" y="{top}" width="{width:.1f}" height="{BAR_HEIGHT}" rx="3"/>',
            f'<text class="number" x="{LABEL_WIDTH + width + 8:.1f}" y="{middle}">{_number(value)}</text>',
        ]
    return parts


def _note(answer: Mapping[str, Any]) -> str:
    machine, settings = answer["machine"], answer["settings"]
    return (
        f"{machine['date'][:10]} · {machine['cpu']}, {machine['cores']} cores · PostgreSQL {machine['postgresql']} · "
        f"fdatasync {machine['fdatasync_ms']:.2f} ms · medians of {settings['rounds']} rounds"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
