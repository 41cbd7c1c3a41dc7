"""The zone's staff at the money desk: an event is looked at, and the note stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries import events
from kawasan.rooms.payments.rules.deciding import checked_note
from kawasan.rooms.payments.types import EventNote, EventNoteIdReused
from kawasan.rooms.zone import api as zone


@requires_transaction
def note_event(*, actor: Actor, event_id: UUID, note_id: UUID, text: str, at: datetime) -> EventNote:
    """
    Mark an event as seen, with a note that says what was found. It moves no money, and the note is never changed.

    Staff and operators of the zone may. Repeating it with the same id and words returns the first note; another id
    adds a note. Raises Unauthenticated, Forbidden, EventNotFound, EventNoteInvalid, EventNoteIdReused.
    """
    actor.need_zone(ZoneRole.STAFF)
    person_id, said = actor.need_person(), checked_note(text)
    event = events.flagged_event(event_id)
    row = models.EventNote(id=note_id, event=event, person_id=person_id, text=said, at=at)
    models.EventNote.objects.bulk_create([row], ignore_conflicts=True)
    stored = models.EventNote.objects.get(pk=note_id)
    if (stored.event_id, stored.person_id, stored.text) != (event_id, person_id, said):
        raise EventNoteIdReused
    return events.as_note(stored, zone.person_names(ids={person_id}).get(person_id, ""))
