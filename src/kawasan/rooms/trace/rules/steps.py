"""Steps that people note without knowing EPCIS, and the events that they become."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kawasan.core import ids
from kawasan.core.errors import msg
from kawasan.rooms.trace.rules.reading import STANDARD_CONTEXTS
from kawasan.rooms.trace.types.events import ReadEvent
from kawasan.rooms.trace.types.goods import NewStep
from kawasan.rooms.trace.types.refusals import StepInvalid

NAMES = "urn:x-kawasan:"  # our own words: what the CBV has no word for
REGION = f"{NAMES}region:"
WASTE = f"{NAMES}waste:"
BIN_EMPTIED, BIN_MISSED = f"{NAMES}step:bin-emptied", f"{NAMES}step:bin-missed"
NOTE_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its text, the CBV's word for it (or ours), where goods stand after it, its sign."""

    key: str
    text: str
    biz_step: str
    disposition: str
    icon: str
    makes: bool = False


def _own(name: str) -> str:
    return f"{NAMES}step:{name}"


STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step("harvested", msg("Harvested"), "commissioning", "active", "star", makes=True),
        Step("made", msg("Produced"), "commissioning", "active", "star", makes=True),
        Step("collected", msg("Collected from producers"), "collecting", "in_progress", "people"),
        Step("sorted", msg("Sorted"), _own("sorting"), "in_progress", "filter"),
        Step("washed", msg("Washed"), _own("washing"), "in_progress", "refund"),
        Step("dried", msg("Dried"), _own("drying"), "in_progress", "sun"),
        Step("hulled", msg("Hulled"), _own("hulling"), "in_progress", "box"),
        Step("roasted", msg("Roasted"), _own("roasting"), "in_progress", "sun"),
        Step("drawn", msg("Drawn with wax"), _own("waxing"), "in_progress", "edit"),
        Step("dyed", msg("Dyed"), _own("dyeing"), "in_progress", "image"),
        Step("boiled", msg("Wax boiled out"), _own("boiling"), "in_progress", "refund"),
        Step("sewn", msg("Sewn"), "assembling", "in_progress", "tool"),
        Step("inspected", msg("Inspected"), "inspecting", "conformant", "check"),
        Step("packed", msg("Packed"), "packing", "in_progress", "box"),
        Step("stored", msg("Stored"), "storing", "in_progress", "store"),
        Step("shipped", msg("Shipped"), "shipping", "in_transit", "truck"),
        Step("received", msg("Received"), "receiving", "in_progress", "inbox"),
        Step("for-sale", msg("Ready for sale"), "stocking", "sellable_accessible", "tag"),
    )
}
RECALLED = Step("recalled", msg("Recalled"), "holding", "recalled", "alert")
# The CBV has one word for what was harvested and what was made: the event says which (``kawasan:step``).
_BY_WORD = {step.biz_step: step for step in STEPS.values()}
_OTHER = msg("Noted")
_WORDS = {
    "transporting": msg("Transported"), "loading": msg("Loaded"), "unloading": msg("Unloaded"),
    "departing": msg("Departed"), "arriving": msg("Arrived"), "accepting": msg("Accepted after a look"),
    "retail_selling": msg("Sold"), "sensor_reporting": msg("Measured"), "holding": msg("Held back"),
    "collecting": msg("Collected"), BIN_MISSED: msg("Missed on a round"),
    "repackaging": msg("Repacked"), "creating_class_instance": msg("Produced"), "destroying": msg("Destroyed"),
}  # fmt: skip


# How an event's words are called where its document is shown (a proof's page).
CALLED: dict[str, dict[str, str]] = {
    "bizStep": {step.biz_step: step.text for step in STEPS.values()} | _WORDS | {"commissioning": msg("Goods named")},
    "kawasan:step": {step.key: step.text for step in STEPS.values()}
    | {BIN_EMPTIED: msg("Bin emptied"), BIN_MISSED: msg("Bin not emptied")},
    "disposition": {
        "active": msg("In the world"), "in_progress": msg("In work"), "conformant": msg("As it should be"),
        "in_transit": msg("On the way"), "sellable_accessible": msg("On sale"), "recalled": msg("Called back"),
    },
    "type": {
        "ObjectEvent": msg("Something was seen or made"), "AggregationEvent": msg("Packed together"),
        "TransactionEvent": msg("Tied to a paper"), "TransformationEvent": msg("Made of other goods"),
        "AssociationEvent": msg("Fixed to something"), "Temperature": msg("Temperature"),
        "location": msg("Place"), "owning_party": msg("Owner"), "possessing_party": msg("Keeper"),
        "recadv": msg("Receipt of goods"),
    },
    "action": {"ADD": msg("Begins"), "OBSERVE": msg("Seen"), "DELETE": msg("Ends")},
}  # fmt: skip


def known_as_step(biz_step: str, disposition: str, told: object = "") -> Step:
    """Return the step that an event's words stand for, ``told`` among them; others keep their own word."""
    if disposition == "recalled":
        return RECALLED
    if (step := STEPS.get(str(told))) and step.biz_step == biz_step:
        return step
    if biz_step in _BY_WORD:
        return _BY_WORD[biz_step]
    return Step("", _WORDS.get(biz_step, _OTHER), biz_step, disposition, "info")


def event_of_step(step: NewStep, *, uri: str, amount: int, inputs: Sequence[str], at: datetime) -> ReadEvent:
    """
    Return the event that a step is told as: things made, made of others, or seen.

    The same step (its id) gives the same bytes. Raises StepInvalid.
    """
    kind = STEPS.get(step.kind) or (RECALLED if step.kind == RECALLED.key else None)
    if kind is None or step.happened_at > at or len(step.note) > NOTE_LENGTH_MAX:
        raise StepInvalid(field=_field(step, at))
    goods = {"epcClass": uri, "quantity": amount}
    body = _frame(step, kind)
    if inputs:
        sources = [{"epcClass": source} for source in inputs]
        body |= {"type": "TransformationEvent", "inputQuantityList": sources, "outputQuantityList": [goods]}
    else:
        body |= {"type": "ObjectEvent", "quantityList": [goods], "action": "ADD" if kind.makes else "OBSERVE"}
    return ReadEvent(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), body)


def _frame(step: NewStep, kind: Step) -> dict[str, Any]:
    local = step.happened_at.astimezone(ZoneInfo(step.time_zone))
    offset = local.strftime("%z")
    body: dict[str, Any] = {
        "@context": [STANDARD_CONTEXTS[0], {"kawasan": NAMES}],
        "eventID": f"urn:uuid:{step.id}",
        "eventTime": local.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:]}",
        "bizStep": kind.biz_step,
        "disposition": kind.disposition,
        "readPoint": {"id": f"{REGION}{step.region}"},
        "bizLocation": {"id": f"{REGION}{step.region}"},
    }
    if _BY_WORD.get(kind.biz_step, kind) is not kind:
        body["kawasan:step"] = kind.key
    if step.note:
        body["kawasan:note"] = step.note
    if step.celsius is not None:
        report = {"type": "Temperature", "value": float(step.celsius), "uom": "CEL"}
        body["sensorElementList"] = [{"sensorMetadata": {"time": body["eventTime"]}, "sensorReport": [report]}]
    return body


def _field(step: NewStep, at: datetime) -> str:
    if step.happened_at > at:
        return "happened_at"
    return "note" if len(step.note) > NOTE_LENGTH_MAX else "kind"


def step_id_of(batch_id: UUID, cause: str) -> UUID:
    """Return the id of a step that something causes once."""
    return ids.derived("trace.step", batch_id, cause)
