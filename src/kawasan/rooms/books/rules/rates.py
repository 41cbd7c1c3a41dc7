"""Figures of dated rows: which a kind has, how they are read and checked, and the tables that they make."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from kawasan.rooms.books.types.rates import (
    LAW_LENGTH_MAX,
    NewTaxRow,
    RateKind,
    TaxRowInvalid,
    TaxTables,
)
from kawasan.rooms.books.types.tax import (
    ChinaSmall,
    ChinaVat,
    DatedAmount,
    FinalTaxRate,
    FinalTaxTerms,
    PpnRate,
    SlipCodes,
    TaxCalendar,
    Taxpayer,
    WithholdingRate,
)

ENDLESS = "*"  # of a term: without end
ROWS = Path(__file__).parent.parent / "data" / "tax_rows.csv"  # what comes with a release
SUPPLIES = ("courier", "ride", "phone_credit", "gold", "jewellery", "land", "building")  # that a law may leave out
TERM_KINDS: tuple[Taxpayer, ...] = tuple(kind for kind in Taxpayer if kind is not Taxpayer.OTHER)
_RUPIAH_MAX = 10**15
_YEARS = (2000, 2200)


def _fraction(text: str) -> bool:
    return bool(re.fullmatch(r"0(\.[0-9]{1,6})?|1", text))


def _percent(text: str) -> bool:
    return bool(re.fullmatch(r"0(\.[0-9]{1,2})?", text))


def _supplies(text: str) -> bool:
    return not text or set(text.split("|")) <= set(SUPPLIES)


def _whole(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: bool(re.fullmatch(r"[0-9]{1,16}", text)) and low <= int(text) <= high


def _term(text: str) -> bool:
    return text in ("", ENDLESS) or _whole(1, 99)(text)


def _kinds(text: str) -> bool:
    return not text or set(text.split("|")) <= set(TERM_KINDS)


def _year_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(f"2001-{text}"))
    except ValueError:
        return False


def _digits(count: int) -> Callable[[str], bool]:
    return lambda text: bool(re.fullmatch(f"[0-9]{{{count}}}", text))


# What each kind of row has, in the order in which a form asks, and what each may be. Rates are fractions.
FIGURES: dict[RateKind, dict[str, Callable[[str], bool]]] = {
    RateKind.PPN: {"rate": _fraction, "numerator": _whole(1, 1000), "denominator": _whole(1, 1000)},
    RateKind.PKP: {"amount": _whole(1, _RUPIAH_MAX)},
    RateKind.FINAL: {"rate": _fraction, "turnover_max": _whole(0, _RUPIAH_MAX), "allowance": _whole(0, _RUPIAH_MAX)},
    RateKind.TERMS: {
        **{kind.value: _term for kind in TERM_KINDS},
        "counted_from": _whole(*_YEARS),
        "closed": _kinds,
        "cooperative_until": lambda text: not text or _whole(*_YEARS)(text),
    },
    RateKind.CALENDAR: {
        "deposit_day": _whole(1, 31),
        "ppn_day": _whole(1, 31),
        "individual_return": _year_day,
        "other_return": _year_day,
    },
    RateKind.SLIPS: {
        "final_account": _digits(6),
        "final_deposit": _digits(3),
        "ppn_account": _digits(6),
        "ppn_deposit": _digits(3),
    },
    RateKind.MARKETPLACE: {"rate": _fraction, "free_kinds": _supplies},
    RateKind.CHINA_VAT: dict.fromkeys(("standard", "reduced", "services"), _percent),
    RateKind.CHINA_SMALL: {"small_scale": _percent},
}


def check_row(row: NewTaxRow) -> None:
    """Raise TaxRowInvalid naming the first figure that is none."""
    law = row.law.strip()
    if not 0 < len(law) <= LAW_LENGTH_MAX or not law.isprintable():
        raise TaxRowInvalid(field="law")
    wanted = FIGURES[row.kind]
    for name, is_right in wanted.items():
        if not is_right(row.figures.get(name, "?")):
            raise TaxRowInvalid(field=name)
    if set(row.figures) != set(wanted):
        raise TaxRowInvalid(field="figures")
    if row.kind is RateKind.PPN and int(row.figures["numerator"]) > int(row.figures["denominator"]):
        raise TaxRowInvalid(field="numerator")


def tables_of(rows: Iterable[NewTaxRow]) -> TaxTables:
    """Return the tables that confirmed rows make; of two with one day the later of the given order holds."""
    newest: dict[RateKind, dict[date, NewTaxRow]] = {kind: {} for kind in RateKind}
    for row in rows:
        newest[row.kind][row.valid_from] = row
    found = {kind: [held[day] for day in sorted(held)] for kind, held in newest.items()}
    return TaxTables(
        ppn=tuple(_ppn(row) for row in found[RateKind.PPN]),
        pkp=tuple(DatedAmount(row.valid_from, row.law, int(row.figures["amount"])) for row in found[RateKind.PKP]),
        final=tuple(_final(row) for row in found[RateKind.FINAL]),
        terms=tuple(_terms(row) for row in found[RateKind.TERMS]),
        calendar=tuple(_calendar(row) for row in found[RateKind.CALENDAR]),
        slips=tuple(SlipCodes(row.valid_from, row.law, **_of(row)) for row in found[RateKind.SLIPS]),
        marketplace=tuple(_marketplace(row) for row in found[RateKind.MARKETPLACE]),
        china=tuple(_china(row) for row in found[RateKind.CHINA_VAT]),
        china_small=tuple(
            ChinaSmall(row.valid_from, row.law, Decimal(row.figures["small_scale"]))
            for row in found[RateKind.CHINA_SMALL]
        ),
    )


@cache
def starting_rows() -> tuple[NewTaxRow, ...]:
    """Return the rows that come with a release."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return tuple(
            NewTaxRow(
                RateKind(row["kind"]), date.fromisoformat(row["valid_from"]), row["law"], figures_of(row["figures"])
            )
            for row in csv.DictReader(file)
        )


