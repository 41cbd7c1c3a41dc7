"""Reads for the zone's money desk: what providers told that somebody should look at, and what became of the money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import NotFound
from kawasan.core.money import UnreadableAmount, parse_rupiah
from kawasan.core.paging import LIMIT_MAX, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.payments import as_payment, uuid_of_cursor
from kawasan.rooms.payments.queries.payouts import as_payout
from kawasan.rooms.payments.rules.masking import masked_details
from kawasan.rooms.payments.types import (
    NEEDS_STAFF,
    Attention,
    EventFilter,
    EventKind,
    EventNote,
    EventNotFound,
    Outcome,
    Payment,
    Payout,
    StaffEvent,
    StaffEventDetail,
    TakenIn,
)
from kawasan.rooms.zone import api as zone

EVENTS_EXPORTED_MAX = 10_000
SEARCH_LENGTH_MAX = 100
_SEEN = Exists(models.EventNote.objects.filter(event=OuterRef("pk")))


def staff_events(
    *,
    actor: Actor,
    wanted: EventFilter = EventFilter(),  # noqa: B008
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[StaffEvent]:
    """
    Return one page of the events that the zone's staff should look at, newest first.

    For roles of the zone, auditors too. Raises Unauthenticated, Forbidden, BadCursor.
    """
    actor.need_zone()
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = _wanted(wanted)
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = page_of(list(rows.order_by("-pk")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=_as_events(found.items), next_cursor=found.next_cursor)


def all_staff_events(*, actor: Actor, wanted: EventFilter = EventFilter()) -> Iterator[StaffEvent]:  # noqa: B008
    """Return every event of a list, up to EVENTS_EXPORTED_MAX. Raises as ``staff_events``."""
    cursor, count = None, 0
    while count < EVENTS_EXPORTED_MAX:
        page = staff_events(actor=actor, wanted=wanted, cursor=cursor, limit=LIMIT_MAX)
        yield from page.items
        count, cursor = count + len(page.items), page.next_cursor
        if cursor is None:
            return


def waiting_events(*, actor: Actor) -> dict[Outcome, int]:
    """Return how many events nobody has looked at yet, by outcome in the order of urgency. Raises as above."""
    actor.need_zone()
    rows = _wanted(EventFilter(attention=Attention.WAITING)).order_by("outcome").values("outcome")
    counted = dict(rows.annotate(count=Count("pk")).values_list("outcome", "count"))
    return {outcome: counted.get(outcome.value, 0) for outcome in NEEDS_STAFF}


def staff_event(*, actor: Actor, event_id: UUID) -> StaffEventDetail:
    """
    Return an event with the provider's words, masked, the money it brought and all notes, oldest first.

    For roles of the zone. Raises Unauthenticated, Forbidden, EventNotFound.
    """
    actor.need_zone()
    row = flagged_event(event_id)
    taken = models.Receipt.objects.filter(provider=row.provider, money_id=row.money_id).first()
    return StaffEventDetail(
        event=_as_events([row])[0],
        details=masked_details(bytes(row.body)),
        notes=_notes([row.pk]),
        taken=_as_taken(taken) if taken else None,
        payment=_payment_of(row),
        payout=_payout_of(row),
    )


def flagged_event(event_id: UUID) -> models.ProviderEvent:
    """Return the row of an event that staff should look at. Raises EventNotFound."""
    row = models.ProviderEvent.objects.filter(pk=event_id, needs_staff=True).first()
    if row is None:
        raise EventNotFound
    return row


def as_note(row: models.EventNote, person_name: str) -> EventNote:
    """Return a row as it crosses the door."""
    return EventNote(
        id=row.pk, event_id=row.event_id, person_id=row.person_id, person_name=person_name, text=row.text, at=row.at
    )


def _wanted(wanted: EventFilter) -> QuerySet[models.ProviderEvent]:
    rows = models.ProviderEvent.objects.filter(needs_staff=True)
    if wanted.attention is not Attention.ALL:
        rows = rows.filter(_SEEN if wanted.attention is Attention.SEEN else ~_SEEN)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome.value)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind.value)
    text = wanted.text.replace("\0", "").strip()[:SEARCH_LENGTH_MAX]
    return rows.filter(_fits(text)) if text else rows


def _fits(text: str) -> Q:
    fits = Q(reference__icontains=text) | Q(event_id__icontains=text) | Q(money_id__icontains=text)
    for prefix, field in (("evt", "pk"), ("pay", "payment_id"), ("out", "payout_id")):
        with suppress(NotFound):
            fits |= Q(**{field: ids.parse(prefix, text)})
    with suppress(UnreadableAmount):
        fits |= Q(amount_minor=parse_rupiah(text).minor)
    return fits


def _as_events(rows: Sequence[models.ProviderEvent]) -> tuple[StaffEvent, ...]:
    newest = {note.event_id: note for note in _notes([row.pk for row in rows])}
    return tuple(replace(_as_event(row), note=newest.get(row.pk)) for row in rows)


def _as_event(row: models.ProviderEvent) -> StaffEvent:
    return StaffEvent(
        id=row.pk,
        provider=row.provider,
        event_id=row.event_id,
        kind=EventKind(row.kind),
        reference=row.reference,
        money_id=row.money_id,
        amount_minor=row.amount_minor,
        outcome=Outcome(row.outcome),
        payment_id=row.payment_id,
        payout_id=row.payout_id,
        happened_at=row.happened_at,
        received_at=row.received_at,
    )


def _notes(event_ids: Sequence[UUID]) -> tuple[EventNote, ...]:
    rows = list(models.EventNote.objects.filter(event__in=event_ids).order_by("at", "pk"))
    names = zone.person_names(ids={row.person_id for row in rows}) if rows else {}
    return tuple(as_note(row, names.get(row.person_id, "")) for row in rows)


def _as_taken(row: models.Receipt) -> TakenIn:
    return TakenIn(
        amount_minor=row.amount_minor,
        outcome=Outcome(row.outcome),
        payer_id=row.payer_id,
        payer_name=zone.person_names(ids={row.payer_id}).get(row.payer_id, ""),
        entry_id=row.entry_id,
        at=row.at,
    )


def _payment_of(row: models.ProviderEvent) -> Payment | None:
    found = models.Payment.objects.filter(pk=row.payment_id).first() if row.payment_id else None
    return as_payment(found) if found else None


def _payout_of(row: models.ProviderEvent) -> Payout | None:
    found = models.Payout.objects.filter(pk=row.payout_id).first() if row.payout_id else None
    return as_payout(found) if found else None
