"""Dated rows of taxes: the tables that hold, the rows with their history, and up to when a table was used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.platform.wiring import wiring
from kawasan.rooms.books import models
from kawasan.rooms.books.rules import rates
from kawasan.rooms.books.types.rates import (
    NewTaxRow,
    RateKind,
    RowState,
    TaxRow,
    TaxRowNotFound,
    TaxTables,
)
from kawasan.rooms.books.types.tax import PpnRate
from kawasan.rooms.zone import api as zone

RETAIL = "retail"  # the document of entries that take the PPN out of retail sales
_BY_CLOSING = (RateKind.FINAL, RateKind.TERMS)


def tax_tables() -> TaxTables:
    """Return the rows that two people confirmed, or that came with a release, as tables: oldest first."""
    rows = models.TaxRow.objects.filter(decision__is_confirmed=True).order_by("decision__at", "id")
    return rates.tables_of(as_new(row) for row in rows)


def ppn_rates() -> tuple[PpnRate, ...]:
    """Return the rates of PPN, oldest first."""
    return tax_tables().ppn


def china_percents(*, day: date) -> tuple[int, ...]:
    """Return China's rates of VAT on a day in percent, of imports; nothing before the first row."""
    held = [row for row in tax_tables().china if row.valid_from <= day]
    return held[-1].percents if held else ()


def tax_rows(*, at: datetime, with_names: bool = False) -> list[TaxRow]:
    """
    Return every row with its history: by kind, newest first. The law is public; who proposed it is for the desk.

    ``holds`` marks the rows that hold today.
    """
    rows = list(models.TaxRow.objects.select_related("decision").order_by("kind", "-valid_from", "-id"))
    holding = _holding(rows, clock.business_day(at))
    decisions = [said for row in rows if (said := decision_of(row))]
    people = {by for by in (*(row.proposed_by for row in rows), *(said.decided_by for said in decisions)) if by}
    names = zone.person_names(ids=people) if with_names and people else {}
    found = [as_row(row, names, holds=row.pk in holding) for row in rows]
    order = list(RateKind)
    return sorted(found, key=lambda row: order.index(row.kind))


def rows_for_staff(*, actor: Actor, at: datetime) -> list[TaxRow]:
    """Return every row with names, for zone roles. Raises Unauthenticated, Forbidden."""
    actor.need_zone()
    return tax_rows(at=at, with_names=True)


def tax_row(row_id: UUID) -> models.TaxRow:
    """Return one row. Raises TaxRowNotFound."""
    row = models.TaxRow.objects.select_related("decision").filter(pk=row_id).first()
    if row is None:
        raise TaxRowNotFound
    return row


def used_until(kind: RateKind) -> date | None:
    """
    Return the last day that anything was counted by rows of this kind, or None.

    PPN: documents of the rooms above that the wiring names. The final tax: months that were closed. What is due and the
    watch over the threshold are counted anew each time, by the day they are for.
    """
    days: list[date | None] = []
    if kind is RateKind.PPN:
        days = [_last_retail(), *(source() for source in wiring().PPN_DOCUMENTS)]
    elif kind in _BY_CLOSING:
        days = [models.Period.objects.aggregate(last=Max("through"))["last"]]
    return max((day for day in days if day), default=None)


def _last_retail() -> date | None:
    """Return the last day on which the PPN of a month's retail sales was booked, or None."""
    last: date | None = models.Entry.objects.filter(document=RETAIL).aggregate(last=Max("day"))["last"]
    return last


def as_new(row: models.TaxRow) -> NewTaxRow:
    """Return what a row says."""
    return NewTaxRow(RateKind(row.kind), row.valid_from, row.law, rates.figures_of(row.figures))


def as_row(row: models.TaxRow, names: dict[UUID, str], *, holds: bool = False) -> TaxRow:
    """Return a row as it crosses the door."""
    told, said = as_new(row), decision_of(row)
    found = TaxRow(
        id=row.pk,
        kind=told.kind,
        valid_from=told.valid_from,
        law=told.law,
        figures=told.figures,
        state=RowState.PROPOSED,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        proposed_name=names.get(row.proposed_by, "") if row.proposed_by else "",
        holds=holds,
    )
    if said is None:
        return found
    return replace(
        found,
        state=RowState.CONFIRMED if said.is_confirmed else RowState.REJECTED,
        decided_at=said.at,
        decided_by=said.decided_by,
        decided_name=names.get(said.decided_by, "") if said.decided_by else "",
        note=said.note,
    )


def decision_of(row: models.TaxRow) -> models.TaxDecision | None:
    """Return what a second person said about a row, if anybody did."""
    return getattr(row, "decision", None)


def _holding(rows: Iterable[models.TaxRow], today: date) -> set[UUID]:
    """Return the rows that hold on a day: of each kind the newest, of two with one day the one confirmed last."""
    confirmed = [
        (row.valid_from, said.at, row.pk, row.kind)
        for row in rows
        if row.valid_from <= today and (said := decision_of(row)) and said.is_confirmed
    ]
    return set({kind: row_id for _, _, row_id, kind in sorted(confirmed)}.values())
