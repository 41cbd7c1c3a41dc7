"""Indonesia's 38 provinces as a map of equal tiles: every province can be seen, small islands too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kawasan.platform import drawing


class Tile(NamedTuple):
    """Where a province lies on the tile map (column and row from 1) and what stands on its tile."""

    name: str
    short: str
    column: int
    row: int


# Codes and names: Kepmendagri 300.2.2-2138/2025; places drawn by hand so that neighbours stay neighbours.
PROVINCES: dict[str, Tile] = {
    "11": Tile("Aceh", "AC", 1, 1), "12": Tile("Sumatera Utara", "SU", 2, 2),
    "13": Tile("Sumatera Barat", "SB", 2, 3), "14": Tile("Riau", "RI", 3, 3), "15": Tile("Jambi", "JA", 3, 4),
    "16": Tile("Sumatera Selatan", "SS", 3, 5), "17": Tile("Bengkulu", "BE", 2, 4),
    "18": Tile("Lampung", "LA", 3, 6), "19": Tile("Kepulauan Bangka Belitung", "BB", 4, 5),
    "21": Tile("Kepulauan Riau", "KR", 4, 2), "31": Tile("DKI Jakarta", "JK", 4, 7),
    "32": Tile("Jawa Barat", "JB", 4, 8), "33": Tile("Jawa Tengah", "JT", 5, 7),
    "34": Tile("DI Yogyakarta", "YO", 5, 8), "35": Tile("Jawa Timur", "JI", 6, 8),
    "36": Tile("Banten", "BT", 3, 8), "51": Tile("Bali", "BA", 7, 8),
    "52": Tile("Nusa Tenggara Barat", "NB", 8, 8), "53": Tile("Nusa Tenggara Timur", "NT", 9, 8),
    "61": Tile("Kalimantan Barat", "KB", 6, 3), "62": Tile("Kalimantan Tengah", "KT", 6, 4),
    "63": Tile("Kalimantan Selatan", "KS", 7, 4), "64": Tile("Kalimantan Timur", "KI", 7, 3),
    "65": Tile("Kalimantan Utara", "KU", 7, 2), "71": Tile("Sulawesi Utara", "SA", 10, 2),
    "72": Tile("Sulawesi Tengah", "ST", 9, 3), "73": Tile("Sulawesi Selatan", "SN", 9, 5),
    "74": Tile("Sulawesi Tenggara", "SG", 10, 5), "75": Tile("Gorontalo", "GO", 9, 2),
    "76": Tile("Sulawesi Barat", "SR", 9, 4), "81": Tile("Maluku", "MA", 11, 4),
    "82": Tile("Maluku Utara", "MU", 11, 3), "91": Tile("Papua", "PA", 14, 3),
    "92": Tile("Papua Barat", "PB", 13, 3), "93": Tile("Papua Selatan", "PS", 14, 5),
    "94": Tile("Papua Tengah", "PT", 13, 4), "95": Tile("Papua Pegunungan", "PE", 14, 4),
    "96": Tile("Papua Barat Daya", "PD", 12, 2),
}  # fmt: skip
_STEPS = 5


def province_map(
    values: Mapping[str, Any], kind: str = "number", label: str = "", links: Mapping[str, str] | None = None
) -> SafeString:
    """
    Return the tile map of figures by province code, and the same figures as a table, largest first.

    ``values`` maps a code ("32") to a figure; provinces without one are drawn empty. Unknown codes raise KeyError:
    a figure must not vanish. ``links`` gives a province's row an address.
    """
    figures = {str(code): value for code, value in values.items() if value is not None}
    shown, most = drawing.formatter(kind), max((float(value) for value in figures.values()), default=0.0)
    rows = sorted(figures.items(), key=lambda item: (-float(item[1]), PROVINCES[item[0]].name))
    return format_html(
        '<figure class="map"><figcaption>{label}</figcaption><div class="map-tiles" aria-hidden="true">{tiles}</div>'
        '<div class="map-scale" aria-hidden="true"><span>0</span>{steps}<span>{most}</span></div>'
        '<details class="as-table"{open}><summary>{as_table}</summary>'
        '<div class="table-wrap" tabindex="0" role="region" aria-label="{label}">'
        '<table class="table compact"><thead><tr><th scope="col">{province}</th>'
        '<th scope="col" class="num">{figure}</th></tr></thead><tbody>{rows}</tbody></table></div></details></figure>',
        label=label or gettext("By province"),
        tiles=_tiles(figures, shown, most),
        steps=format_html_join("", '<i data-step="{}"></i>', ((step,) for step in range(_STEPS + 1))),
        most=shown(max(figures.values(), key=float)) if figures else "",
        open="" if figures else " hidden",
        as_table=gettext("Show as a table"),
        province=gettext("Province"),
        figure=gettext("Figure"),
        rows=format_html_join(
            "",
            '<tr><th scope="row">{}</th><td class="num">{}</td></tr>',
            ((_name(code, links or {}), shown(value)) for code, value in rows),
        ),
    )


def _name(code: str, links: Mapping[str, str]) -> str:
    name = PROVINCES[code].name
    return format_html('<a href="{}">{}</a>', links[code], name) if code in links else name


def _tiles(figures: Mapping[str, Any], shown: Any, most: float) -> SafeString:
    return format_html_join(
        "",
        '<span class="tile" data-step="{}" style="--c:{};--r:{}" title="{}">{}</span>',
        (
            (
                _step(float(figures.get(code, 0)), most),
                tile.column,
                tile.row,
                f"{tile.name}: {shown(figures[code]) if code in figures else '–'}",
                tile.short,
            )
            for code, tile in PROVINCES.items()
        ),
    )


def _step(value: float, most: float) -> int:
    """Return 0 for nothing, else 1 to 5: a square root scale, so that one giant does not hide the others."""
    if value <= 0 or most <= 0:
        return 0
    return min(_STEPS, 1 + int((value / most) ** 0.5 * _STEPS))
