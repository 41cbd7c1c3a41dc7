"""Digitalisation by group: counted from who is admitted, who publishes and who sells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from kawasan.rooms.authority.rules.grouping import NOTHING, key_of
from kawasan.rooms.authority.types import Activity, By, Digital, Figures, Place


def grouped(
    places: Iterable[Place], published: Collection[UUID], sums: Mapping[UUID, Figures], by: By
) -> tuple[tuple[Digital, ...], Digital]:
    """Return one row for each sector or region, most businesses first, and the row of all."""
    groups: dict[str, tuple[str, list[Place]]] = {}
    every: list[Place] = []
    for place in places:
        key, label, _ = key_of(place, by)
        groups.setdefault(key, (label, []))[1].append(place)
        every.append(place)
    rows = [_row(key, label, members, published, sums) for key, (label, members) in groups.items()]
    return tuple(sorted(rows, key=lambda row: (-row.admitted, row.key))), _row("", "", every, published, sums)


def members(
    places: Iterable[Place], published: Collection[UUID], sums: Mapping[UUID, Figures], activity: Activity
) -> list[Place]:
    """Return the businesses that a figure of the panel counts, by name."""
    sold = {business_id for business_id, figures in sums.items() if figures.orders}
    found = {
        Activity.ADMITTED: lambda: list(places),
        Activity.PUBLISHED: lambda: [place for place in places if place.business_id in published],
        Activity.SOLD: lambda: [place for place in places if place.business_id in sold],
    }
    return sorted(found[activity](), key=lambda place: (place.name, place.business_id))


def _row(
    key: str, label: str, places: list[Place], published: Collection[UUID], sums: Mapping[UUID, Figures]
) -> Digital:
    figures = [sums.get(place.business_id, NOTHING) for place in places]
    return Digital(
        key=key,
        label=label,
        admitted=len(places),
        published=sum(place.business_id in published for place in places),
        sold=sum(one.orders > 0 for one in figures),
        orders=sum(one.orders for one in figures),
        qris_orders=sum(one.qris_orders for one in figures),
    )