def figures_of(text: str) -> dict[str, str]:
    """Read figures as they are kept: ``rate=0.12 numerator=11``."""
    return dict(part.split("=", 1) for part in text.split())


def text_of(kind: RateKind, figures: Mapping[str, str]) -> str:
    """Write figures as they are kept."""
    return " ".join(f"{name}={figures[name]}" for name in FIGURES[kind])


def _of(row: NewTaxRow) -> dict[str, str]:
    return {name: row.figures[name] for name in FIGURES[row.kind]}


def _ppn(row: NewTaxRow) -> PpnRate:
    given = row.figures
    part = int(given["numerator"]), int(given["denominator"])
    return PpnRate(row.valid_from, row.law, Decimal(given["rate"]), *part)


def _final(row: NewTaxRow) -> FinalTaxRate:
    given = row.figures
    limits = int(given["turnover_max"]), int(given["allowance"])
    return FinalTaxRate(row.valid_from, row.law, Decimal(given["rate"]), *limits)


def _terms(row: NewTaxRow) -> FinalTaxTerms:
    given = row.figures
    years: dict[Taxpayer, int | None] = {
        kind: None if given[kind] == ENDLESS else int(given[kind]) for kind in TERM_KINDS if given[kind]
    }
    closed = frozenset(Taxpayer(name) for name in given["closed"].split("|") if name)
    until = given["cooperative_until"]
    return FinalTaxTerms(
        row.valid_from, row.law, years, int(given["counted_from"]), closed, int(until) if until else None
    )


def _marketplace(row: NewTaxRow) -> WithholdingRate:
    free = frozenset(name for name in row.figures["free_kinds"].split("|") if name)
    return WithholdingRate(row.valid_from, row.law, Decimal(row.figures["rate"]), free)


def _china(row: NewTaxRow) -> ChinaVat:
    return ChinaVat(row.valid_from, row.law, **{name: Decimal(text) for name, text in _of(row).items()})


def _calendar(row: NewTaxRow) -> TaxCalendar:
    given = row.figures
    returns = [(int(day[:2]), int(day[3:])) for day in (given["individual_return"], given["other_return"])]
    return TaxCalendar(row.valid_from, row.law, int(given["deposit_day"]), int(given["ppn_day"]), *returns)
