"""What is due to the tax office: with what the business noted, as a deposit slip, and what to remind of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.desk import need_books
from kawasan.rooms.books.queries.taxes import year_of
from kawasan.rooms.books.types.duties import Duty, DutyDone, DutyKind, DutyNotFound, Slip
from kawasan.rooms.books.types.months import TAX_YEAR_MIN
from kawasan.rooms.books.types.reports import TaxYear
from kawasan.rooms.zone import api as zone

SHOWN_AHEAD_DAYS, SHOWN_LATE_DAYS = 7, 31  # on a seller's home: what is older was paid and not noted, most likely
_OLD_NPWP_DIGITS = 15


def tax_year(*, actor: Actor, business_id: UUID, year: int, at: datetime) -> TaxYear:
    """
    Return a year's turnover, final tax and duties so far, with what was noted about them.

    Raises Unauthenticated, NotFound, Forbidden.
    """
    need_books(actor, business_id)
    found = year_of(business_id, year, clock.business_day(at))
    return replace(found, duties=with_done(business_id, found.duties))


def slip(*, actor: Actor, business_id: UUID, kind: DutyKind, month: date, at: datetime) -> Slip:
    """Return what a deposit slip asks for. Raises Unauthenticated, NotFound (DutyNotFound), Forbidden."""
    year = tax_year(actor=actor, business_id=business_id, year=month.year, at=at)
    wanted = [duty for duty in year.duties if (duty.kind, duty.month) == (kind, month)]
    if not wanted:
        raise DutyNotFound
    return Slip(wanted[0], taxpayer_number(business_id), zone.business(business_id=business_id).name)


def taxpayer_number(business_id: UUID) -> str:
    """Return a business's NPWP in sixteen digits, an individual's NIK where it has none, or nothing."""
    found = zone.identity_of(business_id)
    number = "".join(letter for letter in (found.npwp or found.nik) if letter.isdecimal())
    return "0" + number if len(number) == _OLD_NPWP_DIGITS else number


def next_duty(*, actor: Actor, business_id: UUID, at: datetime) -> Duty | None:
    """
    Return the first thing that is due within a week, or overdue for a month, and not noted as done.

    For the home of a seller: whoever may not see the books is told nothing.
    """
    if actor.businesses.get(business_id) not in (BusinessRole.OWNER, BusinessRole.ACCOUNTANT):
        return None
    today = clock.business_day(at)
    shown = range(-SHOWN_LATE_DAYS, SHOWN_AHEAD_DAYS + 1)
    open_ones = [duty for duty in open_duties(business_id, today) if (duty.due - today).days in shown]
    return min(open_ones, key=lambda duty: duty.due, default=None)


def open_duties(business_id: UUID, today: date) -> list[Duty]:
    """Return what is due of this and the last year and not noted as done."""
    found: list[Duty] = []
    for year in (today.year - 1, today.year):
        if year >= TAX_YEAR_MIN:
            told = year_of(business_id, year, today)
            found += [duty for duty in told.duties if _is_due(duty, told, today)]
    return [duty for duty in with_done(business_id, found) if not duty.is_done]


def with_done(business_id: UUID, duties: Iterable[Duty]) -> tuple[Duty, ...]:
    """Return duties with what was noted about them."""
    noted = {(row.kind, row.month): _as_done(row) for row in done_rows(business_id)}
    return tuple(replace(duty, done=noted.get((duty.kind.value, duty.month))) for duty in duties)


def done_rows(business_id: UUID) -> Iterator[models.DutyDone]:
    """Yield what was noted and holds: neither taken back, nor booked by an entry that was undone since."""
    rows = list(models.DutyDone.objects.filter(business_id=business_id, undone_at=None))
    entries = [row.entry_id for row in rows if row.entry_id]
    undone = set(models.Entry.objects.filter(corrects__in=entries).values_list("corrects", flat=True))
    return (row for row in rows if row.entry_id not in undone)


def _as_done(row: models.DutyDone) -> DutyDone:
    return DutyDone(row.pk, row.day, row.amount_minor, row.reference, row.entry_id)


def _is_due(duty: Duty, told: TaxYear, today: date) -> bool:
    """Return whether there is something to do: for a year's return, once a year in which something was sold is over."""
    if duty.kind is not DutyKind.YEARLY_RETURN:
        return True
    return told.year < today.year and any(month.turnover_minor for month in told.months)
