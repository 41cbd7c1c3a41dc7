"""What rows of a table are called in the reader's language, and where they open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from kawasan.core import ids
from kawasan.rooms.authority import api
from kawasan.rooms.authority.forms import (
    BUSINESS_PREFIX,
    GROUPINGS,
)

GROUP_WORDS = {by: word for word, by in GROUPINGS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table as the page shows it: with its name in the reader's language and where it opens."""

    row: api.Row
    label: str
    note: str
    href: str


def line_of(row: api.Row, by: api.By, period: api.Period, wanted: api.Filter) -> Line:
    """Name a row, and let it open to what it is made of: a province to its regencies, a business to its transfers."""
    if by is api.By.SECTOR:
        edition, _, section = row.key.partition("-")
        label, note = sector_label(row.key), f"KBLI {edition} · {section}" if section else ""
    else:
        label, note = row.label or gettext("Not in the register"), row.note
    return Line(row, label, note, _opens(row, by, period, wanted) if row.key else "")


def _opens(row: api.Row, by: api.By, period: api.Period, wanted: api.Filter) -> str:
    if by is api.By.BUSINESS:
        address = reverse("authority:business", args=[ids.public(BUSINESS_PREFIX, UUID(row.key))])
        return f"{address}?{urlencode({'dari': period.first, 'sampai': period.last})}"
    given = as_query(wanted)
    if by is api.By.SECTOR:
        return report_address(period, **given | {"menurut": "usaha", "sektor": row.key})
    if by is api.By.PROVINCE:
        return report_address(period, **given | {"menurut": "kabupaten", "provinsi": row.key})
    if by is api.By.REGENCY:
        return report_address(period, **given | {"menurut": "usaha", "kabupaten": row.key})
    return report_address(None, **given | {"menurut": "usaha", "dari": row.key, "sampai": row.key})


def as_query(wanted: api.Filter) -> dict[str, str]:
    given = {"sektor": wanted.sector, "provinsi": wanted.province, "kabupaten": wanted.regency}
    if wanted.business_id:
        given["usaha"] = ids.public(BUSINESS_PREFIX, wanted.business_id)
    return {word: value for word, value in given.items() if value}


def report_address(period: api.Period | None, **given: Any) -> str:
    days = {"dari": period.first, "sampai": period.last} if period else {}
    return f"{reverse('authority:report')}?{urlencode(days | given)}"


def narrowed_by(wanted: api.Filter) -> list[tuple[str, str]]:
    """Return what narrows a table, each with the word of the address that a link leaves out."""
    names = []
    if wanted.sector:
        names.append(("sektor", sector_label(wanted.sector)))
    if wanted.province:
        names.append(("provinsi", api.province_name(wanted.province)))
    if wanted.regency:
        names.append(("kabupaten", api.regency_name(wanted.regency)))
    if wanted.business_id:
        names.append(("usaha", ids.public(BUSINESS_PREFIX, wanted.business_id)))
    return names


def headings() -> dict[api.By, str]:
    return {
        api.By.SECTOR: gettext("Sector"),
        api.By.PROVINCE: gettext("Province"),
        api.By.REGENCY: gettext("Regency or city"),
        api.By.DAY: gettext("Day"),
        api.By.BUSINESS: gettext("Business"),
    }


def kinds() -> dict[api.Counted, str]:
    return {
        api.Counted.PAID: pgettext("figures", "Paid"),
        api.Counted.REFUNDED: gettext("Refunded"),
        api.Counted.RELEASED: gettext("Released to the seller"),
        api.Counted.FEE: gettext("Fee of the zone"),
    }


def sector_label(key: str) -> str:
    name = api.sector_name(key)
    return gettext(name) if name else gettext("Not in the register")
