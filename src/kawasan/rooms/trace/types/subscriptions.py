"""Named queries, subscriptions and their messages, as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

SUBSCRIPTION_PREFIX = "sub"
SUBSCRIPTIONS_MAX = 20  # of a business
QUERIES_MAX = 100  # of a business
EVENTS_PER_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query under a name."""

    id: UUID
    name: str
    parameters: dict[str, list[str]]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where the answers of a query are sent."""

    id: UUID
    query: str
    destination: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a subscriber and how it went."""

    id: UUID
    events: int
    state: str
    attempts: int
    answer: str
    made_at: datetime
    tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to be sent: where, with which secret, and what."""

    delivery_id: UUID
    destination: str
    secret: str
    body: bytes
