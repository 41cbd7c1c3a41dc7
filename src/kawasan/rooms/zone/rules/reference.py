"""The reference tables of the room's data folder, each read once: KBLI in two editions, and the regions."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from kawasan.rooms.zone.rules.kbli import KbliIndex, broad_sector, find_kbli
from kawasan.rooms.zone.rules.regions import RegionIndex
from kawasan.rooms.zone.types import KBLI_EDITION_NOW, District, Kbli, Province, Regency, UnknownRegion

SEARCH_LIMIT = 10

T = TypeVar("T")


def kbli(code: str, edition: str = KBLI_EDITION_NOW) -> Kbli:
    """Return a five-digit activity. Raises InvalidKbli, or WrongKbliEdition where another edition has the code."""
    return find_kbli(_kbli_tables(), code, edition)


def search_kbli(text: str, limit: int = SEARCH_LIMIT) -> tuple[Kbli, ...]:
    """Return the KBLI 2025 activities that fit a text somebody typed (Indonesian words or the start of a code)."""
    return _kbli_index().search(text, limit)


def provinces() -> tuple[Province, ...]:
    """Return the 38 provinces by code."""
    return tuple(_provinces().values())


def province(code: str) -> Province:
    """Return a province. Raises UnknownRegion."""
    return _known(_provinces(), code)


def regencies(province_code: str | None = None) -> tuple[Regency, ...]:
    """Return all 514 regencies and cities by code, or those of a province."""
    return tuple(one for one in _regencies().values() if province_code in (None, one.province_code))


def regency(code: str) -> Regency:
    """Return a regency or city. Raises UnknownRegion."""
    return _known(_regencies(), code)


def search_regencies(text: str, limit: int = SEARCH_LIMIT) -> tuple[Regency, ...]:
    """Return the regencies and cities that fit a text somebody typed, best first."""
    return _region_index().search(text, limit)


def district(code: str) -> District:
    """Return a district. Raises UnknownRegion."""
    return _known(_districts(), code)


def districts_of(regency_code: str) -> tuple[District, ...]:
    """Return the districts of a regency or city by code. Raises UnknownRegion."""
    _known(_regencies(), regency_code)
    return _districts_by_regency()[regency_code]


def section_of(division: str, edition: str) -> str:
    """Return the section letter of a division in one edition (62 is J in 2020, K in 2025); empty where it is gone."""
    return _sections()[edition].get(division, "")


def warm_up() -> None:
    """Read every table and build both indexes now, so that no visitor waits for it."""
    _kbli_index()
    _region_index()
    _districts_by_regency()


def _known(table: Mapping[str, T], code: str) -> T:
    try:
        return table[code]
    except KeyError:
        raise UnknownRegion(field="region") from None


@cache
def _kbli_index() -> KbliIndex:
    return KbliIndex(_kbli_tables()[KBLI_EDITION_NOW].values())


@cache
def _kbli_tables() -> Mapping[str, Mapping[str, Kbli]]:
    rows_2025 = [(row["code"], row["title"], row["description"]) for row in _json("05_kelompok")]
    rows_2020 = [(row["code"], row["title"], "") for row in _csv("kbli-2020/titles") if row["level"] == "subclass"]
    return MappingProxyType({"2025": _kbli_table("2025", rows_2025), "2020": _kbli_table("2020", rows_2020)})


def _kbli_table(edition: str, rows: list[tuple[str, str, str]]) -> Mapping[str, Kbli]:
    table = {}
    for code, title, description in rows:
        division = code[:2]
        table[code] = Kbli(
            code=code,
            edition=edition,
            title=title,
            description=description,
            section=section_of(division, edition),
            division=division,
            sector=broad_sector(division),
        )
    return MappingProxyType(table)


@cache
def _sections() -> Mapping[str, Mapping[str, str]]:
    rows = _csv("division_crosswalk")
    return {edition: {row["division"]: row[f"section_kbli{edition}"] for row in rows} for edition in ("2020", "2025")}


@cache
def _region_index() -> RegionIndex:
    return RegionIndex(_regencies().values())


@cache
def _provinces() -> Mapping[str, Province]:
    return MappingProxyType({row["code"]: Province(**row) for row in _csv("regions/provinces")})


@cache
def _regencies() -> Mapping[str, Regency]:
    names = _provinces()
    rows = _csv("regions/regencies")
    return MappingProxyType(
        {row["code"]: Regency(**row, province_name=names[row["province_code"]].name) for row in rows}
    )


@cache
def _districts() -> Mapping[str, District]:
    return MappingProxyType({row["code"]: District(**row) for row in _csv("regions/districts")})


@cache
def _districts_by_regency() -> Mapping[str, tuple[District, ...]]:
    grouped: defaultdict[str, list[District]] = defaultdict(list)
    for one in _districts().values():
        grouped[one.regency_code].append(one)
    return {code: tuple(grouped.get(code, ())) for code in _regencies()}


def _json(name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(_text(f"kbli-2025/{name}.json"))
    return rows


def _csv(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(f"{name}.csv").splitlines()))


def _text(path: str) -> str:
    return files("kawasan.rooms.zone").joinpath("data", *path.split("/")).read_text(encoding="utf-8")
