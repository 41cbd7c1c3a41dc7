"""Dated rows of taxes: what the law says from a day on, who proposed it, who confirmed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Forbidden, Invalid, NotFound, msg
from kawasan.rooms.books.types.tax import (
    ChinaSmall,
    ChinaVat,
    DatedAmount,
    FinalTaxRate,
    FinalTaxTerms,
    PpnRate,
    SlipCodes,
    TaxCalendar,
    WithholdingRate,
)

ROW_PREFIX = "txr"
LAW_LENGTH_MAX = 160


class RateKind(StrEnum):
    """What a row is about."""

    PPN = "ppn"
    PKP = "pkp"
    FINAL = "final"
    TERMS = "terms"
    CALENDAR = "calendar"
    SLIPS = "slips"
    MARKETPLACE = "pph22"
    CHINA_VAT = "cn-vat"
    CHINA_SMALL = "cn-small"


class RowState(StrEnum):
    """Whether a row holds: only confirmed ones do."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class NewTaxRow:
    """What somebody proposes: figures by name, as texts (``rules/rates.py: FIGURES``)."""

    kind: RateKind
    valid_from: date
    law: str
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A row with its history. Rows that came with a release have no ``proposed_by``."""

    id: UUID
    kind: RateKind
    valid_from: date
    law: str
    figures: Mapping[str, str]
    state: RowState
    proposed_at: datetime
    proposed_by: UUID | None = None
    proposed_name: str = ""
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    decided_name: str = ""
    note: str = ""
    holds: bool = False  # today

    @property
    def public_id(self) -> str:
        """The id as addresses and programs show it."""
        return ids.public(ROW_PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class TaxTables:
    """Every confirmed row by what it is about, oldest first."""

    ppn: tuple[PpnRate, ...] = ()
    pkp: tuple[DatedAmount, ...] = ()
    final: tuple[FinalTaxRate, ...] = ()
    terms: tuple[FinalTaxTerms, ...] = ()
    calendar: tuple[TaxCalendar, ...] = ()
    slips: tuple[SlipCodes, ...] = field(default=())
    marketplace: tuple[WithholdingRate, ...] = ()
    china: tuple[ChinaVat, ...] = ()
    china_small: tuple[ChinaSmall, ...] = ()


class TaxRowInvalid(Invalid):
    """A figure is missing, or is none."""

    code = "tax-row-invalid"
    title = msg("Please check this figure")
    detail = msg("Name the law, the day from which it holds, and every figure of the row.")


class TaxRowTooEarly(Conflict):
    """Something was counted by the row that holds."""

    code = "tax-row-too-early"
    title = msg("This day is too early")
    detail = msg("Documents or closed months up to {used} were counted by the row that held then. Choose a later day.")


class TaxRowNotFound(NotFound):
    """No such row."""

    code = "tax-row-not-found"
    title = msg("Row not found")
    detail = msg("There is no such row of a tax.")


class TaxRowDecided(Conflict):
    """A row is decided once."""

    code = "tax-row-decided"
    title = msg("This row is decided already")
    detail = msg("Somebody confirmed or rejected it before. Propose another row.")


class TaxRowNeedsOther(Forbidden):
    """Four eyes."""

    code = "tax-row-needs-other"
    title = msg("Somebody else confirms it")
    detail = msg("You proposed this row. A second person of the zone compares it with the law and confirms it.")


class TaxRowIdReused(Conflict):
    """The id belongs to another proposal."""

    code = "tax-row-id-reused"
    title = msg("This row was proposed before")
    detail = msg("The same id was used for another row. Reload the page and try again.")
