"""What providers told that the zone's staff should look at, and their notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg
from kawasan.rooms.payments.types.payments import Payment
from kawasan.rooms.payments.types.payouts import Payout
from kawasan.rooms.payments.types.providers import Outcome


class EventKind(StrEnum):
    """What a provider's event is about. Messages carry only NotificationKind; ``payout`` is what the bank answered."""

    PAID = "paid"
    FAILED = "failed"
    PAYOUT = "payout"


# What the zone's staff sees at its desk, in the order of urgency: first what nobody but a person can settle.
NEEDS_STAFF = (
    Outcome.UNKNOWN_REFERENCE,
    Outcome.CONTRADICTION,
    Outcome.OTHER_AMOUNT,
    Outcome.SENT_BACK,
    Outcome.PAYOUT_RETURNED,
    Outcome.AGAIN,
    Outcome.LATE,
)


class Attention(StrEnum):
    """Whether somebody of the zone has looked at an event."""

    WAITING = "waiting"
    SEEN = "seen"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a list holds. ``text`` is part of a reference or a provider's number, one of our ids, or a sum."""

    attention: Attention = Attention.ALL
    outcome: Outcome | None = None
    kind: EventKind | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class EventNote:
    """Who of the zone looked at an event, when, and what they wrote. Never changed."""

    id: UUID
    event_id: UUID
    person_id: UUID
    person_name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffEvent:
    """A provider's event that somebody of the zone should look at; ``note`` is the newest one, if any."""

    id: UUID
    provider: str
    event_id: str
    kind: EventKind
    reference: str
    money_id: str
    amount_minor: int
    outcome: Outcome
    payment_id: UUID | None
    payout_id: UUID | None
    happened_at: datetime
    received_at: datetime
    note: EventNote | None = None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("evt", self.id)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Money that the ledger took in, whose it was and by which entry."""

    amount_minor: int
    outcome: Outcome
    payer_id: UUID
    payer_name: str
    entry_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffEventDetail:
    """An event with all that belongs to it: what the provider wrote (masked), and what became of the money."""

    event: StaffEvent
    details: tuple[tuple[str, str], ...]
    notes: tuple[EventNote, ...]
    taken: TakenIn | None
    payment: Payment | None
    payout: Payout | None


class EventNotFound(NotFound):
    """No such event, or none that staff should look at."""

    code = "event-not-found"
    title = msg("We do not know this event")
    detail = msg("There is no event with this number among those that the zone should look at.")


class EventFilterInvalid(Invalid):
    """A list of events narrowed by a word that does not exist."""

    code = "event-filter-invalid"
    title = msg("There is no such list")
    detail = msg("{value} is not a way to narrow this list.")


class EventNoteInvalid(Invalid):
    """A note without words, or with too many."""

    code = "event-note-invalid"
    title = msg("Please write a note")
    detail = msg("Say in 1 to {limit} letters what you found or did.")


class EventNoteIdReused(Conflict):
    """The id belongs to a note of other content."""

    code = "event-note-id-reused"
    title = msg("This note exists already")
    detail = msg("A note with the same number was written before, with other content. Reload the page.")
