"""Named queries, subscriptions and their messages, as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

QUERY_PREFIX = "qry"
SUBSCRIPTION_PREFIX = "sub"
DELIVERY_PREFIX = "msg"
SUBSCRIPTIONS_MAX = 20  # of a business
QUERIES_MAX = 100  # of a business
EVENTS_PER_MESSAGE = 200
ATTEMPTS_MAX = 9


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query under a name."""

    id: UUID
    name: str
    parameters: dict[str, list[str]]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """
    What somebody subscribes to: an address, and when it is told.

    Without ``schedule`` every event is sent as it is captured. ``since`` is the earliest record time that is told of
    (usually the moment of subscribing). Without ``secret`` one is made.
    """

    id: UUID
    destination: str
    schedule: dict[str, str] | None = None
    reports_empty: bool = False
    since: datetime | None = None
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where the answers of a query are sent, and when."""

    id: UUID
    query: str
    destination: str
    made_at: datetime
    schedule: dict[str, str] | None
    reports_empty: bool
    since: datetime
    next_at: datetime | None
    executed_at: datetime | None
    paused_at: datetime | None
    old_until: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a subscriber and how it went."""

    id: UUID
    events: int
    state: str
    is_test: bool
    attempts: int
    status: int | None
    answer: str
    made_at: datetime
    tried_at: datetime | None
    due_at: datetime

    @property
    def next_try_at(self) -> datetime | None:
        """When it is sent, or sent again."""
        return self.due_at if self.state == "waiting" else None


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to be sent: where, signed with which secrets, and what."""

    delivery_id: UUID
    destination: str
    secrets: tuple[str, ...]
    body: bytes
