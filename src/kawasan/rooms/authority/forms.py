"""What a report's address may say, read strictly: a wrong value is refused and never ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TypeVar

from kawasan.core import ids
from kawasan.rooms.authority import api

DAYS_DEFAULT = 30
BUSINESS_PREFIX = "biz"

# How the words of the pages' addresses, which are Indonesian, name what tables group and sort by.
GROUPINGS = {
    "sektor": api.By.SECTOR,
    "provinsi": api.By.PROVINCE,
    "kabupaten": api.By.REGENCY,
    "hari": api.By.DAY,
    "usaha": api.By.BUSINESS,
}
SORTINGS = {
    "nama": api.Sort.KEY,
    "pesanan": api.Sort.ORDERS,
    "terbayar": api.Sort.GROSS,
    "kembali": api.Sort.REFUNDED,
    "bersih": api.Sort.NET,
    "selesai": api.Sort.COMPLETED,
    "batal": api.Sort.CANCELLED,
}

ACTIVITIES = {
    "diterima": api.Activity.ADMITTED,
    "menayangkan": api.Activity.PUBLISHED,
    "berjualan": api.Activity.SOLD,
}

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked for."""

    period: api.Period
    by: api.By
    sort: api.Sort
    wanted: api.Filter
    file: str


def read_question(given: Mapping[str, str], *, today: date) -> Question:
    """
    Read a report's address; without days it is about the DAYS_DEFAULT days up to today.

    Raises BadPeriod, UnknownGrouping, and NotFound for a malformed id.
    """
    by = _one_of(GROUPINGS, given.get("menurut") or "sektor")
    default = "nama" if by is api.By.DAY else "terbayar"
    file = given.get("unduh", "")
    if file not in ("", "csv", "xlsx"):
        raise api.UnknownGrouping(field="unduh")
    return Question(
        period=read_period(given, today=today),
        by=by,
        sort=_one_of(SORTINGS, given.get("urut") or default),
        wanted=_filter(given),
        file=file,
    )


def read_panel(given: Mapping[str, str]) -> tuple[api.By, api.Filter]:
    """Read how the digitalisation panel is grouped and narrowed. Raises UnknownGrouping and zone's UnknownRegion."""
    by = _one_of(GROUPINGS, given.get("menurut") or "sektor")
    if by in (api.By.DAY, api.By.BUSINESS):
        raise api.UnknownGrouping(field="menurut")
    return by, _filter(given)


def read_activity(given: Mapping[str, str]) -> api.Activity:
    """Read which businesses a list holds. Raises UnknownGrouping."""
    return _one_of(ACTIVITIES, given.get("yang") or "diterima")


def read_period(given: Mapping[str, str], *, today: date) -> api.Period:
    """Return the days from ``dari`` to ``sampai``. Raises BadPeriod."""
    last = _day(given.get("sampai", ""), lambda: today)
    first = _day(given.get("dari", ""), lambda: last - timedelta(days=DAYS_DEFAULT - 1))
    return api.checked_period(first, last)


def _day(text: str, default: Callable[[], date]) -> date:
    try:
        return date.fromisoformat(text) if text else default()
    except (ValueError, OverflowError):
        raise api.BadPeriod(field="from", limit=api.DAYS_MAX) from None


def _filter(given: Mapping[str, str]) -> api.Filter:
    """Read what narrows a table; every code must exist, so that an empty table is never a mistyped one."""
    sector, province, regency = (given.get(name, "") for name in ("sektor", "provinsi", "kabupaten"))
    if sector and not api.sector_name(sector):
        raise api.UnknownGrouping(field="sektor")
    if province:
        api.province_name(province)
    if regency:
        api.regency_name(regency)
    business = given.get("usaha", "")
    return api.Filter(sector, province, regency, ids.parse(BUSINESS_PREFIX, business) if business else None)


def _one_of(known: Mapping[str, E], text: str) -> E:
    try:
        return known[text]
    except KeyError:
        raise api.UnknownGrouping(field="menurut") from None
