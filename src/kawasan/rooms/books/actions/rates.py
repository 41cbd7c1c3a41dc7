"""Proposing a dated row of a tax, and confirming it as a second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.queries import rates as queries
from kawasan.rooms.books.rules import rates as rules
from kawasan.rooms.books.types.rates import (
    NewTaxRow,
    RateKind,
    RowState,
    TaxRow,
    TaxRowDecided,
    TaxRowIdReused,
    TaxRowNeedsOther,
    TaxRowTooEarly,
)

NOTE_LENGTH_MAX = 300


@requires_transaction
def propose_tax_row(*, actor: Actor, row_id: UUID, row: NewTaxRow, at: datetime) -> TaxRow:
    """
    Propose what a law says from a day on; it holds when somebody else has confirmed it.

    Staff and operators of the zone. Repeating an id with the same content returns the first proposal. Raises
    Unauthenticated, Forbidden, TaxRowInvalid, TaxRowTooEarly, TaxRowIdReused.
    """
    person = need_tax_officer(actor)
    rules.check_row(row)
    known = models.TaxRow.objects.filter(pk=row_id).first()
    if known is None:
        _need_unused(row)
        known = models.TaxRow(
            id=row_id,
            kind=row.kind.value,
            valid_from=row.valid_from,
            law=row.law.strip(),
            figures=rules.text_of(row.kind, row.figures),
            proposed_by=person,
            proposed_at=at,
        )
        models.TaxRow.objects.bulk_create([known], ignore_conflicts=True)
        known = models.TaxRow.objects.get(pk=row_id)
    wanted = (row.kind, row.valid_from, row.law.strip(), dict(row.figures), person)
    said = queries.as_new(known)
    if (said.kind, said.valid_from, said.law, dict(said.figures), known.proposed_by) != wanted:
        raise TaxRowIdReused
    return queries.as_row(known, {})


@requires_transaction
def decide_tax_row(*, actor: Actor, row_id: UUID, is_confirmed: bool, note: str = "", at: datetime) -> TaxRow:
    """
    Confirm a row that somebody else proposed, or reject it (also one's own); saying the same again changes nothing.

    A row that is confirmed holds from its day on; what was counted for earlier days stays. Of two rows with one day the
    one that was confirmed last holds. Raises Unauthenticated, Forbidden, TaxRowNotFound, TaxRowNeedsOther,
    TaxRowDecided, TaxRowTooEarly where something was counted since it was proposed.
    """
    person = need_tax_officer(actor)
    row = queries.tax_row(row_id)
    if is_confirmed and row.proposed_by == person:
        raise TaxRowNeedsOther
    if is_confirmed and queries.decision_of(row) is None:
        _need_unused(queries.as_new(row))
    decision = models.TaxDecision(
        row=row,
        is_confirmed=is_confirmed,
        proposed_by=row.proposed_by,
        decided_by=person,
        note=note.strip()[:NOTE_LENGTH_MAX],
        at=at,
    )
    models.TaxDecision.objects.bulk_create([decision], ignore_conflicts=True)
    found = queries.as_row(queries.tax_row(row_id), {})
    if (found.state is RowState.CONFIRMED, found.decided_by) != (is_confirmed, person):
        raise TaxRowDecided
    return found


def need_tax_officer(actor: Actor) -> UUID:
    """Return who acts: a person of the zone's staff or its operator. Raises Unauthenticated, Forbidden."""
    actor.need_zone(ZoneRole.STAFF)
    return actor.need_person()


def _need_unused(row: NewTaxRow) -> None:
    """Raise TaxRowTooEarly where something was counted on or after the day, or where later rows follow it."""
    used = queries.used_until(row.kind)
    later = [held.valid_from - timedelta(days=1) for held in _table(row.kind) if held.valid_from > row.valid_from]
    until = max([day for day in (used, *later) if day], default=None)
    if until is not None and row.valid_from <= until:
        raise TaxRowTooEarly(field="valid_from", used=until.isoformat())


def _table(kind: RateKind) -> list[NewTaxRow]:
    rows = models.TaxRow.objects.filter(kind=kind.value, decision__is_confirmed=True)
    return [queries.as_new(row) for row in rows]
