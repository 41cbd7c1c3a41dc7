"""The door of the room: what other rooms and the edges may call."""

from kawasan.rooms.trace.actions.capturing import add_event, capture
from kawasan.rooms.trace.actions.subscriptions import (
    forget_query,
    message,
    name_query,
    note_answer,
    queue_messages,
    subscribe,
    take_due_messages,
    unsubscribe,
)
from kawasan.rooms.trace.queries.captures import capture_job, captures
from kawasan.rooms.trace.queries.events import RESOURCES, event, events, resource
from kawasan.rooms.trace.queries.subscriptions import (
    deliveries,
    queries,
    query,
    question_of,
    subscription,
    subscriptions,
)
from kawasan.rooms.trace.queries.verify import verify_captures, verify_events
from kawasan.rooms.trace.rules.documents import as_bytes, capture_document, event_document, events_document
from kawasan.rooms.trace.rules.identifiers import canonical, check_digit, gtin14, has_check_digit, parse
from kawasan.rooms.trace.rules.questions import narrowed, read_question
from kawasan.rooms.trace.rules.signing import headers, is_public
from kawasan.rooms.trace.types.events import (
    DOCUMENT_BYTES_MAX,
    EVENTS_MAX,
    EVENTS_PAGE_DEFAULT,
    EVENTS_PAGE_MAX,
    Capture,
    CaptureMode,
    Event,
)
from kawasan.rooms.trace.types.identifiers import DigitalLink
from kawasan.rooms.trace.types.questions import Question
from kawasan.rooms.trace.types.refusals import (
    BusinessNeeded,
    DestinationRefused,
    DocumentUnreadable,
    EventIdTaken,
    EventInvalid,
    QueryInvalid,
    QueryNameTaken,
    TooManyEvents,
    TooManySubscriptions,
    UnknownCapture,
    UnknownEvent,
    UnknownQuery,
    UnknownSubscription,
)
from kawasan.rooms.trace.types.subscriptions import SUBSCRIPTION_PREFIX, Message, NamedQuery, Subscription

__all__ = [
    "DOCUMENT_BYTES_MAX",
    "EVENTS_MAX",
    "EVENTS_PAGE_DEFAULT",
    "EVENTS_PAGE_MAX",
    "RESOURCES",
    "SUBSCRIPTION_PREFIX",
    "BusinessNeeded",
    "Capture",
    "CaptureMode",
    "DestinationRefused",
    "DigitalLink",
    "DocumentUnreadable",
    "Event",
    "EventIdTaken",
    "EventInvalid",
    "Message",
    "NamedQuery",
    "QueryInvalid",
    "QueryNameTaken",
    "Question",
    "Subscription",
    "TooManyEvents",
    "TooManySubscriptions",
    "UnknownCapture",
    "UnknownEvent",
    "UnknownQuery",
    "UnknownSubscription",
    "add_event",
    "as_bytes",
    "canonical",
    "capture",
    "capture_document",
    "capture_job",
    "captures",
    "check_digit",
    "deliveries",
    "event",
    "event_document",
    "events",
    "events_document",
    "forget_query",
    "gtin14",
    "has_check_digit",
    "headers",
    "is_public",
    "message",
    "name_query",
    "narrowed",
    "note_answer",
    "parse",
    "queries",
    "query",
    "question_of",
    "queue_messages",
    "read_question",
    "resource",
    "subscribe",
    "subscription",
    "subscriptions",
    "take_due_messages",
    "unsubscribe",
    "verify_captures",
    "verify_events",
]
