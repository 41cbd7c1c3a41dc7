"""The final income tax of small businesses (PPh Final 0.5 %), its terms, and what a marketplace would withhold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal

from kawasan.rooms.books.rules.tax_tables import on
from kawasan.rooms.books.types.rates import TaxTables
from kawasan.rooms.books.types.tax import FinalTaxMonth, FinalTaxTerms, Taxpayer, WithholdingRate

MINOR = 100  # of a rupiah


def final_tax_months(
    turnovers_minor: Sequence[int], *, tables: TaxTables, year: int, taxpayer: Taxpayer, elsewhere_minor: int = 0
) -> list[FinalTaxMonth]:
    """
    Return the tax of each month of a year, January first.

    Individuals pay nothing on the first Rp500 million of the year, counted cumulatively over everything they sell
    (``elsewhere_minor``: what they sold outside these books before). Tax is in whole rupiah, rounded down; a month in
    which more was given back than sold has no tax. Source: PP 55/2022 art. 56-60, PMK 164/2023.
    """
    months, before = [], elsewhere_minor
    for index, turnover in enumerate(turnovers_minor):
        month = date(year, index + 1, 1)
        rate = on(tables.final, month, "PPh Final")
        allowance = rate.allowance * MINOR if taxpayer is Taxpayer.INDIVIDUAL else 0
        counted = max(0, turnover)
        free = min(counted, max(0, allowance - before))
        tax = int((Decimal(counted - free) * rate.rate / MINOR).to_integral_value(ROUND_DOWN)) * MINOR
        before += counted
        months.append(FinalTaxMonth(month, turnover, before, free, counted - free, tax))
    return months


def last_year(taxpayer: Taxpayer, registered: int, *, terms: FinalTaxTerms) -> int | None:
    """Return the last tax year of the final tax under these terms; None: no end (or no such tax for this kind)."""
    years = terms.years.get(taxpayer)
    return None if years is None else max(registered, terms.counted_from) + years - 1


def may_use_final_tax(
    taxpayer: Taxpayer, *, tables: TaxTables, registered: int, day: date, turnover_last_year: int
) -> bool:
    """
    Return whether a business pays the final tax on a day: kind, term, and last year's turnover (whole rupiah) fit.

    Under PP 20/2026 companies, CV, firms and village companies are not admitted anew; those inside finish their term.
    """
    terms = on(tables.terms, day, "PPh Final")
    if taxpayer not in terms.years or turnover_last_year > on(tables.final, day, "PPh Final").turnover_max:
        return False
    if taxpayer in terms.closed_to_new and registered >= terms.valid_from.year:
        return False
    end = last_final_year(taxpayer, tables=tables, registered=registered, day=day)
    return end is None or day.year <= end


def last_final_year(taxpayer: Taxpayer, *, tables: TaxTables, registered: int, day: date) -> int | None:
    """Return the last tax year of the final tax by the terms of a day; None: no end (or no such tax for this kind)."""
    terms = on(tables.terms, day, "PPh Final")
    if taxpayer is Taxpayer.COOPERATIVE and terms.closed_to_new and registered < terms.valid_from.year:
        return terms.cooperative_until or last_year(taxpayer, registered, terms=terms)
    return last_year(taxpayer, registered, terms=terms)


def marketplace_tax(
    gross_without_ppn: Decimal,
    *,
    day: date,
    kind: str,
    has_statement: bool,
    rates: Sequence[WithholdingRate],
) -> Decimal:
    """
    Return what an appointed marketplace withholds of an invoice, in whole rupiah rounded down (PPh 22, PMK 37/2025).

    Nothing of individuals who stated a turnover of up to Rp500 million, nor of the kinds that the rule of the day
    leaves out, nor before the first rule. Whether the zone withholds at all is a dated row of payments.
    """
    if day < rates[0].valid_from:
        return Decimal(0)
    rate = on(rates, day, "PPh 22")
    if has_statement or kind in rate.free_kinds:
        return Decimal(0)
    return (gross_without_ppn * rate.rate).to_integral_value(ROUND_DOWN)
