"""Tables from sums of businesses and days: periods, groups, totals, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from kawasan.rooms.authority.types import (
    DAYS_MAX,
    UNKNOWN,
    BadPeriod,
    By,
    Figures,
    Filter,
    Period,
    Place,
    Row,
    Sort,
)

NOTHING = Figures()

# Row key, label and note of a business, for each way to group.
_KEYS: Mapping[By, Callable[[Place], tuple[str, str, str]]] = {
    By.SECTOR: lambda place: (place.sector, place.sector, ""),
    By.PROVINCE: lambda place: (place.province_code, place.province_name, ""),
    By.REGENCY: lambda place: (place.regency_code, place.regency_name, place.province_name),
    By.BUSINESS: lambda place: (str(place.business_id), place.name, place.regency_name),
}
_COLUMNS: Mapping[Sort, Callable[[Figures], int]] = {
    Sort.ORDERS: lambda figures: figures.orders,
    Sort.GROSS: lambda figures: figures.gross_minor,
    Sort.REFUNDED: lambda figures: figures.refunded_minor,
    Sort.NET: lambda figures: figures.net_minor,
    Sort.COMPLETED: lambda figures: figures.completed_minor,
    Sort.CANCELLED: lambda figures: figures.cancelled_orders,
}


def checked_period(first: date, last: date) -> Period:
    """Return a period of whole days, both included. Raises BadPeriod."""
    if not 0 <= (last - first).days < DAYS_MAX:
        raise BadPeriod(field="to", limit=DAYS_MAX)
    return Period(first, last)


def nowhere(business_id: UUID) -> Place:
    """Return the place of a business that the register does not know."""
    return Place(business_id, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "", "", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def fits(place: Place, wanted: Filter) -> bool:
    """Return whether a business is among those that are counted."""
    return (
        wanted.sector in ("", place.sector)
        and wanted.province in ("", place.province_code)
        and wanted.regency in ("", place.regency_code)
        and wanted.business_id in (None, place.business_id)
    )


def total_of(figures: Iterable[Figures]) -> Figures:
    """Return the sum of sums."""
    columns = list(zip(*figures, strict=True))
    return Figures(*map(sum, columns)) if columns else NOTHING


def rows_by_place(sums: Mapping[UUID, Figures], places: Mapping[UUID, Place], by: By) -> list[Row]:
    """Return one row for each sector, province, regency or business."""
    named: dict[str, tuple[str, str]] = {}
    grouped: dict[str, list[Figures]] = {}
    for business_id, figures in sums.items():
        key, label, note = _KEYS[by](places[business_id])
        named[key] = (label, note)
        grouped.setdefault(key, []).append(figures)
    return [
        Row(key, label=named[key][0], figures=total_of(parts), businesses=len(parts), note=named[key][1])
        for key, parts in grouped.items()
    ]


def key_of(place: Place, by: By) -> tuple[str, str, str]:
    """Return a business's key, label and note in tables with one row for each sector, province, regency or business."""
    return _KEYS[by](place)


def rows_by_day(sums: Mapping[date, tuple[Figures, int]]) -> list[Row]:
    """Return one row for each day on which something happened."""
    return [Row(f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}", figures, count) for day, (figures, count) in sums.items()]


def ordered(rows: Iterable[Row], sort: Sort) -> tuple[Row, ...]:
    """Return rows with the largest first, or by their key; equal ones by key, so that the order is always the same."""
    by_key = sorted(rows, key=lambda row: row.key)
    if sort is Sort.KEY:
        return tuple(by_key)
    column = _COLUMNS[sort]
    return tuple(sorted(by_key, key=lambda row: -column(row.figures)))
