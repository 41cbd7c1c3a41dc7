"""What providers told that the zone's staff should look at, for programs of the zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments

router = Router(tags=["payments"])
SCOPE = "zone:read"


class EventsIn(Schema):
    """What narrows the list, and which page of it."""

    status: payments.Attention = payments.Attention.ALL
    outcome: payments.Outcome | None = None
    kind: payments.EventKind | None = None
    q: str = Field("", max_length=payments.SEARCH_LENGTH_MAX, description="A reference, a number or a sum")
    cursor: str | None = None
    limit: int | None = None


class EventNoteOut(Schema):
    """Who looked at an event, when, and what they wrote."""

    at: datetime
    by: str
    text: str

    @classmethod
    def of(cls, note: payments.EventNote) -> EventNoteOut:
        """Return a note as programs see it."""
        return cls(at=note.at, by=note.person_name, text=note.text)


class EventOut(Schema):
    """A provider's event; ``note`` is the newest one and missing until somebody has looked."""

    id: str
    provider: str
    event_id: str
    kind: str
    outcome: str
    reference: str
    money_id: str
    amount_minor: int
    currency: str = "IDR"
    payment_id: str | None
    payout_id: str | None
    happened_at: datetime
    received_at: datetime
    note: EventNoteOut | None

    @classmethod
    def of(cls, found: payments.StaffEvent) -> EventOut:
        """Return an event as programs see it."""
        return cls(
            id=found.public_id,
            provider=found.provider,
            event_id=found.event_id,
            kind=found.kind,
            outcome=found.outcome,
            reference=found.reference,
            money_id=found.money_id,
            amount_minor=found.amount_minor,
            payment_id=ids.public("pay", found.payment_id) if found.payment_id else None,
            payout_id=ids.public("out", found.payout_id) if found.payout_id else None,
            happened_at=found.happened_at,
            received_at=found.received_at,
            note=EventNoteOut.of(found.note) if found.note else None,
        )


class EventsOut(Schema):
    """One page of events, newest first."""

    items: list[EventOut]
    next_cursor: str | None


@router.get("/payments/events", response=EventsOut)
def events(request: HttpRequest, given: Query[EventsIn]) -> Any:
    """Return the events that the zone's staff should look at. For zone roles and keys with ``zone:read``."""
    actor = _actor(request)
    wanted = payments.EventFilter(attention=given.status, outcome=given.outcome, kind=given.kind, text=given.q)
    with transaction(actor):
        page = payments.staff_events(actor=actor, wanted=wanted, cursor=given.cursor, limit=given.limit)
    return EventsOut(items=[EventOut.of(item) for item in page.items], next_cursor=page.next_cursor)


def _actor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need_zone()
    actor.need_scope(SCOPE)
    return actor
