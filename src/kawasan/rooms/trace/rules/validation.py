"""Whether a document or an event is EPCIS 2.0, and where it is not."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from kawasan.rooms.trace.rules import schema, vocabulary
from kawasan.rooms.trace.types.refusals import EventInvalid

# Dates and addresses are checked too: without formats half of what is wrong would pass.
_EVENTS = {
    kind: jsonschema_rs.Draft202012Validator(schema.event(kind), validate_formats=True)
    for kind in vocabulary.EVENT_TYPES
}
_EXTENDED = jsonschema_rs.Draft202012Validator(schema.EXTENDED, validate_formats=True)
_DOCUMENTS = {
    "EPCISDocument": jsonschema_rs.Draft202012Validator(schema.DOCUMENT, validate_formats=True),
    "EPCISQueryDocument": jsonschema_rs.Draft202012Validator(schema.QUERY_DOCUMENT, validate_formats=True),
}
_PROBLEM_LENGTH_MAX = 300


def check_document(head: dict[str, Any]) -> None:
    """Check a document without its events. Raises EventInvalid."""
    kind = head.get("type")
    known = _DOCUMENTS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise EventInvalid(place="type", problem=f"one of {', '.join(_DOCUMENTS)}")
    _check(known, head, "document")


def check_event(body: dict[str, Any], *, place: str = "event") -> None:
    """Check one event. Raises EventInvalid."""
    kind = body.get("type")
    if not isinstance(kind, str):
        raise EventInvalid(place=place, problem="type is missing")
    _check(_EVENTS.get(kind, _EXTENDED), body, place)


def _check(validator: Any, value: Any, place: str) -> None:
    try:
        if validator.is_valid(value):
            return
    except (ValueError, OverflowError):  # an integer beyond what the validator's numbers hold
        raise EventInvalid(place=place, problem="a number is too large") from None
    first = next(iter(validator.iter_errors(value)))
    path = "/".join(str(part) for part in first.instance_path)
    raise EventInvalid(place=f"{place}/{path}" if path else place, problem=first.message[:_PROBLEM_LENGTH_MAX])
