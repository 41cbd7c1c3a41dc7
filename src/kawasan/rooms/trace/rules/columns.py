"""What of an event is indexed beside its bytes, and what makes two events the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kawasan.rooms.trace.rules.identifiers import known_as
from kawasan.rooms.trace.rules.vocabulary import bare
from kawasan.rooms.trace.types.events import Columns
from kawasan.rooms.trace.types.refusals import EventInvalid

_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_TEXT_LENGTH_MAX = 400
_SORTED = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def columns_of(body: dict[str, Any], *, place: str = "event") -> Columns:
    """Return what is indexed of an event that was found valid. Raises EventInvalid for what cannot be stored."""
    error = body.get("errorDeclaration") or {}
    kind = str(body["type"])
    found = Columns(
        type=kind,
        action=body.get("action", ""),
        event_time=_moment(body["eventTime"], place),
        offset=body["eventTimeZoneOffset"],
        biz_step=bare(body.get("bizStep", ""), "BizStep"),
        disposition=bare(body.get("disposition", ""), "Disp"),
        read_point=_at(body.get("readPoint")),
        biz_location=_at(body.get("bizLocation")),
        error_at=_moment(error["declarationTime"], place) if error else None,
        error_reason=bare(error.get("reason", ""), "ER"),
        epcs=_known((*body.get("epcList", ()), *body.get("childEPCs", ()))),
        parents=_known([body["parentID"]] if "parentID" in body else []),
        inputs=_known(body.get("inputEPCList", ())),
        outputs=_known(body.get("outputEPCList", ())),
        classes=_classes(body.get("quantityList"), body.get("childQuantityList")),
        input_classes=_classes(body.get("inputQuantityList")),
        output_classes=_classes(body.get("outputQuantityList")),
        transactions=_known([item["bizTransaction"] for item in body.get("bizTransactionList", ())]),
        sources=_known([item["source"] for item in body.get("sourceList", ())]),
        destinations=_known([item["destination"] for item in body.get("destinationList", ())]),
        transformation=body.get("transformationID", ""),
        has_sensors=bool(body.get("sensorElementList")),
        quantities=_amounts(body),
    )
    _check(found, place)
    return found


def links_of(found: Columns) -> tuple[tuple[str, str], ...]:
    """Return what went into what by this event: an error that was declared, or a thing taken out, links nothing."""
    if found.error_at is not None:
        return ()
    if found.type == "TransformationEvent":
        sources, targets = found.inputs + found.input_classes, found.outputs + found.output_classes
    elif found.type in ("AggregationEvent", "AssociationEvent") and found.action == "ADD":
        sources, targets = found.epcs + found.classes, found.parents
    else:
        return ()
    return tuple(dict.fromkeys((one, other) for one in sources for other in targets if one != other))


def content_of(body: dict[str, Any]) -> bytes:
    """Return the digest of what an event says. Unlike the event hash it drops nothing but recordTime."""
    said = {key: value for key, value in body.items() if key != "recordTime"}
    return hashlib.sha256(_SORTED(said).encode()).digest()


def _at(place: Any) -> str:
    return known_as(place["id"]) if place else ""


def _known(names: Sequence[str]) -> tuple[str, ...]:
    if not names:  # most lists of most events
        return ()
    return tuple(dict.fromkeys(known_as(name) for name in names))


def _classes(*lists: Any) -> tuple[str, ...]:
    if not any(lists):
        return ()
    return _known([item["epcClass"] for found in lists if found for item in found])


_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


def _amounts(body: dict[str, Any]) -> tuple[float, ...]:
    items = (item for name in _QUANTITY_LISTS for item in body.get(name, ()))
    return tuple(float(item["quantity"]) for item in items if "quantity" in item)


def _moment(text: str, place: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise EventInvalid(place=f"{place}/eventTime", problem="this moment is not in the calendar") from None


def _check(found: Columns, place: str) -> None:
    texts = (
        found.biz_step, found.disposition, found.read_point, found.biz_location, found.type, found.transformation,
        found.error_reason, *found.things, *found.transactions, *found.sources, *found.destinations,
    )  # fmt: skip
    if max(map(len, texts)) <= _TEXT_LENGTH_MAX and not _UNSTORABLE.search("".join(texts)):
        return
    for text in texts:
        if len(text) > _TEXT_LENGTH_MAX or _UNSTORABLE.search(text):
            raise EventInvalid(place=place, problem=f"an identifier is too long or unreadable: {text[:40]!r}")
