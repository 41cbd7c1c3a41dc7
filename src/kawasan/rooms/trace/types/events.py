"""Events of a supply chain, as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

CAPTURE_PREFIX = "cap"
LEAF_KIND = "epcis.event"  # of the log: a leaf is the very bytes of an event
EVENTS_MAX = 2_000  # in one capture
PAIRS_MAX = 200_000  # of things that a capture ties together: inputs and outputs, things and whom they are sent to
DOCUMENT_BYTES_MAX = 8 * 1024 * 1024
EVENTS_PAGE_DEFAULT = 30
EVENTS_PAGE_MAX = 1_000


class CaptureMode(StrEnum):
    """What one bad event does to the others of its document: keeps them out, or only itself."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event as it stood in a document: its own bytes, and what they say."""

    raw: bytes
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document taken apart: ``pieces`` with the events between them are the document again, byte for byte."""

    head: dict[str, Any]
    events: tuple[ReadEvent, ...]
    pieces: tuple[bytes, ...]

    @property
    def context(self) -> Any:
        """The names that the document's events are written in."""
        return self.head.get("@context")


class Columns(NamedTuple):
    """What of an event is indexed beside its bytes. A tuple, since they are made by the thousand."""

    type: str
    action: str
    event_time: datetime
    time_offset: str
    biz_step: str
    disposition: str
    read_point: str
    biz_location: str
    error_at: datetime | None
    error_reason: str
    epcs: tuple[str, ...]
    parents: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    input_classes: tuple[str, ...]
    output_classes: tuple[str, ...]
    things: tuple[str, ...]  # everything that the event is about, each once
    transactions: tuple[str, ...]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    transformation: str
    has_sensors: bool
    quantities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """An event that was captured."""

    id: UUID
    number: int
    business_id: UUID
    event_id: str
    type: str
    event_time: datetime
    record_time: datetime
    raw: bytes
    context: Any
    is_id_given: bool


@dataclass(frozen=True, slots=True)
class CaptureError:
    """Why an event, or the whole document, was not taken."""

    code: str
    title: str
    detail: str
    data: dict[str, Any] = field(default_factory=dict)
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture job."""

    id: UUID
    business_id: UUID
    created_at: datetime
    success: bool
    mode: CaptureMode
    events: int
    repeated: int
    errors: tuple[CaptureError, ...]
