"""Batches and their passports, as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

BATCH_PREFIX = "bch"
CERTIFICATE_PREFIX = "crt"
DOUBT_PREFIX = "dbt"
STEP_PREFIX = "stp"
CERTIFICATE_BYTES_MAX = 3 * 1024 * 1024
ADDED_KIND = "certificate.added"  # of the log: a paper, with the hash of its file
WITHDRAWN_KIND = "certificate.withdrawn"
STORY_LENGTH_MAX = 2_000
UNITS_MAX = 10_000_000
DOUBTS_OPEN_MAX = 20
JOURNEY_MAX = 400


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be made. ``origin`` is the zone's own address, for goods without a GTIN."""

    id: UUID
    product_id: UUID
    lot: str
    quantity: int
    made_on: date
    expires_on: date | None
    story: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step that somebody notes; ``sources`` are codes of batches that went into it."""

    id: UUID
    kind: str
    happened_at: datetime
    region: str
    note: str = ""
    celsius: Decimal | None = None
    sources: tuple[str, ...] = ()
    time_zone: str = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of a product."""

    id: UUID
    business_id: UUID
    product_id: UUID
    lot: str
    uri: str
    quantity: int
    drawn: int
    story: str
    made_on: date
    expires_on: date | None
    is_public: bool
    recalled_at: datetime | None
    recall_reason: str
    created_at: datetime

    @property
    def left(self) -> int:
        """Units that no order took."""
        return self.quantity - self.drawn


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature on the way; over a span, the mean with the lowest and the highest that were measured."""

    at: datetime
    celsius: float
    is_alarm: bool
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """What one event tells of the goods: who says it, when and where."""

    id: UUID
    text: str
    icon: str
    at: datetime
    told_at: datetime
    business_id: UUID
    place: str
    point: tuple[float, float] | None
    note: str
    event_id: str
    is_of_part: bool
    is_declared_wrong: bool
    is_plain: bool  # names no party and no paper of trade: the whole event may be shown to everybody
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A paper about goods."""

    id: UUID
    name: str
    issuer: str
    number: str
    valid_from: date
    valid_until: date | None
    kind: str
    digest: str
    batch_id: UUID | None
    withdrawn_at: datetime | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A report that something in a passport is not so."""

    id: UUID
    batch_id: UUID
    business_id: UUID
    text: str
    contact: str
    state: str
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Affected:
    """A batch that a bad one went into (or itself) and what orders took of it."""

    batch_id: UUID
    business_id: UUID
    product_id: UUID
    lot: str
    order_id: UUID | None
    units: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A recall that concerns a buyer's order."""

    id: UUID
    batch_id: UUID
    person_id: UUID
    order_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule of a sensor was broken from then to then; ``reference`` names what the device travelled with."""

    id: UUID
    business_id: UUID
    device_id: UUID
    device_name: str
    reference: str
    property_uri: str
    uom: str
    started_at: datetime
    ended_at: datetime
    lowest: float | None
    highest: float | None
    mean: float | None
