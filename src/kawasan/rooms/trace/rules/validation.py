"""Whether a document or an event is EPCIS 2.0, and where it is not."""

from __future__ import annotations

import json
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
_VALUE_LENGTH_MAX = 80
_FORMATS = {"uri": "no-uri", "date-time": "no-moment"}


def check_document(head: dict[str, Any]) -> None:
    """Check a document without its events. Raises EventInvalid."""
    kind = head.get("type")
    known = _DOCUMENTS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise EventInvalid(place="type", reason="value-unknown", value=_shown(kind), known=", ".join(_DOCUMENTS))
    _check(known, head, "document")


def check_event(body: dict[str, Any], *, place: str = "event") -> None:
    """Check one event. Raises EventInvalid."""
    kind = body.get("type")
    if not isinstance(kind, str):
        raise EventInvalid(place=place, reason="member-missing", name="type")
    _check(_EVENTS.get(kind, _EXTENDED), body, place)


def _check(validator: Any, value: Any, place: str) -> None:
    try:
        if validator.is_valid(value):
            return
    except (ValueError, OverflowError):  # an integer beyond what the validator's numbers hold
        raise EventInvalid(place=place, reason="number-too-large") from None
    first = next(iter(validator.iter_errors(value)))
    path = "/".join(str(part) for part in first.instance_path)
    raise _refusal(first, f"{place}/{path}" if path else place)


def _refusal(error: Any, place: str) -> EventInvalid:
    """Return what the validator found under a code of ours."""
    rule, told, value = error.kind.name, error.kind.value, _shown(error.instance)
    match rule:
        case "required":
            return EventInvalid(place=place, reason="member-missing", name=told)
        case "additionalProperties":
            return EventInvalid(place=place, reason="member-unknown", name=_listed(told))
        case "propertyNames":
            return EventInvalid(place=place, reason="member-unknown", name=str(told.instance)[:_VALUE_LENGTH_MAX])
        case "type":
            return EventInvalid(place=place, reason="type-wrong", value=value, known=_listed(told))
        case "enum":
            return EventInvalid(place=place, reason="value-unknown", value=value, known=_listed(told))
        case "format" if told in _FORMATS:
            return EventInvalid(place=place, reason=_FORMATS[told], value=value)
        case "pattern":
            return EventInvalid(place=place, reason="form-wrong", value=value, known=told)
        case "minItems" | "minProperties":
            return EventInvalid(place=place, reason="too-few", least=told)
        case "uniqueItems":
            return EventInvalid(place=place, reason="repeated")
    return _refusal_of_several(error, rule, place, value)


def _refusal_of_several(error: Any, rule: str, place: str, value: str) -> EventInvalid:
    """What an event must say beyond its members stands under ``allOf``; elsewhere one of several forms was wanted."""
    is_beyond = error.schema_path[0] == "allOf"
    if rule == "const" and is_beyond:
        return EventInvalid(place=place, reason="ilmd-needs-add")
    if rule == "anyOf":
        return EventInvalid(place=place, reason="says-too-little" if is_beyond else "word-unknown", value=value)
    return EventInvalid(place=place, reason="rule-broken", name=rule)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE_LENGTH_MAX else f"{text[:_VALUE_LENGTH_MAX]}…"


def _listed(names: list[Any]) -> str:
    return ", ".join(map(str, names))[: 3 * _VALUE_LENGTH_MAX]
