"""What of an event is indexed beside its bytes, and what makes two events the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson

from kawasan.rooms.trace.rules.identifiers import known_as
from kawasan.rooms.trace.rules.vocabulary import bare
from kawasan.rooms.trace.types.events import Columns, ReadEvent
from kawasan.rooms.trace.types.refusals import EventInvalid

_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_DIGIT = re.compile(rb"\d")
_TEXT_LENGTH_MAX = 400
_SORTED = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def columns_of(body: dict[str, Any], *, place: str = "event") -> Columns:
    """Return what is indexed of an event that was found valid. Raises EventInvalid for what cannot be stored."""
    get = body.get
    error = get("errorDeclaration") or {}
    goods = (
        _known((*get("epcList", ()), *get("childEPCs", ()))),
        _known([body["parentID"]] if "parentID" in body else ()),
        _known(get("inputEPCList", ())),
        _known(get("outputEPCList", ())),
        _classes(get("quantityList"), get("childQuantityList")),
        _classes(get("inputQuantityList")),
        _classes(get("outputQuantityList")),
    )
    found = Columns(
        str(body["type"]),
        get("action", ""),
        _moment(body["eventTime"], place),
        body["eventTimeZoneOffset"],
        bare(get("bizStep", ""), "BizStep"),
        bare(get("disposition", ""), "Disp"),
        _at(get("readPoint")),
        _at(get("bizLocation")),
        _moment(error["declarationTime"], place) if error else None,
        bare(error.get("reason", ""), "ER") if error else "",
        *goods,
        _together(goods),
        _known([item["bizTransaction"] for item in get("bizTransactionList", ())]),
        _known([item["source"] for item in get("sourceList", ())]),
        _known([item["destination"] for item in get("destinationList", ())]),
        get("transformationID", ""),
        bool(get("sensorElementList")),
        _amounts(body, place),
    )
    _check(found, place)
    return found


def links_of(found: Columns) -> tuple[tuple[str, str], ...]:
    """Return what went into what by this event: an error that was declared, or a thing taken out, links nothing."""
    sources, targets = _ends(found)
    if not sources:
        return ()
    return tuple(dict.fromkeys((one, other) for one in sources for other in targets if one != other))


def pairs_of(found: Columns) -> int:
    """Return how many rows an event's links, and whom it sends each thing to, are at most."""
    sources, targets = _ends(found)
    sent = len(found.things) * len(found.destinations) if found.destinations else 0
    return len(sources) * len(targets) + sent


def _ends(found: Columns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if found.error_at is not None:
        return (), ()
    if found.type == "TransformationEvent":
        return found.inputs + found.input_classes, found.outputs + found.output_classes
    if found.type in ("AggregationEvent", "AssociationEvent") and found.action == "ADD":
        return found.epcs + found.classes, found.parents
    return (), ()


def content_of(body: dict[str, Any]) -> bytes:
    """Return the digest of what an event says. Unlike the event hash it drops nothing but recordTime."""
    return hashlib.sha256(_SORTED(_said(body)).encode()).digest()


def content_of_read(event: ReadEvent) -> bytes:
    """Return the same digest of an event that was just read, quicker where its bytes are as plain as most are."""
    if not _is_plain(event.raw):
        return content_of(event.body)
    try:
        return hashlib.sha256(orjson.dumps(_said(event.body), option=orjson.OPT_SORT_KEYS)).digest()
    except orjson.JSONEncodeError:  # nested deeper than the quick writer goes
        return content_of(event.body)


def _said(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "recordTime"} if "recordTime" in body else body


def _is_plain(raw: bytes) -> bool:
    """
    Whether both writers of JSON write the same of it: ASCII, nothing escaped, no number.

    Without escapes each quotation mark begins or ends a text, so that every second part stands outside of texts.
    """
    if not raw.isascii() or b"\\" in raw or b"\x7f" in raw:
        return False
    return not _DIGIT.search(b"".join(raw.split(b'"')[::2]))


def _at(place: Any) -> str:
    return known_as(place["id"]) if place else ""


def _known(names: Sequence[str]) -> tuple[str, ...]:
    if not names:  # most lists of most events
        return ()
    return tuple(dict.fromkeys(map(known_as, names)))


def _together(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    told = [group for group in groups if group]
    return told[0] if len(told) == 1 else tuple(dict.fromkeys(chain.from_iterable(told)))


def _classes(*lists: Any) -> tuple[str, ...]:
    if not any(lists):
        return ()
    return _known([item["epcClass"] for found in lists if found for item in found])


_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


def _amounts(body: dict[str, Any], place: str) -> tuple[float, ...]:
    items = [item for name in _QUANTITY_LISTS if name in body for item in body[name]]
    try:
        return tuple(float(item["quantity"]) for item in items if "quantity" in item)
    except OverflowError:
        raise EventInvalid(place=place, reason="number-too-large") from None


def _moment(text: str, place: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise EventInvalid(place=f"{place}/eventTime", reason="not-in-calendar") from None


def _check(found: Columns, place: str) -> None:
    texts = (
        found.biz_step, found.disposition, found.read_point, found.biz_location, found.type, found.transformation,
        found.error_reason, *found.things, *found.transactions, *found.sources, *found.destinations,
    )  # fmt: skip
    if max(map(len, texts)) <= _TEXT_LENGTH_MAX and not _UNSTORABLE.search("".join(texts)):
        return
    for text in texts:
        if len(text) > _TEXT_LENGTH_MAX or _UNSTORABLE.search(text):
            raise EventInvalid(place=place, reason="identifier-unusable", value=repr(text[:40]))
