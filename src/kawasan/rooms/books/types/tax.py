"""Taxes as they cross the door: dated rates, what a line costs, what is due and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kawasan.core.errors import Invalid, msg


class Taxpayer(StrEnum):
    """Who pays income tax, as the terms of the final tax tell them apart."""

    INDIVIDUAL = "individual"
    SOLE_COMPANY = "sole_person_company"
    COOPERATIVE = "cooperative"
    CV = "partnership_cv"
    FIRM = "firm"
    VILLAGE = "village_company"
    COMPANY = "limited_company"
    OTHER = "other"


class BaseMode(StrEnum):
    """What PPN is counted on: the full price, or DPP nilai lain (11/12 of it)."""

    FULL = "full"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PpnRate:
    """PPN from a day on: the rate that the law names, and the part of the price that it counts on outside luxury."""

    valid_from: date
    law: str
    rate: Decimal
    other_numerator: int
    other_denominator: int


@dataclass(frozen=True, slots=True)
class FinalTaxRate:
    """The final income tax of small businesses from a day on."""

    valid_from: date
    law: str
    rate: Decimal
    turnover_max: int  # whole rupiah a year
    allowance: int  # whole rupiah a year, for individuals


@dataclass(frozen=True, slots=True)
class FinalTaxTerms:
    """For how many tax years a kind of taxpayer may use the final tax (None: without end), from a day on."""

    valid_from: date
    law: str
    years: dict[Taxpayer, int | None]
    counted_from: int  # the first year that counts, for whoever was registered before
    closed_to_new: frozenset[Taxpayer] = frozenset()  # those inside finish the term that they had
    cooperative_until: int | None = None  # the last tax year of cooperatives that were registered before


@dataclass(frozen=True, slots=True)
class TaxCalendar:
    """By when a month's and a year's taxes are due, from a day on; day 31 is a month's last day."""

    valid_from: date
    law: str
    deposit_day: int
    ppn_day: int
    individual_return: tuple[int, int]  # month and day of the next year
    other_return: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SlipCodes:
    """What a deposit slip names: account code (KAP) and deposit code (KJS)."""

    valid_from: date
    law: str
    final_account: str
    final_deposit: str
    ppn_account: str
    ppn_deposit: str


@dataclass(frozen=True, slots=True)
class DatedAmount:
    """A threshold in whole rupiah, from a day on."""

    valid_from: date
    law: str
    amount: int


@dataclass(frozen=True, slots=True)
class WithholdingRate:
    """
    What an appointed marketplace withholds by the law from a day on, and of which supplies it does not.

    Source: PMK 37/2025. Only one that was appointed withholds; whether the zone does is a dated row of payments.
    """

    valid_from: date
    law: str
    rate: Decimal
    free_kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChinaVat:
    """
    China's rates of VAT from a day on: of goods, of food and books, and of services.

    Source: VAT Law of the PRC, from 1 January 2026; the same rates held before.
    """

    valid_from: date
    law: str
    standard: Decimal
    reduced: Decimal
    services: Decimal

    @property
    def percents(self) -> tuple[int, ...]:
        """What the buyer of an import may pay at home, in percent: the highest first."""
        return tuple(sorted({int(rate * 100) for rate in (self.standard, self.reduced, self.services)}, reverse=True))


@dataclass(frozen=True, slots=True)
class ChinaSmall:
    """
    What small-scale taxpayers in China charge from a day on: a kind of its own, since other days change it.

    Source: VAT Law of the PRC, 3 %; announcement 19/2023 lowers it to 1 % until the end of 2027.
    """

    valid_from: date
    law: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class PpnLine:
    """The figures of one line of a tax invoice."""

    tax_base: Decimal
    other_tax_base: Decimal
    vat: Decimal
    luxury: Decimal


@dataclass(frozen=True, slots=True)
class FinalTaxMonth:
    """One month of the final tax: turnover, the part that is free, and the tax in whole rupiah."""

    month: date
    turnover_minor: int
    cumulative_minor: int
    free_minor: int
    taxed_minor: int
    tax_minor: int


class NoSuchRate(Invalid):
    """A day before the tables begin."""

    code = "no-such-rate"
    title = msg("There is no rate for this day")
    detail = msg("The table of {what} begins on {begins}.")
