"""Pictures of figures as plain numbers that a template draws: the chart of minutes and the map of provinces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kawasan.rooms.authority.types import Minute, Row

CHART_WIDTH, CHART_HEIGHT = 720, 160
MINUTES_SHOWN = 60
SHADES = 5

# Where each province stands on a grid that keeps their neighbourhood: column and row of its tile (Kemendagri codes).
TILES: Mapping[str, tuple[int, int]] = {
    "11": (0, 0), "12": (1, 0), "13": (0, 1), "14": (1, 1), "21": (2, 1), "17": (0, 2), "15": (1, 2), "16": (1, 3),
    "19": (2, 3), "18": (1, 4), "36": (2, 5), "31": (3, 4), "32": (3, 5), "33": (4, 5), "34": (4, 6), "35": (5, 5),
    "51": (6, 5), "52": (7, 5), "53": (8, 5), "61": (4, 2), "62": (5, 2), "63": (5, 3), "64": (6, 1), "65": (6, 0),
    "76": (7, 2), "72": (7, 1), "75": (8, 0), "71": (9, 0), "73": (7, 3), "74": (8, 3), "82": (9, 1), "81": (9, 3),
    "96": (10, 1), "92": (11, 1), "94": (11, 2), "91": (12, 1), "95": (12, 2), "93": (12, 3),
}  # fmt: skip
TILE_COLUMNS, TILE_ROWS = 13, 7

# Letters for a tile: short enough for a phone, and how people write them.
SHORT: Mapping[str, str] = {
    "11": "Aceh", "12": "Sumut", "13": "Sumbar", "14": "Riau", "15": "Jambi", "16": "Sumsel", "17": "Bklu",
    "18": "Lpg", "19": "Babel", "21": "Kepri", "31": "DKI", "32": "Jabar", "33": "Jateng", "34": "DIY", "35": "Jatim",
    "36": "Banten", "51": "Bali", "52": "NTB", "53": "NTT", "61": "Kalbar", "62": "Kalteng", "63": "Kalsel",
    "64": "Kaltim", "65": "Kaltara", "71": "Sulut", "72": "Sulteng", "73": "Sulsel", "74": "Sultra", "75": "Gtlo",
    "76": "Sulbar", "81": "Maluku", "82": "Malut", "91": "Papua", "92": "P Brt", "93": "P Sel", "94": "P Teng",
    "95": "P Peg", "96": "P BD",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute of the chart."""

    at: datetime
    orders: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The last hour, minute by minute."""

    bars: tuple[Bar, ...]
    last: Minute
    peak: Minute
    top: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A province on the map; ``shade`` goes from 0 (nothing) to SHADES."""

    code: str
    name: str
    short: str
    column: int
    row: int
    shade: int
    gross_minor: int
    orders: int


def chart_of(minutes: Sequence[Minute], at: datetime) -> Chart:
    """Return the hour up to ``at``; minutes without orders are there too, as nothing."""
    known = {minute.at: minute for minute in minutes}
    end = at.replace(second=0, microsecond=0)
    shown = [_minute(known, end - timedelta(minutes=back)) for back in range(MINUTES_SHOWN - 1, -1, -1)]
    top = max(1, *(minute.orders for minute in shown))
    step = CHART_WIDTH / MINUTES_SHOWN
    bars = tuple(
        Bar(m.at, m.orders, round(n * step + 1, 1), round(CHART_HEIGHT - high, 1), round(step - 2, 1), round(high, 1))
        for n, m in enumerate(shown)
        for high in [m.orders / top * CHART_HEIGHT]
    )
    return Chart(bars, last=shown[-2], peak=max(shown, key=lambda minute: minute.orders), top=top)


def _minute(known: Mapping[datetime, Minute], at: datetime) -> Minute:
    return known.get(at) or Minute(at, 0, 0)


def tiles_of(rows: Iterable[Row], names: Mapping[str, str]) -> tuple[Tile, ...]:
    """Return a tile for every province of the country, shaded by what was paid to its businesses."""
    figures = {row.key: row.figures for row in rows}
    top = max([figure.gross_minor for code, figure in figures.items() if code in TILES], default=0)
    tiles = []
    for code, (column, line) in TILES.items():
        gross, orders = (figures[code].gross_minor, figures[code].orders) if code in figures else (0, 0)
        name = names.get(code, SHORT[code])
        tiles.append(Tile(code, name, SHORT[code], column, line, shade_of(gross, top), gross, orders))
    return tuple(sorted(tiles, key=lambda tile: (tile.row, tile.column)))


def shade_of(amount: int, top: int) -> int:
    """Return 0 for nothing and else 1 to SHADES in equal steps up to ``top``."""
    return 0 if amount <= 0 or top <= 0 else max(1, -(-amount * SHADES // top))


def percent_of(part: int, whole: int) -> int:
    """Return whole percent, rounded half up; 0 of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else 0
